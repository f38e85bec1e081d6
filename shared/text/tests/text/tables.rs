//! Tables of figures stay on their lines; tables that lay a mail out read as paragraphs.

use posthorn_text::from_html;

use crate::check;

#[test]
fn the_cells_of_a_row_stay_on_a_line() {
    check("<table><tr><td>Tea</td><td>2</td><td>4.00</td></tr></table>", "Tea  2  4.00");
    check(
        "<table><tr><th>Item<th>Price<tr><td>Tea<td>4.00<tr><td>Ice<td>1.50</table>x",
        "Item  Price\nTea  4.00\nIce  1.50\n\nx",
    );
    check("<table>\n <tr>\n  <td> Tea </td>\n  <td>\n 2 </td>\n </tr>\n</table>", "Tea  2");
    check("<table><tr><td>Tea</td><td>&nbsp;</td><td></td><td>4.00</td></tr></table>", "Tea  4.00");
    check(
        "<table><tr><td><b>Total</b></td><td><a href='https://example.com/'>4.00</a></td></tr></table>",
        "Total  4.00 (https://example.com/)",
    );
}

#[test]
fn cells_of_one_paragraph_are_on_a_line_too() {
    check(
        "<table><tr><td><p>Tea</p></td><td><div>4.00</div></td></tr><tr><td><p>Ice</p></td><td><p>1.50</p></td></tr></table>",
        "Tea  4.00\nIce  1.50",
    );
}

#[test]
fn a_row_of_figures_is_written_on_one_line_even_if_a_cell_has_several() {
    let row = |cells: &str| format!("<table><tr>{cells}</tr><tr><td>Ice<td>1<td>1.50</table>");
    for (cells, expected) in [
        ("<td>Tea<br><small>fresh</small></td><td>2</td><td>4.00</td>", "Tea, fresh  2  4.00"),
        ("<td><p>Tea</p><p>Size: M</p></td><td>2</td><td>4.00 EUR</td>", "Tea, Size: M  2  4.00 EUR"),
        ("<td><h3>Tea:</h3>fresh<br><br></td><td><div>2</div></td><td>4.00</td>", "Tea: fresh  2  4.00"),
        ("<td>Tea</td><td>4.00<br><s>5.00</s></td>", "Tea  4.00, 5.00"),
        ("<th>Ship to</th><td>Street 1<br>Berlin</td>", "Ship to  Street 1, Berlin"),
        ("<th>Price</th><td>9.00<br>per month</td>", "Price  9.00, per month"),
        (
            "<td><a href='https://example.com/t'>Tea</a></td><td>4.00<br>each</td>",
            "Tea (https://example.com/t)  4.00, each",
        ),
        ("<td><table><tr><td>Tea</td></tr><tr><td>fresh</td></tr></table></td><td>4.00</td>", "Tea, fresh  4.00"),
        (
            "<td><a href='https://example.com/a-long-address-of-a-page'>Tea</a><br>fresh</td><td>4.00</td>",
            "Tea (https://example.com/a-long-address-of-a-page) fresh  4.00",
        ),
        ("<td style='white-space:pre-wrap'>Tea\n </td><td>4.00</td>", "Tea  4.00"),
    ] {
        check(&row(cells), &format!("{expected}\nIce  1  1.50"));
        check(&format!("Hi{}", row(cells)), &format!("Hi\n\n{expected}\nIce  1  1.50"));
    }
    check(&format!("<blockquote>{}</blockquote>", row("<td>Tea<br>fresh<td>2")), "> Tea, fresh  2\n> Ice  1  1.50");
}

#[test]
fn a_row_without_figures_keeps_its_lines() {
    check("<table><tr><td>Bill to<br>Ada</td><td>Ship to<br>Bob</td></tr></table>", "Bill to\nAda\nShip to\nBob");
    check("<table><tr><td>12 May<br>Ada</td><td>13 May<br>Bob</td></tr></table>", "12 May\nAda\n13 May\nBob");
    check("<table><tr><td>Logo</td><td><h1>Hi</h1><p>It came.</p></td></tr></table>", "Logo  Hi\n\nIt came.");
    check("<table><tr><td><ul><li>Tea<li>Ice</ul></td><td>2</td></tr></table>", "* Tea\n* Ice\n\n2");
    check("<table><tr><td>Tea<hr>Ice</td><td>2</td></tr></table>", "Tea\n----------\nIce\n2");
    let long = "word ".repeat(50);
    let text = from_html(&format!("<table><tr><td>1</td><td>Tea<p>{long}</p></td></tr></table>"));
    assert_eq!(text, format!("1  Tea\n\n{}", long.trim_end()));
}

#[test]
fn a_cell_of_several_lines_breaks_the_row() {
    check("<table><tr><td><p>a</p><p>b</p></td><td>c</td></tr></table>", "a\n\nb\n\nc");
    check("<table><tr><td>Address</td><td>Street<br>Berlin</td><td>x</td></tr></table>", "Address  Street\nBerlin\nx");
    check("<table><tr><td>Tea</td><td><ul><li>a<li>b</ul></td></tr></table>", "Tea\n\n* a\n* b");
}

#[test]
fn tables_that_lay_out_read_as_paragraphs() {
    let inner = "<table><tr><td><h1>Hello</h1></td></tr><tr><td><p>Your order.</p></td></tr><tr><td><p>Bye</p></td></tr></table>";
    check(
        &format!("<table><tr><td><table><tr><td>{inner}</td></tr></table></td></tr></table>after"),
        "Hello\n\nYour order.\n\nBye\n\nafter",
    );
    let section = |text: &str| format!("<tr><td><table><tr><td>{text}</td></tr></table></td></tr>");
    check(&format!("<table>{}{}</table>", section("a"), section("b")), "a\n\nb");
}

#[test]
fn a_table_of_figures_within_a_layout_keeps_its_rows() {
    let figures = "<table><tr><td>Tea</td><td>4.00</td></tr><tr><td>Ice</td><td>1.50</td></tr></table>";
    check(&format!("<table><tr><td><p>Order</p>{figures}</td></tr></table>"), "Order\n\nTea  4.00\nIce  1.50");
    check(&format!("<table><tr><td>{figures}</td><td>b</td></tr></table>"), "Tea  4.00\nIce  1.50\n\nb");
}

#[test]
fn tables_with_tags_left_out_are_tables() {
    check("<table><td>a<td>b<tr><td>c<td>d</table>", "a  b\nc  d");
    check("<table><caption>Order<tr><td>a</table>", "Order\na");
    check("<table><thead><tr><th>a<th>b<tbody><tr><td>c<td>d<tfoot><tr><td>e<td>f</table>", "a  b\nc  d\ne  f");
    check("<td>a</td><td>b</td>", "a  b");
    check("<tr><td>a</td></tr></table>b", "a\n\nb");
}

#[test]
fn spans_that_overflow_are_ignored() {
    let most = usize::MAX;
    check(
        &format!("<table><tr><td colspan={most} rowspan={most}>x<td colspan={most}>y<td colspan=0>z</table>"),
        "x  y  z",
    );
}

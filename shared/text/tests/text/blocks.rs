//! Paragraphs, headings, lists, quotations.

use crate::check;

#[test]
fn blocks_are_separated_by_blank_lines() {
    check("<h1>Hi</h1><p>a<p>b<h2>c</h2>d<div>e</div>f", "Hi\n\na\n\nb\n\nc\n\nd\ne\nf");
    check("<div><div><p>a</p></div></div><div><p>b</p></div>", "a\n\nb");
    check("<p></p><p>&nbsp;</p><div></div>a<p> </p>b", "a\n\nb");
    check("a<hr>b", "a\n----------\nb");
    check("<p>a</p></p>b", "a\n\nb");
}

#[test]
fn an_element_that_a_style_makes_a_block_is_one() {
    check(
        "<span style='display:block'>Street 1</span><span style='display:block'>Berlin</span>x",
        "Street 1\nBerlin\nx",
    );
    check("a<b style='DISPLAY: flex !important'>b</b>c", "a\nb\nc");
    check("a<b style='display:inline-block'>b</b><i style='display:block;display:inline'>c</i>", "abc");
    check("<p style='display:block'>a</p><p>b</p>", "a\n\nb");
    check(
        "<table><tr><td style='display:block'>a</td><td><span style='display:block'>b</span></td></tr></table>",
        "a  b",
    );
    let link = "<a style='display:block' href='https://example.com/7'>a</a>";
    check(&format!("{link}b"), "a (https://example.com/7)\nb");
}

#[test]
fn line_breaks_end_lines() {
    check("a<br>b<br/>c</br>d", "a\nb\nc\nd");
    check("a<br><br>b<br><br><br><br>c", "a\n\nb\n\nc");
    check("<p>a<br></p><br>b", "a\n\nb");
    check("a <br> b", "a\nb");
}

#[test]
fn lists_are_marked_and_indented() {
    check("Buy:<ul><li>Tea<li>Milk</ul>now", "Buy:\n\n* Tea\n* Milk\n\nnow");
    check("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b");
    check("<ol start=5><li>a<li value=9>b<li>c</ol>", "5. a\n9. b\n10. c");
    check("<ul><li>a<ul><li>b<ol><li>c</ol></ul><li>d</ul>", "* a\n  * b\n    1. c\n* d");
    check("<ul><li><p>a</p><p>b</p></li><li><p>c</p></li></ul>", "* a\n\n  b\n* c");
    check("<ul><li></li><li>a</ul>", "* a");
    check("<dl><dt>Tea<dd>hot<dt>Ice<dd>cold</dl>x", "Tea\n  hot\nIce\n  cold\n\nx");
}

#[test]
fn numbers_out_of_range_count_as_missing() {
    check("<ol start=99999999999999999999><li>a<li>b</ol>", "1. a\n2. b");
    check("<ol start=2147483647><li>a<li>b</ol>", "2147483647. a\n2147483648. b");
    check("<ol start=-1><li>a<li value=x>b</ol>", "-1. a\n0. b");
}

#[test]
fn quotations_are_marked() {
    check("<p>a</p><blockquote><p>b<br>c</p><blockquote>d</blockquote></blockquote>e", "a\n\n> b\n> c\n\n> > d\n\ne");
}

#[test]
fn a_whole_mail_reads_well() {
    let html = "<!doctype html><html><head><meta charset=utf-8><title>Order</title><style>p { color: red }</style></head>\n\
        <body><div style='display:none'>Preview</div>\n<h1>Hello Ada,</h1>\n<p>your order <b>7</b> is on its way.</p>\n\
        <table><tr><th>Item</th><th>Price</th></tr>\n<tr><td>Tea</td><td>4.00</td></tr></table>\n\
        <p><a href='https://example.com/o/7'>See your order</a></p>\n<hr>\n<p>Shop Ltd.<br>Berlin</p></body></html>\n";
    let text = "Hello Ada,\n\nyour order 7 is on its way.\n\nItem  Price\nTea  4.00\n\n\
        See your order (https://example.com/o/7)\n\n----------\n\nShop Ltd.\nBerlin";
    check(html, text);
}

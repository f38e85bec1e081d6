//! Any HTML has a text of a bounded size.

use posthorn_text::{MAX_TEXT, from_html, work_of};
use proptest::{collection, prelude::*, sample::select};

use crate::check;

#[test]
fn a_text_ends_at_the_largest_size() {
    let text = from_html(&"<p>é".repeat(500_000));
    assert!(text.len() <= MAX_TEXT && text.len() > MAX_TEXT - 8, "{}", text.len());
    assert!(from_html(&"x".repeat(MAX_TEXT + 1)).len() == MAX_TEXT);
    assert_eq!(from_html(&"x".repeat(MAX_TEXT)).len(), MAX_TEXT);
}

#[test]
fn no_address_is_cut_at_the_end_of_the_text() {
    let text =
        from_html(&format!("{}<a href='https://example.com/{}'>y</a>", "x".repeat(MAX_TEXT - 100), "z".repeat(500)));
    assert!(text.ends_with("xy"), "{}", &text[text.len() - 50..]);
}

#[test]
fn a_few_bytes_cannot_become_many() {
    for (start, line) in [("<blockquote>", "<p>x"), ("<ul><li>", "<li>x"), ("<blockquote>", "<pre>x\n\n\n\nx")] {
        let html = format!("{}{}", start.repeat(250), line.repeat(9_000));
        let text = from_html(&html);
        assert!(text.len() < 14 * html.len(), "{} bytes of {}", text.len(), html.len());
    }
}

#[test]
fn work_is_linear_where_links_nest_around_blanks() {
    let links: Vec<String> = (0..255).map(|number| format!("<table><a href=x{number}>")).collect();
    let links = links.concat();
    for (start, filler, end) in [
        ("<pre>", " ", ""),
        ("<pre>", "\u{2003}", ""),
        ("<pre>", " ", "y"),
        ("<pre>", "\n", "y"),
        ("", "word ", ""),
        ("", "&nbsp;", "y"),
    ] {
        let html = format!("{links}{start}{}{end}", filler.repeat(60_000));
        let work = work_of(&html);
        assert!(work < 4 * html.len() + 255 * 600, "a work of {work} for {} bytes: {filler:?}", html.len());
    }
}

#[test]
fn tags_beyond_the_depth_are_left_out_and_their_text_is_not() {
    check(&format!("{}x{}y", "<div>".repeat(5_000), "</div>".repeat(5_000)), "x\ny");
    check(&format!("{}x{}y", "<b>".repeat(5_000), "</b>".repeat(5_000)), "xy");
    let html = format!("<div hidden>a{}b{}c</div>d", "<i>".repeat(3_000), "</i>".repeat(3_000));
    check(&html, "d");
    check(&format!("{}<p>Hello</p>", "<div hidden>".repeat(500)), "Hello");
}

#[test]
fn tags_cut_off_at_the_end_show_nothing() {
    for end in ["<a", "<a href='x", "<p ", "</p", "<!-- x", "<style>x", "<script>x", "<title>x"] {
        check(&format!("Hello{end}"), "Hello");
    }
}

/// Pieces of HTML that affect each other.
const PIECES: [&str; 40] = [
    "<p>",
    "</p>",
    "<div>",
    "</div>",
    "<div hidden>",
    "<span style='display:none'>",
    "</span>",
    "<b>",
    "</b>",
    "<table>",
    "</table>",
    "<tr>",
    "</tr>",
    "<td>",
    "</td>",
    "<ul>",
    "</ul>",
    "<ol start=3>",
    "</ol>",
    "<li>",
    "</li>",
    "<a href='https://example.com/7'>",
    "</a>",
    "<blockquote>",
    "</blockquote>",
    "<pre>",
    "</pre>",
    "<br>",
    "<hr>",
    "<img alt=i>",
    "<style>",
    "</style>",
    "<dl><dt>",
    "<dd>",
    "<svg/>",
    "<!--",
    "-->",
    "&zwnj;",
    " ",
    "x\n",
];

proptest! {
    #[test]
    fn any_html_has_a_text(html in ".{0,200}") {
        let text = from_html(&html);
        prop_assert!(text.len() <= 4 * html.len() && !text.contains(|c: char| c.is_control() && c != '\n'));
    }

    #[test]
    fn any_mixture_of_tags_has_a_text_whose_words_stay_apart(pieces in collection::vec(select(&PIECES[..]), 0..60)) {
        let html = pieces.concat();
        let text = from_html(&html);
        prop_assert!(text.len() <= 20 * html.len());
        prop_assert!(!text.contains("\n\n\n") || html.contains("<pre>"));
        prop_assert_eq!(text.trim_end(), &text);
    }

    #[test]
    fn text_without_markup_is_unchanged(text in "[a-zA-Z0-9äöü,.]{1,9}( [a-zA-Z0-9äöü,.]{1,9}){0,9}") {
        prop_assert_eq!(from_html(&text), text.clone());
        prop_assert_eq!(from_html(&format!("<div><p><b>{text}</b></p></div>")), text);
    }
}

//! The text of HTML as mail authors write it.

mod blocks;
mod hidden;
mod links;
mod size_bound;
mod tables;
mod words;

use posthorn_text::from_html;

#[track_caller]
fn check(html: &str, expected: &str) {
    assert_eq!(from_html(html), expected, "{}", html.chars().take(300).collect::<String>());
}

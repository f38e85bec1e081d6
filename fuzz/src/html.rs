//! The plain text of a mail.

use posthorn_cost::html_of;
use posthorn_text::{MAX_TEXT, from_html, work_of};

/// The most bytes of plain text for each byte of HTML, for a line of one character within quotations and lists is marked and
/// indented.
const MAX_GROWTH: usize = 20;

/// The most bytes of HTML that a recipe is expanded to.
const MAX_HTML: usize = 64 * 1024;
/// The most work for each byte of HTML, which is written twice at most, with its marks and indents, and read again for its links.
const MAX_WORK: usize = 50;
/// The most work for HTML of no length.
const MAX_FIXED_WORK: usize = 10_000;

/// Takes HTML, which has a plain text of a bounded size without control characters.
pub fn html_to_text(bytes: &[u8]) {
    check_text(&String::from_utf8_lossy(bytes));
}

/// Takes a recipe of large HTML, which has a plain text as well, for work that is linear in its length. `posthorn-benches gate`
/// holds the instructions of the kept recipes to a limit for each byte.
pub fn html_cost(bytes: &[u8]) {
    let html = html_of(&String::from_utf8_lossy(bytes), MAX_HTML);
    check_text(&html);
    let work = work_of(&html);
    assert!(work <= MAX_FIXED_WORK + MAX_WORK * html.len(), "a work of {work} for {} bytes", html.len());
}

fn check_text(html: &str) {
    let text = from_html(html);
    assert!(text.len() <= MAX_TEXT.min(MAX_GROWTH * html.len()), "{} bytes of {}", text.len(), html.len());
    assert!(!text.contains(|c: char| c.is_control() && !matches!(c, '\t' | '\n')));
}

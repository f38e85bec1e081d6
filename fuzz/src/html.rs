//! The plain text of a mail.

use posthorn_cost::html_of;
use posthorn_text::{MAX_TEXT, from_html, work_of};

/// Bytes of plain text for each byte of HTML: a line of one character within quotations and lists is marked and indented.
const GROWTH: usize = 20;

/// Bytes of HTML that a recipe is tried with.
const MAX_HTML: usize = 64 * 1024;
/// Work for each byte of HTML: it is written twice at most, with its marks and indents, and read again for its links.
const MAX_WORK: usize = 50;
/// Work for HTML of any length.
const MAX_FIXED_WORK: usize = 10_000;

/// HTML: it has a plain text, of a bounded size, in which nothing is left that a mail does not have.
pub fn html_to_text(bytes: &[u8]) {
    has_text(&String::from_utf8_lossy(bytes));
}

/// A recipe of large HTML, which has a plain text as well, for work that is linear in its length. `posthorn-benches gate` holds the
/// instructions that the kept recipes take to a bound for each byte.
pub fn html_cost(bytes: &[u8]) {
    let html = html_of(&String::from_utf8_lossy(bytes), MAX_HTML);
    has_text(&html);
    let work = work_of(&html);
    assert!(work <= MAX_FIXED_WORK + MAX_WORK * html.len(), "a work of {work} for {} bytes", html.len());
}

fn has_text(html: &str) {
    let text = from_html(html);
    assert!(text.len() <= MAX_TEXT.min(GROWTH * html.len()), "{} bytes of {}", text.len(), html.len());
    assert!(!text.contains(|c: char| c.is_control() && !matches!(c, '\t' | '\n')));
}

//! The plain-text part of a mail, derived from its HTML.
//!
//! A tokenizer reads the HTML once, a stack of open elements tells what each tag means, and the text is written as it comes: the
//! work is linear in the HTML, the text has at most [`MAX_TEXT`] bytes, and no more than a few hundred open elements are kept.
//! There is no tree, for a tree is what makes HTML expensive: formatting that stays open is opened again in every paragraph, and
//! attributes of a repeated `<body>` are merged.
//!
//! The text is plain: paragraphs are separated by blank lines, the cells of a row by two spaces, items begin with `* ` or a number,
//! quotations with `> `. A short row of figures is on one line, also where a cell of it has several. Lines are not wrapped, so that
//! no address is cut; the mail service encodes long lines. A link is its text, with its address in parentheses unless the text, or
//! the same link right before, says it.

mod address;
mod beyond;
mod characters;
mod declared;
mod document;
mod look;
mod name;
mod output;
mod sheet;
mod style;
mod tag;
mod tokens;
mod value;

/// The most bytes of a text. What comes after them is left out.
pub const MAX_TEXT: usize = 1_000_000;

/// The plain text of `html`.
///
/// An element that is hidden and never closed would hide the rest of the mail. It ends at the next block instead, for which the
/// HTML is read a second time.
#[must_use]
pub fn from_html(html: &str) -> String {
    read(html).text
}

/// The work that [`from_html`] does: bytes written and read again, elements looked at. It has no unit, but what is more than
/// linear in the HTML shows in it.
#[doc(hidden)]
#[must_use]
pub fn work_of(html: &str) -> usize {
    read(html).work
}

fn read(html: &str) -> tokens::Reading {
    let first = tokens::read(html, &[]);
    if first.unclosed.is_empty() {
        return first;
    }
    let second = tokens::read(html, &first.unclosed);
    tokens::Reading { work: first.work + second.work, ..second }
}

//! The plain-text part of a mail, derived from its HTML.
//!
//! A tokenizer reads the HTML once, a stack of open elements gives each tag its meaning, and the text is written at once. So the
//! work is linear in the HTML, the text has at most [`MAX_TEXT`] bytes, and no more than a few hundred open elements are kept. No
//! tree is built, since a tree is what makes HTML expensive: formatting that stays open is opened again in every paragraph, and the
//! attributes of a repeated `<body>` are merged.
//!
//! The text is plain: paragraphs are separated by blank lines, the cells of a row by two spaces, items begin with `* ` or a number,
//! and quotations with `> `. A short row of figures is written on one line, even if a cell of it has several lines. Lines are not
//! wrapped, so that no address is cut; the mail service encodes long lines. A link is written as its text, with its address in
//! parentheses unless the text, or an equal link right before it, contains the address.

mod address;
mod characters;
mod computed_style;
mod declared;
mod deep_elements;
mod document;
mod element;
mod extraction;
mod style;
mod style_sheet;
mod tag;
mod tokenizer;
mod value;
mod writer;

pub use writer::MAX_TEXT;

/// The plain text of `html`.
///
/// A hidden element that is never closed would hide the rest of the mail. Such an element ends at the next block instead, and the
/// HTML is read a second time for it.
#[must_use]
pub fn from_html(html: &str) -> String {
    read(html).text
}

/// The work that [`from_html`] does: the bytes that it writes and reads again, and the elements that it looks at. It has no unit,
/// but shows work that is more than linear in the HTML.
#[doc(hidden)]
#[must_use]
pub fn work_of(html: &str) -> usize {
    read(html).work
}

fn read(html: &str) -> extraction::Extraction {
    let first = tokenizer::read(html, &[]);
    if first.unclosed.is_empty() {
        return first;
    }
    let second = tokenizer::read(html, &first.unclosed);
    extraction::Extraction { work: first.work + second.work, ..second }
}

//! Tags before they are parsed: tags of the source, and lines of a `liquid` tag.

use std::borrow::Cow;
use std::ops::Range;

use crate::error::ParseError;
use crate::mail_part::MailPart;
use crate::markup::Markup;
use crate::mistake::Mistakes;

/// The inside of a tag or output, or a line of a `liquid` tag.
pub(super) struct Inside<'s> {
    /// The text with its character references resolved.
    pub(super) text: Cow<'s, str>,
    /// The offset of the text in the source.
    pub(super) start: usize,
}

impl Inside<'_> {
    pub(super) fn markup<'m>(&'m self, part: MailPart, mistakes: &'m mut Mistakes) -> Markup<'m> {
        Markup::new(&self.text, self.start, self.is_literal(), part, mistakes)
    }

    /// True if offsets in the text are offsets in the source.
    pub(super) fn is_literal(&self) -> bool {
        matches!(self.text, Cow::Borrowed(_))
    }
}

/// A tag: its name and the text behind it.
pub(super) struct Tag<'s> {
    pub(super) inside: Inside<'s>,
    /// The offset of the tag's opening delimiter in the source.
    pub(super) open: usize,
    name: Range<usize>,
}

impl<'s> Tag<'s> {
    pub(super) fn new(inside: Inside<'s>, open: usize) -> Tag<'s> {
        let begin = inside.text.len() - inside.text.trim_start().len();
        let text = inside.text.get(begin..).unwrap_or_default();
        let length = text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        Tag { name: begin..begin + length, inside, open }
    }

    pub(super) fn name(&self) -> &str {
        self.inside.text.get(self.name.clone()).unwrap_or_default()
    }

    pub(super) fn rest(&self) -> &str {
        self.inside.text.get(self.name.end..).unwrap_or_default()
    }

    /// The tag in a line of this `liquid` tag.
    pub(super) fn line(&self, range: Range<usize>) -> Tag<'s> {
        let start = self.inside.start + if self.inside.is_literal() { range.start } else { 0 };
        let text = match &self.inside.text {
            Cow::Borrowed(text) => Cow::Borrowed(text.get(range).unwrap_or_default()),
            Cow::Owned(text) => Cow::Owned(text.get(range).unwrap_or_default().to_owned()),
        };
        Tag::new(Inside { text, start }, start)
    }
}

/// The tags in the lines of a `liquid` tag, the last one first. Empty lines and comments are none.
pub(super) fn lines<'s>(tag: &Tag<'s>) -> Result<Vec<Tag<'s>>, ParseError> {
    let mut lines = Vec::new();
    let mut comments = 0_usize;
    let mut at = tag.name.end;
    for line in tag.rest().split_inclusive('\n') {
        let begin = at + (line.len() - line.trim_start().len());
        at += line.len();
        let end = begin + line.trim().len();
        match line.split_whitespace().next() {
            None => {}
            Some("comment") => comments += 1,
            Some("endcomment") if comments > 0 => comments -= 1,
            Some(word) if comments > 0 || word.starts_with('#') => {}
            Some(_) => lines.push(tag.line(begin..end)),
        }
    }
    lines.reverse();
    match comments {
        0 => Ok(lines),
        _ => {
            Err(ParseError::syntax(tag.open, "A comment in {% liquid %} is never closed: write endcomment behind it."))
        }
    }
}

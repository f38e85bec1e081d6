//! Escapes the characters that have a meaning in HTML, scripts and style sheets.

use std::borrow::Cow;

use super::context::Trust;

/// A way of escaping, by the place where the value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escaping {
    /// Text, and values in quotes.
    Text,
    /// Values without quotes.
    Unquoted,
    /// Any place: not even the name of an attribute ends in such a value.
    Unknown,
    /// Strings of JavaScript and JSON.
    Script,
    /// Strings of JavaScript in values without quotes.
    UnquotedScript,
    /// JSON in a script, which keeps its quotes.
    Json,
    /// Style sheets.
    Style,
    /// Style sheets in a conditional comment, which a `>` could end.
    CommentedStyle,
}

impl Escaping {
    fn escapes(self, byte: u8) -> bool {
        match (self, byte) {
            (Escaping::Style, b'<')
            | (Escaping::CommentedStyle, b'<' | b'>')
            | (Escaping::Json, b'&' | b'<' | b'>') => true,
            (Escaping::Style | Escaping::CommentedStyle | Escaping::Json, _) => false,
            (_, b'&' | b'<' | b'>' | b'"' | b'\'')
            | (Escaping::Unquoted | Escaping::UnquotedScript | Escaping::Unknown, b'=' | b'`' | b' ')
            | (Escaping::Unknown, b'/')
            | (Escaping::Script | Escaping::UnquotedScript, b'\\' | b'`') => true,
            (Escaping::Text, _) => false,
            _ => byte.is_ascii_control(),
        }
    }

    /// The index of the first byte that is escaped.
    fn find(self, text: &str, trust: Trust) -> Option<usize> {
        let mut bytes = text.bytes();
        match (self, trust) {
            (Escaping::Text, Trust::Text) => bytes.position(|byte| matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\'')),
            _ => bytes.position(|byte| self.escapes(byte) && (byte != b'&' || trust == Trust::Text)),
        }
    }

    fn replacement(self, byte: u8) -> Cow<'static, str> {
        match (self, byte) {
            (Escaping::Script | Escaping::UnquotedScript | Escaping::Json, _) => format!("\\u{byte:04x}").into(),
            (Escaping::Style | Escaping::CommentedStyle, _) => format!("\\{byte:x} ").into(),
            (_, b'&') => "&amp;".into(),
            (_, b'<') => "&lt;".into(),
            (_, b'>') => "&gt;".into(),
            (_, b'"') => "&quot;".into(),
            (_, b'\'') => "&#39;".into(),
            _ => format!("&#{byte};").into(),
        }
    }
}

/// Passes `text` to `write` in pieces, escaped. HTML keeps its character references.
pub(super) fn pieces<E>(
    text: &str,
    trust: Trust,
    form: Escaping,
    write: &mut impl FnMut(&str) -> Result<(), E>,
) -> Result<(), E> {
    let mut rest = text;
    while let Some(at) = form.find(rest, trust) {
        let (before, after) = rest.split_at(at);
        write(before)?;
        write(&form.replacement(after.as_bytes()[0]))?;
        rest = after.get(1..).unwrap_or_default();
    }
    write(rest)
}

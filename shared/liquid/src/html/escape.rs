//! Characters that do something in HTML, as others that do not.

use std::borrow::Cow;

use super::Trust;

/// A way of escaping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// For text and for values in quotes.
    Text,
    /// For values without quotes.
    Unquoted,
    /// For any place: not even the name of an attribute ends.
    Doubt,
    /// For strings of JavaScript and JSON.
    Script,
    /// For strings of JavaScript in values without quotes.
    UnquotedScript,
    /// For JSON in a script: its quotes stay.
    Json,
    /// For style sheets.
    Style,
}

impl Form {
    fn escapes(self, byte: u8) -> bool {
        match (self, byte) {
            (Form::Style, b'<') | (Form::Json, b'&' | b'<' | b'>') => true,
            (Form::Style | Form::Json, _) => false,
            (_, b'&' | b'<' | b'>' | b'"' | b'\'')
            | (Form::Unquoted | Form::UnquotedScript | Form::Doubt, b'=' | b'`' | b' ')
            | (Form::Doubt, b'/')
            | (Form::Script | Form::UnquotedScript, b'\\' | b'`') => true,
            (Form::Text, _) => false,
            _ => byte.is_ascii_control(),
        }
    }

    /// The index of the first byte that is escaped.
    fn find(self, text: &str, trust: Trust) -> Option<usize> {
        let mut bytes = text.bytes();
        match (self, trust) {
            (Form::Text, Trust::Text) => bytes.position(|byte| matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\'')),
            _ => bytes.position(|byte| self.escapes(byte) && (byte != b'&' || trust == Trust::Text)),
        }
    }

    fn replacement(self, byte: u8) -> Cow<'static, str> {
        match (self, byte) {
            (Form::Script | Form::UnquotedScript | Form::Json, _) => format!("\\u{byte:04x}").into(),
            (Form::Style, _) => format!("\\{byte:x} ").into(),
            (_, b'&') => "&amp;".into(),
            (_, b'<') => "&lt;".into(),
            (_, b'>') => "&gt;".into(),
            (_, b'"') => "&quot;".into(),
            (_, b'\'') => "&#39;".into(),
            _ => format!("&#{byte};").into(),
        }
    }
}

/// Passes `text` to `write` piece by piece, escaped. The references that markup holds stay.
pub(super) fn pieces<E>(
    text: &str,
    trust: Trust,
    form: Form,
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

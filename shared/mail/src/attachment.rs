//! Files that travel with a message.

use std::fmt;

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
const LONGEST_NAME: usize = 255;

/// How a mail program shows an attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    /// In a list of files.
    Attachment,
    /// Where the HTML refers to its content id.
    Inline,
}

/// A file, checked.
#[derive(Clone, PartialEq, Eq)]
pub struct Attachment {
    /// 1 to 255 characters, without control characters, quotes and path separators.
    pub filename: String,
    /// The file's bytes.
    pub content: Vec<u8>,
    /// The MIME type, if the caller named one.
    pub content_type: Option<String>,
    /// What the HTML calls it, without angle brackets.
    pub content_id: Option<String>,
    /// How it is shown.
    pub disposition: Disposition,
}

impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attachment").field("bytes", &self.content.len()).finish_non_exhaustive()
    }
}

/// The bytes of standard base64 (RFC 4648 section 4), padded or not; white space, which MIME encoders add, is
/// left out. `None` if it is not base64.
#[must_use]
pub fn decode(content: &str) -> Option<Vec<u8>> {
    if content.bytes().any(|byte| byte.is_ascii_whitespace()) {
        let packed: String = content.split_ascii_whitespace().collect();
        return BASE64.decode(packed).ok();
    }
    BASE64.decode(content).ok()
}

/// True if a file can have this name.
#[must_use]
pub fn is_filename(name: &str) -> bool {
    let forbidden = |c: char| c.is_control() || matches!(c, '"' | '\'' | '/' | '\\');
    (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.contains(forbidden)
}

/// True for `type/subtype`, perhaps with parameters, in printable ASCII.
#[must_use]
pub fn is_mime_type(text: &str) -> bool {
    let token = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&byte))
    };
    let printable = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    let essence = text.split(';').next().unwrap_or_default();
    text.len() <= 255 && printable && essence.trim_end().split_once('/').is_some_and(|(a, b)| token(a) && token(b))
}

/// True for a content id without angle brackets: 1 to 78 characters of printable ASCII and no blanks.
#[must_use]
pub fn is_content_id(text: &str) -> bool {
    (1..=78).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_decoded_as_callers_write_it() {
        for (given, expected) in [
            ("aGk=", Some(&b"hi"[..])),
            ("aGk", Some(b"hi")),
            ("aG\r\nk=", Some(b"hi")),
            ("", Some(b"")),
            ("a", None),
            ("aGk-", None),
            ("a*==", None),
        ] {
            assert_eq!(decode(given).as_deref(), expected, "{given:?}");
        }
    }

    #[test]
    fn names_and_types_are_checked() {
        assert!(is_filename("Rechnung für März.pdf") && is_filename(&"a".repeat(255)));
        for name in ["", "a/b", "a\\b", "a\"b", "a'b", "a\nb", "a\0", &"a".repeat(256)] {
            assert!(!is_filename(name), "{name:?}");
        }
        assert!(is_mime_type("image/svg+xml") && is_mime_type("text/plain; charset=utf-8"));
        for text in [
            "",
            "text",
            "text/",
            "/plain",
            "te xt/plain",
            "text/plain\r\nX: y",
            "text/plain\r\n",
            "text/plain\t;",
            "text/plain; ü",
        ] {
            assert!(!is_mime_type(text), "{text:?}");
        }
        assert!(is_content_id("logo@example") && !is_content_id("<logo>") && !is_content_id("a b"));
    }
}

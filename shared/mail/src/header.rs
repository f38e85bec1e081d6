//! Headers that a caller adds to a message.

use std::fmt;

use crate::mailbox::{encode, is_plain};

/// Name and value together, so that the line stays within RFC 5322's 998; SES's own limit too (`MessageHeader`).
const LONGEST: usize = 996;
/// The longest name that SES takes (API reference, `MessageHeader`).
pub const LONGEST_NAME: usize = 126;
const STRUCTURAL: [&str; 10] =
    ["from", "to", "cc", "bcc", "subject", "date", "message-id", "reply-to", "return-path", "sender"];
const STRUCTURAL_PREFIXES: [&str; 4] = ["mime-", "content-", "dkim-", "x-ses-"];

/// A header: a token and printable ASCII. The only way in is [`Header::new`].
#[derive(Clone, PartialEq, Eq)]
pub struct Header {
    name: String,
    value: String,
}

/// Why a header cannot be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidHeader {
    /// Not an RFC 5322 field name.
    #[error("The header's name must be 1 to 126 letters, digits and !#$%&'*+-.^_`|~.")]
    Name,
    /// A header that makes the message what it is.
    #[error("This header is set by the platform and cannot be given.")]
    Structural,
    /// The value is empty, or has control characters, line breaks among them.
    #[error("The header's value must have at least 1 character and no control characters.")]
    Value,
    /// Name and value are longer than a line.
    #[error("The header's value and name must together have at most 996 characters, once encoded.")]
    TooLong,
}

impl Header {
    /// A header with this name and value; a value that is not printable ASCII is encoded (RFC 2047).
    ///
    /// # Errors
    /// [`InvalidHeader`].
    pub fn new(name: &str, value: &str) -> Result<Self, InvalidHeader> {
        let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if name.is_empty() || name.len() > LONGEST_NAME || !name.bytes().all(token) {
            return Err(InvalidHeader::Name);
        }
        let lower = name.to_ascii_lowercase();
        if STRUCTURAL.contains(&lower.as_str()) || is_structural_family(&lower) {
            return Err(InvalidHeader::Structural);
        }
        if value.is_empty() || value.chars().any(char::is_control) {
            return Err(InvalidHeader::Value);
        }
        let value = if is_plain(value) { value.to_owned() } else { encode(value) };
        if name.len() + value.len() > LONGEST {
            return Err(InvalidHeader::TooLong);
        }
        Ok(Self { name: name.to_owned(), value })
    }

    /// The name, as the caller wrote it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value, encoded.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }
}

fn is_structural_family(lower: &str) -> bool {
    STRUCTURAL_PREFIXES.iter().any(|prefix| lower.starts_with(prefix))
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Header").field("name", &self.name).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn headers_are_checked() {
        for (name, value, expected) in [
            ("X-Order", "42", Ok("42")),
            ("X-Name", "Zoë", Ok("=?UTF-8?B?Wm/Dqw==?=")),
            ("List-Unsubscribe", "<https://x.co/u>", Ok("<https://x.co/u>")),
            ("", "x", Err(InvalidHeader::Name)),
            ("X Order", "x", Err(InvalidHeader::Name)),
            ("X:Order", "x", Err(InvalidHeader::Name)),
            ("X-Ordér", "x", Err(InvalidHeader::Name)),
            ("bcc", "x", Err(InvalidHeader::Structural)),
            ("Content-Type", "x", Err(InvalidHeader::Structural)),
            ("MIME-Version", "x", Err(InvalidHeader::Structural)),
            ("DKIM-Signature", "x", Err(InvalidHeader::Structural)),
            ("x-ses-tags", "x", Err(InvalidHeader::Structural)),
            ("X-Order", "a\r\nBcc: b@x.co", Err(InvalidHeader::Value)),
            ("X-Order", "a\0", Err(InvalidHeader::Value)),
            ("X-Order", "", Err(InvalidHeader::Value)),
        ] {
            let given = Header::new(name, value);
            assert_eq!(given.as_ref().map(Header::value), expected.as_ref().copied(), "{name}: {value:?}");
        }
        assert!(Header::new("X", &"a".repeat(995)).is_ok());
        assert_eq!(Header::new("X", &"a".repeat(996)), Err(InvalidHeader::TooLong));
    }

    proptest! {
        #[test]
        fn no_header_adds_another(name in any::<String>(), value in any::<String>()) {
            if let Ok(header) = Header::new(&name, &value) {
                prop_assert!(header.value().bytes().all(|byte| (b' '..=b'~').contains(&byte)));
                prop_assert!(header.name().bytes().all(|byte| byte.is_ascii_graphic() && byte != b':'));
            }
        }
    }
}

//! An address with a name, as a header contains it.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{
    address::Address,
    characters::{is_direction_control, is_line_separator},
};

/// The largest length in bytes of an address with its encoded name that SES accepts. AWS does not document this limit: it is known
/// from SES's error for a longer one, "Address length is more than 320 characters long", which others have published with encoded
/// names. An address is sent in ASCII, so a character is a byte.
pub const MAX_BYTES: usize = 320;

/// An address, and the name of its owner if there is one.
#[derive(Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// The address.
    pub address: Address,
    /// The name, which may be any text.
    pub name: Option<String>,
}

/// The error of a text that is neither an address nor `name <address>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Must be an email address, alone or with a name as in Ada <ada@example.com>.")]
pub struct InvalidMailbox;

impl From<Address> for Mailbox {
    fn from(address: Address) -> Self {
        Self { address, name: None }
    }
}

impl Mailbox {
    /// Reads an address, alone or as `name <address>` (RFC 5322 3.4). The name is quoted, or has no character that would require
    /// quotes.
    ///
    /// # Errors
    /// [`InvalidMailbox`] for any other text, such as several addresses, and names that are encoded already.
    pub fn parse(text: &str) -> Result<Self, InvalidMailbox> {
        let named = text.trim().strip_suffix('>').and_then(|text| text.rsplit_once('<'));
        let (name, address) = named.map_or((None, text), |(name, address)| (Some(name.trim()), address));
        let name = name.filter(|name| !name.is_empty()).map(|name| phrase(name).ok_or(InvalidMailbox)).transpose()?;
        Ok(Self { address: Address::parse(address).map_err(|_| InvalidMailbox)?, name })
    }

    /// Writes `name <address>` in printable ASCII, whatever the name contains: quoted (RFC 5322 3.2.4) if it is printable ASCII,
    /// and otherwise encoded (RFC 2047). Control characters and line separators become spaces. Direction marks, which could make
    /// one name look like another, are removed.
    #[must_use]
    pub fn to_header(&self) -> String {
        let name = self.name.as_deref().map(one_line).filter(|name| !name.trim().is_empty());
        match name {
            None => self.address.as_str().to_owned(),
            Some(name) if is_plain(&name) => {
                let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
                format!("\"{quoted}\" <{}>", self.address.as_str())
            }
            Some(name) => format!("{} <{}>", encode(&name), self.address.as_str()),
        }
    }

    /// True if SES accepts the address with this name.
    #[must_use]
    pub fn fits(&self) -> bool {
        self.to_header().len() <= MAX_BYTES
    }
}

impl fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mailbox(…)")
    }
}

/// The name before an address in angle brackets, `None` if it is not written correctly.
fn phrase(name: &str) -> Option<String> {
    if name.contains(char::is_control) || name.contains("=?") {
        return None;
    }
    let is_special = |c: char| matches!(c, '"' | '\\' | '<' | '>' | ',' | ';' | ':' | '@');
    match name.strip_prefix('"') {
        Some(quoted) => unescaped(quoted.strip_suffix('"')?),
        None => (!name.contains(is_special)).then(|| name.to_owned()),
    }
}

/// The text of a quoted string, without the `\` before escaped characters.
fn unescaped(inside: &str) -> Option<String> {
    let mut text = String::with_capacity(inside.len());
    let mut chars = inside.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => return None,
            '\\' => text.push(chars.next()?),
            _ => text.push(c),
        }
    }
    Some(text)
}

fn one_line(text: &str) -> String {
    let seen = text.chars().filter(|c| !is_direction_control(*c));
    seen.map(|c| if c.is_control() || is_line_separator(c) { ' ' } else { c }).collect()
}

/// True for printable ASCII that no reader takes for an encoded word, which some decode in a quoted string too.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) && !text.contains("=?")
}

/// The text as encoded words (RFC 2047), each of at most 75 characters and of complete characters.
pub(crate) fn encode(text: &str) -> String {
    let mut words = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (word, left) = rest.split_at(rest.floor_char_boundary(45));
        words.push(format!("=?UTF-8?B?{}?=", STANDARD.encode(word)));
        rest = left;
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mailbox(name: &str) -> Mailbox {
        Mailbox { address: Address::parse("a@x.co").unwrap(), name: Some(name.to_owned()) }
    }

    fn header(name: &str) -> String {
        mailbox(name).to_header()
    }

    fn fits(name: &str) -> bool {
        mailbox(name).fits()
    }

    #[test]
    fn names_are_quoted_or_encoded() {
        for (name, expected) in [
            ("Ada", "\"Ada\" <a@x.co>"),
            ("A \"B\" \\ <b@x.co>, c", "\"A \\\"B\\\" \\\\ <b@x.co>, c\" <a@x.co>"),
            ("Zoë", "=?UTF-8?B?Wm/Dqw==?= <a@x.co>"),
            ("=?UTF-8?Q?x?=", "=?UTF-8?B?PT9VVEYtOD9RP3g/PQ==?= <a@x.co>"),
            ("a\r\nBcc: b@x.co", "\"a  Bcc: b@x.co\" <a@x.co>"),
            (" ", "a@x.co"),
            ("Zoë\u{2028}x", "=?UTF-8?B?Wm/DqyB4?= <a@x.co>"),
            ("\u{202e}Ada\u{202c}\u{2066}\u{200f}", "\"Ada\" <a@x.co>"),
            ("\u{200e}\u{61c}", "a@x.co"),
        ] {
            assert_eq!(header(name), expected);
        }
        assert!(fits(&"a".repeat(309)) && !fits(&"a".repeat(310)), "309, two quotes, a blank and <a@x.co>");
        assert!(fits(&"\"".repeat(154)) && !fits(&"\"".repeat(155)));
        assert!(fits(&"株".repeat(61)) && !fits(&"株".repeat(66)));
        assert!(encode(&"ü".repeat(100)).split(' ').all(|word| word.len() <= 75));
    }

    #[test]
    fn an_address_is_read_with_or_without_a_name() {
        let read = |text: &str| Mailbox::parse(text).ok().map(|mailbox| (mailbox.name, mailbox.address));
        for (text, name) in [
            ("a@x.co", None),
            (" A@x.co ", None),
            ("<a@x.co>", None),
            ("Support <a@x.co>", Some("Support")),
            (" Dr. Zoë O'Hara (Acme)<a@X.co> ", Some("Dr. Zoë O'Hara (Acme)")),
            ("\"Support, \\\"Acme\\\" <x@y.co>\" <a@x.co>", Some("Support, \"Acme\" <x@y.co>")),
        ] {
            assert_eq!(read(text), Some((name.map(str::to_owned), Address::parse("a@x.co").unwrap())), "{text}");
        }
        for text in [
            "",
            "Ada",
            "Ada a@x.co",
            "Ada <a@x.co",
            "Ada a@x.co>",
            "Ada <>",
            "Ada <Bob <a@x.co>>",
            "a@x.co, b@x.co",
            "a@x.co, Bob <b@x.co>",
            "Ada <a@x.co>, Bob <b@x.co>",
            "Ada <a@x.co> x",
            "Friends: Ada <a@x.co>",
            "\"Ada <a@x.co>",
            "\"Ada\" x <a@x.co>",
            "\"Ada\\\" <a@x.co>",
            "Ada\r\nBcc: b@x.co <a@x.co>",
            "\"Ada\r\nBcc: b@x.co\" <a@x.co>",
            "=?UTF-8?Q?Zo=C3=AB?= <a@x.co>",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn no_name_adds_a_line_or_a_recipient(name in any::<String>()) {
            let header = header(&name);
            prop_assert!(header.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
            let unquoted = header.strip_suffix("a@x.co>").or_else(|| header.strip_suffix("a@x.co")).unwrap();
            let inside = unquoted.strip_prefix('"').and_then(|rest| rest.strip_suffix("\" <"));
            match inside {
                Some(inside) => prop_assert!(!inside.replace("\\\\", "").replace("\\\"", "").contains('"')),
                None => prop_assert!(!unquoted.contains([',', '"', '@'])),
            }
        }
    }
}

//! The headers that a caller adds to a message.

use std::fmt;

use url::Url;

use crate::{address::Address, mailbox::encode};

/// The largest length of name and value together, so that the line stays within the 998 bytes of RFC 5322. It is SES's limit too
/// (`MessageHeader`).
const MAX_LENGTH: usize = 996;
/// The largest length of a name that SES accepts (API reference, `MessageHeader`).
pub const MAX_NAME_LENGTH: usize = 126;
/// The headers that belong to the message's structure.
const STRUCTURAL: [&str; 9] = ["bcc", "cc", "date", "from", "message-id", "reply-to", "sender", "subject", "to"];
/// The beginnings of headers that belong to the message's structure (`content-`, `mime-`), and of those that only one mail service
/// writes: readers and filters of that service believe them.
const STRUCTURAL_PREFIXES: [&str; 6] = ["content-", "mime-", "x-google-", "x-ms-exchange-", "x-ses-", "x-spam-"];
/// The beginnings of headers that those write who sign a message, pass it on or receive it. Readers and filters believe them, even
/// with `x-` before the name.
const TRANSIT_PREFIXES: [&str; 14] = [
    "apparently-to",
    "arc-",
    "authentication-results",
    "bimi-indicator",
    "delivered-to",
    "delivery-date",
    "dkim-",
    "domainkey-",
    "envelope-",
    "original-recipient",
    "original-to",
    "received",
    "resent-",
    "return-path",
];
/// The headers with links in angle brackets (RFC 2369, RFC 5064).
const LINK_HEADERS: [&str; 7] =
    ["archived-at", "list-archive", "list-help", "list-owner", "list-post", "list-subscribe", "list-unsubscribe"];
/// The headers with a name, and an address or another identifier in angle brackets (RFC 2919, RFC 8098, RFC 4021 and common use).
const MAILBOX_HEADERS: [&str; 12] = [
    "bounces-to",
    "disposition-notification-to",
    "errors-to",
    "list-id",
    "mail-followup-to",
    "mail-reply-to",
    "original-from",
    "return-receipt-to",
    "x-complaints-to",
    "x-confirm-reading-to",
    "x-original-from",
    "x-report-abuse-to",
];
/// The headers with identifiers and keywords that programs write and look for (RFC 5322 3.6.4, RFC 8058, RFC 3834, RFC 2156).
const IDENTIFIER_HEADERS: [&str; 7] = [
    "auto-submitted",
    "in-reply-to",
    "list-unsubscribe-post",
    "obsoletes",
    "original-message-id",
    "references",
    "supersedes",
];

/// A header with a token as its name and printable ASCII as its value. [`Header::new`] is the only constructor.
#[derive(Clone, PartialEq, Eq)]
pub struct Header {
    name: String,
    value: String,
}

/// The reason for which a header cannot be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidHeader {
    /// The name is not a field name of RFC 5322.
    #[error("The header's name must be 1 to {MAX_NAME_LENGTH} letters, digits and !#$%&'*+-.^_`|~.")]
    Name,
    /// The header belongs to the message's structure, or others write it on the message's way.
    #[error("This header is set by the platform or on the way to the recipient, and cannot be given.")]
    Structural,
    /// The value is empty, or has control characters such as line breaks.
    #[error("The header's value must have at least 1 character and no control characters.")]
    Value,
    /// Programs read the header, and it has no form for the characters of its value.
    #[error("This header's value must be ASCII: percent-encode a link, and write a domain in Punycode.")]
    NotAscii,
    /// Name and value are longer than a line may be.
    #[error("The header's value and name must together have at most {MAX_LENGTH} characters, once encoded.")]
    TooLong,
}

impl Header {
    /// A header with this name and value. Printable ASCII stays unchanged, whatever it looks like. Other text is encoded by RFC
    /// 2047, and links and domains between angle brackets by their own standards.
    ///
    /// # Errors
    /// [`InvalidHeader`] with the first reason that applies.
    pub fn new(name: &str, value: &str) -> Result<Self, InvalidHeader> {
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if name.is_empty() || name.len() > MAX_NAME_LENGTH || !name.bytes().all(is_token) {
            return Err(InvalidHeader::Name);
        }
        let lower = name.to_ascii_lowercase();
        if is_structural(&lower) {
            return Err(InvalidHeader::Structural);
        }
        if value.is_empty() || value.chars().any(char::is_control) {
            return Err(InvalidHeader::Value);
        }
        let value = in_ascii(&lower, value).ok_or(InvalidHeader::NotAscii)?;
        if name.len() + value.len() > MAX_LENGTH {
            return Err(InvalidHeader::TooLong);
        }
        Ok(Self { name: name.to_owned(), value })
    }

    /// The name as the caller wrote it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The encoded value.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }
}

fn is_structural(lower: &str) -> bool {
    let bare = lower.strip_prefix("x-").unwrap_or(lower);
    STRUCTURAL.contains(&lower)
        || STRUCTURAL_PREFIXES.iter().any(|prefix| lower.starts_with(prefix))
        || TRANSIT_PREFIXES.iter().any(|prefix| bare.starts_with(prefix))
}

/// The value in ASCII, `None` if the header has no form for it. `name` is in lower case.
fn in_ascii(name: &str, value: &str) -> Option<String> {
    if value.is_ascii() {
        Some(value.to_owned())
    } else if LINK_HEADERS.contains(&name) {
        bracketed(value, |_text| None, link)
    } else if MAILBOX_HEADERS.contains(&name) {
        bracketed(value, phrase, |address| Address::parse(address).ok().map(|address| address.as_str().to_owned()))
    } else {
        (!IDENTIFIER_HEADERS.contains(&name)).then(|| encode(value))
    }
}

/// Encodes the parts of the value that are not ASCII: by `outside` around its angle brackets, and by `inside` between them.
fn bracketed(
    value: &str,
    outside: impl Fn(&str) -> Option<String>,
    inside: impl Fn(&str) -> Option<String>,
) -> Option<String> {
    let mut out = String::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('<') {
        let (between, left) = after.split_once('>')?;
        let [before, between] = [(before, &outside as &dyn Fn(&str) -> _), (between, &inside)]
            .map(|(text, encode)| if text.is_ascii() { Some(text.to_owned()) } else { encode(text) });
        out.extend([&before?, "<", &between?, ">"]);
        rest = left;
    }
    out += &if rest.is_ascii() { rest.to_owned() } else { outside(rest)? };
    Some(out)
}

/// A link as a browser reads it, with its host in Punycode and the rest percent-encoded.
fn link(text: &str) -> Option<String> {
    Url::parse(text).ok().map(String::from).filter(|link| !link.contains(['<', '>']))
}

/// Encodes a name before an address. It may follow the comma that ends the address before it.
fn phrase(text: &str) -> Option<String> {
    let name = text.trim_matches([' ', ',']);
    let is_quoted = name.contains(['"', '(', ')', ',', ':', ';', '<', '>', '@', '[', ']', '\\']);
    (!is_quoted).then(|| text.replacen(name, &encode(name), 1))
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
            ("List-Unsubscribe", "<https://x.co/u/dXNlcg=?l=3>", Ok("<https://x.co/u/dXNlcg=?l=3>")),
            ("X-Name", "=?UTF-8?Q?Zo=C3=AB?=", Ok("=?UTF-8?Q?Zo=C3=AB?=")),
            ("X-Link", "a=?b  \"c\" <d>", Ok("a=?b  \"c\" <d>")),
            ("X-Link", "<https://x.co/ü>", Ok("=?UTF-8?B?PGh0dHBzOi8veC5jby/DvD4=?=")),
            ("", "x", Err(InvalidHeader::Name)),
            ("X Order", "x", Err(InvalidHeader::Name)),
            ("X:Order", "x", Err(InvalidHeader::Name)),
            ("X-Ordér", "x", Err(InvalidHeader::Name)),
            ("bcc", "x", Err(InvalidHeader::Structural)),
            ("Content-Type", "x", Err(InvalidHeader::Structural)),
            ("MIME-Version", "x", Err(InvalidHeader::Structural)),
            ("DKIM-Signature", "x", Err(InvalidHeader::Structural)),
            ("Received", "x", Err(InvalidHeader::Structural)),
            ("received-spf", "x", Err(InvalidHeader::Structural)),
            ("Authentication-Results", "x", Err(InvalidHeader::Structural)),
            ("ARC-Seal", "x", Err(InvalidHeader::Structural)),
            ("RESENT-From", "x", Err(InvalidHeader::Structural)),
            ("Delivered-To", "x", Err(InvalidHeader::Structural)),
            ("DomainKey-Signature", "x", Err(InvalidHeader::Structural)),
            ("Archived-At", "<https://x.co/a>", Ok("<https://x.co/a>")),
            ("x-ses-tags", "x", Err(InvalidHeader::Structural)),
            ("X-Order", "a\r\nBcc: b@x.co", Err(InvalidHeader::Value)),
            ("X-Order", "a\0", Err(InvalidHeader::Value)),
            ("X-Order", "", Err(InvalidHeader::Value)),
        ] {
            let given = Header::new(name, value);
            assert_eq!(given.as_ref().map(Header::value), expected.as_ref().copied(), "{name}: {value:?}");
        }
        assert!(Header::new("X", &"a".repeat(995)).is_ok());
        let long = format!("<https://x.co/{}>", "ü".repeat(200));
        assert_eq!(Header::new("List-Help", &long), Err(InvalidHeader::TooLong), "six bytes for each of 200 letters");
        assert_eq!(Header::new("X", &"a".repeat(996)), Err(InvalidHeader::TooLong));
    }

    #[test]
    fn links_and_addresses_for_programs_contain_no_encoded_word() {
        for (name, value, expected) in [
            ("List-Unsubscribe", "<https://x.co/ü?a=ß&b=%20#é>", Some("<https://x.co/%C3%BC?a=%C3%9F&b=%20#%C3%A9>")),
            ("list-help", "<https://bücher.example/u>", Some("<https://xn--bcher-kva.example/u>")),
            (
                "List-Unsubscribe",
                "<mailto:u@x.co?subject=Abmelden für immer>, <https://x.co/ü>",
                Some("<mailto:u@x.co?subject=Abmelden%20f%C3%BCr%20immer>, <https://x.co/%C3%BC>"),
            ),
            ("List-Unsubscribe", "https://x.co/ü", None),
            ("List-Unsubscribe", "<https://x.co/u> (Grüße)", None),
            ("List-Unsubscribe", "<https://x.co/ü", None),
            ("List-Unsubscribe", "<x.co/ü>", None),
            ("Archived-At", "<mailto:ü<@x.co>", None),
            ("List-ID", "Bücher <books.example.com>", Some("=?UTF-8?B?QsO8Y2hlcg==?= <books.example.com>")),
            ("List-ID", "Books <bücher.example.com>", None),
            ("Errors-To", "<a@bücher.example>", Some("<a@xn--bcher-kva.example>")),
            (
                "Errors-To",
                "Zoë <a@x.co>, Björk <b@x.co>",
                Some("=?UTF-8?B?Wm/Dqw==?= <a@x.co>, =?UTF-8?B?QmrDtnJr?= <b@x.co>"),
            ),
            ("Errors-To", "\"Zoë\" <a@x.co>", None),
            ("Errors-To", "zoë@x.co", None),
            ("Mail-Followup-To", "<a@bücher.example>", Some("<a@xn--bcher-kva.example>")),
            ("X-Original-From", "Zoë <zoe@x.co>", Some("=?UTF-8?B?Wm/Dqw==?= <zoe@x.co>")),
            ("X-Report-Abuse-To", "abuse@bücher.example", None),
            ("X-Complaints-To", "<ü@x.co>", None),
            ("Supersedes", "<ü@x.co>", None),
            ("References", "<ü@x.co>", None),
            ("In-Reply-To", "ü", None),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Clück", None),
        ] {
            let expected = expected.map(str::to_owned).ok_or(InvalidHeader::NotAscii);
            assert_eq!(Header::new(name, value).map(|header| header.value), expected, "{value}");
        }
    }

    #[test]
    fn headers_of_the_way_to_the_recipient_cannot_be_given() {
        for name in [
            "Apparently-To",
            "ARC-Authentication-Results",
            "Authentication-Results-Original",
            "BIMI-Indicator",
            "Delivery-Date",
            "Envelope-From",
            "Envelope-To",
            "Original-Recipient",
            "Received-SPF",
            "Return-Path",
            "X-Apparently-To",
            "X-Authentication-Results",
            "X-Delivered-To",
            "X-DKIM-Signature",
            "X-Envelope-From",
            "X-Envelope-To",
            "X-Google-DKIM-Signature",
            "X-MS-Exchange-Organization-SCL",
            "X-Original-To",
            "X-Received",
            "X-Spam-Status",
        ] {
            assert_eq!(Header::new(name, "x"), Err(InvalidHeader::Structural), "{name}");
        }
        for name in ["Organization", "Precedence", "X-Date", "X-Entity-Ref-ID", "X-Mailer", "X-Order", "X-To", "X-X-To"]
        {
            assert!(Header::new(name, "x").is_ok(), "{name}");
        }
    }

    proptest! {
        #[test]
        fn printable_ascii_stays_unchanged(name in "X-[A-Z]{1,5}|List-Unsubscribe|References", value in "[ -~]{1,80}") {
            prop_assert_eq!(Header::new(&name, &value).map(|header| header.value), Ok(value));
        }

        #[test]
        fn no_header_adds_another(name in any::<String>(), value in any::<String>()) {
            if let Ok(header) = Header::new(&name, &value) {
                prop_assert!(header.value().bytes().all(|byte| (b' '..=b'~').contains(&byte)));
                prop_assert!(header.name().bytes().all(|byte| byte.is_ascii_graphic() && byte != b':'));
            }
        }
    }
}

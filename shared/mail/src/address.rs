//! Email addresses in their normal form: trimmed, in lower case, with the domain in Punycode.

use std::fmt;

use email_address::EmailAddress;
use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

const MAX_LENGTH: usize = 254;
const MAX_LOCAL_PART_BYTES: usize = 64;
/// The largest length in bytes of a domain as it is given: four for each of the 253 characters that a domain may have. Converting a
/// domain takes time that grows with its length, whatever the result.
const MAX_DOMAIN_BYTES: usize = 4 * 253;

/// An address `local@domain` in its normal form. [`Address::parse`] is the only constructor, so that no address contains a
/// character that could end a header or name a second recipient. Its `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address(String);

/// The error of a text that is no address to which mail can be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Must be an email address such as ada@example.com, without a display name.")]
pub struct InvalidAddress;

impl Address {
    /// Parses and normalises an address: an ASCII dot-atom of at most 64 characters, `@`, and a domain of at least two labels (IDN
    /// is converted to Punycode), with at most 254 characters in all.
    ///
    /// # Errors
    /// [`InvalidAddress`] for any other text, such as display names, quoted local parts and domain literals.
    pub fn parse(text: &str) -> Result<Self, InvalidAddress> {
        let (local, domain) = text.trim().rsplit_once('@').ok_or(InvalidAddress)?;
        let plain = local.is_ascii() && !local.starts_with('"') && local.len() <= MAX_LOCAL_PART_BYTES;
        if !plain || !EmailAddress::is_valid_local_part(local) {
            return Err(InvalidAddress);
        }
        let address = format!("{}@{}", local.to_ascii_lowercase(), normalise_domain(domain).ok_or(InvalidAddress)?);
        if address.len() > MAX_LENGTH { Err(InvalidAddress) } else { Ok(Self(address)) }
    }

    /// The whole address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part behind the `@`.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// True for an address of SES's mailbox simulator, whose mail affects nobody's reputation.
    #[must_use]
    pub fn is_simulator(&self) -> bool {
        self.domain() == "simulator.amazonses.com"
    }

    /// True if the address is at one of `domains` or at a sub-domain of one.
    #[must_use]
    pub fn is_at(&self, domains: &[String]) -> bool {
        domains.iter().any(|verified| {
            let rest = self.domain().strip_suffix(verified.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
    }
}

/// A domain in lower-case Punycode, `None` unless it has at least two labels and is given in at most 1,012 bytes.
#[must_use]
pub fn normalise_domain(domain: &str) -> Option<String> {
    if domain.len() > MAX_DOMAIN_BYTES {
        return None;
    }
    let ascii = Uts46::new()
        .to_ascii(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Verify)
        .ok()?;
    ascii.contains('.').then(|| ascii.into_owned())
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_are_normalised() {
        for (given, expected) in [
            ("ada@example.com", "ada@example.com"),
            (" Ada.Lovelace+Tag@Example.COM\n", "ada.lovelace+tag@example.com"),
            ("a@bücher.example", "a@xn--bcher-kva.example"),
            ("a@BÜCHER.example", "a@xn--bcher-kva.example"),
            ("a!#$%&'*+-/=?^_`{|}~b@x.co", "a!#$%&'*+-/=?^_`{|}~b@x.co"),
            ("a@mail.x--y.example", "a@mail.x--y.example"),
        ] {
            assert_eq!(Address::parse(given).map(|address| address.0), Ok(expected.to_owned()), "{given}");
        }
        let longest = format!("{}@x.co", "a".repeat(64));
        assert!(Address::parse(&longest).is_ok());
    }

    #[test]
    fn any_other_text_is_refused() {
        let too_long = format!("a@{}.com", vec!["b".repeat(60); 5].join("."));
        let long_local = format!("{}@x.co", "a".repeat(65));
        for given in [
            "",
            "@",
            "a",
            "a@",
            "@x.co",
            "a@b",
            "a@x.co.",
            "a@.x.co",
            "a@x..co",
            ".a@x.co",
            "a.@x.co",
            "a..b@x.co",
            "a b@x.co",
            "a@x .co",
            "Ada <ada@x.co>",
            "<ada@x.co>",
            "\"a b\"@x.co",
            "a@[127.0.0.1]",
            "ä@x.co",
            "a@x.co\r\nBcc: b@x.co",
            "a\0@x.co",
            "a@x.co,b@x.co",
            "a@b@x.co",
            "a@-x.co",
            "a@x_y.co",
            &too_long,
            &long_local,
        ] {
            assert_eq!(Address::parse(given), Err(InvalidAddress), "{given:?}");
        }
    }

    #[test]
    fn a_domain_that_is_too_long_is_refused_before_it_is_converted() {
        // Soft hyphens disappear in the conversion, so the domain would be a short one.
        let domain = |hyphens: usize| format!("x{}.co", "\u{ad}".repeat(hyphens));
        assert_eq!(normalise_domain(&domain(504)).as_deref(), Some("x.co"), "1,012 bytes");
        assert_eq!(normalise_domain(&domain(505)), None, "1,014 bytes");
        assert_eq!(Address::parse(&format!("a@{}", domain(505))), Err(InvalidAddress));
        let longest = vec!["ü".repeat(20); 8].join(".");
        assert!(Address::parse(&format!("a@{longest}.de")).is_ok());
    }

    #[test]
    fn a_domain_covers_its_sub_domains() {
        let domains = ["example.com".to_owned()];
        let at = |text: &str| Address::parse(text).unwrap().is_at(&domains);
        assert!(at("a@example.com") && at("a@mail.example.com"));
        assert!(!at("a@badexample.com") && !at("a@example.com.evil.org"));
    }

    proptest! {
        #[test]
        fn a_parsed_address_is_one_recipient(text in "\\PC{0,40}|[a-z.@\" ,<>\\r\\n]{1,30}@[a-z.]{1,20}") {
            if let Ok(address) = Address::parse(&text) {
                prop_assert!(address.0.bytes().all(|byte| byte.is_ascii_graphic()));
                prop_assert!(!address.0.contains([',', ';', '<', '>', '"', '(', ')', ':', '\\']));
                prop_assert_eq!(address.0.matches('@').count(), 1);
                prop_assert_eq!(Address::parse(&address.0), Ok(address.clone()));
            }
        }
    }
}

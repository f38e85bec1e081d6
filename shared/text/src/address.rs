//! Addresses of links.

use std::borrow::Cow;

use crate::characters::{is_closing, is_opening};

/// The largest length of a host. Decoding a host takes time that grows with the square of its length.
const MAX_HOST: usize = 253;
/// The prefix of a label of a host that is not ASCII.
const PUNYCODE: &str = "xn--";

/// The beginnings of addresses that lead to no page. `data:` contains a file.
const HIDDEN_SCHEMES: [&str; 5] = ["#", "javascript:", "vbscript:", "data:", "about:"];

/// The address as the text shows it, `None` if it leads nowhere. Blanks at its ends and control characters are removed, as browsers
/// do, and blanks inside are encoded.
pub(crate) fn displayed(href: &str) -> Option<String> {
    let trimmed = href.trim_matches(|c: char| c <= ' ' || c == '\u{A0}');
    let kept = trimmed.chars().filter(|c| !c.is_control());
    let address: String = kept.fold(String::with_capacity(trimmed.len()), |mut address, c| {
        match c {
            ' ' | '\u{A0}' => address.push_str("%20"),
            c => address.push(c),
        }
        address
    });
    let address = if address.starts_with("//") { format!("https:{address}") } else { address };
    let leads_nowhere = address.is_empty() || HIDDEN_SCHEMES.iter().any(|start| without(&address, start).is_some());
    (!leads_nowhere).then_some(address)
}

/// The largest length in bytes of a text that can be equivalent to the address: each byte may be written as three.
pub(crate) fn max_equivalent_len(address: &str) -> usize {
    3 * address.len() + 64
}

/// True if the text of a link, or a word of it, is equivalent to the link's address. People write an address without the scheme,
/// `www.` or the slash at its end, in any encoding, in parentheses or at the end of a sentence, and a telephone number with blanks.
pub(crate) fn is_contained_in(address: &str, text: &str) -> bool {
    if text.len() > max_equivalent_len(address) {
        return false;
    }
    if let Some(number) = without(address, "tel:").or_else(|| without(address, "sms:")) {
        let written = without(text, "tel:").or_else(|| without(text, "sms:")).unwrap_or(text);
        return digits(number).eq(digits(written));
    }
    if let Some(mailbox) = without(address, "mailto:") {
        let expected = mailboxes(mailbox.split('?').next().unwrap_or_default());
        return contains_equivalent(text, |word| mailboxes(without(word, "mailto:").unwrap_or(word)) == expected);
    }
    let expected = NormalizedUrl::of(address);
    contains_equivalent(text, |word| NormalizedUrl::of(word) == expected)
}

/// True if `is_equivalent` holds for the text, or for a word of it that can be an address, with or without the punctuation around
/// it.
fn contains_equivalent(text: &str, is_equivalent: impl Fn(&str) -> bool) -> bool {
    let matches =
        |text: &str| is_equivalent(text) || is_equivalent(text.trim_matches(|c| is_closing(c) || is_opening(c)));
    matches(text) || text.split_whitespace().filter(|word| word.contains(['.', '/', '@'])).any(matches)
}

/// The rest of the text behind `start`, which is compared without regard to case.
fn without<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(start.len())?;
    head.eq_ignore_ascii_case(start).then_some(rest)
}

/// The characters of a telephone number, without those that group them.
fn digits(number: &str) -> impl Iterator<Item = char> {
    number.chars().filter(|c| !matches!(c, ' ' | '\u{A0}' | '-' | '.' | '(' | ')' | '/'))
}

/// The mailboxes without blanks, encodings and case.
fn mailboxes(text: &str) -> Vec<u8> {
    let decoded = decode(text, |byte| matches!(byte, b' '..=b'~'));
    decoded.into_iter().filter(|byte| *byte != b' ').map(|byte| byte.to_ascii_lowercase()).collect()
}

/// An address in a form in which two ways to write it are equal.
#[derive(PartialEq, Eq)]
struct NormalizedUrl {
    host: String,
    path: Vec<u8>,
    query: Vec<u8>,
}

impl NormalizedUrl {
    fn of(address: &str) -> Self {
        let schemes = ["https://", "http://", "//"];
        let rest = schemes.iter().find_map(|scheme| without(address, scheme)).unwrap_or(address);
        let (host, rest) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let (path, query) = rest.split_at(rest.find(['?', '#']).unwrap_or(rest.len()));
        // These characters have one meaning everywhere. Another encoded character may separate parts of the address if it is
        // decoded.
        let is_free = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~ ".contains(&byte) || byte > 127;
        Self {
            host: host_of(host),
            path: decode(path.strip_suffix('/').unwrap_or(path), is_free),
            query: decode(query.strip_suffix('#').unwrap_or(query), is_free),
        }
    }
}

/// The host in Unicode and lower case, without `www.` and the default port.
fn host_of(host: &str) -> String {
    let host = [":443", ":80"].iter().find_map(|port| host.strip_suffix(port)).unwrap_or(host);
    let host = without(host, "www.").unwrap_or(host).to_lowercase();
    if host.len() > MAX_HOST || !host.contains(PUNYCODE) {
        return host;
    }
    let labels = host.split('.').map(|label| {
        let decoded = label.strip_prefix(PUNYCODE).and_then(idna::punycode::decode_to_string);
        decoded.map_or(Cow::Borrowed(label), Cow::Owned)
    });
    labels.collect::<Vec<_>>().join(".")
}

/// The text in bytes, with percent-encoded bytes decoded if `is_free` holds for them.
fn decode(text: &str, is_free: impl Fn(u8) -> bool) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let code = after.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = code.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|byte| is_free(*byte));
        decoded.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_lead_nowhere_are_not_shown() {
        for href in [
            "",
            " ",
            "#",
            "#top",
            " #top",
            "javascript:void(0)",
            "JavaScript:x",
            "java\nscript:x",
            "data:a,b",
            "about:blank",
        ] {
            assert_eq!(displayed(href), None, "{href:?}");
        }
    }

    #[test]
    fn addresses_are_shown_in_full() {
        let check = |href: &str, expected: &str| assert_eq!(displayed(href).as_deref(), Some(expected), "{href:?}");
        check(" https://example.com/a\n  b\t", "https://example.com/a%20%20b");
        check("mailto:ada@example.org?subject=x", "mailto:ada@example.org?subject=x");
        check("/orders/7", "/orders/7");
        check("//example.com/x", "https://example.com/x");
        check("https://example.com/#part", "https://example.com/#part");
    }

    #[test]
    fn a_text_with_an_equivalent_address_contains_it() {
        for (address, text) in [
            ("https://example.com/x", "https://example.com/x"),
            ("https://example.com/x", "example.com/x"),
            ("https://example.com/x/", "http://Example.com/x"),
            ("https://example.com/", "example.com"),
            ("https://example.com", "EXAMPLE.COM/"),
            ("https://example.com/a%20b", "example.com/a b"),
            ("mailto:ada@example.org", "Ada@example.org"),
            ("mailto:ada@example.org?subject=x", "ada@example.org"),
            ("MAILTO:ada@example.org", "mailto:ada@example.org"),
            ("tel:+4930123456", "+49 (30) 123-456"),
            ("tel:+4930123456", "tel:+4930123456"),
            ("https://www.example.com/", "example.com"),
            ("https://example.com:443/x#", "example.com/x"),
            ("https://example.com/x/?a=1", "example.com/x?a=1"),
            ("//example.com/x", "example.com/x"),
            ("https://example.com/%C3%BC%7e", "https://example.com/ü~"),
            ("https://example.com/ü", "https://example.com/%C3%BC"),
            ("https://xn--bcher-kva.example/", "Bücher.example"),
            ("https://bücher.example/", "https://xn--bcher-kva.example"),
            ("https://example.com/x", "<https://example.com/x>"),
            ("https://example.com/x", "(https://example.com/x)."),
            ("https://example.com/x", "Visit https://example.com/x now"),
            ("https://example.com/(x)", "https://example.com/(x)"),
            ("mailto:ada%2Bx%40example.org", "ada+x@example.org"),
            ("mailto:%20ada@example.org", "Write to ada@example.org."),
            ("mailto:a@x.co,b@x.co", "a@x.co, b@x.co"),
        ] {
            assert!(is_contained_in(address, text), "{address} {text}");
        }
        for (address, text) in [
            ("https://example.com/x", "example.com"),
            ("https://example.com/X", "example.com/x"),
            ("https://example.org/", "example.com"),
            ("https://example.com/", "here"),
            ("mailto:ada@example.org", "Ada"),
            ("tel:+4930123456", "Call us"),
            ("https://example.com/a%2Fb", "https://example.com/a/b"),
            ("https://example.com/?a=1%262", "https://example.com/?a=1&2"),
            ("https://example.com/x", "https://example.com/x_"),
            ("https://example.com/x?a", "https://example.com/x"),
            ("https://example.com/x", "https://example.com/xy and more"),
            ("https://xn--zzzzzzzz9.example/", "bücher.example"),
            ("https://mail.example.com/", "example.com"),
        ] {
            assert!(!is_contained_in(address, text), "{address} {text}");
        }
    }
}

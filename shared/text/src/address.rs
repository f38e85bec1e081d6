//! Addresses of links.

use std::borrow::Cow;

/// Begin what is no address to go to. `data:` holds a file.
const NOT_SHOWN: [&str; 5] = ["#", "javascript:", "vbscript:", "data:", "about:"];

/// The address as it is shown, if it leads anywhere: without the blanks that browsers remove, those within it encoded.
pub(crate) fn shown(href: &str) -> Option<String> {
    let trimmed = href.trim_matches(|c: char| c <= ' ' || c == '\u{A0}');
    let kept = trimmed.chars().filter(|c| !c.is_control());
    let address: String = kept.fold(String::with_capacity(trimmed.len()), |mut address, c| {
        match c {
            ' ' | '\u{A0}' => address.push_str("%20"),
            c => address.push(c),
        }
        address
    });
    let leads_nowhere = address.is_empty() || NOT_SHOWN.iter().any(|start| without(&address, start).is_some());
    (!leads_nowhere).then_some(address)
}

/// The most bytes of a text that says the address: a longer one says more.
pub(crate) fn most_said(address: &str) -> usize {
    2 * address.len() + 16
}

/// True if a link's text says its address, as people write it: without the scheme or the slash at the end, a telephone number
/// with blanks.
pub(crate) fn is_said_by(address: &str, text: &str) -> bool {
    if text.len() > most_said(address) {
        return false;
    }
    if let Some(number) = without(address, "tel:").or_else(|| without(address, "sms:")) {
        let said = without(text, "tel:").or_else(|| without(text, "sms:")).unwrap_or(text);
        return digits(number).eq(digits(said));
    }
    if let Some(mailbox) = without(address, "mailto:") {
        let mailbox = mailbox.split('?').next().unwrap_or_default();
        return mailbox.eq_ignore_ascii_case(without(text, "mailto:").unwrap_or(text));
    }
    let ((host, path), (said_host, said_path)) = (parts(address), parts(text));
    host.eq_ignore_ascii_case(said_host) && path == said_path
}

/// The rest of the text after this beginning, in whatever case.
fn without<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(start.len())?;
    head.eq_ignore_ascii_case(start).then_some(rest)
}

/// A number without what people group it by.
fn digits(number: &str) -> impl Iterator<Item = char> {
    number.chars().filter(|c| !matches!(c, ' ' | '\u{A0}' | '-' | '.' | '(' | ')' | '/'))
}

/// Host and path, without the scheme and the slash at the end.
fn parts(address: &str) -> (&str, Cow<'_, str>) {
    let rest = without(address, "https://").or_else(|| without(address, "http://")).unwrap_or(address);
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    (host, if path.contains(' ') { path.replace(' ', "%20").into() } else { path.into() })
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
            assert_eq!(shown(href), None, "{href:?}");
        }
    }

    #[test]
    fn addresses_are_shown_whole() {
        let check = |href: &str, expected: &str| assert_eq!(shown(href).as_deref(), Some(expected), "{href:?}");
        check(" https://example.com/a\n  b\t", "https://example.com/a%20%20b");
        check("mailto:ada@example.org?subject=x", "mailto:ada@example.org?subject=x");
        check("/orders/7", "/orders/7");
        check("https://example.com/#part", "https://example.com/#part");
    }

    #[test]
    fn a_text_that_is_the_address_says_it() {
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
        ] {
            assert!(is_said_by(address, text), "{address} {text}");
        }
        for (address, text) in [
            ("https://example.com/x", "example.com"),
            ("https://example.com/X", "example.com/x"),
            ("https://example.org/", "example.com"),
            ("https://example.com/", "here"),
            ("mailto:ada@example.org", "Ada"),
            ("tel:+4930123456", "Call us"),
        ] {
            assert!(!is_said_by(address, text), "{address} {text}");
        }
    }
}

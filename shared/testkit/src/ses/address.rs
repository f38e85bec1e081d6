//! Addresses as SES takes them: `local@domain` or `Name <local@domain>`, 7-bit ASCII throughout, names as RFC 2047
//! encoded words, domains in Punycode (SES v2 API reference, `SendEmail` and `Destination`).

use super::exception::Exception;

/// The longest local part, in bytes (RFC 5321, section 4.5.3.1.1).
const MAX_LOCAL: usize = 64;
/// The longest address, in bytes, with its name as it is written. No page of AWS's documentation gives this limit: it is known
/// from answers of SES that others have published, which count a name encoded. The text of those goes on with the address.
const MAX_ADDRESS: usize = 320;
const TOO_LONG: &str = "Address length is more than 320 characters long";

/// The `local@domain` inside an address, checked.
///
/// # Errors
///
/// `BadRequestException` with the text that SES gives for that fault.
pub(super) fn mailbox(address: &str) -> Result<&str, Exception> {
    if !address.is_ascii() {
        let message = "Address contains non-ASCII characters: encode names (RFC 2047) and domains (Punycode)";
        return Err(Exception::bad_request(message));
    }
    let address = address.trim();
    if address.len() > MAX_ADDRESS {
        return Err(Exception::bad_request(TOO_LONG));
    }
    let mailbox = without_name(address)?;
    check_mailbox(mailbox).map_err(Exception::bad_request)?;
    Ok(mailbox)
}

/// The domain of a checked `local@domain`.
pub(super) fn domain(mailbox: &str) -> &str {
    mailbox.rsplit_once('@').map_or("", |(_, domain)| domain)
}

/// True for a domain name of at least two labels.
pub(super) fn is_domain(text: &str) -> bool {
    text.contains('.') && check_domain(text).is_ok()
}

fn without_name(address: &str) -> Result<&str, Exception> {
    let Some(rest) = address.strip_suffix('>') else { return Ok(address) };
    let Some((name, mailbox)) = rest.rsplit_once('<') else {
        return Err(Exception::bad_request("Missing '<'"));
    };
    if is_phrase(name.trim()) { Ok(mailbox) } else { Err(Exception::bad_request("Missing final '@domain'")) }
}

/// True for a text that can be before `<…>`: nothing, words and encoded words, or one quoted string (RFC 5322, section
/// 3.2.5). SES reads an unquoted comma as the end of an address, hence the text of the exception.
fn is_phrase(name: &str) -> bool {
    let quoted = name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match quoted {
        Some(inner) => is_quoted_content(inner),
        None => !name.chars().any(|c| c.is_ascii_control() || "()<>[]:;@\\,\"".contains(c)),
    }
}

fn is_quoted_content(inner: &str) -> bool {
    let mut escaped = false;
    for c in inner.chars() {
        if c.is_ascii_control() || (c == '"' && !escaped) {
            return false;
        }
        escaped = c == '\\' && !escaped;
    }
    !escaped
}

fn check_mailbox(mailbox: &str) -> Result<(), &'static str> {
    let Some((local, domain)) = mailbox.rsplit_once('@') else { return Err("Missing final '@domain'") };
    check_local(local)?;
    check_domain(domain)
}

fn check_local(local: &str) -> Result<(), &'static str> {
    if local.is_empty() {
        return Err("Missing local name");
    }
    if local.len() > MAX_LOCAL {
        return Err("Local address length is more than 64 characters long");
    }
    if local.contains(|c: char| c.is_ascii_control() || c == ' ') {
        return Err("Local address contains control or whitespace");
    }
    if !local.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c)) {
        return Err("Local address contains illegal character");
    }
    check_dots(local, "Local address starts with dot", "Local address ends with dot", "Local address contains dot-dot")
}

fn check_domain(domain: &str) -> Result<(), &'static str> {
    if domain.is_empty() {
        return Err("Missing domain");
    }
    if domain.contains(|c: char| c.is_ascii_control() || c == ' ') {
        return Err("Domain contains control or whitespace");
    }
    if !domain.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.') {
        return Err("Domain contains illegal character");
    }
    check_dots(domain, "Domain starts with dot", "Domain ends with dot", "Domain contains dot-dot")
}

fn check_dots(text: &str, starts: &'static str, ends: &'static str, doubled: &'static str) -> Result<(), &'static str> {
    if text.starts_with('.') {
        Err(starts)
    } else if text.ends_with('.') {
        Err(ends)
    } else if text.contains("..") {
        Err(doubled)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_every_legal_form_are_set_aside() {
        for address in [
            "a@x.com",
            "<a@x.com>",
            "Ann <a@x.com>",
            "\"Doe, Ann\" <a@x.com>",
            "\"a \\\"b\\\"\" <a@x.com>",
            "=?UTF-8?B?w4Q=?= <a@x.com>",
        ] {
            assert_eq!(mailbox(address), Ok("a@x.com"), "{address}");
        }
    }

    #[test]
    fn an_address_that_ses_cannot_read_is_refused_in_its_words() {
        for (address, message) in [
            ("x.com", "Missing final '@domain'"),
            ("Doe, Ann <a@x.com>", "Missing final '@domain'"),
            ("\"a\"b\" <a@x.com>", "Missing final '@domain'"),
            ("a\r\nBcc: b@x.com <a@x.com>", "Missing final '@domain'"),
            ("a b@x.com", "Local address contains control or whitespace"),
            ("a,b@x.com", "Local address contains illegal character"),
            ("@x.com", "Missing local name"),
            ("a@", "Missing domain"),
            ("a@x_y.com", "Domain contains illegal character"),
            ("a@x.com.", "Domain ends with dot"),
        ] {
            assert_eq!(mailbox(address), Err(Exception::bad_request(message)), "{address}");
        }
    }

    #[test]
    fn a_name_counts_as_it_is_written() {
        let exception = Err(Exception::bad_request(TOO_LONG));
        let plain = |length: usize| "n".repeat(length);
        let encoded = |length: usize| format!("=?UTF-8?B?{}?=", "A".repeat(length - 12));
        for name in [&plain as &dyn Fn(usize) -> String, &encoded] {
            assert_eq!(mailbox(&format!("{} <a@x.com>", name(310))), Ok("a@x.com"), "320 bytes");
            assert_eq!(mailbox(&format!("{} <a@x.com>", name(311))), exception, "321 bytes");
        }
    }

    #[test]
    fn raw_non_ascii_is_refused_in_names_and_domains() {
        for address in ["Änne <a@x.com>", "a@münchen.de", "ä@x.com"] {
            assert!(mailbox(address).is_err(), "{address}");
        }
    }
}

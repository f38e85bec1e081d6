//! The rules of `Content.Simple.Headers` (SES v2 API reference, `MessageHeader`; developer guide, "Amazon SES header
//! fields").

use std::collections::BTreeSet;

use super::refusal::Refusal;
use super::request::Pair;

/// The most headers a message may bring.
const COUNT_MAX: usize = 15;
/// The longest name, in characters.
const NAME_MAX: usize = 126;
/// The longest value, in characters.
const VALUE_MAX: usize = 995;
/// The longest name and value together, in characters.
const TOGETHER_MAX: usize = 996;

/// What SES sets itself and takes from nobody with `Simple` content.
const SET_BY_SES: [&str; 12] = [
    "bcc",
    "cc",
    "content-disposition",
    "content-type",
    "date",
    "from",
    "message-id",
    "mime-version",
    "reply-to",
    "return-path",
    "subject",
    "to",
];

/// What may appear only once in a message, apart from what is refused anyway.
const ONCE: [&str; 48] = [
    "accept-language",
    "acceptlanguage",
    "archived-at",
    "auto-submitted",
    "bounces-to",
    "comments",
    "content-alternative",
    "content-base",
    "content-class",
    "content-description",
    "content-duration",
    "content-id",
    "content-language",
    "content-length",
    "content-location",
    "content-md5",
    "content-transfer-encoding",
    "delivered-to",
    "disposition-notification-options",
    "disposition-notification-to",
    "dkim-signature",
    "domainkey-signature",
    "errors-to",
    "importance",
    "in-reply-to",
    "keywords",
    "list-archive",
    "list-help",
    "list-id",
    "list-owner",
    "list-post",
    "list-subscribe",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "message-context",
    "organization",
    "original-from",
    "original-message-id",
    "original-recipient",
    "original-subject",
    "precedence",
    "priority",
    "references",
    "return-receipt-to",
    "sender",
    "thread-index",
    "thread-topic",
    "user-agent",
];

/// Checks a message's own headers.
///
/// # Errors
///
/// `BadRequestException` for the first rule broken.
pub(super) fn check(headers: &[Pair]) -> Result<(), Refusal> {
    if headers.len() > COUNT_MAX {
        return Err(Refusal::bad_request("Number of headers exceeds the maximum of 15."));
    }
    let mut seen = BTreeSet::new();
    for header in headers {
        check_name(&header.name)?;
        check_value(header)?;
        let name = header.name.to_ascii_lowercase();
        if ONCE.contains(&name.as_str()) && !seen.insert(name) {
            return Err(Refusal::bad_request(format!("Duplicate header '{}'.", header.name)));
        }
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), Refusal> {
    let legal = name.bytes().all(|byte| matches!(byte, b'!'..=b'~') && byte != b':');
    if name.is_empty() || name.len() > NAME_MAX || !legal {
        let message = "Header name must be 1 to 126 printable ASCII characters (33 - 126) other than a colon.";
        return Err(Refusal::bad_request(message));
    }
    if SET_BY_SES.contains(&name.to_ascii_lowercase().as_str()) {
        return Err(Refusal::bad_request(format!("Header '{name}' is not allowed.")));
    }
    Ok(())
}

fn check_value(header: &Pair) -> Result<(), Refusal> {
    let value = &header.value;
    if value.is_empty() || value.len() > VALUE_MAX || !value.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        let message = format!("Value of header '{}' must be 1 to 995 printable ASCII characters.", header.name);
        return Err(Refusal::bad_request(message));
    }
    if header.name.len() + value.len() > TOGETHER_MAX {
        let message = format!("Header '{}' exceeds 996 characters, name and value together.", header.name);
        return Err(Refusal::bad_request(message));
    }
    Ok(())
}

//! The rules of `Content.Simple.Headers` (SES v2 API reference, `MessageHeader`; developer guide, "Amazon SES header
//! fields").

use std::collections::BTreeSet;

use super::exception::Exception;
use super::request::Pair;

/// The most headers a message may bring.
const MAX_COUNT: usize = 15;
/// The longest name, in characters.
const MAX_NAME: usize = 126;
/// The longest value, in characters.
const MAX_VALUE: usize = 995;
/// The longest name and value together, in characters.
const MAX_NAME_AND_VALUE: usize = 996;

/// Headers that SES sets itself and accepts from no caller with `Simple` content.
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

/// Headers that a message may have once, apart from those that are refused anyway.
const AT_MOST_ONCE: [&str; 48] = [
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
pub(super) fn check(headers: &[Pair]) -> Result<(), Exception> {
    if headers.len() > MAX_COUNT {
        return Err(Exception::bad_request("Number of headers exceeds the maximum of 15."));
    }
    let mut seen = BTreeSet::new();
    for header in headers {
        check_name(&header.name)?;
        check_value(header)?;
        let name = header.name.to_ascii_lowercase();
        if AT_MOST_ONCE.contains(&name.as_str()) && !seen.insert(name) {
            return Err(Exception::bad_request(format!("Duplicate header '{}'.", header.name)));
        }
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), Exception> {
    let legal = name.bytes().all(|byte| matches!(byte, b'!'..=b'~') && byte != b':');
    if name.is_empty() || name.len() > MAX_NAME || !legal {
        let message = "Header name must be 1 to 126 printable ASCII characters (33 - 126) other than a colon.";
        return Err(Exception::bad_request(message));
    }
    if SET_BY_SES.contains(&name.to_ascii_lowercase().as_str()) {
        return Err(Exception::bad_request(format!("Header '{name}' is not allowed.")));
    }
    Ok(())
}

fn check_value(header: &Pair) -> Result<(), Exception> {
    let value = &header.value;
    if value.is_empty() || value.len() > MAX_VALUE || !value.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        let message = format!("Value of header '{}' must be 1 to 995 printable ASCII characters.", header.name);
        return Err(Exception::bad_request(message));
    }
    if header.name.len() + value.len() > MAX_NAME_AND_VALUE {
        let message = format!("Header '{}' exceeds 996 characters, name and value together.", header.name);
        return Err(Exception::bad_request(message));
    }
    Ok(())
}

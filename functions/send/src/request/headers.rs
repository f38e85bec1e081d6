//! The headers that a request adds to its messages.

use std::collections::HashSet;

use posthorn_errors::{FieldCode, FieldErrors, Limit, Object};
use posthorn_mail::{
    fields::check_length,
    header::{Header, InvalidHeader, MAX_NAME_LENGTH},
    mailbox::Mailbox,
};

const HEADERS: Limit = Limit::elements(0, 15, "header", "headers");
/// Headers that Posthorn or SES sets in every mail. Mail libraries fill them in unasked, so they are left out instead of refused.
const SET_ANYWAY: [&str; 5] = ["return-path", "sender", "message-id", "date", "mime-version"];

/// The checked headers of a request.
#[derive(Default)]
pub(super) struct Headers {
    /// The headers to add.
    pub(super) added: Vec<Header>,
    /// The mailbox of `Reply-To`, if there is one and the request has no `reply`.
    pub(super) reply: Option<Mailbox>,
}

/// Checks the field `headers`. A header whose value is empty or consists of spaces is left out.
pub(super) fn check(body: &Object<'_>, errors: &mut FieldErrors) -> Headers {
    let mut headers = Headers::default();
    let Some(given) = body.object("headers", errors) else { return headers };
    if !HEADERS.check_count(given.entries().count(), "headers", errors) {
        return headers;
    }
    let has_reply = body.get("reply").is_some();
    let mut seen = HashSet::new();
    for (name, value) in given.entries() {
        let path = given.path(shown(name));
        let Some(value) = value.as_str() else {
            errors.push(path, FieldCode::InvalidType, "Must be a string.");
            continue;
        };
        let lower = name.to_ascii_lowercase();
        let is_reply_to = lower == "reply-to";
        if is_blank(value) || SET_ANYWAY.contains(&lower.as_str()) || (is_reply_to && has_reply) {
            continue;
        }
        if !seen.insert(lower) {
            let message = "The same header was given in another spelling.";
            errors.push(path, FieldCode::InvalidValue, message);
        } else if is_reply_to {
            headers.reply = reply_to(value, path, errors);
        } else {
            headers.added.extend(added(name, value, path, errors));
        }
    }
    headers
}

fn is_blank(value: &str) -> bool {
    value.bytes().all(|byte| byte == b' ')
}

fn reply_to(value: &str, path: String, errors: &mut FieldErrors) -> Option<Mailbox> {
    match Mailbox::parse(value) {
        Ok(mailbox) => {
            check_length(&mailbox, path, errors);
            Some(mailbox)
        }
        Err(error) => {
            errors.push(path, FieldCode::InvalidEmail, error.to_string());
            None
        }
    }
}

fn added(name: &str, value: &str, path: String, errors: &mut FieldErrors) -> Option<Header> {
    let code = |error| match error {
        InvalidHeader::TooLong => FieldCode::TooLong,
        InvalidHeader::Name | InvalidHeader::Structural | InvalidHeader::Value | InvalidHeader::NotAscii => {
            FieldCode::InvalidValue
        }
    };
    Header::new(name, value).map_err(|error| errors.push(path, code(error), error.to_string())).ok()
}

/// The beginning of a name, as far as an answer repeats it: no valid name is longer, but a caller's may be megabytes.
fn shown(name: &str) -> &str {
    let end = name.char_indices().nth(MAX_NAME_LENGTH).map_or(name.len(), |(at, _)| at);
    name.get(..end).unwrap_or_default()
}

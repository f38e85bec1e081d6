//! The body of `POST /v1/send`, which `openapi.yaml` describes as `Email`.

mod headers;

use std::collections::HashSet;

use posthorn_errors::{Code, FieldCode, FieldErrors, Limit, Object, Result, Text};
use posthorn_mail::{
    address::Address,
    attachment::{self, Attachment, Disposition},
    fields::{address, check_length, mailbox, name},
    header::Header,
    mailbox::Mailbox,
};
use posthorn_table::data::Data;
use serde_json::{Map, Value};

const RECIPIENTS: Limit = Limit::elements(1, 50, "recipient", "recipients");
const ATTACHMENTS: Limit = Limit::elements(0, 10, "attachment", "attachments");
const SUBJECT: Text = Text { limit: Limit::characters(1, 998), control: false };
const BODY: Text = Text { limit: Limit::characters(1, u64::MAX), control: true };
/// Fields of other APIs that callers mistake for ours, each with the hint that an error gives.
const MISTAKEN: [(&str, &str); 4] = [
    ("html", "Use \"body\" for the HTML."),
    ("replyTo", "Use \"reply\"."),
    ("cc", "Every recipient in \"to\" gets a message of its own; there is no cc."),
    ("bcc", "Every recipient in \"to\" gets a message of its own; there is no bcc."),
];

/// The names for a file's MIME type, ours first. The first that a caller gives counts.
const CONTENT_TYPE_NAMES: [&str; 3] = ["contentType", "type", "mimeType"];

/// A checked request to send an email.
pub(crate) struct SendRequest {
    /// Each address once, in the order given.
    pub to: Vec<Mailbox>,
    /// The templates to render; `None` if the request names a stored template instead.
    pub content: Option<Content>,
    /// The sender, if the request names one.
    pub from: Option<Mailbox>,
    /// The sender's name where the sender has none.
    pub name: Option<String>,
    /// The mailbox for replies; `None` for the sender's.
    pub reply: Option<Mailbox>,
    /// The new subscription of the contacts; `None` leaves it as it is.
    pub subscribed: Option<bool>,
    /// Data for the templates and the contacts.
    pub data: Data,
    /// The headers to add.
    pub headers: Vec<Header>,
    /// The files to attach.
    pub attachments: Vec<Attachment>,
}

/// The templates of a message.
pub(crate) struct Content {
    /// The subject.
    pub subject: String,
    /// The HTML.
    pub body: String,
    /// The plain text; derived from the HTML if absent.
    pub text: Option<String>,
}

impl SendRequest {
    /// Checks a body for a project with this default sender, if it has one.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` with every wrong field.
    pub(crate) fn check(body: &Map<String, Value>, default_sender: Option<&str>) -> Result<Self> {
        let mut errors = FieldErrors::default();
        let errors = &mut errors;
        let body = Object::body(body);
        refuse_mistaken(&body, errors);
        let (to, content) = (recipients(&body, errors), content(&body, errors));
        let from = sender(&body, default_sender.is_some(), errors);
        let mut checked = Self {
            to,
            content,
            name: sender_name(&body, from.as_ref(), default_sender, errors),
            from,
            reply: address(&body, "reply", errors).map(Mailbox::from),
            subscribed: body.boolean("subscribed", errors),
            data: Data::check(body.map("data"), errors),
            headers: Vec::new(),
            attachments: Vec::new(),
        };
        let headers = headers::check(&body, errors);
        checked.headers = headers.added;
        checked.reply = checked.reply.or(headers.reply);
        checked.attachments = attachments(&body, errors);
        std::mem::take(errors).finish().map(|()| checked)
    }
}

fn refuse_mistaken(body: &Object<'_>, errors: &mut FieldErrors) {
    for (name, hint) in MISTAKEN {
        let is_copy = matches!(name, "cc" | "bcc");
        let given = if is_copy { body.map(name) } else { body.get(name) };
        if given.is_some() {
            errors.push(name, FieldCode::UnknownField, hint);
        }
    }
}

fn recipients(body: &Object<'_>, errors: &mut FieldErrors) -> Vec<Mailbox> {
    let Some(to) = body.get("to") else {
        body.required("to", errors);
        return Vec::new();
    };
    let Value::Array(list) = to else { return mailbox(to, "to", errors).into_iter().collect() };
    if !RECIPIENTS.check_count(list.len(), "to", errors) {
        return Vec::new();
    }
    let mut seen = HashSet::new();
    let parsed = list.iter().enumerate().filter_map(|(index, value)| mailbox(value, &format!("to.{index}"), errors));
    parsed.filter(|mailbox| seen.insert(mailbox.address.clone())).collect()
}

fn content(body: &Object<'_>, errors: &mut FieldErrors) -> Option<Content> {
    let is_template = body.string("template", errors).is_some();
    for name in ["subject", "body"] {
        if !is_template && body.get(name).is_none() {
            body.required(name, errors);
        }
    }
    let subject = body.text("subject", SUBJECT, errors);
    let html = body.text("body", BODY, errors);
    let text = body.string("text", errors).map(str::to_owned);
    let content = Content { subject: subject?.to_owned(), body: html?.to_owned(), text };
    (!is_template).then_some(content)
}

fn sender(body: &Object<'_>, has_default: bool, errors: &mut FieldErrors) -> Option<Mailbox> {
    match body.get("from") {
        Some(from) => mailbox(from, "from", errors),
        None if has_default => None,
        None => {
            errors.push("from", FieldCode::Required, "Is required: the project has no default sender.");
            None
        }
    }
}

/// The sender's name, which must be short enough for the address that it is used with.
fn sender_name(
    body: &Object<'_>,
    from: Option<&Mailbox>,
    default_sender: Option<&str>,
    errors: &mut FieldErrors,
) -> Option<String> {
    let name = name(body, "name", errors)?.to_owned();
    let address = match from {
        Some(from) => from.name.is_none().then(|| from.address.clone()),
        None => default_sender.and_then(|address| Address::parse(address).ok()),
    };
    if let Some(address) = address {
        check_length(&Mailbox { address, name: Some(name.clone()) }, "name".to_owned(), errors);
    }
    Some(name)
}

fn attachments(body: &Object<'_>, errors: &mut FieldErrors) -> Vec<Attachment> {
    let list = body.array("attachments", errors).unwrap_or_default();
    if !ATTACHMENTS.check_count(list.len(), "attachments", errors) {
        return Vec::new();
    }
    let checked = list.iter().enumerate().filter_map(|(index, value)| {
        let path = format!("attachments.{index}");
        let Some(fields) = value.as_object() else {
            errors.push(path, FieldCode::InvalidType, "Must be an object.");
            return None;
        };
        one_attachment(&Object::at(path, fields), errors)
    });
    checked.collect()
}

fn one_attachment(given: &Object<'_>, errors: &mut FieldErrors) -> Option<Attachment> {
    for name in ["filename", "content"] {
        if given.get(name).is_none() {
            given.required(name, errors);
        }
    }
    let filename = checked(given, "filename", attachment::is_filename, filename_rule, errors);
    let filename = filename.filter(|name| is_supported(given, name, errors));
    let named = CONTENT_TYPE_NAMES.into_iter().find(|name| given.get(name).is_some());
    let content_type = named.and_then(|name| checked(given, name, attachment::is_mime_type, content_type_rule, errors));
    let content_id = checked(given, "contentId", attachment::is_content_id, content_id_rule, errors);
    let content = given.string("content", errors).and_then(|content| {
        let decoded = attachment::decode(content);
        if decoded.is_none() {
            errors.push(given.path("content"), FieldCode::InvalidValue, "Must be base64.");
        }
        decoded
    });
    let disposition = given.choice("disposition", errors).unwrap_or(Disposition::Attachment);
    if disposition == Disposition::Inline && given.get("contentId").is_none() {
        errors.push(given.path("contentId"), FieldCode::Required, "Is required where disposition is \"inline\".");
    }
    Some(Attachment { filename: filename?, content: content?, content_type, content_id, disposition })
}

fn filename_rule() -> String {
    format!(
        "Must have {}, without control characters, line separators, direction marks, double quotes and path separators.",
        attachment::FILENAME.range()
    )
}

fn content_type_rule() -> String {
    format!("Must be a MIME type of {}.", attachment::CONTENT_TYPE.at_most())
}

fn content_id_rule() -> String {
    format!("Must have {}, without blanks, quotes and angle brackets.", attachment::CONTENT_ID.range())
}

/// Notes a file name that SES refuses. Only the caller can change it, so the request is refused before anything is sent.
fn is_supported(given: &Object<'_>, filename: &str, errors: &mut FieldErrors) -> bool {
    let is_supported = attachment::has_supported_extension(filename);
    if !is_supported {
        let message = "The mail service takes no files with this ending.";
        errors.push(given.path("filename"), FieldCode::InvalidValue, message);
    }
    is_supported
}

fn checked(
    given: &Object<'_>,
    name: &str,
    is_right: impl Fn(&str) -> bool,
    rule: impl Fn() -> String,
    errors: &mut FieldErrors,
) -> Option<String> {
    let text = given.string(name, errors)?;
    if !is_right(text) {
        errors.push(given.path(name), FieldCode::InvalidValue, rule());
        return None;
    }
    Some(text.to_owned())
}

/// The templates of a request.
///
/// # Errors
/// `TEMPLATE_NOT_FOUND` if it names a stored template: there are none in this version.
pub(crate) fn content_of(request: &SendRequest) -> Result<&Content> {
    request.content.as_ref().ok_or_else(|| Code::TemplateNotFound.into())
}

#[cfg(test)]
mod tests;

//! The checks that SES makes before it accepts a mail, on the body of `SendEmail`.

use std::sync::Arc;

use jiff::Timestamp;

use super::account::{self, ConfigurationSets};
use super::exception::Exception;
use super::identities::Identities;
use super::mail::Mail;
use super::request::{Body, Destination, Pair, SendEmail, Simple, Text};
use super::{address, attachments, headers, message_id, tags};

/// The most recipients of one message, `To`, `Cc` and `Bcc` together (developer guide, "Service quotas").
const MAX_RECIPIENTS: usize = 50;
/// The longest message, in bytes after base64 encoding (developer guide, "Service quotas").
pub(super) const MAX_MESSAGE: usize = 40 * 1024 * 1024;

/// The account at the time of a request.
pub(super) struct AccountSnapshot {
    pub(super) identities: Arc<Identities>,
    pub(super) configuration_sets: Arc<ConfigurationSets>,
    /// The region as SES's texts name it, `US-EAST-1`.
    pub(super) region: String,
}

/// Checks a request and makes a mail of it, with a message id of its own.
///
/// # Errors
///
/// The exception that SES answers for the first rule broken.
pub(super) fn mail(request: SendEmail, snapshot: &AccountSnapshot, now: Timestamp) -> Result<Mail, Exception> {
    let from = check_sender(request.from_email_address, snapshot, now)?;
    check_destination(&request.destination)?;
    check_addresses(&request.reply_to_addresses)?;
    check_configuration_set(request.configuration_set_name.as_deref(), snapshot)?;
    tags::check(&request.email_tags)?;
    let content = request.content.ok_or_else(|| Exception::bad_request("Content is missing."))?;
    let Some(simple) = content.simple.filter(|_| content.raw.is_none() && content.template.is_none()) else {
        return Err(Exception::bad_request("this local endpoint only takes Simple content"));
    };
    let mail = Mail {
        message_id: message_id::new(now),
        received_at: now,
        from,
        to: request.destination.to,
        cc: request.destination.cc,
        bcc: request.destination.bcc,
        reply_to: request.reply_to_addresses,
        tags: pairs(request.email_tags),
        configuration_set: request.configuration_set_name,
        ..content_of(simple)?
    };
    check_size(&mail)?;
    Ok(mail)
}

fn check_sender(from: Option<String>, snapshot: &AccountSnapshot, now: Timestamp) -> Result<String, Exception> {
    let from = from.ok_or_else(|| Exception::bad_request("FromEmailAddress is missing."))?;
    let mailbox = address::mailbox(&from)?;
    if snapshot.identities.cover(mailbox, now) {
        return Ok(from);
    }
    let region = &snapshot.region;
    Err(Exception::message_rejected(format!(
        "Email address is not verified. The following identities failed the check in region {region}: {mailbox}"
    )))
}

fn check_destination(destination: &Destination) -> Result<(), Exception> {
    let Destination { to, cc, bcc } = destination;
    match to.len() + cc.len() + bcc.len() {
        0 => return Err(Exception::bad_request("The destination must contain at least one recipient.")),
        1..=MAX_RECIPIENTS => {}
        _ => return Err(Exception::bad_request("Recipient count exceeds 50.")),
    }
    [to, cc, bcc].into_iter().try_for_each(|addresses| check_addresses(addresses))
}

fn check_addresses(addresses: &[String]) -> Result<(), Exception> {
    addresses.iter().try_for_each(|address| address::mailbox(address).map(drop))
}

fn check_configuration_set(name: Option<&str>, snapshot: &AccountSnapshot) -> Result<(), Exception> {
    match name {
        Some(name) if !snapshot.configuration_sets.contains(name) => Err(account::unknown(name)),
        _ => Ok(()),
    }
}

fn content_of(simple: Simple) -> Result<Mail, Exception> {
    headers::check(&simple.headers)?;
    let subject = simple.subject.ok_or_else(|| Exception::bad_request("Subject is missing."))?;
    let body = simple.body.unwrap_or(Body { html: None, text: None });
    if body.html.is_none() && body.text.is_none() {
        return Err(Exception::bad_request("Body needs Html or Text."));
    }
    Ok(Mail {
        subject: one_line(text("Subject", subject)?)?,
        html: body.html.map(|html| text("Html", html)).transpose()?,
        text: body.text.map(|plain| text("Text", plain)).transpose()?,
        headers: pairs(simple.headers),
        attachments: simple.attachments.into_iter().map(attachments::decode).collect::<Result<_, _>>()?,
        ..Mail::default()
    })
}

/// SES sends text as 7-bit ASCII unless its character set is named (API reference, `Content`).
fn text(field: &str, text: Text) -> Result<String, Exception> {
    if text.charset.is_none() && !text.data.is_ascii() {
        let message = format!("{field} has characters beyond 7-bit ASCII and names no Charset.");
        return Err(Exception::bad_request(message));
    }
    Ok(text.data)
}

fn one_line(subject: String) -> Result<String, Exception> {
    if subject.contains(char::is_control) {
        return Err(Exception::bad_request("Subject contains control characters."));
    }
    Ok(subject)
}

fn check_size(mail: &Mail) -> Result<(), Exception> {
    let texts = [&mail.html, &mail.text].into_iter().flatten().map(String::len).sum::<usize>();
    let files = mail.attachments.iter().map(|file| file.content.len().div_ceil(3) * 4).sum::<usize>();
    let length = mail.subject.len() + texts + files;
    if length > MAX_MESSAGE { Err(too_long(length)) } else { Ok(()) }
}

/// The exception for a message of this many bytes.
pub(super) fn too_long(length: usize) -> Exception {
    Exception::bad_request(format!("Message length is more than {MAX_MESSAGE} bytes long: '{length}'."))
}

fn pairs(pairs: Vec<Pair>) -> Vec<(String, String)> {
    pairs.into_iter().map(|pair| (pair.name, pair.value)).collect()
}

//! From the body of `SendEmail` to a mail, through every check that SES makes before it accepts one.

use std::sync::Arc;

use jiff::Timestamp;

use super::account::{self, ConfigurationSets};
use super::identities::Identities;
use super::mail::Mail;
use super::refusal::Refusal;
use super::request::{Body, Destination, Pair, SendEmail, Simple, Text};
use super::{address, attachments, headers, message_id, tags};

/// The most recipients of one message, `To`, `Cc` and `Bcc` together (developer guide, "Service quotas").
const RECIPIENTS_MAX: usize = 50;
/// The longest message, in bytes after base64 encoding (developer guide, "Service quotas").
pub(super) const MESSAGE_MAX: usize = 40 * 1024 * 1024;

/// What the account has at the time of a request.
pub(super) struct Standing {
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
pub(super) fn mail(request: SendEmail, standing: &Standing, now: Timestamp) -> Result<Mail, Refusal> {
    let from = check_sender(request.from_email_address, standing, now)?;
    check_destination(&request.destination)?;
    check_addresses(&request.reply_to_addresses)?;
    check_configuration_set(request.configuration_set_name.as_deref(), standing)?;
    tags::check(&request.email_tags)?;
    let content = request.content.ok_or_else(|| Refusal::bad_request("Content is missing."))?;
    let Some(simple) = content.simple.filter(|_| content.raw.is_none() && content.template.is_none()) else {
        return Err(Refusal::bad_request("this local endpoint only takes Simple content"));
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

fn check_sender(from: Option<String>, standing: &Standing, now: Timestamp) -> Result<String, Refusal> {
    let from = from.ok_or_else(|| Refusal::bad_request("FromEmailAddress is missing."))?;
    let mailbox = address::mailbox(&from)?;
    if standing.identities.cover(mailbox, now) {
        return Ok(from);
    }
    let region = &standing.region;
    Err(Refusal::message_rejected(format!(
        "Email address is not verified. The following identities failed the check in region {region}: {mailbox}"
    )))
}

fn check_destination(destination: &Destination) -> Result<(), Refusal> {
    let Destination { to, cc, bcc } = destination;
    match to.len() + cc.len() + bcc.len() {
        0 => return Err(Refusal::bad_request("The destination must contain at least one recipient.")),
        1..=RECIPIENTS_MAX => {}
        _ => return Err(Refusal::bad_request("Recipient count exceeds 50.")),
    }
    [to, cc, bcc].into_iter().try_for_each(|addresses| check_addresses(addresses))
}

fn check_addresses(addresses: &[String]) -> Result<(), Refusal> {
    addresses.iter().try_for_each(|address| address::mailbox(address).map(drop))
}

fn check_configuration_set(name: Option<&str>, standing: &Standing) -> Result<(), Refusal> {
    match name {
        Some(name) if !standing.configuration_sets.contains(name) => Err(account::unknown(name)),
        _ => Ok(()),
    }
}

fn content_of(simple: Simple) -> Result<Mail, Refusal> {
    headers::check(&simple.headers)?;
    let subject = simple.subject.ok_or_else(|| Refusal::bad_request("Subject is missing."))?;
    let body = simple.body.unwrap_or(Body { html: None, text: None });
    if body.html.is_none() && body.text.is_none() {
        return Err(Refusal::bad_request("Body needs Html or Text."));
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
fn text(field: &str, text: Text) -> Result<String, Refusal> {
    if text.charset.is_none() && !text.data.is_ascii() {
        let message = format!("{field} has characters beyond 7-bit ASCII and names no Charset.");
        return Err(Refusal::bad_request(message));
    }
    Ok(text.data)
}

fn one_line(subject: String) -> Result<String, Refusal> {
    if subject.contains(char::is_control) {
        return Err(Refusal::bad_request("Subject contains control characters."));
    }
    Ok(subject)
}

fn check_size(mail: &Mail) -> Result<(), Refusal> {
    let texts = [&mail.html, &mail.text].into_iter().flatten().map(String::len).sum::<usize>();
    let files = mail.attachments.iter().map(|file| file.content.len().div_ceil(3) * 4).sum::<usize>();
    let length = mail.subject.len() + texts + files;
    if length > MESSAGE_MAX { Err(too_long(length)) } else { Ok(()) }
}

/// The refusal of a message of this many bytes.
pub(super) fn too_long(length: usize) -> Refusal {
    Refusal::bad_request(format!("Message length is more than {MESSAGE_MAX} bytes long: '{length}'."))
}

fn pairs(pairs: Vec<Pair>) -> Vec<(String, String)> {
    pairs.into_iter().map(|pair| (pair.name, pair.value)).collect()
}

//! A mail as RFC 5322 and MIME text, which a mail program can open.
//!
//! No string of a mail can become structure: control characters in headers turn into spaces, other characters than ASCII are
//! encoded, content types and content ids are held to their grammar.

use std::borrow::Cow;

use mail_builder::MessageBuilder;
use mail_builder::headers::HeaderType;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::date::Date;
use mail_builder::headers::raw::Raw;
use mail_builder::headers::text::Text;
use mail_builder::mime::MimePart;
use posthorn_mail::attachment::is_mime_type;
use posthorn_testkit::ses::{Attachment, Mail};

const BINARY: &str = "application/octet-stream";

/// Renders the file. It has `Bcc`, the tags and the configuration set, although a recipient would not see them.
pub(super) fn render(mail: &Mail) -> Vec<u8> {
    let mut message = MessageBuilder::new()
        .header("Message-ID", Raw::new(format!("<{}@email.amazonses.com>", bracketed_id(&mail.message_id))))
        .header("Date", Date::new(mail.received_at.as_second()))
        .header("From", header_value(&mail.from))
        .header("Subject", Text::new(one_line(&mail.subject)));
    for (name, addresses) in [("To", &mail.to), ("Cc", &mail.cc), ("Bcc", &mail.bcc), ("Reply-To", &mail.reply_to)] {
        if !addresses.is_empty() {
            message = message.header(name, header_value(&addresses.join(", ")));
        }
    }
    for (name, value) in mail.headers.iter().filter(|(name, _)| may_be_set(name)) {
        message = message.header(name.as_str(), header_value(value));
    }
    for (name, value) in ses_headers(mail) {
        message = message.header(name, header_value(&value));
    }
    let mut file = Vec::new();
    message.body(body(mail)).serialize(&mut file);
    file
}

fn ses_headers(mail: &Mail) -> impl Iterator<Item = (&'static str, String)> {
    let set = mail.configuration_set.clone().map(|set| ("X-SES-CONFIGURATION-SET", set));
    let tags: Vec<String> = mail.tags.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let tags = (!tags.is_empty()).then(|| ("X-SES-MESSAGE-TAGS", tags.join(", ")));
    set.into_iter().chain(tags)
}

fn body(mail: &Mail) -> MimePart<'_> {
    let (inline, attached): (Vec<_>, Vec<_>) =
        mail.attachments.iter().partition(|file| file.is_inline() && file.content_id.is_some() && mail.html.is_some());
    let html = mail.html.as_ref().map(|html| MimePart::new("text/html", html.as_str()));
    let html = html.map(|html| multipart("multipart/related", html, inline.into_iter().map(inline_part)));
    let text = mail.text.as_ref().map(|text| MimePart::new("text/plain", text.as_str()));
    let body = match (text, html) {
        (Some(text), html) => multipart("multipart/alternative", text, html.into_iter()),
        (None, Some(html)) => html,
        (None, None) => MimePart::new("text/plain", ""),
    };
    multipart("multipart/mixed", body, attached.into_iter().map(attached_part))
}

/// A part with these parts in it; the first part itself where there are no others.
fn multipart<'m>(kind: &'static str, first: MimePart<'m>, others: impl Iterator<Item = MimePart<'m>>) -> MimePart<'m> {
    let mut parts = vec![first];
    parts.extend(others);
    match parts.len() {
        1 => parts.swap_remove(0),
        _ => MimePart::new(kind, parts),
    }
}

fn inline_part(file: &Attachment) -> MimePart<'_> {
    let part = MimePart::new(content_type(file), file.content.as_slice())
        .header("Content-Disposition", disposition("inline", file));
    part.header("Content-ID", Raw::new(format!("<{}>", bracketed_id(file.content_id.as_deref().unwrap_or_default()))))
}

fn attached_part(file: &Attachment) -> MimePart<'_> {
    let part = MimePart::new(content_type(file), file.content.as_slice())
        .header("Content-Disposition", disposition("attachment", file));
    match &file.content_id {
        Some(id) => part.header("Content-ID", Raw::new(format!("<{}>", bracketed_id(id)))),
        None => part,
    }
}

fn disposition(kind: &'static str, file: &Attachment) -> HeaderType<'static> {
    ContentType::new(kind).attribute("filename", one_line(&file.filename)).into()
}

/// The content type that was given, as it was written, if it has the grammar of one. Multipart types are replaced, for a mail
/// program would look for parts in the file.
fn content_type(file: &Attachment) -> ContentType<'_> {
    let given = file.content_type.as_deref().filter(|given| is_mime_type(given));
    let is_multipart = |given: &&str| given.to_ascii_lowercase().starts_with("multipart/");
    ContentType::new(given.filter(|given| !is_multipart(given)).unwrap_or(BINARY))
}

/// True if a mail may set this header: a legal name (RFC 5322, section 2.2) that this module does not set itself.
fn may_be_set(name: &str) -> bool {
    let legal = !name.is_empty() && name.bytes().all(|byte| matches!(byte, b'!'..=b'~') && byte != b':');
    let lower = name.to_ascii_lowercase();
    let own = ["from", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id", "mime-version"];
    legal && !own.contains(&lower.as_str()) && !lower.starts_with("content-")
}

/// A header's value: ASCII as it is, for it can hold addresses or encoded words, and other text encoded.
fn header_value(value: &str) -> HeaderType<'static> {
    let value = one_line(value);
    if value.is_ascii() { Raw::new(value).into() } else { Text::new(value).into() }
}

fn one_line(text: &str) -> Cow<'static, str> {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().into()
}

/// The characters of an id that can stand between angle brackets.
fn bracketed_id(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_graphic() && !"<>()\"\\,;".contains(*c)).collect()
}

//! A mail as RFC 5322 and MIME text, as a mail program opens it.
//!
//! No string of a mail can become structure: control characters in headers turn into spaces, what is not ASCII is
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

/// The file's content. `Bcc`, the tags and the configuration set are in it although a recipient would not see them.
pub(super) fn render(mail: &Mail) -> Vec<u8> {
    let mut message = MessageBuilder::new()
        .header("Message-ID", Raw::new(format!("<{}@email.amazonses.com>", word(&mail.message_id))))
        .header("Date", Date::new(mail.received_at.as_second()))
        .header("From", encoded(&mail.from))
        .header("Subject", Text::new(one_line(&mail.subject)));
    for (name, addresses) in [("To", &mail.to), ("Cc", &mail.cc), ("Bcc", &mail.bcc), ("Reply-To", &mail.reply_to)] {
        if !addresses.is_empty() {
            message = message.header(name, encoded(&addresses.join(", ")));
        }
    }
    for (name, value) in mail.headers.iter().filter(|(name, _)| is_free(name)) {
        message = message.header(name.as_str(), encoded(value));
    }
    for (name, value) in ses_headers(mail) {
        message = message.header(name, encoded(&value));
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

/// The first part alone where there are no others.
fn multipart<'m>(kind: &'static str, first: MimePart<'m>, others: impl Iterator<Item = MimePart<'m>>) -> MimePart<'m> {
    let mut parts = vec![first];
    parts.extend(others);
    match parts.len() {
        1 => parts.swap_remove(0),
        _ => MimePart::new(kind, parts),
    }
}

fn inline_part(file: &Attachment) -> MimePart<'_> {
    let part =
        MimePart::new(content_type(file), file.content.as_slice()).header("Content-Disposition", named("inline", file));
    part.header("Content-ID", Raw::new(format!("<{}>", word(file.content_id.as_deref().unwrap_or_default()))))
}

fn attached_part(file: &Attachment) -> MimePart<'_> {
    let part = MimePart::new(content_type(file), file.content.as_slice())
        .header("Content-Disposition", named("attachment", file));
    match &file.content_id {
        Some(id) => part.header("Content-ID", Raw::new(format!("<{}>", word(id)))),
        None => part,
    }
}

fn named(disposition: &'static str, file: &Attachment) -> HeaderType<'static> {
    ContentType::new(disposition).attribute("filename", one_line(&file.filename)).into()
}

/// The content type that was given, as it was written, if it has the grammar of one. A reader would look for the parts of a
/// file that is said to have some.
fn content_type(file: &Attachment) -> ContentType<'_> {
    let given = file.content_type.as_deref().filter(|given| is_mime_type(given));
    let is_multipart = |given: &&str| given.to_ascii_lowercase().starts_with("multipart/");
    ContentType::new(given.filter(|given| !is_multipart(given)).unwrap_or(BINARY))
}

/// Whether a mail may set this header here: a legal name (RFC 5322, section 2.2) that this file does not set itself.
fn is_free(name: &str) -> bool {
    let legal = !name.is_empty() && name.bytes().all(|byte| matches!(byte, b'!'..=b'~') && byte != b':');
    let lower = name.to_ascii_lowercase();
    let own = ["from", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id", "mime-version"];
    legal && !own.contains(&lower.as_str()) && !lower.starts_with("content-")
}

/// A header's value: as it is in ASCII, for it may hold addresses or encoded words, and encoded otherwise.
fn encoded(value: &str) -> HeaderType<'static> {
    let value = one_line(value);
    if value.is_ascii() { Raw::new(value).into() } else { Text::new(value).into() }
}

fn one_line(text: &str) -> Cow<'static, str> {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().into()
}

/// What can stand between angle brackets.
fn word(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_graphic() && !"<>()\"\\,;".contains(*c)).collect()
}

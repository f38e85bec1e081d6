//! Each refusal is the modelled exception, and nothing is accepted.

use aws_sdk_sesv2::operation::send_email::builders::SendEmailFluentBuilder;
use aws_sdk_sesv2::primitives::Blob;
use aws_sdk_sesv2::types::{
    Attachment, Body, Content, Destination, EmailContent, Message, MessageHeader, MessageTag, RawMessage, Template,
};

use super::{content, email, exception, message, simple, started, to};

/// Sends the request as `change` leaves it and expects this exception, with this in its text.
async fn check(name: &str, text: &str, change: impl FnOnce(SendEmailFluentBuilder) -> SendEmailFluentBuilder) {
    let (ses, client) = started().await;
    let (refused, message) = exception(change(email(&client)).send().await);
    assert_eq!((refused.as_str(), message.contains(text)), (name, true), "{refused}: {message}");
    assert!(ses.mails().is_empty());
    assert_eq!(ses.calls(), 1);
}

async fn check_header(name: &str, value: &str, text: &str) {
    let header = MessageHeader::builder().name(name).value(value).build().unwrap();
    check("BadRequestException", text, |email| email.content(simple(message().headers(header)))).await;
}

async fn check_attachment(attachment: aws_sdk_sesv2::types::builders::AttachmentBuilder, text: &str) {
    let attachment = attachment.raw_content(Blob::new("x")).build().unwrap();
    check("BadRequestException", text, |email| email.content(simple(message().attachments(attachment)))).await;
}

async fn check_tag(name: &str, value: &str, text: &str) {
    let tag = MessageTag::builder().name(name).value(value).build().unwrap();
    check("BadRequestException", text, |email| email.email_tags(tag)).await;
}

#[tokio::test]
async fn an_unverified_sender_is_rejected_in_the_words_of_ses() {
    let text = "Email address is not verified. The following identities failed the check in region EU-WEST-3: \
                hello@x.com";
    check("MessageRejected", text, |email| email.from_email_address("Shop <hello@x.com>")).await;
}

#[tokio::test]
async fn the_rejection_is_the_sdk_error_of_that_name() {
    let (_, client) = started().await;
    let error = email(&client).from_email_address("hello@x.com").send().await.unwrap_err();
    assert!(error.as_service_error().unwrap().is_message_rejected());
    let error = email(&client).configuration_set_name("none").send().await.unwrap_err();
    assert!(error.as_service_error().unwrap().is_not_found_exception());
    let error = email(&client).destination(to("nobody")).send().await.unwrap_err();
    assert!(error.as_service_error().unwrap().is_bad_request_exception());
}

#[tokio::test]
async fn a_sender_must_be_present_and_readable() {
    let bad = "BadRequestException";
    check(bad, "FromEmailAddress", |email| email.set_from_email_address(None)).await;
    check(bad, "non-ASCII", |email| email.from_email_address("Änne <hello@example.com>")).await;
    check(bad, "Missing final '@domain'", |email| email.from_email_address("example.com")).await;
}

#[tokio::test]
async fn a_message_has_one_to_fifty_recipients_that_can_be_read() {
    let bad = "BadRequestException";
    check(bad, "at least one recipient", |email| email.destination(Destination::builder().build())).await;
    let many = (0..48).map(|n| format!("a{n}@x.com")).collect();
    let many = Destination::builder().set_to_addresses(Some(many)).cc_addresses("c@x.com");
    let fifty = many.clone().bcc_addresses("b@x.com").build();
    let (ses, client) = started().await;
    email(&client).destination(fifty).send().await.unwrap();
    assert_eq!(ses.mails()[0].recipients().count(), 50);
    let fifty_one = many.bcc_addresses("b@x.com").bcc_addresses("d@x.com").build();
    check(bad, "Recipient count exceeds 50.", |email| email.destination(fifty_one)).await;
    check(bad, "Local address contains control", |email| email.destination(to("a b@x.com"))).await;
    let copied = Destination::builder().to_addresses("a@x.com").bcc_addresses("b@münchen.de").build();
    check(bad, "non-ASCII", |email| email.destination(copied)).await;
    check(bad, "Missing domain", |email| email.reply_to_addresses("a@")).await;
}

#[tokio::test]
async fn only_simple_content_is_taken() {
    let bad = "BadRequestException";
    let raw = EmailContent::builder().raw(RawMessage::builder().data(Blob::new("x")).build().unwrap()).build();
    check(bad, "only takes Simple content", |email| email.content(raw)).await;
    let template = EmailContent::builder().template(Template::builder().template_name("t").build()).build();
    check(bad, "only takes Simple content", |email| email.content(template)).await;
    check(bad, "Content is missing", |email| email.set_content(None)).await;
}

#[tokio::test]
async fn a_message_needs_a_subject_and_a_body() {
    let bad = "BadRequestException";
    let body = Body::builder().text(content("Hi")).build();
    let no_subject = Message::builder().body(body.clone());
    check(bad, "Subject is missing", |email| email.content(simple(no_subject))).await;
    let no_body = message().body(Body::builder().build());
    check(bad, "Html or Text", |email| email.content(simple(no_body))).await;
    let broken = message().subject(content("a\r\nBcc: eve@x.com"));
    check(bad, "control characters", |email| email.content(simple(broken))).await;
    let unnamed = message().subject(Content::builder().data("Grüße").build().unwrap());
    check(bad, "names no Charset", |email| email.content(simple(unnamed))).await;
}

#[tokio::test]
async fn an_empty_subject_is_a_subject() {
    let (ses, client) = started().await;
    email(&client).content(simple(message().subject(content("")))).send().await.unwrap();
    assert_eq!(ses.mails()[0].subject, "");
}

#[tokio::test]
async fn a_message_beyond_forty_megabytes_is_refused() {
    let large = message().body(Body::builder().text(content(&"x".repeat(40 * 1024 * 1024))).build());
    check("BadRequestException", "Message length is more than 41943040 bytes long", |email| {
        email.content(simple(large))
    })
    .await;
}

#[tokio::test]
async fn headers_keep_to_the_limits_of_ses() {
    check_header("X Order", "1", "printable ASCII characters (33 - 126)").await;
    check_header(&"x".repeat(127), "1", "1 to 126").await;
    check_header("X-Order", "", "1 to 995").await;
    check_header("X-Order", "é", "printable ASCII").await;
    check_header("X-Order", "1\r\nBcc: eve@x.com", "printable ASCII").await;
    check_header("X-Order", &"x".repeat(990), "996 characters").await;
    for name in ["From", "bcc", "MIME-Version", "Content-Type", "Return-Path"] {
        check_header(name, "x", "is not allowed").await;
    }
}

#[tokio::test]
async fn headers_at_their_limits_are_taken() {
    let (ses, client) = started().await;
    let header = |n: usize| MessageHeader::builder().name(format!("X-{n:04}")).value("x".repeat(990)).build().unwrap();
    let full = (0..15).fold(message(), |message, n| message.headers(header(n)));
    email(&client).content(simple(full.clone())).send().await.unwrap();
    assert_eq!(ses.mails()[0].headers.len(), 15);
    check("BadRequestException", "maximum of 15", |email| email.content(simple(full.headers(header(15))))).await;
}

#[tokio::test]
async fn a_header_that_may_come_once_comes_once() {
    let header = |name: &str| MessageHeader::builder().name(name).value("x").build().unwrap();
    let twice = message().headers(header("List-Unsubscribe")).headers(header("list-unsubscribe"));
    check("BadRequestException", "Duplicate header 'list-unsubscribe'.", |email| email.content(simple(twice))).await;
}

#[tokio::test]
async fn tags_keep_to_the_limits_of_ses() {
    check_tag("a b", "1", "Invalid tag name <a b>").await;
    check_tag("a.b", "1", "Invalid tag name <a.b>").await;
    check_tag("a", "ann@x.com é", "Invalid tag value").await;
    check_tag("", "1", "1 to 256").await;
    check_tag("a", &"x".repeat(257), "1 to 256").await;
    let tag = |n: usize| MessageTag::builder().name(format!("t{n}")).value("ann@x.com").build().unwrap();
    let (ses, client) = started().await;
    (0..50).fold(email(&client), |email, n| email.email_tags(tag(n))).send().await.unwrap();
    assert_eq!(ses.mails()[0].tags.len(), 50);
    check("BadRequestException", "maximum of 50", |email| (0..51).fold(email, |email, n| email.email_tags(tag(n))))
        .await;
}

#[tokio::test]
async fn attachments_keep_to_the_limits_of_ses() {
    check_attachment(Attachment::builder().file_name(""), "Illegal filename").await;
    check_attachment(Attachment::builder().file_name("x".repeat(256)), "Illegal filename").await;
    check_attachment(Attachment::builder().file_name("virus.EXE"), "Illegal filename 'virus.EXE'.").await;
    let described = Attachment::builder().file_name("a.txt");
    check_attachment(described.clone().content_type("x".repeat(79)), "ContentType").await;
    check_attachment(described.clone().content_id("a\r\nb"), "ContentId").await;
    check_attachment(described.content_disposition("HIDDEN".into()), "ATTACHMENT, INLINE").await;
}

#[tokio::test]
async fn an_unknown_configuration_set_is_not_found() {
    let text = "Configuration set <none> does not exist.";
    check("NotFoundException", text, |email| email.configuration_set_name("none")).await;
}

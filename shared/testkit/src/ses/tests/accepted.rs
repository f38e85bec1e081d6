//! A mail that is accepted arrives whole.

use std::sync::{Arc, Mutex};

use aws_sdk_sesv2::primitives::Blob;
use aws_sdk_sesv2::types::{
    Attachment, AttachmentContentDisposition, AttachmentContentTransferEncoding, Body, Destination, Message,
    MessageHeader, MessageTag,
};

use super::{content, email, serve, simple, started, to};
use crate::ses::{Attachment as Kept, Ses};

fn picture() -> Attachment {
    Attachment::builder()
        .file_name("logo.png")
        .raw_content(Blob::new([0, 159, 146, 150]))
        .content_type("image/png")
        .content_id("logo")
        .content_disposition(AttachmentContentDisposition::Inline)
        .content_transfer_encoding(AttachmentContentTransferEncoding::Base64)
        .build()
        .unwrap()
}

fn full_message() -> aws_sdk_sesv2::types::builders::MessageBuilder {
    Message::builder()
        .subject(content("Grüße"))
        .body(Body::builder().html(content("<p>Hé</p>")).text(content("Hé")).build())
        .headers(MessageHeader::builder().name("X-Order").value("42").build().unwrap())
        .attachments(picture())
}

#[tokio::test]
async fn an_accepted_mail_has_every_field() {
    let (ses, client) = started().await;
    ses.create_configuration_set("posthorn");
    let everyone = Destination::builder()
        .to_addresses("Ann <ann@x.com>")
        .to_addresses("ben@x.com")
        .cc_addresses("cy@x.com")
        .bcc_addresses("di@x.com");
    let request = email(&client)
        .from_email_address("=?UTF-8?B?w4RubmU=?= <hello@mail.example.com>")
        .destination(everyone.build())
        .reply_to_addresses("desk@elsewhere.org")
        .content(simple(full_message()))
        .email_tags(MessageTag::builder().name("posthorn-email").value("a_1-b").build().unwrap())
        .configuration_set_name("posthorn");
    let id = request.send().await.unwrap().message_id.unwrap();

    let [mail] = &ses.mails()[..] else { panic!("one mail") };
    assert_eq!(mail.message_id, id);
    assert_eq!(mail.from, "=?UTF-8?B?w4RubmU=?= <hello@mail.example.com>");
    assert_eq!(mail.to, ["Ann <ann@x.com>", "ben@x.com"]);
    assert_eq!((&mail.cc[..], &mail.bcc[..]), (&["cy@x.com".to_owned()][..], &["di@x.com".to_owned()][..]));
    assert_eq!(mail.recipients().count(), 4);
    assert_eq!(mail.reply_to, ["desk@elsewhere.org"]);
    assert_eq!(mail.subject, "Grüße");
    assert_eq!((mail.html.as_deref(), mail.text.as_deref()), (Some("<p>Hé</p>"), Some("Hé")));
    assert_eq!(mail.headers, [("X-Order".to_owned(), "42".to_owned())]);
    assert_eq!(mail.tags, [("posthorn-email".to_owned(), "a_1-b".to_owned())]);
    assert_eq!(mail.configuration_set.as_deref(), Some("posthorn"));
    let kept = Kept {
        filename: "logo.png".to_owned(),
        content_type: Some("image/png".to_owned()),
        content_id: Some("logo".to_owned()),
        disposition: Some("INLINE".to_owned()),
        transfer_encoding: Some("BASE64".to_owned()),
        content: vec![0, 159, 146, 150],
    };
    assert!(kept.is_inline());
    assert_eq!(mail.attachments, [kept]);
}

#[tokio::test]
async fn message_ids_have_the_shape_of_ses_and_differ() {
    let (_, client) = started().await;
    let mut ids = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let id = email(&client).send().await.unwrap().message_id.unwrap();
        let lengths: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(lengths, [16, 8, 4, 4, 4, 12, 6], "{id}");
        assert!(id.starts_with("0100") && id.ends_with("-000000"), "{id}");
        ids.insert(id);
    }
    assert_eq!(ids.len(), 20);
}

#[tokio::test]
async fn mails_are_kept_in_the_order_they_came() {
    let (ses, client) = started().await;
    for name in ["a", "b", "c"] {
        email(&client).destination(to(&format!("{name}@x.com"))).send().await.unwrap();
    }
    let order: Vec<String> = ses.mails().iter().map(|mail| mail.to[0].clone()).collect();
    assert_eq!(order, ["a@x.com", "b@x.com", "c@x.com"]);
    assert_eq!(ses.calls(), 3);
}

#[tokio::test]
async fn identities_cover_their_case_and_sub_domains_but_no_neighbours() {
    let (ses, client) = started().await;
    ses.verify("Only.Me@other.org");
    for from in ["a@EXAMPLE.com", "a@deep.mail.example.com", "only.me@Other.ORG"] {
        email(&client).from_email_address(from).send().await.unwrap();
    }
    for from in ["a@notexample.com", "a@com", "else@other.org", "a@example.com.evil.org"] {
        email(&client).from_email_address(from).send().await.unwrap_err();
    }
    assert_eq!(ses.mails().len(), 3);
}

#[tokio::test]
async fn the_sink_has_the_mail_before_the_caller_has_the_answer() {
    let taken = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&taken);
    let ses = Ses::new().with_sink(move |mail| {
        sink.lock().unwrap().push(mail.message_id.clone());
        Ok(())
    });
    ses.verify("example.com");
    let client = serve(ses.clone()).await;
    let id = email(&client).send().await.unwrap().message_id.unwrap();
    assert_eq!(*taken.lock().unwrap(), [id]);
    assert_eq!(ses.mails().len(), 1);
}

#[tokio::test]
async fn a_message_of_several_megabytes_is_accepted() {
    let (ses, client) = started().await;
    let large = Attachment::builder().file_name("large.bin").raw_content(Blob::new(vec![7; 5_000_000]));
    let message = super::message().attachments(large.build().unwrap());
    email(&client).content(simple(message)).send().await.unwrap();
    assert_eq!(ses.mails()[0].attachments[0].content.len(), 5_000_000);
}

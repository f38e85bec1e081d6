//! The events for each kind of recipient, and their shape.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{events_about, sns_envelope, sqs_event, sqs_record};
use crate::clock::Clock;
use crate::ses::Mail;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn mail(to: &[&str]) -> Mail {
    Mail {
        message_id: "0100018f3c5e9a7b-1b2c3d4e-5f60-7182-93a4-b5c6d7e8f901-000000".to_owned(),
        received_at: at("2025-11-30T10:30:00Z"),
        from: "Acme <hello@mail.example.com>".to_owned(),
        to: to.iter().map(ToString::to_string).collect(),
        reply_to: vec!["desk@elsewhere.org".to_owned()],
        subject: "Grüße".to_owned(),
        headers: vec![("X-Order".to_owned(), "42".to_owned())],
        tags: vec![("posthorn-email".to_owned(), "e-1".to_owned())],
        configuration_set: Some("posthorn".to_owned()),
        ..Mail::default()
    }
}

fn events(to: &[&str]) -> Vec<Value> {
    let env = Clock::at(at("2025-11-30T10:30:00Z")).env(1);
    events_about(&mail(to), at("2025-11-30T10:30:01.250Z"), &mut |buffer| env.fill(buffer))
}

/// The events about a mail to one recipient, as `Send Delivery`.
fn check(to: &str, expected: &str) -> Vec<Value> {
    let events = events(&[to]);
    let kinds: Vec<_> = events.iter().map(|event| event["eventType"].as_str().unwrap()).collect();
    assert_eq!(kinds.join(" "), expected, "{to}");
    events
}

#[test]
fn an_ordinary_mail_is_sent_and_delivered() {
    check("success@simulator.amazonses.com", "Send Delivery");
    let events = check("Ann <Ann@x.com>", "Send Delivery");
    assert_eq!(events[0]["send"], json!({}));
    assert_eq!(events[1]["delivery"]["recipients"], json!(["Ann@x.com"]));
    assert_eq!(events[1]["delivery"]["processingTimeMillis"], 1250);
    assert_eq!(events[1]["delivery"]["timestamp"], "2025-11-30T10:30:01.250Z");
}

#[test]
fn a_bounce_is_permanent_and_general() {
    for to in ["bounce@simulator.amazonses.com", "bounce+1@example.com"] {
        let bounce = &check(to, "Send Bounce")[1]["bounce"];
        assert_eq!((&bounce["bounceType"], &bounce["bounceSubType"]), (&"Permanent".into(), &"General".into()));
        assert_eq!(bounce["bouncedRecipients"][0]["emailAddress"], to);
    }
}

#[test]
fn a_complaint_follows_a_delivery() {
    for to in ["complaint+1@simulator.amazonses.com", "complaint@example.com"] {
        let complaint = &check(to, "Send Delivery Complaint")[2]["complaint"];
        assert_eq!(complaint["complaintFeedbackType"], "abuse");
        assert_eq!(complaint["complainedRecipients"], json!([{ "emailAddress": to }]));
    }
}

#[test]
fn an_automatic_answer_is_a_transient_bounce_after_a_delivery() {
    let bounce = &check("ooto@simulator.amazonses.com", "Send Delivery Bounce")[2]["bounce"];
    assert_eq!((&bounce["bounceType"], &bounce["bounceSubType"]), (&"Transient".into(), &"General".into()));
}

#[test]
fn a_recipient_on_sess_list_is_a_hard_bounce() {
    let bounce = &check("suppressionlist@simulator.amazonses.com", "Send Bounce")[1]["bounce"];
    assert_eq!((&bounce["bounceType"], &bounce["bounceSubType"]), (&"Permanent".into(), &"Suppressed".into()));
}

#[test]
fn each_recipient_has_its_own_events_and_every_feedback_id_differs() {
    let events = events(&["a@x.com", "bounce@example.com", "bounce@example.com", "complaint@example.com"]);
    assert_eq!(events.len(), 2 + 2 + 2 + 3);
    let ids: BTreeSet<_> = events
        .iter()
        .filter_map(|event| event["bounce"]["feedbackId"].as_str().or(event["complaint"]["feedbackId"].as_str()))
        .collect();
    assert_eq!(ids.len(), 3);
    assert!(ids.iter().all(|id| id.len() == 60 && id.starts_with("0100") && id.ends_with("-000000")), "{ids:?}");
}

#[test]
fn an_event_holds_the_whole_mail() {
    let mut mail = mail(&["Ann <ann@x.com>"]);
    mail.bcc = vec!["di@x.com".to_owned()];
    mail.tags.push(("posthorn-email".to_owned(), "e-2".to_owned()));
    let reported = &events_about(&mail, mail.received_at, &mut |_| {})[0]["mail"];
    assert_eq!(
        reported,
        &json!({
            "timestamp": "2025-11-30T10:30:00.000Z",
            "source": "Acme <hello@mail.example.com>",
            "sourceArn": "arn:aws:ses:us-east-1:000000000000:identity/mail.example.com",
            "sendingAccountId": "000000000000",
            "messageId": mail.message_id,
            "destination": ["ann@x.com", "di@x.com"],
            "headersTruncated": false,
            "headers": [
                { "name": "From", "value": "Acme <hello@mail.example.com>" },
                { "name": "Reply-To", "value": "desk@elsewhere.org" },
                { "name": "To", "value": "Ann <ann@x.com>" },
                { "name": "Subject", "value": "Grüße" },
                { "name": "MIME-Version", "value": "1.0" },
                { "name": "X-Order", "value": "42" },
            ],
            "commonHeaders": {
                "from": ["Acme <hello@mail.example.com>"],
                "replyTo": ["desk@elsewhere.org"],
                "to": ["Ann <ann@x.com>"],
                "messageId": mail.message_id,
                "subject": "Grüße",
            },
            "tags": {
                "ses:configuration-set": ["posthorn"],
                "ses:source-ip": ["127.0.0.1"],
                "ses:from-domain": ["mail.example.com"],
                "ses:caller-identity": ["posthorn"],
                "posthorn-email": ["e-1", "e-2"],
            },
        })
    );
}

#[test]
fn an_event_is_found_in_its_envelopes() {
    let event = &events(&["a@x.com"])[1];
    let body = sns_envelope(event, "id-1", at("2025-11-30T10:30:01Z"));
    let batch = sqs_event(&[sqs_record(&body, "id-2")]);
    let record = &batch["Records"][0];
    assert_eq!((&record["messageId"], &record["eventSource"]), (&"id-2".into(), &"aws:sqs".into()));
    let notification: Value = serde_json::from_str(record["body"].as_str().unwrap()).unwrap();
    assert_eq!((&notification["Type"], &notification["MessageId"]), (&"Notification".into(), &"id-1".into()));
    assert_eq!(notification["Timestamp"], "2025-11-30T10:30:01.000Z");
    assert_eq!(&serde_json::from_str::<Value>(notification["Message"].as_str().unwrap()).unwrap(), event);
}

//! Recipients on record as bounced or complained.

use posthorn_table::contact;
use posthorn_testkit::backends::Item;
use serde_json::json;

use crate::support::{World, email, outcomes, plain, s, text};

/// Marks Ada's contact by hand, as feedback does.
async fn mark(world: &World, marks: &[(&str, &str)]) {
    let id = contact::id(world.id(), "ada@example.org");
    let mut item = Item::from([
        ("pk".to_owned(), s(format!("CONTACT#{id}"))),
        ("sk".to_owned(), s("CONTACT")),
        ("subscribed".to_owned(), aws_sdk_dynamodb::types::AttributeValue::Bool(true)),
    ]);
    item.extend(marks.iter().map(|(name, at)| ((*name).to_owned(), s(*at))));
    world.put(item).await;
}

#[tokio::test]
async fn a_suppressed_recipient_gets_nothing() {
    for marks in [
        &[("bounced_at", "2025-01-01T00:00:00Z")][..],
        &[("complained_at", "2025-01-01T00:00:00Z")],
        &[("complained_at", "2025-01-02T00:00:00Z"), ("not_spam_at", "2025-01-01T00:00:00Z")],
        &[("bounced_at", "2025-01-01T00:00:00Z"), ("not_spam_at", "2025-01-02T00:00:00Z")],
    ] {
        let world = World::with(|project| project.facts.monthly_limit = Some(1)).await;
        mark(&world, marks).await;
        let answer = world.once("k", &plain()).await;
        assert_eq!((answer.status, outcomes(&answer)), (200, vec!["SUPPRESSED"]), "{marks:?}");
        assert_eq!(answer.json["data"]["emails"][0].get("error"), None);
        let record = world.email(&answer.json["data"]["emails"][0]["email"]).await.unwrap();
        assert_eq!(text(&record, "status"), "SUPPRESSED");
        assert_eq!(world.mails_and_calls(), (0, 0));
        assert_eq!(world.counted().await, 0);
        assert_eq!(world.used().await.as_deref(), Some("0"), "the limit counts what is handed over");
        assert_eq!(world.once("k", &plain()).await.text, answer.text);
    }
}

#[tokio::test]
async fn a_recipient_who_says_not_spam_after_a_complaint_gets_mail_again() {
    let world = World::new().await;
    mark(&world, &[("complained_at", "2025-01-01T00:00:00Z"), ("not_spam_at", "2025-01-02T00:00:00Z")]).await;
    assert_eq!(outcomes(&world.send(&plain()).await), ["SENT"]);
    assert_eq!(world.mails_and_calls(), (1, 1));
}

#[tokio::test]
async fn the_others_of_a_request_get_theirs() {
    let world = World::new().await;
    mark(&world, &[("bounced_at", "2025-01-01T00:00:00Z")]).await;
    let to = json!(["bob@example.org", "ada@example.org", "zoe@example.org"]);
    let answer = world.send(&email(&json!({"to": to}))).await;
    assert_eq!(outcomes(&answer), ["SENT", "SUPPRESSED", "SENT"]);
    let mut recipients: Vec<_> = world.backends.ses.mails().iter().flat_map(|mail| mail.to.clone()).collect();
    recipients.sort();
    assert_eq!(recipients, ["bob@example.org", "zoe@example.org"]);
}

//! Many requests at once.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde_json::json;

use crate::support::{World, email, outcomes, plain};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_key_sends_one_mail_however_many_ask() {
    let (world, body) = (World::new().await, plain());
    let answers = join_all((0..20).map(|_| world.once("k", &body))).await;
    assert_eq!(world.mails_and_calls(), (1, 1));
    let sent: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert!(!sent.is_empty());
    assert!(sent.iter().all(|answer| answer.text == sent[0].text));
    let first = sent.iter().filter(|answer| answer.header("idempotency-replayed").is_none()).count();
    assert_eq!(first, 1, "all the others are replays");
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        assert_eq!((answer.status, answer.code()), (409, Some("IDEMPOTENCY_KEY_REUSED")));
        assert_eq!(answer.json["error"]["details"]["originalStatusCode"], json!(null));
    }
    assert_eq!(world.items("EMAIL#").await.len(), 1);
    assert_eq!(world.counted().await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_new_contact_is_one_contact_however_many_write_to_it() {
    let (world, body) = (World::new().await, plain());
    let answers = join_all((0..50).map(|_| world.send(&body))).await;
    assert!(answers.iter().all(|answer| outcomes(answer) == ["SENT"]));
    assert_eq!(world.items("CONTACT#").await.len(), 1);
    let ids: std::collections::BTreeSet<_> =
        answers.iter().map(|answer| answer.json["data"]["emails"][0]["contact"]["id"].to_string()).collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(world.items("EMAIL#").await.len(), 50);
    assert_eq!(world.mails_and_calls(), (50, 50));
    assert_eq!(world.counted().await, 50);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn data_of_different_keys_all_survives() {
    let world = World::new().await;
    let bodies: Vec<_> = (0..10).map(|index| email(&json!({"data": {format!("k{index}"): index}}))).collect();
    let answers = join_all(bodies.iter().map(|body| world.send(body))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    let item = world.contact("ada@example.org").await;
    let data: BTreeMap<_, _> = item.iter().filter(|(name, _)| name.starts_with("data:")).collect();
    assert_eq!(data.len(), 10, "{data:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_monthly_limit_is_never_exceeded() {
    let world = World::with(|project| project.facts.monthly_limit = Some(5)).await;
    let body = plain();
    let answers = join_all((0..20).map(|_| world.send(&body))).await;
    let count = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((count(200), count(402)), (5, 15));
    assert_eq!(world.mails_and_calls(), (5, 5));
    assert_eq!(world.used().await.as_deref(), Some("5"));
}

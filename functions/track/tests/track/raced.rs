//! Requests at the same time.

use futures_util::future::join_all;
use serde_json::json;

use crate::support::{ADA, World, event, plain};

#[tokio::test(flavor = "multi_thread")]
async fn fifty_first_requests_make_one_contact() {
    let world = World::new().await;
    let answers = join_all((0..50).map(|_| world.accepts(world.public(&plain())))).await;
    assert!(answers.windows(2).all(|pair| pair[0].json["data"]["contact"] == pair[1].json["data"]["contact"]));
    assert_eq!(world.items(" CONTACT").await.len(), 1);
    assert_eq!(world.events().await.len(), 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn different_data_keys_all_survive() {
    let world = World::new().await;
    let requests = (0..10).map(|i| world.accepts(world.public(&event(&json!({"data": {format!("k{i}"): i}})))));
    join_all(requests).await;
    let expected: serde_json::Map<_, _> = (0..10).map(|i| (format!("k{i}"), json!(i))).collect();
    assert_eq!(world.data(ADA).await, json!(expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_idempotency_key_makes_one_event() {
    let world = World::new().await;
    let answers = join_all((0..20).map(|_| world.call(world.public(&plain()).once("k")))).await;
    assert_eq!(world.events().await.len(), 1);
    let (accepted, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
    let originals = accepted.iter().filter(|answer| answer.header("idempotency-replayed").is_none());
    assert_eq!(originals.count(), 1);
    assert!(accepted.iter().all(|answer| answer.text == accepted[0].text));
    for answer in refused {
        assert_eq!((answer.status, answer.code()), (409, Some("IDEMPOTENCY_KEY_REUSED")), "{}", answer.text);
    }
    let replay = world.accepts(world.public(&plain()).once("k")).await;
    assert_eq!(replay.text, accepted[0].text);
}

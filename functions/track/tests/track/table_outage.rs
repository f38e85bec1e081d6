//! A table that does not answer.

use posthorn_testkit::faults::Fault::{self, LosesAnswer, NeverArrives};
use serde_json::json;

use crate::support::{ADA, World, event, plain};

/// The SDK tries three times.
const ALL_ATTEMPTS: usize = 3;

async fn check(operation: &'static str, needle: &str, fault: Fault, repeat_is_replayed: bool) {
    let world = World::new().await;
    let request = || world.public(&event(&json!({"data": {"plan": "pro"}}))).once("k");
    world.backends.faults.fail(operation, needle, fault, ALL_ATTEMPTS);
    let failed = world.call(request()).await;
    if !repeat_is_replayed {
        assert_eq!((failed.status, failed.code()), (503, Some("SERVICE_UNAVAILABLE")), "{}", failed.text);
        assert_eq!(failed.header("retry-after"), Some("5"));
    }
    world.backends.faults.clear();
    let repeated = world.accepts(request()).await;
    assert_eq!(repeated.header("idempotency-replayed").is_some(), repeat_is_replayed, "{operation} {needle} {fault:?}");
    let events = world.events().await;
    assert_eq!(events.len(), 1, "{operation} {needle} {fault:?}");
    let id = repeated.json["data"]["event"].as_str().unwrap();
    assert!(events.keys().all(|key| key.ends_with(id)));
    assert_eq!(world.data(ADA).await, json!({"plan": "pro"}));
    let third = world.accepts(request()).await;
    assert_eq!((third.text.as_str(), third.header("idempotency-replayed")), (repeated.text.as_str(), Some("true")));
}

#[tokio::test]
async fn a_repeat_after_the_event_failed_gives_one_event() {
    for fault in [NeverArrives, LosesAnswer] {
        check("PutItem", "EVENT#", fault, false).await;
    }
}

#[tokio::test]
async fn a_repeat_after_the_contact_failed_gives_one_event() {
    for fault in [NeverArrives, LosesAnswer] {
        check("UpdateItem", "CONTACT#", fault, false).await;
    }
}

#[tokio::test]
async fn an_answer_that_was_kept_is_replayed_although_its_keeping_seemed_to_fail() {
    check("UpdateItem", "IDEMPOTENCY#", LosesAnswer, true).await;
}

#[tokio::test]
async fn without_a_table_nobody_is_told_more_than_that() {
    for (operation, needle) in [("GetItem", "KEY#"), ("PutItem", "IDEMPOTENCY#")] {
        let world = World::new().await;
        world.backends.faults.fail(operation, needle, NeverArrives, ALL_ATTEMPTS);
        let answer = world.refuses(world.public(&plain()).once("k"), 503, "SERVICE_UNAVAILABLE").await;
        assert!(!answer.text.contains("DynamoDB") && !answer.text.contains("posthorn-test"), "{}", answer.text);
    }
}

//! Requests whose first attempt crashed.

use jiff::SignedDuration;
use posthorn_table::idempotency::{Attempt, Claim, IdempotencyScope};
use posthorn_testkit::faults::Fault;
use serde_json::{Value, json};

use crate::support::{ADA, World, event, plain, text};

const ID: &str = "01KBA000000000000000000000";

/// An attempt with the key `k` that claimed and then was never heard of again.
pub(crate) async fn crashed(world: &World, body: &Value) {
    let attempt = Attempt::begin([7; 16], world.backends.clock.now());
    let claim = Claim::new("POST /v1/track".to_owned(), body.to_string().as_bytes(), vec![ID.to_owned()], &attempt);
    world.backends.table.claim(&IdempotencyScope::new(world.id(), "track-public", "k"), claim).await.unwrap();
}

#[tokio::test]
async fn a_crashed_attempts_event_keeps_its_id_and_time() {
    let world = World::new().await;
    crashed(&world, &plain()).await;
    world.backends.clock.advance(SignedDuration::from_secs(60));
    let answer = world.accepts(world.public(&plain()).once("k")).await;
    assert_eq!(answer.json["data"]["event"], ID);
    assert_eq!(answer.json["data"]["timestamp"], "2025-11-30T10:30:00.000Z");
    let events = world.events().await;
    assert_eq!(text(events.values().next().unwrap(), "created_at"), "2025-11-30T10:30:00.000Z");
    assert_eq!(events.len(), 1);
    let again = world.accepts(world.public(&plain()).once("k")).await;
    assert_eq!((again.text.as_str(), again.header("idempotency-replayed")), (answer.text.as_str(), Some("true")));
}

#[tokio::test]
async fn a_crash_after_the_event_does_not_make_a_second_one() {
    let world = World::new().await;
    let first = world.accepts(world.public(&plain()).once("k")).await;
    let (key, mut claim) = world.items("IDEMPOTENCY#").await.pop_first().unwrap();
    claim.remove("response");
    claim.insert("state".to_owned(), aws_sdk_dynamodb::types::AttributeValue::S("running".to_owned()));
    world.put(claim).await;
    world.backends.clock.advance(SignedDuration::from_secs(60));
    let second = world.accepts(world.public(&plain()).once("k")).await;
    assert_eq!(second.json, first.json);
    assert_eq!(world.events().await.len(), 1);
    assert_eq!(text(&world.items(&key).await[&key], "state"), "done");
}

#[tokio::test]
async fn another_body_does_not_take_a_crashed_attempt_over() {
    let world = World::new().await;
    crashed(&world, &plain()).await;
    world.backends.clock.advance(SignedDuration::from_secs(60));
    let other = event(&json!({"event": "other"}));
    world.refuses(world.public(&other).once("k"), 409, "IDEMPOTENCY_KEY_REUSED").await;
}

#[tokio::test]
async fn a_claim_whose_answer_was_lost_is_not_taken_for_a_rivals() {
    let world = World::new().await;
    world.backends.faults.fail("PutItem", "IDEMPOTENCY#", Fault::LosesAnswer, 1);
    world.accepts(world.public(&plain()).once("k")).await;
    assert_eq!(world.events().await.len(), 1);
    assert_eq!(text(&world.contact(ADA).await, "email"), ADA);
}

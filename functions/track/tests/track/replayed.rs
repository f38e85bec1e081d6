//! Requests with an idempotency key that come again.

use jiff::SignedDuration;
use posthorn_table::idempotency::{Attempt, Claim, IdempotencyScope};
use posthorn_testkit::{backends::TestRequest, faults::Fault};
use serde_json::{Value, json};

use crate::support::{World, event, plain};

#[tokio::test]
async fn a_repeat_gets_the_first_answer_byte_for_byte() {
    let world = World::new().await;
    let first = world.accepts(world.public(&plain()).once("a key")).await;
    assert_eq!(first.header("idempotency-replayed"), None);
    let items = world.backends.items().await;
    world.backends.clock.advance(SignedDuration::from_secs(3600));
    let second = world.accepts(world.public(&plain()).once("a key")).await;
    assert_eq!(second.header("idempotency-replayed"), Some("true"));
    assert_eq!(second.text, first.text);
    assert_eq!(world.backends.items().await, items, "a replay wrote something");
}

/// DynamoDB's API does not promise the item on which a condition failed.
#[tokio::test]
async fn a_claim_that_the_answer_lacks_is_read() {
    let world = World::new().await;
    let first = world.accepts(world.public(&plain()).once("a key")).await;
    let items = world.backends.items().await;
    world.backends.faults.fail("PutItem", "IDEMPOTENCY#", Fault::OmitsItem, 1);
    let second = world.accepts(world.public(&plain()).once("a key")).await;
    assert_eq!((second.header("idempotency-replayed"), &second.text), (Some("true"), &first.text));
    assert_eq!(world.backends.items().await, items);
}

#[tokio::test]
async fn both_paths_share_idempotency_keys() {
    let world = World::new().await;
    let first = world.accepts(TestRequest::post("/v1", &world.project.secret, &plain()).once("shared")).await;
    let second = world.accepts(world.secret(&plain()).once("shared")).await;
    assert_eq!((second.text, world.events().await.len()), (first.text, 1));
    world.accepts(world.secret(&plain()).once("another")).await;
    assert_eq!(world.events().await.len(), 2);
}

/// A public key is known to everybody: nobody may use up what a server chose, such as an order's number, nor learn of it.
#[tokio::test]
async fn a_public_key_has_idempotency_keys_of_its_own() {
    let world = World::new().await;
    let taken = world.accepts(world.public(&event(&json!({"event": "viewed"}))).once("order-1")).await;
    let servers = world.accepts(world.secret(&plain()).once("order-1")).await;
    assert_eq!((servers.header("idempotency-replayed"), world.events().await.len()), (None, 2));
    assert_ne!(servers.text, taken.text);
}

#[tokio::test]
async fn another_project_may_use_the_same_key() {
    let world = World::new().await;
    let other = world.backends.project(|_| {}).await;
    world.accepts(world.public(&plain()).once("same")).await;
    world.accepts(TestRequest::post("/v1/track", &other.public, &plain()).once("same")).await;
    assert_eq!(world.events().await.len(), 2);
}

#[tokio::test]
async fn another_body_is_refused_with_the_first_request() {
    let world = World::new().await;
    world.accepts(TestRequest::post("/v1", &world.project.public, &plain()).once("k")).await;
    world.backends.clock.advance(SignedDuration::from_secs(1));
    for body in [event(&json!({"event": "other"})).to_string(), format!("{} ", plain())] {
        let answer = world.refuses(world.public(&plain()).once("k").body(body), 409, "IDEMPOTENCY_KEY_REUSED").await;
        let details = json!({
            "key": "k",
            "originalRequest": "POST /v1",
            "originalRequestAt": "2025-11-30T10:30:00.000Z",
            "originalStatusCode": 200,
        });
        assert_eq!(answer.json["error"]["details"], details);
    }
}

#[tokio::test]
async fn a_refused_request_leaves_its_key_free() {
    let world = World::new().await;
    world.refuses(world.public(&json!({})).once("k"), 422, "VALIDATION_ERROR").await;
    let answer = world.accepts(world.public(&plain()).once("k")).await;
    assert_eq!(answer.header("idempotency-replayed"), None);
}

#[tokio::test]
async fn a_request_still_running_is_refused() {
    let world = World::new().await;
    let body = plain();
    let attempt = Attempt::begin([7; 16], world.backends.clock.now());
    let claim = Claim::new("POST /v1/track".to_owned(), body.to_string().as_bytes(), vec!["id".to_owned()], &attempt);
    let scope = IdempotencyScope::new(world.id(), "track-public", "k");
    world.backends.table.claim(&scope, claim).await.unwrap();
    world.backends.clock.advance(SignedDuration::from_secs(59));
    for body in [body, event(&json!({"event": "other"}))] {
        let answer = world.refuses(world.public(&body).once("k"), 409, "IDEMPOTENCY_KEY_REUSED").await;
        assert_eq!(answer.json["error"]["details"]["originalStatusCode"], Value::Null);
        assert!(answer.json["error"]["details"].as_object().unwrap().contains_key("originalStatusCode"));
    }
}

#[tokio::test]
async fn after_a_day_a_key_is_new_even_if_its_record_is_still_there() {
    let world = World::new().await;
    world.accepts(world.public(&plain()).once("k")).await;
    world.backends.clock.advance(SignedDuration::from_secs(86_399));
    world.refuses(world.public(&event(&json!({"event": "b"}))).once("k"), 409, "IDEMPOTENCY_KEY_REUSED").await;
    world.backends.clock.advance(SignedDuration::from_secs(1));
    world.accepts(world.public(&event(&json!({"event": "b"}))).once("k")).await;
    assert_eq!(world.events().await.len(), 2);
    assert_eq!(world.items("IDEMPOTENCY#").await.len(), 1);
}

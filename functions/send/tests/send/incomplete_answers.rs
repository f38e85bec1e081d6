//! Answers of DynamoDB that lack what was asked for: the item on which a condition failed, which its API does not promise, and
//! keys of a batch that a throttled table left unread.

use std::time::Duration;

use posthorn_lambda::env::monotonic_now;
use posthorn_table::email::Status;
use posthorn_testkit::faults::Fault;
use serde_json::json;

use crate::{
    crash_recovery::{crashed, lease_ends, recorded},
    support::{World, addresses, email, outcomes, plain},
};

const CLAIM: &str = "IDEMPOTENCY#";

#[tokio::test]
async fn a_claim_that_the_answer_lacks_is_read() {
    let world = World::new().await;
    let first = world.once("k", &plain()).await;
    let items = world.backends.items().await;
    world.backends.faults.fail("PutItem", CLAIM, Fault::OmitsItem, 1);
    let second = world.once("k", &plain()).await;
    assert_eq!((second.status, second.header("idempotency-replayed")), (200, Some("true")), "{}", second.text);
    assert_eq!((second.text, world.mails_and_calls()), (first.text, (1, 1)));
    world.backends.faults.fail("PutItem", CLAIM, Fault::OmitsItem, 1);
    world.refuses(world.request(&email(&json!({"subject": "Other"}))).once("k"), 409, "IDEMPOTENCY_KEY_REUSED").await;
    assert_eq!(world.backends.items().await, items);
}

#[tokio::test]
async fn a_claim_that_is_gone_when_it_is_read_is_made_and_not_for_ever() {
    let world = World::new().await;
    world.backends.faults.fail("PutItem", CLAIM, Fault::FailsCondition, 1);
    let answer = world.once("k", &plain()).await;
    assert_eq!((answer.status, outcomes(&answer)), (200, vec!["SENT"]), "{}", answer.text);
    world.backends.faults.fail("PutItem", CLAIM, Fault::FailsCondition, usize::MAX);
    world.refuses(world.request(&plain()).once("other"), 503, "SERVICE_UNAVAILABLE").await;
}

#[tokio::test]
async fn an_attempt_knows_its_own_echo_without_the_item() {
    for noun in [CLAIM, "EMAIL#"] {
        let world = World::new().await;
        world.backends.faults.fail("PutItem", noun, Fault::LosesAnswer, 1);
        world.backends.faults.fail("PutItem", noun, Fault::OmitsItem, 1);
        let answer = world.once("k", &plain()).await;
        assert_eq!((answer.status, outcomes(&answer)), (200, vec!["SENT"]), "{noun}: {}", answer.text);
        assert_eq!(world.mails_and_calls(), (1, 1), "{noun}");
    }
    // The answer that is kept.
    let world = World::new().await;
    world.backends.faults.fail("UpdateItem", CLAIM, Fault::LosesAnswer, 1);
    world.backends.faults.fail("UpdateItem", CLAIM, Fault::OmitsItem, 1);
    let answer = world.once("k", &plain()).await;
    assert_eq!(world.once("k", &plain()).await.text, answer.text);
    assert_eq!(world.mails_and_calls(), (1, 1));
}

/// The permit is another attempt's, who may have used it.
#[tokio::test]
async fn a_permit_that_the_answer_lacks_is_not_taken() {
    let world = World::new().await;
    let ids = crashed(&world, &plain(), 1).await;
    lease_ends(&world);
    recorded(&world, ids[0], "ada@example.org", Status::Sent).await;
    world.backends.faults.fail("BatchGetItem", "EMAIL#", Fault::OverlooksItems, 1);
    world.backends.faults.fail("PutItem", "EMAIL#", Fault::OmitsItem, 1);
    let answer = world.once("k", &plain()).await;
    assert_eq!((answer.status, outcomes(&answer)), (200, vec!["SENT"]), "{}", answer.text);
    assert_eq!(world.mails_and_calls(), (0, 0));
}

#[tokio::test]
async fn the_use_of_a_limit_is_told_without_the_item() {
    let world = World::with(|project| project.facts.monthly_limit = Some(3)).await;
    assert_eq!(world.send(&email(&json!({"to": addresses(2)}))).await.status, 200);
    world.backends.faults.fail("UpdateItem", "USAGE#", Fault::OmitsItem, 1);
    let body = email(&json!({"to": addresses(2)}));
    let answer = world.refuses(world.request(&body), 402, "BILLING_LIMIT_EXCEEDED").await;
    assert_eq!(answer.json["error"]["details"]["used"], 2);
}

#[tokio::test]
async fn records_that_were_left_unread_are_asked_for_again_after_pauses() {
    let world = World::new().await;
    let ids = crashed(&world, &plain(), 1).await;
    recorded(&world, ids[0], "ada@example.org", Status::Sent).await;
    lease_ends(&world);
    world.backends.faults.fail("BatchGetItem", "EMAIL#", Fault::LeavesUnread, 3);
    let began = monotonic_now();
    let answer = world.once("k", &plain()).await;
    assert_eq!((answer.status, outcomes(&answer)), (200, vec!["SENT"]), "{}", answer.text);
    // Half of 20, 40 and 80 milliseconds at least.
    assert!(began.elapsed() >= Duration::from_millis(70), "{:?}", began.elapsed());
    assert_eq!(world.mails_and_calls(), (0, 0));
}

#[tokio::test]
async fn records_that_stay_unread_leave_the_request_in_doubt() {
    let world = World::new().await;
    let ids = crashed(&world, &plain(), 1).await;
    recorded(&world, ids[0], "ada@example.org", Status::Sent).await;
    lease_ends(&world);
    world.backends.faults.fail("BatchGetItem", "EMAIL#", Fault::LeavesUnread, usize::MAX);
    let _before = world.backends.calls.take();
    world.refuses(world.request(&plain()).once("k"), 502, "DELIVERY_UNKNOWN").await;
    let calls = world.backends.calls.take();
    assert_eq!(calls.iter().filter(|call| *call == "BatchGetItem").count(), 6, "{calls:?}");
}

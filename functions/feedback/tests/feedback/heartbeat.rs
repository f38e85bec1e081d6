//! The record of the last event.

use jiff::SignedDuration;
use posthorn_table::email::Status;
use posthorn_testkit::faults::Fault;
use serde_json::json;

use crate::support::{World, event};

const ADA: &str = "ada@example.org";

#[tokio::test]
async fn an_event_leaves_the_time_at_which_it_came_once_a_minute() {
    let world = World::new().await;
    let email = world.sent(1, ADA).await;
    assert_eq!(world.backends.table.last_heartbeat().await.unwrap(), None);
    let first = world.now();
    for (wait, expected) in [(0, 0), (59, 0), (1, 60), (30, 60), (90, 180)] {
        world.wait(SignedDuration::from_secs(wait));
        world.takes(&[event("Delivery", "delivery", &email, 1), event("Open", "open", &email, 2)]).await;
        let last = world.backends.table.last_heartbeat().await.unwrap().unwrap();
        assert_eq!(last.duration_since(first).as_secs(), expected, "after {wait} s more");
    }
}

#[tokio::test]
async fn what_is_no_event_of_ses_is_no_sign_of_life() {
    let world = World::new().await;
    let topic = "Successfully validated SNS topic for Amazon SES event publishing.";
    world.feed_bodies(&["not JSON".to_owned(), "{}".to_owned(), topic.to_owned()]).await;
    assert_eq!(world.backends.table.last_heartbeat().await.unwrap(), None);
}

#[tokio::test]
async fn mail_that_is_not_ours_shows_that_the_chain_is_connected() {
    let world = World::new().await;
    let foreign = json!({
        "eventType": "Send",
        "mail": {"timestamp": "2025-11-30T10:30:00.000Z", "messageId": "ses-9", "tags": {}},
        "send": {},
    });
    world.takes(&[foreign]).await;
    assert_eq!(world.backends.table.last_heartbeat().await.unwrap(), Some(world.now()));
}

#[tokio::test]
async fn an_older_sandbox_does_not_turn_the_time_back() {
    let world = World::new().await;
    let later = world.now() + SignedDuration::from_secs(5);
    world.backends.table.record_heartbeat(later).await.unwrap();
    world.backends.table.record_heartbeat(world.now()).await.unwrap();
    assert_eq!(world.backends.table.last_heartbeat().await.unwrap(), Some(later));
}

#[tokio::test]
async fn a_heartbeat_that_fails_fails_no_event() {
    for fault in [Fault::NeverArrives, Fault::LosesAnswer, Fault::Conflicts] {
        let world = World::new().await;
        let email = world.sent(1, ADA).await;
        world.backends.faults.fail("UpdateItem", "last_event_at", fault, 1);
        world.takes(&[event("Delivery", "delivery", &email, 1)]).await;
        assert_eq!(world.status(&email).await, Status::Delivered, "{fault:?}");
    }
}

#[tokio::test]
async fn it_adds_no_call_in_a_row() {
    let world = World::new().await;
    let email = world.sent(1, ADA).await;
    let _ = world.backends.calls.take();
    world.takes(&[event("Delivery", "delivery", &email, 1)]).await;
    assert_eq!(world.backends.calls.take_in_a_row(), ["UpdateItem"], "with a heartbeat");
    world.takes(&[event("Click", "click", &email, 1)]).await;
    assert_eq!(world.backends.calls.take(), ["UpdateItem"], "without");
}

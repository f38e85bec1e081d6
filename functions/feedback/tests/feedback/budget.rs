//! Calls to DynamoDB one after the other, as `ARCHITECTURE.md` names them, and units, of an event that comes alone.

use posthorn_table::email::Email;
use posthorn_testkit::capacity::Units;
use serde_json::Value;

use crate::support::{World, complaint, event, hard_bounce};

/// An event that counts, in a project that is fine: email and status, contact, count, project, window, notices.
const GUARDED: [&str; 6] = ["GetItem", "UpdateItem", "TransactWriteItems", "GetItem", "BatchGetItem", "Query"];

/// A project with enough emails for a bounce to be no matter, after the minute's first event.
async fn world() -> World {
    let world = World::new().await;
    world.sent_many(10_000).await;
    let email = world.sent(0, "first@example.org").await;
    world.takes(&[event("Delivery", "delivery", &email, 1)]).await;
    world
}

async fn check(world: &World, what: &str, event: Value, in_a_row: &[&str], units: Units) {
    let _before = (world.backends.calls.take(), world.backends.capacity.take());
    world.takes(&[event]).await;
    let mut row = world.backends.calls.take_in_a_row();
    // The email is read while its status is written, and either may end first.
    if in_a_row[0] == "GetItem" {
        assert!(["GetItem", "UpdateItem"].contains(&row[0].as_str()), "{what}: {row:?}");
        in_a_row[0].clone_into(&mut row[0]);
    }
    assert_eq!(row, in_a_row, "{what}");
    assert_eq!(world.backends.capacity.take(), units, "{what}");
}

#[tokio::test]
async fn a_status_is_one_write_and_its_time_alone_another() {
    let world = world().await;
    let email = world.sent(1, "ada@example.org").await;
    let one = Units::new(0.0, 1.0);
    let delivery = event("Delivery", "delivery", &email, 1);
    check(&world, "send", event("Send", "send", &email, 0), &["UpdateItem"], one).await;
    check(&world, "delivery", delivery, &["UpdateItem"], one).await;
    check(&world, "open", event("Open", "open", &email, 2), &["UpdateItem"], one).await;
    let again = event("Open", "open", &email, 3);
    check(&world, "a second open", again, &["UpdateItem", "UpdateItem"], Units::new(0.0, 2.0)).await;
}

/// Reads: the email, the project, a window of eight days in four shards, the notices. Writes: status and contact, and
/// two in a transaction.
#[tokio::test]
async fn what_counts_is_a_window_and_a_transaction() {
    let world = world().await;
    let units = Units::new(1.0 + 1.0 + 8.0 * 4.0 + 1.0, 2.0 + 2.0 * 2.0);
    let complained: fn(&Email) -> Value = |email| complaint(email, "abuse", 1);
    for (number, (what, event)) in
        [("bounce", hard_bounce as fn(&Email) -> Value), ("complaint", complained)].iter().enumerate()
    {
        let email = world.sent(10 + u32::try_from(number).unwrap(), &format!("{what}@example.org")).await;
        check(&world, what, event(&email), &GUARDED, units).await;
    }
}

#[tokio::test]
async fn a_minutes_first_event_is_a_write_more() {
    let world = World::new().await;
    let email = world.sent(1, "ada@example.org").await;
    let _before = world.backends.capacity.take();
    world.takes(&[event("Delivery", "delivery", &email, 1)]).await;
    assert_eq!(world.backends.capacity.take(), Units::new(0.0, 2.0));
}

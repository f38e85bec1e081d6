//! Concurrent events.

use std::sync::Arc;

use futures_util::future::join_all;
use posthorn_auth::reputation::Counts;
use posthorn_table::project::Status;
use posthorn_testkit::faults::Fault;

use crate::support::{World, complaint, hard_bounce};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_complaints_and_sends_at_once_are_all_counted() {
    let world = Arc::new(World::new().await);
    // The engine never answers by itself that a rival's transaction is under way.
    world.backends.faults.fail("TransactWriteItems", "complaint_counted", Fault::Conflicts, 60);
    let each = (0..50).map(|number| {
        let world = Arc::clone(&world);
        tokio::spawn(async move {
            let email = world.sent(number, &format!("user-{number}@example.org")).await;
            world.takes(&[complaint(&email, "abuse", 1)]).await;
        })
    });
    for done in join_all(each).await {
        done.unwrap();
    }
    assert_eq!(world.counts_in(0).await, Counts { sent: 50, bounced: 0, complained: 50 });
    let project = world.stored().await;
    assert_eq!((project.facts.status, project.version), (Status::Disabled, 2), "disabled exactly once");
    assert_eq!(world.notice_names().await, ["0 complaint disabled 1", "0 complaint warning 1"]);
    // Nobody lost an answer, so there is one copy of each.
    assert_eq!(world.announced_types(), ["project_warning", "project_disabled"]);
}

#[tokio::test]
async fn a_batch_of_bounces_disables_once() {
    let world = World::new().await;
    let mut events = Vec::new();
    for number in 0..30 {
        events.push(hard_bounce(&world.sent(number, &format!("user-{number}@example.org")).await));
    }
    for batch in events.chunks(10) {
        world.takes(batch).await;
    }
    assert_eq!(world.counts().await.bounced, 30);
    assert_eq!(world.stored().await.version, 2);
    assert_eq!(world.announced_types(), ["project_warning", "project_disabled"]);
}

#[tokio::test]
async fn a_conflict_that_does_not_pass_is_given_again() {
    let world = World::new().await;
    let email = world.sent(1, "ada@example.org").await;
    world.backends.faults.fail("TransactWriteItems", "bounce_counted", Fault::Conflicts, 1_000);
    assert_eq!(world.feed(&[hard_bounce(&email)]).await, [0]);
    world.backends.faults.clear();
    world.takes(&[hard_bounce(&email)]).await;
    assert_eq!(world.counts().await.bounced, 1);
}

#[tokio::test]
async fn a_conflict_with_another_records_transaction_passes() {
    for (operation, needle) in [
        ("UpdateItem", "COMPLAINED"),
        ("UpdateItem", "complained_at"),
        ("TransactWriteItems", "complaint_counted"),
        ("TransactWriteItems", "project_disabled"),
        ("TransactWriteItems", "project_warning"),
    ] {
        let world = World::new().await;
        for number in 0..5 {
            let email = world.sent(number, &format!("user-{number}@example.org")).await;
            world.backends.faults.fail(operation, needle, Fault::Conflicts, 3);
            world.takes(&[complaint(&email, "abuse", 1)]).await;
        }
        assert_eq!(world.stored().await.facts.status, Status::Disabled, "{needle}");
        assert_eq!(world.announced_types(), ["project_warning", "project_disabled"], "{needle}");
    }
}

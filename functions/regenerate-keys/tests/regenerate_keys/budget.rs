//! Calls to AWS, how many of them one after the other, and DynamoDB's units.

use posthorn_testkit::capacity::Units;
use serde_json::json;

use crate::{
    support::World,
    topic::{Mood, listen},
};

#[tokio::test]
async fn a_rotation_makes_three_calls_in_a_row() {
    let world = World::new().await;
    world.rotates(&json!({"keys": "both", "gracePeriodSeconds": 60})).await;
    assert_eq!(world.backends.calls.take(), ["GetItem", "GetItem", "TransactWriteItems"]);
}

#[tokio::test]
async fn a_topic_adds_one() {
    let mut world = World::new().await;
    let _topic = listen(&mut world, Mood::Takes).await;
    world.rotates(&json!({})).await;
    let mut all = world.backends.calls.take();
    // The topic's own look at the table, while the announcement is under way.
    assert_eq!(all.pop().as_deref(), Some("GetItem"));
    assert_eq!(all, ["GetItem", "GetItem", "TransactWriteItems", "Publish"]);
}

#[tokio::test]
async fn a_key_that_cannot_be_ours_makes_no_call() {
    let world = World::new().await;
    for key in ["", "nonsense", "sk_nonsense", "pk_nonsense", world.project.public.expose()] {
        assert_eq!(world.call(world.request(key, "")).await.status, 401, "{key}");
        assert!(world.backends.calls.take().is_empty());
    }
    let denied = crate::support::request("another", world.project.secret.expose(), "");
    assert_eq!(world.call(denied).await.status, 403);
    assert_eq!(world.backends.calls.take(), ["GetItem"]);
}

/// Twice for each item of the transaction: the project, its entry in the directory, the keys old and new.
#[tokio::test]
async fn units_are_the_transactions_and_two_reads() {
    for (what, body, items) in [
        ("both, old ones gone", json!({"gracePeriodSeconds": 0}), 2.0 + 4.0),
        ("both, old ones kept", json!({"gracePeriodSeconds": 60}), 2.0 + 4.0),
        ("one", json!({"keys": "secret", "gracePeriodSeconds": 0}), 2.0 + 3.0),
    ] {
        let world = World::new().await;
        let _before = world.backends.capacity.take();
        world.rotates(&body).await;
        assert_eq!(world.backends.capacity.take(), Units::new(2.0, 2.0 * items), "{what}");
    }
}

#[tokio::test]
async fn a_key_that_is_nobodys_any_more_is_a_read() {
    let world = World::new().await;
    world.rotates(&json!({"gracePeriodSeconds": 0})).await;
    let _before = world.backends.capacity.take();
    let replaced = world.request(world.project.secret.expose(), "");
    assert_eq!(world.call(replaced).await.status, 401);
    assert_eq!(world.backends.capacity.take(), Units::new(1.0, 0.0));
}

//! The calls to AWS that a rotation makes, and DynamoDB's units.

use posthorn_testkit::capacity::Units;
use serde_json::json;

use crate::{
    alerts_topic::{TopicBehaviour, start_topic},
    support::World,
};

#[tokio::test]
async fn a_rotation_makes_three_calls_in_a_row() {
    let world = World::new().await;
    world.rotates(&json!({"keys": "both", "gracePeriodSeconds": 60})).await;
    assert_eq!(world.backends.calls.take(), ["GetItem", "GetItem", "TransactWriteItems"]);
}

#[tokio::test]
async fn an_announcement_adds_one_call() {
    let mut world = World::new().await;
    let _announcements = start_topic(&mut world, TopicBehaviour::Takes).await;
    world.rotates(&json!({})).await;
    let mut all = world.backends.calls.take();
    // The topic of this test reads the project while the announcement is under way.
    assert_eq!(all.pop().as_deref(), Some("GetItem"));
    assert_eq!(all, ["GetItem", "GetItem", "TransactWriteItems", "Publish"]);
}

#[tokio::test]
async fn a_key_that_cannot_be_ours_costs_no_call() {
    let world = World::new().await;
    for key in ["", "nonsense", "sk_nonsense", "pk_nonsense", world.project.public.expose()] {
        assert_eq!(world.call(world.request(key, "")).await.status, 401, "{key}");
        assert!(world.backends.calls.take().is_empty());
    }
    let denied = crate::support::request("another", world.project.secret.expose(), "");
    assert_eq!(world.call(denied).await.status, 403);
    assert_eq!(world.backends.calls.take(), ["GetItem"]);
}

/// A transaction costs two units an item: the project, its entry in the directory, the old and the new keys.
#[tokio::test]
async fn units_are_the_transactions_and_two_reads() {
    for (name, body, items) in [
        ("both, old ones gone", json!({"gracePeriodSeconds": 0}), 2.0 + 4.0),
        ("both, old ones kept", json!({"gracePeriodSeconds": 60}), 2.0 + 4.0),
        ("one", json!({"keys": "secret", "gracePeriodSeconds": 0}), 2.0 + 3.0),
    ] {
        let world = World::new().await;
        let _before = world.backends.capacity.take();
        world.rotates(&body).await;
        assert_eq!(world.backends.capacity.take(), Units::new(2.0, 2.0 * items), "{name}");
    }
}

#[tokio::test]
async fn a_key_that_was_replaced_costs_one_read() {
    let world = World::new().await;
    world.rotates(&json!({"gracePeriodSeconds": 0})).await;
    let _before = world.backends.capacity.take();
    let replaced = world.request(world.project.secret.expose(), "");
    assert_eq!(world.call(replaced).await.status, 401);
    assert_eq!(world.backends.capacity.take(), Units::new(1.0, 0.0));
}

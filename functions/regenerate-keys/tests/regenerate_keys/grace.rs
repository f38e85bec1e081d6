//! Keys that were replaced and go on working for a time.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::SignedDuration;
use posthorn_auth::{KeyDigest, import};
use posthorn_testkit::{backends::TABLE, events::SECRET_KEY};
use serde_json::json;

use crate::support::{World, minted};

#[tokio::test]
async fn replaced_keys_work_until_the_period_is_over_and_not_after() {
    for seconds in [1, 604_800] {
        let world = World::new().await;
        let answer = world.rotates(&json!({"gracePeriodSeconds": seconds})).await;
        let over = world.backends.clock.now() + SignedDuration::from_secs(seconds);
        assert_eq!(answer.json["previousKeysExpireAt"], format!("{over:.3}"));
        world.backends.clock.advance(SignedDuration::from_millis(seconds * 1000 - 1));
        for key in [world.project.secret.expose(), world.project.public.expose()] {
            assert!(world.works(key).await);
        }
        world.backends.clock.advance(SignedDuration::from_millis(1));
        for key in [world.project.secret.expose(), world.project.public.expose()] {
            assert!(!world.works(key).await, "{seconds}");
        }
        for class in ["secret", "public"] {
            assert!(world.works(minted(&answer, class)).await);
        }
    }
}

#[tokio::test]
async fn the_key_that_was_not_replaced_has_no_end() {
    let world = World::new().await;
    world.rotates(&json!({"keys": "secret", "gracePeriodSeconds": 60})).await;
    world.backends.clock.advance(SignedDuration::from_secs(1_000_000));
    assert!(world.works(world.project.public.expose()).await);
    assert!(!world.works(world.project.secret.expose()).await);
}

#[tokio::test]
async fn ttl_removes_a_replaced_keys_item_only_after_its_time() {
    let world = World::new().await;
    world.rotates(&json!({"keys": "secret", "gracePeriodSeconds": 60})).await;
    let items = world.backends.items().await;
    let item = &items[&format!("KEY#{} KEY", world.project.secret.digest().as_str())];
    let expires: i64 = item["expires_at"].as_n().unwrap().parse().unwrap();
    assert!(expires >= world.backends.clock.now().as_second() + 60);
    assert!(!items[&format!("KEY#{} KEY", world.project.public.digest().as_str())].contains_key("expires_at"));
}

#[tokio::test]
async fn a_key_in_grace_may_not_rotate() {
    let world = World::new().await;
    world.rotates(&json!({"gracePeriodSeconds": 60})).await;
    let request = world.request(world.project.secret.expose(), "");
    world.refuses(request, 401, "INVALID_API_KEY").await;
    assert!(world.works(world.project.secret.expose()).await, "it goes on working for all else");
}

#[tokio::test]
async fn rotating_again_ends_an_earlier_grace_period() {
    let world = World::new().await;
    let first = world.rotates(&json!({"keys": "secret", "gracePeriodSeconds": 600})).await;
    let second =
        world.rotates_with(minted(&first, "secret"), &json!({"keys": "secret", "gracePeriodSeconds": 60})).await;
    assert!(!world.works(world.project.secret.expose()).await, "two rotations old");
    assert!(world.works(minted(&first, "secret")).await, "in grace");
    assert!(world.works(minted(&second, "secret")).await);
    world.rotates_with(minted(&second, "secret"), &json!({"keys": "public"})).await;
    assert!(world.works(minted(&first, "secret")).await, "the other class's rotation does not end it");
    world.assert_one_live_pair().await;
}

#[tokio::test]
async fn a_key_that_another_project_imported_stays_there() {
    let world = World::new().await;
    let (backends, first) = (&world.backends, &world.project.project);
    let imported = import(first, SECRET_KEY, backends.clock.now()).unwrap();
    backends.table.change_project(Some(first), &imported, None).await.unwrap();
    let rotated = world.rotates(&json!({"keys": "secret", "gracePeriodSeconds": 60})).await;
    backends.clock.advance(SignedDuration::from_mins(2));
    // TTL removes the item.
    let digest = KeyDigest::of(SECRET_KEY);
    let text = |text: String| AttributeValue::S(text);
    let item = backends.dynamodb.delete_item().table_name(TABLE).key("sk", text("KEY".to_owned()));
    item.key("pk", text(format!("KEY#{}", digest.as_str()))).send().await.unwrap();
    let second = backends.project(|_| {}).await.project;
    let next = import(&second, SECRET_KEY, backends.clock.now()).unwrap();
    backends.table.change_project(Some(&second), &next, None).await.unwrap();

    world.rotates_with(minted(&rotated, "secret"), &json!({})).await;
    let stored = backends.table.api_key(digest.as_str()).await.unwrap().expect("the other project's key");
    assert_eq!(stored.project.id, second.facts.id);
}

//! The announcement of a rotation to the operators.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    alerts_topic::{ARN, TopicBehaviour, start_topic},
    support::{World, minted},
};

#[tokio::test]
async fn a_rotation_is_announced_once_it_is_committed() {
    let mut world = World::new().await;
    let announcements = start_topic(&mut world, TopicBehaviour::Takes).await;
    let answer = world.rotates(&json!({"keys": "secret", "gracePeriodSeconds": 60})).await;
    let published = announcements.lock().unwrap();
    assert_eq!(published.len(), 1);
    assert_eq!(published[0].version, world.project.project.version + 1, "announced before the commit");
    let parameters = &published[0].parameters;
    assert_eq!((parameters["Action"].as_str(), parameters["TopicArn"].as_str()), ("Publish", ARN));
    let message: Value = serde_json::from_str(&parameters["Message"]).unwrap();
    let expected = json!({
        "type": "keys_rotated",
        "project": {"id": world.id(), "name": "Acme"},
        "keys": "secret",
        "at": "2025-11-30T10:30:00.000Z",
        "previousKeysExpireAt": "2025-11-30T10:31:00.000Z",
        "action": message["action"],
    });
    assert_eq!(message, expected);
    for key in [minted(&answer, "secret"), world.project.secret.expose(), world.project.secret.digest().as_str()] {
        assert!(!format!("{parameters:?}").contains(key), "the announcement names a key");
    }
}

#[tokio::test]
async fn a_refused_rotation_is_not_announced() {
    let mut world = World::new().await;
    let announcements = start_topic(&mut world, TopicBehaviour::Takes).await;
    world.refuses(world.request(world.project.public.expose(), ""), 401, "INVALID_API_KEY").await;
    world.refuses(world.request(world.project.secret.expose(), "[]"), 400, "INVALID_REQUEST_BODY").await;
    assert!(announcements.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_throttled_announcement_is_tried_again() {
    let mut world = World::new().await;
    let announcements = start_topic(&mut world, TopicBehaviour::ThrottlesOnce).await;
    world.rotates(&json!({})).await;
    let published = announcements.lock().unwrap();
    assert_eq!(published.len(), 2, "the first was throttled");
    assert_eq!(published[0].parameters["Message"], published[1].parameters["Message"]);
}

#[tokio::test]
async fn a_failed_announcement_changes_nothing() {
    for behaviour in [TopicBehaviour::Refuses, TopicBehaviour::Breaks, TopicBehaviour::NeverAnswers] {
        let mut world = World::new().await;
        let announcements = start_topic(&mut world, behaviour).await;
        let request = world.request(world.project.secret.expose(), "").remaining(Duration::from_secs(4));
        let answer = world.call(request).await;
        assert_eq!(answer.status, 200, "{behaviour:?}: {}", answer.text);
        assert!(world.works(minted(&answer, "secret")).await && world.works(minted(&answer, "public")).await);
        assert!(!announcements.lock().unwrap().is_empty(), "it was tried");
    }
}

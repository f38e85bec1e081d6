//! What operators are told of a rotation.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    support::{World, minted},
    topic::{ARN, Mood, listen},
};

#[tokio::test]
async fn a_rotation_is_announced_once_it_is_committed() {
    let mut world = World::new().await;
    let topic = listen(&mut world, Mood::Takes).await;
    let answer = world.rotates(&json!({"keys": "secret", "gracePeriodSeconds": 60})).await;
    let published = topic.lock().unwrap();
    assert_eq!(published.len(), 1);
    assert_eq!(published[0].version, world.project.project.version + 1, "told before the commit");
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
        assert!(!format!("{parameters:?}").contains(key), "which key is nobody's business");
    }
}

#[tokio::test]
async fn a_refused_rotation_is_not_announced() {
    let mut world = World::new().await;
    let topic = listen(&mut world, Mood::Takes).await;
    world.refuses(world.request(world.project.public.expose(), ""), 401, "INVALID_API_KEY").await;
    world.refuses(world.request(world.project.secret.expose(), "[]"), 400, "INVALID_REQUEST_BODY").await;
    assert!(topic.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_throttled_announcement_is_tried_again() {
    let mut world = World::new().await;
    let topic = listen(&mut world, Mood::ThrottlesOnce).await;
    world.rotates(&json!({})).await;
    let published = topic.lock().unwrap();
    assert_eq!(published.len(), 2, "the first was throttled");
    assert_eq!(published[0].parameters["Message"], published[1].parameters["Message"]);
}

#[tokio::test]
async fn a_failed_announcement_changes_nothing() {
    for mood in [Mood::Refuses, Mood::Breaks, Mood::NeverAnswers] {
        let mut world = World::new().await;
        let topic = listen(&mut world, mood).await;
        let request = world.request(world.project.secret.expose(), "").remaining(Duration::from_secs(4));
        let answer = world.call(request).await;
        assert_eq!(answer.status, 200, "{mood:?}: {}", answer.text);
        assert!(world.works(minted(&answer, "secret")).await && world.works(minted(&answer, "public")).await);
        assert!(!topic.lock().unwrap().is_empty(), "it was tried");
    }
}

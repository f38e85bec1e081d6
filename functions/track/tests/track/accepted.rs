//! Requests that are accepted: the response and the records.

use posthorn_testkit::backends::TestRequest;
use serde_json::json;
use ulid::Ulid;

use crate::support::{ADA, World, boolean, event, plain, text};

#[tokio::test]
async fn either_key_tracks_on_either_path() {
    for path in ["/v1/track", "/v1", "/v1/track/", "/v1/"] {
        let world = World::new().await;
        for key in [&world.project.public, &world.project.secret] {
            world.accepts(TestRequest::post(path, key, &plain())).await;
        }
        assert_eq!(world.events().await.len(), 2, "{path}");
        assert_eq!(world.items(" CONTACT").await.len(), 1, "{path}");
    }
}

#[tokio::test]
async fn the_answer_names_contact_and_event() {
    let world = World::new().await;
    let answer = world.accepts(world.public(&plain())).await;
    let contact = posthorn_table::contact::id(world.id(), ADA).to_string();
    let data = &answer.json["data"];
    let fields = json!({
        "contact": contact, "event": data["event"], "subscribed": true, "timestamp": "2025-11-30T10:30:00.000Z",
    });
    // The older generation of clients reads the fields of `data` at the top level.
    let mut expected = fields.clone();
    expected["success"] = true.into();
    expected["data"] = fields;
    assert_eq!(answer.json, expected);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("x-request-id"), Some("test-request"));
    assert_eq!(answer.header("idempotency-replayed"), None);

    let key = format!("CONTACT#{contact} EVENT#{}", data["event"].as_str().unwrap());
    assert_eq!(world.events().await.into_keys().collect::<Vec<_>>(), [key]);
}

#[tokio::test]
async fn an_events_id_is_a_ulid_of_its_time() {
    let world = World::new().await;
    let answer = world.accepts(world.public(&plain())).await;
    let id: Ulid = answer.json["data"]["event"].as_str().unwrap().parse().unwrap();
    assert_eq!(i64::try_from(id.timestamp_ms()).unwrap(), world.backends.clock.now().as_millisecond());
    world.backends.clock.advance(jiff::SignedDuration::from_millis(1));
    let later = world.accepts(world.public(&plain())).await;
    assert!(later.json["data"]["event"].as_str() > answer.json["data"]["event"].as_str());
}

#[tokio::test]
async fn the_event_is_kept_as_it_was_given() {
    let world = World::new().await;
    let data = json!({"seats": 5, "plan": {"id": "pro"}});
    world.accepts(world.secret(&event(&json!({"event": "Order placed 🎉", "data": data})))).await;
    let item = world.events().await.into_values().next().unwrap();
    assert_eq!(text(&item, "name"), "Order placed 🎉");
    assert_eq!(text(&item, "project_id"), world.id().to_string());
    assert_eq!(text(&item, "created_at"), "2025-11-30T10:30:00.000Z");
    assert_eq!(serde_json::from_str::<serde_json::Value>(text(&item, "data")).unwrap(), data);
}

#[tokio::test]
async fn a_new_contact_starts_subscribed_and_free() {
    let world = World::new().await;
    world.accepts(world.public(&event(&json!({"email": " ADA@Example.ORG "})))).await;
    let contact = world.contact(ADA).await;
    assert!(boolean(&contact, "subscribed"));
    assert!(!contact.contains_key("barred"));
    assert_eq!(text(&contact, "email"), ADA);
    assert_eq!(text(&contact, "project_id"), world.id().to_string());
}

#[tokio::test]
async fn names_that_only_look_reserved_are_free() {
    let world = World::new().await;
    for name in ["Email.sent", "email", "segment.vip", "contact.created", &"ü".repeat(255)] {
        world.accepts(world.public(&event(&json!({"event": name})))).await;
    }
    assert_eq!(world.events().await.len(), 5);
}

#[tokio::test]
async fn the_content_type_is_not_looked_at() {
    let world = World::new().await;
    world.accepts(world.public(&plain()).header("content-type", "text/plain;charset=UTF-8")).await;
    world.accepts(world.public(&event(&json!({"data": null, "subscribed": null, "type": "x"})))).await;
    world.accepts(world.public(&event(&json!({"data": []})))).await;
    assert_eq!(world.events().await.len(), 3);
}

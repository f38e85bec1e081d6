//! Callers that want to break something, with a public key or none.

use lambda_http::http::Method;
use posthorn_auth::{KeyClass, KeySelection, PlainKey, rotate};
use posthorn_testkit::{backends::TestRequest, capacity::Units};
use serde_json::{Value, json};

use crate::support::{World, event, plain};

/// Requests of a flood.
const MANY: usize = 200;

fn with_key(key: &str) -> TestRequest {
    TestRequest::new(Method::POST, "/v1/track")
        .header("authorization", &format!("Bearer {key}"))
        .body(plain().to_string())
}

#[tokio::test]
async fn well_formed_keys_of_nobody_cost_one_read_each_and_leave_nothing() {
    let world = World::new().await;
    let before = world.backends.items().await;
    let _set_up = (world.backends.calls.take(), world.backends.capacity.take());
    for number in 0..MANY {
        let key = PlainKey::mint(KeyClass::Public, &mut |buffer| world.backends.env.fill(buffer));
        let key = if number % 2 == 0 { key.expose().to_owned() } else { format!("pk_{number:048x}") };
        assert_eq!(world.call(with_key(&key)).await.status, 401);
    }
    assert_eq!(world.backends.calls.take(), vec!["GetItem"; MANY]);
    assert_eq!(world.backends.capacity.take(), Units::new(200.0, 0.0));
    assert_eq!(world.backends.items().await, before);
}

#[tokio::test]
async fn a_retired_key_is_looked_up_and_answered_as_one_of_nobody() {
    let world = World::new().await;
    let project = &world.project.project;
    let fill = &mut |buffer: &mut [u8]| world.backends.env.fill(buffer);
    let now = world.backends.clock.now();
    let rotation = rotate(project, &world.project.secret.digest(), KeySelection::Both, 60, now, fill).unwrap();
    world.backends.table.change_project(Some(project), &rotation.next, None).await.unwrap();
    world.backends.clock.advance(jiff::SignedDuration::from_secs(60));
    let nobodys = PlainKey::mint(KeyClass::Public, &mut |buffer| world.backends.env.fill(buffer));
    let items = world.items("KEY#").await;
    assert!(items.keys().any(|key| key.contains(world.project.public.digest().as_str())), "its item is still there");

    let mut seen = Vec::new();
    for key in [world.project.public.expose(), nobodys.expose()] {
        let _before = (world.backends.calls.take(), world.backends.capacity.take());
        let answer = world.call(with_key(key)).await;
        seen.push((answer, world.backends.calls.take(), world.backends.capacity.take()));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!((seen[0].0.status, &seen[0].1), (401, &vec!["GetItem".to_owned()]));
}

/// Nothing is ever unpacked: 60 KB of zeros are as long as they came.
#[tokio::test]
async fn compressed_bodies_are_no_json() {
    let world = World::new().await;
    let gzip = |rest: &[u8]| [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3][..], rest].concat();
    for body in [gzip(&[0x63; 64]), gzip(&[0].repeat(60_000))] {
        for encoding in ["gzip", "br", "identity, gzip"] {
            let request = world.public(&plain()).header("content-encoding", encoding).body(body.clone());
            world.refuses(request, 400, "INVALID_REQUEST_BODY").await;
        }
    }
    world.accepts(world.public(&plain()).header("content-encoding", "gzip")).await;
}

#[tokio::test]
async fn a_public_key_tracks_and_nothing_that_send_knows_makes_it_do_more() {
    let world = World::new().await;
    let body = event(&json!({
        "to": "eve@example.org", "subject": "s", "body": "b", "from": "hello@example.com", "template": "t",
        "headers": {"X-A": "b"}, "attachments": [], "reply": "r@x.co", "name": "n", "type": "transactional",
        "id": "i", "contact": "c", "project": "p", "keys": "both", "barred": null, "bounced_at": "2025-01-01T00:00:00Z",
        "data": {"email": "eve@example.org", "id": "i", "plunk_id": "i", "unsubscribeUrl": "u", "mine": 1},
    }));
    world.accepts(world.public(&body)).await;
    assert_eq!(world.data(crate::support::ADA).await, json!({"mine": 1}));
    let contact = world.contact(crate::support::ADA).await;
    assert!(!contact.contains_key("barred") && !contact.contains_key("bounced_at"));
    assert_eq!((world.backends.ses.calls(), world.items("EMAIL#").await.len()), (0, 0));
    for path in ["/v1/send", "/v1/contacts", "/users/@me/projects/x/regenerate-keys", "/v1/track/../send"] {
        let request = TestRequest::post(path, &world.project.public, &Value::Null);
        world.refuses(request, 404, "NOT_FOUND").await;
    }
}

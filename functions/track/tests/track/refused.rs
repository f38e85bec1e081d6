//! Refusals, in the contract's order. They leave nothing.

use jiff::SignedDuration;
use lambda_http::http::Method;
use posthorn_auth::{KeySelection, rotate};
use posthorn_table::project::Status;
use posthorn_testkit::{backends::TestRequest, events};
use serde_json::{Value, json};

use crate::support::{World, event, plain};

fn with_header(value: &str) -> TestRequest {
    TestRequest::new(Method::POST, "/v1/track").header("authorization", value).body(plain().to_string())
}

#[tokio::test]
async fn without_a_usable_header_authentication_is_missing() {
    let world = World::new().await;
    let bare = TestRequest::new(Method::POST, "/v1/track").body("not even JSON");
    let twice = world.public(&plain()).header("authorization", "Bearer x");
    for request in [bare, twice, with_header("Bearer"), with_header("Basic cGs6"), with_header("Bearer a b")] {
        let answer = world.refuses(request, 401, "MISSING_AUTH").await;
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        assert_eq!(answer.json["error"]["message"], "Authorization header is required");
        assert_eq!(answer.json["error"]["requestId"], "test-request");
        assert_eq!(answer.json["timestamp"], "2025-11-30T10:30:00.000Z");
    }
}

#[tokio::test]
async fn malformed_unknown_and_retired_keys_get_the_same_answer() {
    let world = World::new().await;
    let retired = format!("Bearer {}", world.project.public.expose());
    let now = world.backends.clock.now();
    let fill = &mut |buffer: &mut [u8]| world.backends.env.fill(buffer);
    let project = &world.project.project;
    let rotation = rotate(project, &world.project.secret.digest(), KeySelection::Both, 0, now, fill).unwrap();
    world.backends.table.change_project(Some(project), &rotation.next, None).await.unwrap();

    let unknown = format!("Bearer {}", events::PUBLIC_KEY);
    let mut answers = Vec::new();
    for header in ["Bearer nonsense", "Bearer pk_nonsense", "Bearer sk_nonsense", &unknown, &retired] {
        answers.push(world.refuses(with_header(header), 401, "INVALID_API_KEY").await);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
    assert_eq!(answers[0].header("www-authenticate"), Some("Bearer"));
}

#[tokio::test]
async fn a_key_in_grace_tracks_until_its_time_is_over() {
    let world = World::new().await;
    let fill = &mut |buffer: &mut [u8]| world.backends.env.fill(buffer);
    let project = &world.project.project;
    let now = world.backends.clock.now();
    let rotation = rotate(project, &world.project.secret.digest(), KeySelection::Both, 60, now, fill).unwrap();
    world.backends.table.change_project(Some(project), &rotation.next, None).await.unwrap();
    world.backends.clock.advance(SignedDuration::from_millis(59_999));
    world.accepts(world.public(&plain())).await;
    world.backends.clock.advance(SignedDuration::from_millis(1));
    world.refuses(world.public(&plain()), 401, "INVALID_API_KEY").await;
}

#[tokio::test]
async fn a_disabled_project_tracks_nothing() {
    let world = World::with(|project| project.facts.status = Status::Disabled).await;
    for request in [world.public(&plain()), world.secret(&json!({})), world.public(&plain()).once("")] {
        world.refuses(request, 403, "PROJECT_DISABLED").await;
    }
}

#[tokio::test]
async fn a_malformed_idempotency_key_is_refused_before_the_body() {
    let world = World::new().await;
    for key in ["", &"k".repeat(256), "a\tb"] {
        world.refuses(world.public(&json!({})).once(key), 400, "BAD_REQUEST").await;
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_refused() {
    let world = World::new().await;
    for body in [&b""[..], b"{", b"[]", b"\"x\"", b"null", b"event=x", b"\xff\xfe", b"{\"event\":\"a\"}x"] {
        world.refuses(world.public(&plain()).body(body), 400, "INVALID_REQUEST_BODY").await;
    }
}

/// The wrong fields and their codes, on both paths: 422 on one, 400 on the other.
async fn check(world: &World, body: &Value, wrong: &[(&str, &str)]) {
    for (path, status) in [("/v1/track", 422), ("/v1", 400)] {
        let request = TestRequest::post(path, &world.project.public, body);
        let answer = world.refuses(request, status, "VALIDATION_ERROR").await;
        let errors = answer.json["error"]["errors"].as_array().unwrap();
        let listed = errors.iter().map(|error| (error["field"].as_str().unwrap(), error["code"].as_str().unwrap()));
        assert_eq!(listed.collect::<Vec<_>>(), wrong, "{path} {}", answer.text);
    }
}

#[tokio::test]
async fn every_wrong_field_is_listed() {
    let world = World::new().await;
    let keys = Value::Object((0..101).map(|i| (format!("k{i}"), json!(1))).collect());
    for (body, wrong) in [
        (json!({}), vec![("event", "required"), ("email", "required")]),
        (json!({"event": null, "email": null}), vec![("event", "required"), ("email", "required")]),
        (
            json!({"event": 1, "email": {}, "subscribed": 1, "data": [[]]}),
            vec![
                ("event", "invalid_type"),
                ("email", "invalid_type"),
                ("subscribed", "invalid_type"),
                ("data", "invalid_type"),
            ],
        ),
        (json!({"event": "", "email": "ada"}), vec![("event", "too_short"), ("email", "invalid_email")]),
        (event(&json!({"event": "x".repeat(256)})), vec![("event", "too_long")]),
        (event(&json!({"event": "a\nb"})), vec![("event", "invalid_value")]),
        (event(&json!({"event": "email.sent"})), vec![("event", "reserved_event")]),
        (event(&json!({"event": "contact.subscribed"})), vec![("event", "reserved_event")]),
        (event(&json!({"event": "segment.vip.exit"})), vec![("event", "reserved_event")]),
        (event(&json!({"email": "Ada <ada@example.org>"})), vec![("email", "invalid_email")]),
        (event(&json!({"data": keys})), vec![("data", "too_many")]),
        (event(&json!({"data": {"a": "x".repeat(32_761)}})), vec![("data", "too_large")]),
        (event(&json!({"data": {"": 1}})), vec![("data", "too_short")]),
        (event(&json!({"data": {"a\u{7f}": 1}})), vec![("data", "invalid_value")]),
        (event(&json!({"data": {"ü".repeat(129): 1}})), vec![("data", "too_long")]),
    ] {
        check(&world, &body, &wrong).await;
    }
}

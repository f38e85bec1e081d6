//! The schemas and the functions have the same limits: a body has invalid fields if and only if it does not fit its schema.

use std::collections::BTreeSet;

use axum::http::Method;
use posthorn_testkit::{backends::TestResponse, ses::REFUSED_EXTENSIONS};
use serde_json::json;

use crate::{
    cases::{ROTATION, SEND, TRACK, attachment, bodies, event, of_idempotency_keys, of_rotation, x},
    schema::{body_validator, validator},
    world::World,
};

fn field_codes(answer: &TestResponse) -> BTreeSet<String> {
    let errors = answer.json["error"]["errors"].as_array().into_iter().flatten();
    errors.map(|error| error["code"].as_str().unwrap().to_owned()).collect()
}

/// Sends every body, and gives the codes of the field errors that were answered.
async fn check(path: &str) -> BTreeSet<String> {
    let world = World::new().await;
    let validator = body_validator(&Method::POST, path);
    let mut found = BTreeSet::new();
    for (body, fits) in bodies(&Method::POST, path) {
        assert_eq!(validator.is_valid(&body), fits, "the schema of {path}: {body}");
        let answer = world.call(world.post(path, &body)).await;
        assert_eq!(answer.code() != Some("VALIDATION_ERROR"), fits, "{path}: {body}: {}", answer.text);
        assert!(answer.status < 500, "{path}: {body}: {}", answer.text);
        found.append(&mut field_codes(&answer));
    }
    found
}

#[tokio::test]
async fn send_and_track_take_the_bodies_that_their_schemas_take() {
    let mut found = check(SEND).await;
    found.append(&mut check(TRACK).await);
    let described = &described_codes();
    found.insert(too_large().await);
    assert_eq!(&found, described, "every kind of mistake is described, and there is no other");
}

/// The codes of field errors that are described.
fn described_codes() -> BTreeSet<String> {
    let schemas = &posthorn_testkit::openapi::document()["components"]["schemas"];
    let codes = schemas["FieldError"]["properties"]["code"]["enum"].as_array().unwrap();
    codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect()
}

/// The mail service refuses many endings, which the schema leaves to its text.
#[tokio::test]
async fn files_that_the_mail_service_refuses_are_refused_before_it_sees_them() {
    let world = World::new().await;
    for ending in REFUSED_EXTENSIONS.split(' ') {
        let body = attachment(&json!({"filename": format!("a.{}", ending.to_uppercase())}));
        let answer = world.call(world.post(SEND, &body)).await;
        assert_eq!((answer.status, answer.code()), (422, Some("VALIDATION_ERROR")), "{ending}: {}", answer.text);
    }
    assert_eq!(world.backends.ses.calls(), 0);
}

/// The bytes of `data` have a limit that no schema can express.
async fn too_large() -> String {
    let world = World::new().await;
    let data = |bytes: usize| event(&json!({"data": {"a": x(bytes - r#"{"a":""}"#.len())}}));
    assert_eq!(world.call(world.post(TRACK, &data(32_768))).await.status, 200);
    let answer = world.call(world.post(TRACK, &data(32_769))).await;
    assert_eq!(answer.status, 422);
    field_codes(&answer).into_iter().next().unwrap()
}

#[tokio::test]
async fn regenerate_keys_takes_the_bodies_that_its_schema_takes() {
    let validator = body_validator(&Method::POST, ROTATION);
    for (body, fits) in of_rotation() {
        let world = World::new().await;
        assert_eq!(validator.is_valid(&body), fits, "the schema: {body}");
        let answer = world.call(world.post(&world.rotation(), &body)).await;
        assert_eq!(answer.status, if fits { 200 } else { 422 }, "{body}: {}", answer.text);
    }
}

#[tokio::test]
async fn an_idempotency_key_is_one_that_its_schema_takes() {
    let world = World::new().await;
    let schema = &posthorn_testkit::openapi::document()["components"]["schemas"]["IdempotencyKey"];
    for (key, fits) in of_idempotency_keys() {
        assert_eq!(validator(schema).is_valid(&key), fits, "the schema: {key}");
        let answer = world.call(world.post(TRACK, &event(&json!({}))).once(key.as_str().unwrap())).await;
        assert_eq!(answer.status, if fits { 200 } else { 400 }, "{key}: {}", answer.text);
    }
}

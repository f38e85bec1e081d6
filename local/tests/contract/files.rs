//! The files of `events/`. Each body fits the schema of its route unless its fields are refused, and each answer fits the response
//! that describes it.

use base64::{Engine, prelude::BASE64_STANDARD};
use posthorn_routes::{Function, resolve};
use posthorn_testkit::events::{self, EventFile};
use serde_json::Value;

use crate::{
    schema::body_validator,
    world::{World, request_of},
};

fn files() -> impl Iterator<Item = (EventFile, Value)> {
    let functions = Function::ALL.into_iter().filter(|function| function.is_behind_the_gateway());
    functions.flat_map(events::of).map(|file| {
        let event = serde_json::from_str(&file.event).unwrap();
        (file, event)
    })
}

/// The body of an event, if it has one.
fn body(event: &Value) -> Option<Vec<u8>> {
    let text = event["body"].as_str()?;
    Some(if event["isBase64Encoded"] == true { BASE64_STANDARD.decode(text).unwrap() } else { text.into() })
}

#[test]
fn a_body_fits_its_schema_unless_it_is_refused_for_its_fields() {
    let mut checked = 0;
    for (file, event) in files() {
        let request = request_of(&event);
        let Some(route) = resolve(request.method(), request.path()).route() else { continue };
        let Some(body) = body(&event) else { continue };
        let json: Result<Value, _> = serde_json::from_slice(&body);
        let is_an_object = json.as_ref().is_ok_and(Value::is_object);
        assert_eq!(is_an_object, file.name != "INVALID_REQUEST_BODY", "{}/{}", file.folder, file.name);
        if let (Ok(json), true) = (json, is_an_object) {
            let fits = body_validator(&route.method, route.pattern).is_valid(&json);
            assert_eq!(fits, file.name != "VALIDATION_ERROR", "{}/{}", file.folder, file.name);
            checked += 1;
        }
    }
    assert!(checked > 25, "only {checked} bodies");
}

#[tokio::test]
async fn every_answer_is_described() {
    for (file, event) in files() {
        let world = World::of(&file).await;
        if let Some(before) = file.before() {
            assert_eq!(world.replay(&serde_json::from_str(&before.event).unwrap()).await.status, 200);
        }
        let answer = world.replay(&event).await;
        let is_refused = file.folder.ends_with("refused");
        assert_eq!(answer.code(), is_refused.then_some(file.name.as_str()), "{}/{}", file.folder, file.name);
    }
}

/// The files of track, by the path of 2023.
#[tokio::test]
async fn every_answer_on_the_path_of_2023_is_described() {
    let is_tracked = |event: &Value| event["rawPath"] == "/v1/track";
    for (file, mut event) in files().filter(|(_, event)| is_tracked(event)) {
        event["rawPath"] = "/v1".into();
        event["requestContext"]["http"]["path"] = "/v1".into();
        let world = World::of(&file).await;
        if let Some(before) = file.before() {
            assert_eq!(world.replay(&serde_json::from_str(&before.event).unwrap()).await.status, 200);
        }
        let answer = world.replay(&event).await;
        let expected = file.folder.ends_with("refused").then_some(file.name.as_str());
        assert_eq!(answer.code(), expected, "{}/{}", file.folder, file.name);
    }
}

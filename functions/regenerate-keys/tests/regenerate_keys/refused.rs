//! Requests that are refused, in the order of the checks. None of them changes anything.

use lambda_http::http::Method;
use posthorn_table::project::Status;
use posthorn_testkit::{backends::TestRequest, events::SECRET_KEY};
use serde_json::json;

use crate::support::{World, request};

#[tokio::test]
async fn a_public_key_has_a_message_of_its_own() {
    let world = World::new().await;
    for key in [world.project.public.expose(), "pk_nonsense"] {
        let answer = world.refuses(world.request(key, "{}"), 401, "INVALID_API_KEY").await;
        let error = &answer.json["error"];
        let message = "Invalid secret API key. This endpoint requires a secret key (sk_*), not a public key.";
        assert_eq!(error["message"], message);
        let suggestion =
            "Verify your API key is correct and starts with \"sk_\" for secret keys or \"pk_\" for public keys.";
        assert_eq!(error["suggestion"], suggestion);
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
    }
}

#[tokio::test]
async fn a_missing_header_has_the_published_text() {
    let world = World::new().await;
    let bare = TestRequest::new(Method::POST, &format!("/users/@me/projects/{}/regenerate-keys", world.id()));
    let answer = world.refuses(bare, 401, "MISSING_AUTH").await;
    assert_eq!(answer.json["error"]["message"], "Authorization header is required");
    let suggestion = "Include an Authorization header with format: \"Authorization: Bearer YOUR_API_KEY\"";
    assert_eq!(answer.json["error"]["suggestion"], suggestion);
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
}

#[tokio::test]
async fn unknown_malformed_and_retired_keys_get_the_same_answer() {
    let world = World::new().await;
    world.rotates(&json!({})).await;
    let mut answers = Vec::new();
    for key in [SECRET_KEY, "sk_nonsense", "nonsense", world.project.secret.expose()] {
        answers.push(world.refuses(world.request(key, "{}"), 401, "INVALID_API_KEY").await);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
}

#[tokio::test]
async fn another_id_is_denied_whether_or_not_there_is_such_a_project() {
    let world = World::new().await;
    let other = world.backends.project(|_| {}).await.project.facts.id.to_string();
    let mut answers = Vec::new();
    for id in [other.as_str(), "7d444840-9dc0-41d1-b245-5ffdce74fad2", "me", "%20", &world.id().to_string()[1..]] {
        // A wrong body is not looked at before.
        let request = request(id, world.project.secret.expose(), "[]");
        answers.push(world.refuses(request, 403, "PROJECT_ACCESS_DENIED").await);
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
}

#[tokio::test]
async fn a_disabled_project_keeps_its_keys() {
    let world = World::with(|project| project.facts.status = Status::Disabled).await;
    for id in [world.id().to_string(), "another".to_owned()] {
        let answer = world.refuses(request(&id, world.project.secret.expose(), ""), 403, "PROJECT_DISABLED").await;
        let message = "Project is disabled due to security violations. All write operations are blocked.";
        assert_eq!(answer.json["error"]["message"], message);
        assert!(answer.json["error"].get("suggestion").is_none());
    }
}

#[tokio::test]
async fn a_body_over_4_kb_is_refused_before_its_key_is_looked_at() {
    let world = World::new().await;
    let body = |bytes: usize| format!(r#"{{"keys":{}"public"}}"#, " ".repeat(bytes - r#"{"keys":"public"}"#.len()));
    for key in [world.project.secret.expose(), "sk_nonsense"] {
        let answer = world.refuses(world.request(key, &body(4_097)), 413, "PAYLOAD_TOO_LARGE").await;
        assert_eq!(answer.json["error"]["message"], "The body is 4097 bytes; at most 4096 are possible here.");
        assert_eq!(answer.json["error"]["details"], json!({"bytes": 4_097, "maximum": 4_096}));
    }
    let answer = world.call(world.request(world.project.secret.expose(), &body(4_096))).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

#[tokio::test]
async fn a_byte_order_mark_and_half_a_surrogate_pair_are_no_mistake() {
    let world = World::new().await;
    let body = "\u{feff}{\"keys\":\"public\",\"note\":\"\\ud83d\"}";
    let answer = world.call(world.request(world.project.secret.expose(), body)).await;
    assert_eq!((answer.status, &answer.json["secret"]), (200, &json!(null)), "{}", answer.text);
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_refused() {
    let world = World::new().await;
    for body in ["[]", "null", "\"both\"", "{", " ", "keys=both"] {
        let request = world.request(world.project.secret.expose(), body);
        world.refuses(request, 400, "INVALID_REQUEST_BODY").await;
    }
}

#[tokio::test]
async fn every_wrong_field_is_listed() {
    let world = World::new().await;
    for (body, wrong) in [
        (
            json!({"keys": "all", "gracePeriodSeconds": -1}),
            vec![("keys", "invalid_value"), ("gracePeriodSeconds", "invalid_value")],
        ),
        (
            json!({"keys": ["both"], "gracePeriodSeconds": "60"}),
            vec![("keys", "invalid_type"), ("gracePeriodSeconds", "invalid_type")],
        ),
        (json!({"gracePeriodSeconds": 604_801}), vec![("gracePeriodSeconds", "invalid_value")]),
        (json!({"gracePeriodSeconds": 0.5}), vec![("gracePeriodSeconds", "invalid_value")]),
        (json!({"keys": "Both"}), vec![("keys", "invalid_value")]),
        (json!({"keys": ""}), vec![("keys", "invalid_value")]),
    ] {
        let request = world.request(world.project.secret.expose(), &body.to_string());
        let answer = world.refuses(request, 422, "VALIDATION_ERROR").await;
        let errors = answer.json["error"]["errors"].as_array().unwrap();
        let listed = errors.iter().map(|error| (error["field"].as_str().unwrap(), error["code"].as_str().unwrap()));
        assert_eq!(listed.collect::<Vec<_>>(), wrong, "{body}");
    }
}

#[tokio::test]
async fn another_method_or_path_is_refused_before_the_key_is_looked_at() {
    let world = World::new().await;
    let path = format!("/users/@me/projects/{}/regenerate-keys", world.id());
    for method in [Method::GET, Method::DELETE, Method::OPTIONS] {
        let answer = world.refuses(TestRequest::new(method, &path), 405, "METHOD_NOT_ALLOWED").await;
        assert_eq!(answer.header("allow"), Some("POST"));
    }
    let rotation = Some("Did you mean POST /users/@me/projects/{id}/regenerate-keys?");
    for (path, suggestion) in [
        ("/users/@me/projects//regenerate-keys", rotation),
        ("/users/me/projects/x/regenerate-keys", rotation),
        (&format!("{path}//"), rotation),
        ("/users/@me/projects", Some("Did you mean GET /projects?")),
        ("/users/@me", None),
        ("/v1/track", None),
    ] {
        let answer = world.refuses(TestRequest::new(Method::POST, path), 404, "NOT_FOUND").await;
        assert_eq!(answer.json["error"]["suggestion"].as_str(), suggestion, "{path}");
    }
}

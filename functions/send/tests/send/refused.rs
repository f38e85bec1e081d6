//! Refusals: the status, the code, the text; and that nothing was written and nothing sent.

use lambda_http::http::Method;
use posthorn_table::project::Status;
use posthorn_testkit::{backends::TestRequest, events::SECRET_KEY};
use serde_json::{Value, json};

use crate::support::{World, addresses, email, plain};

fn post(authorization: &str, body: &Value) -> TestRequest {
    TestRequest::new(Method::POST, "/v1/send").header("authorization", authorization).body(body.to_string())
}

#[tokio::test]
async fn the_three_published_answers_are_given_to_the_letter() {
    let world = World::with(|project| project.facts.status = Status::Disabled).await;
    let public = TestRequest::post("/v1/send", &world.project.public, &plain());
    let bare = TestRequest::new(Method::POST, "/v1/send").body(plain().to_string());
    let timestamp = "2025-11-30T10:30:00.000Z";
    for (request, status, error) in [
        (
            bare,
            401,
            json!({
                "code": "MISSING_AUTH",
                "message": "Authorization header is required",
                "statusCode": 401,
                "requestId": "test-request",
                "suggestion": "Include an Authorization header with format: \"Authorization: Bearer YOUR_API_KEY\"",
            }),
        ),
        (
            public,
            401,
            json!({
                "code": "INVALID_API_KEY",
                "message": "Invalid secret API key. This endpoint requires a secret key (sk_*), not a public key.",
                "statusCode": 401,
                "requestId": "test-request",
                "suggestion":
                    "Verify your API key is correct and starts with \"sk_\" for secret keys or \"pk_\" for public keys.",
            }),
        ),
        (
            world.request(&plain()),
            403,
            json!({
                "code": "PROJECT_DISABLED",
                "message": "Project is disabled due to security violations. All write operations are blocked.",
                "statusCode": 403,
                "requestId": "test-request",
            }),
        ),
    ] {
        let answer = world.refuses(request, status, error["code"].as_str().unwrap()).await;
        let message = &error["message"];
        let expected = json!({"success": false, "error": error, "message": message, "timestamp": timestamp});
        assert_eq!(answer.json, expected);
        assert_eq!(answer.header("www-authenticate"), (status == 401).then_some("Bearer"));
        assert_eq!(answer.header("x-request-id"), Some("test-request"));
        assert!(!answer.headers.keys().any(|name| name.as_str().starts_with("access-control-")));
    }
}

#[tokio::test]
async fn anything_but_bearer_and_a_key_is_a_missing_header() {
    let world = World::new().await;
    let key = world.project.secret.expose();
    for value in ["", " ", "Bearer", "Bearer ", "Basic c2s6", key, &format!("Bearer {key} x"), &format!("Bearer,{key}")]
    {
        world.refuses(post(value, &plain()), 401, "MISSING_AUTH").await;
    }
    let twice = world.request(&plain()).header("authorization", &format!("Bearer {key}"));
    assert_eq!(world.call(twice).await.status, 401, "two headers are one list");
}

#[tokio::test]
async fn the_scheme_may_be_written_in_any_way() {
    let world = World::new().await;
    let key = world.project.secret.expose();
    for value in [format!("bearer {key}"), format!("BEARER \t  {key}"), format!("  Bearer\t{key}\t ")] {
        assert_eq!(world.call(post(&value, &plain())).await.status, 200, "{value:?}");
    }
}

#[tokio::test]
async fn a_key_that_cannot_be_ours_costs_no_call() {
    let world = World::new().await;
    let key = world.project.secret.expose();
    let mut mistyped = key.to_owned();
    mistyped.replace_range(10..11, if &key[10..11] == "A" { "B" } else { "A" });
    let public = world.project.public.expose();
    let cut = &key[..48];
    for key in [&mistyped, cut, public, "sk_", "nonsense", "pk_nonsense", &format!("{key}0"), &key.to_uppercase()] {
        let answer = world.call(post(&format!("Bearer {key}"), &plain())).await;
        assert_eq!((answer.status, answer.code()), (401, Some("INVALID_API_KEY")), "{key}");
        assert!(world.backends.calls.take().is_empty(), "{key}");
    }
    assert_eq!(world.backends.ses.calls(), 0);
}

#[tokio::test]
async fn malformed_unknown_and_retired_keys_are_told_the_same() {
    let world = World::new().await;
    let _new = world.rotate().await;
    let malformed = world.refuses(post("Bearer sk_nonsense", &plain()), 401, "INVALID_API_KEY").await;
    let unknown = world.refuses(post(&format!("Bearer {SECRET_KEY}"), &plain()), 401, "INVALID_API_KEY").await;
    let retired = world.refuses(world.request(&plain()), 401, "INVALID_API_KEY").await;
    assert_eq!(malformed, unknown);
    assert_eq!(malformed, retired);
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_refused() {
    let world = World::new().await;
    let bodies: [&[u8]; 9] =
        [b"", b" ", b"null", b"[]", b"\"x\"", b"7", b"{", b"{\"to\":\"a@x.co\",}", b"{\"subject\":\"\xff\"}"];
    for body in bodies {
        let request = world.request(&plain()).body(body.to_vec());
        world.refuses(request, 400, "INVALID_REQUEST_BODY").await;
    }
}

#[tokio::test]
async fn an_idempotency_key_must_be_1_to_255_printable_characters() {
    let world = World::new().await;
    for key in ["", "a\tb", &"k".repeat(256)] {
        world.refuses(world.request(&plain()).once(key), 400, "BAD_REQUEST").await;
    }
    assert_eq!(world.once(&"k".repeat(255), &plain()).await.status, 200);
}

#[tokio::test]
async fn routes_that_are_not_there_are_told_so() {
    let world = World::new().await;
    let send = Some("Did you mean POST /v1/send?");
    for (path, suggestion) in [
        ("/", None),
        ("/v1/send//", send),
        ("/v1/sends", send),
        ("/V1/send", send),
        ("/send", send),
        ("//v1/send", send),
        ("/v1/v1/send", send),
        ("/v1/send/%3Cscript%3E", send),
        ("/v1/track", None),
        ("/v1/contacts", None),
    ] {
        let request = TestRequest::post(path, &world.project.secret, &plain());
        let answer = world.refuses(request, 404, "NOT_FOUND").await;
        assert_eq!(answer.json["error"]["suggestion"].as_str(), suggestion, "{path}");
        assert_eq!(answer.json["message"], "This route does not exist.");
        assert!(!answer.text.contains("script"), "{path}: {}", answer.text);
    }
    for method in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
        let answer = world.refuses(TestRequest::new(method, "/v1/send"), 405, "METHOD_NOT_ALLOWED").await;
        assert_eq!(answer.header("allow"), Some("POST"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert!(!answer.headers.keys().any(|name| name.as_str().starts_with("access-control-")));
    }
}

#[tokio::test]
async fn head_is_answered_like_get_without_a_body() {
    let world = World::new().await;
    for (path, status, allow) in [("/health", 200, None), ("/v1/send/", 405, Some("POST")), ("/nowhere", 404, None)] {
        let head = TestRequest::new(Method::HEAD, path);
        let answer = world.backends.call(head, |request| send::handle(&world.app, request)).await;
        assert_eq!((answer.status, answer.text.as_str(), answer.header("allow")), (status, "", allow), "{path}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
    assert!(world.backends.calls.take().is_empty());
}

#[tokio::test]
async fn health_is_answered_without_a_key_and_without_a_call() {
    let world = World::new().await;
    let answer = world.call(TestRequest::new(Method::GET, "/health")).await;
    assert_eq!((answer.status, answer.json), (200, json!({"status": "ok"})));
    assert!(world.backends.calls.take().is_empty());
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_before_its_key_is_looked_at() {
    let world = World::new().await;
    let body = email(&json!({"body": "x".repeat(6_291_456)})).to_string();
    let request = TestRequest::new(Method::POST, "/v1/send").body(body.clone());
    let answer = world.refuses(request, 413, "PAYLOAD_TOO_LARGE").await;
    assert_eq!(answer.json["error"]["details"]["maximum"], 6_291_456);
    assert!(answer.json["error"]["details"]["bytes"].as_u64().unwrap() >= body.len() as u64);
}

#[tokio::test]
async fn a_sender_must_be_at_a_verified_domain() {
    let world = World::new().await;
    for from in ["a@example.org", "a@notexample.com", "a@example.com.evil.org", "a@com.co"] {
        world.refuses(world.request(&email(&json!({"from": from}))), 403, "SENDER_NOT_VERIFIED").await;
    }
    let world = World::with(|project| project.facts.domains.clear()).await;
    world.refuses(world.request(&plain()), 403, "SENDER_NOT_VERIFIED").await;
}

#[tokio::test]
async fn there_are_no_templates_yet() {
    let world = World::new().await;
    let only = json!({"to": "ada@example.org", "template": "welcome"});
    for body in [only, email(&json!({"template": ""}))] {
        world.refuses(world.request(&body), 404, "TEMPLATE_NOT_FOUND").await;
        world.refuses(world.request(&body).once("k"), 404, "TEMPLATE_NOT_FOUND").await;
    }
}

/// The wrong fields of a body, each with its code.
async fn field_errors(world: &World, body: &Value) -> Vec<(String, String)> {
    let answer = world.refuses(world.request(body), 422, "VALIDATION_ERROR").await;
    let errors = answer.json["error"]["errors"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    errors.iter().map(|error| (text(&error["field"]), text(&error["code"]))).collect()
}

#[tokio::test]
async fn each_wrong_field_is_named() {
    let world = World::new().await;
    let too_many = addresses(51);
    for (fields, field, code) in [
        (json!({"to": null}), "to", "required"),
        (json!({"to": 7}), "to", "invalid_type"),
        (json!({"to": []}), "to", "too_short"),
        (json!({"to": too_many}), "to", "too_many"),
        (json!({"to": "Ada <ada@example.org>"}), "to", "invalid_email"),
        (json!({"to": ["ada@example.org", "ada"]}), "to.1", "invalid_email"),
        (json!({"to": [{"email": "ada@example.org"}, {"email": "ada@x"}]}), "to.1.email", "invalid_email"),
        (json!({"to": {"name": "Ada"}}), "to.email", "required"),
        (json!({"to": {"email": "ada@example.org", "name": "a\nb"}}), "to.name", "invalid_value"),
        (json!({"subject": "a\r\nBcc: b@x.co"}), "subject", "invalid_value"),
        (json!({"subject": ""}), "subject", "too_short"),
        (json!({"subject": "x".repeat(999)}), "subject", "too_long"),
        (json!({"body": ""}), "body", "too_short"),
        (json!({"from": "a@b@example.com"}), "from", "invalid_email"),
        (json!({"name": "x".repeat(257)}), "name", "too_long"),
        (json!({"reply": ["a@x.co"]}), "reply", "invalid_type"),
        (json!({"subscribed": "yes"}), "subscribed", "invalid_type"),
        (json!({"data": [1]}), "data", "invalid_type"),
        (json!({"data": {"a": "x".repeat(32_768)}}), "data", "too_large"),
        (json!({"headers": {"Bcc": "b@x.co"}}), "headers.Bcc", "invalid_value"),
        (json!({"headers": {"X-A": "a\r\nBcc: b@x.co"}}), "headers.X-A", "invalid_value"),
        (json!({"headers": {"X-A": 1}}), "headers.X-A", "invalid_type"),
        (
            json!({"headers": {"Reply-To": "Ada <ada@example.org>, bob@example.org"}}),
            "headers.Reply-To",
            "invalid_email",
        ),
        (json!({"attachments": [{"filename": "a/b", "content": "aGk="}]}), "attachments.0.filename", "invalid_value"),
        (json!({"attachments": [{"filename": "a", "content": "?"}]}), "attachments.0.content", "invalid_value"),
        (json!({"html": "<p>Hi</p>"}), "html", "unknown_field"),
        (json!({"replyTo": "a@x.co"}), "replyTo", "unknown_field"),
        (json!({"cc": ["a@x.co"]}), "cc", "unknown_field"),
        (json!({"bcc": "a@x.co"}), "bcc", "unknown_field"),
    ] {
        assert_eq!(field_errors(&world, &email(&fields)).await, [(field.to_owned(), code.to_owned())], "{fields}");
    }
}

#[tokio::test]
async fn the_message_names_the_first_wrong_field() {
    let world = World::new().await;
    let headers = json!({"Bcc": "b@x.co"});
    let body = email(&json!({"to": ["ada@example.org", "ada"], "reply": "ada", "headers": headers, "subject": ""}));
    let answer = world.refuses(world.request(&body), 422, "VALIDATION_ERROR").await;
    assert_eq!(
        answer.json["message"],
        "The request has invalid fields; each is listed in errors. to.1: Must be an email address such as \
         ada@example.com, without a display name."
    );
    assert_eq!(answer.json["error"]["message"], "The request has invalid fields; each is listed in errors.");
}

#[tokio::test]
async fn all_wrong_fields_are_listed_at_once() {
    let world = World::with(|project| project.facts.default_sender = None).await;
    let body = json!({"to": ["ada", "ada@example.org", "bob"], "text": 1, "data": 7, "name": 1});
    let mut fields: Vec<_> = field_errors(&world, &body).await.into_iter().map(|(field, _)| field).collect();
    fields.sort();
    assert_eq!(fields, ["body", "data", "from", "name", "subject", "text", "to.0", "to.2"]);
}

/// Each request fails two checks; the earlier one of contract section 1 answers.
#[tokio::test]
async fn checks_are_made_in_the_contracts_order() {
    let world = World::with(|project| project.facts.monthly_limit = Some(0)).await;
    let disabled = world.backends.project(|project| project.facts.status = Status::Disabled).await;
    let wrong = email(&json!({"to": "ada"}));
    let elsewhere = email(&json!({"from": "a@example.org"}));
    let template_elsewhere = email(&json!({"from": "a@example.org", "template": "t"}));
    for (request, status, code) in [
        (TestRequest::new(Method::GET, "/nowhere"), 404, "NOT_FOUND"),
        (TestRequest::post("/v1/send", &disabled.public, &wrong), 401, "INVALID_API_KEY"),
        (TestRequest::post("/v1/send", &disabled.secret, &wrong).once(""), 403, "PROJECT_DISABLED"),
        (world.request(&plain()).body("{").once(""), 400, "BAD_REQUEST"),
        (world.request(&plain()).body("{").once("k"), 400, "INVALID_REQUEST_BODY"),
        (world.request(&email(&json!({"to": "ada", "template": "t"}))).once("k"), 422, "VALIDATION_ERROR"),
        (world.request(&template_elsewhere), 404, "TEMPLATE_NOT_FOUND"),
        (world.request(&elsewhere), 403, "SENDER_NOT_VERIFIED"),
        (world.request(&plain()), 402, "BILLING_LIMIT_EXCEEDED"),
    ] {
        world.refuses(request, status, code).await;
    }
}

#[tokio::test]
async fn a_used_key_is_told_before_template_and_sender() {
    let world = World::new().await;
    assert_eq!(world.once("k", &plain()).await.status, 200);
    for fields in [json!({"template": "t"}), json!({"from": "a@example.org"})] {
        world.refuses(world.request(&email(&fields)).once("k"), 409, "IDEMPOTENCY_KEY_REUSED").await;
    }
}

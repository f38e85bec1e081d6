//! Answers that need no key, and answers that a browser may read.

use lambda_http::http::Method;
use posthorn_testkit::backends::{TestRequest, TestResponse};

use crate::support::{World, plain};

fn assert_browsers_may_read(answer: &TestResponse) {
    for (name, value) in [
        ("access-control-allow-origin", "*"),
        ("access-control-allow-methods", "POST, OPTIONS"),
        ("access-control-allow-headers", "Authorization, Content-Type, Idempotency-Key, X-Request-Id"),
        ("access-control-expose-headers", "X-Request-Id, Retry-After, Idempotency-Replayed"),
        ("access-control-max-age", "86400"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{} {name}", answer.status);
    }
}

#[tokio::test]
async fn browsers_may_read_every_answer() {
    let world = World::new().await;
    for path in ["/v1/track", "/v1", "/v1/track/", "/v1/"] {
        let post = || TestRequest::post(path, &world.project.public, &plain());
        for (request, status) in [
            (post(), 200),
            (TestRequest::new(Method::OPTIONS, path), 204),
            (TestRequest::new(Method::GET, path), 405),
            (TestRequest::new(Method::POST, path), 401),
            (post().once(""), 400),
            (post().body("x"), 400),
            (post().body("{}"), if path.starts_with("/v1/track") { 422 } else { 400 }),
        ] {
            let answer = world.call(request).await;
            assert_eq!(answer.status, status, "{path} {}", answer.text);
            assert_browsers_may_read(&answer);
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            assert_eq!(answer.header("x-request-id"), Some("test-request"));
        }
    }
}

#[tokio::test]
async fn a_preflight_is_answered_without_key_body_and_call() {
    let world = World::new().await;
    let answer = world.call(TestRequest::new(Method::OPTIONS, "/v1/track").header("origin", "https://x.example")).await;
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    assert!(world.backends.calls.take().is_empty());
}

#[tokio::test]
async fn health_needs_no_key_and_no_call() {
    let world = World::new().await;
    for (method, path, body) in [
        (Method::GET, "/health", r#"{"status":"ok"}"#),
        (Method::GET, "/health/", r#"{"status":"ok"}"#),
        (Method::HEAD, "/health", ""),
    ] {
        let health = TestRequest::new(method, path);
        let answer = world.backends.call(health, |request| track::handle(&world.app, request)).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, body));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    let deletion = TestRequest::new(Method::DELETE, "/health");
    let answer = world.backends.call(deletion, |request| track::handle(&world.app, request)).await;
    assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD")));
    assert!(world.backends.calls.take().is_empty());
}

#[tokio::test]
async fn an_unknown_route_is_404_with_any_key() {
    let world = World::new().await;
    for (method, path, suggestion) in [
        (Method::POST, "/track", Some("Did you mean POST /v1/track?")),
        (Method::POST, "/v1/trak", Some("Did you mean POST /v1/track?")),
        (Method::POST, "//v1/send", Some("Did you mean POST /v1/send?")),
        (Method::POST, "/api/v1", Some("Did you mean POST /v1?")),
        (Method::GET, "/healthz", Some("Did you mean GET /health?")),
        (Method::GET, "/v1/contacts", None),
        (Method::OPTIONS, "/v2", None),
        (Method::POST, "/", None),
        (Method::POST, "/v1/send", None),
    ] {
        let request = TestRequest::new(method, path).header("authorization", "Bearer pk_whatever");
        let answer = world.refuses(request, 404, "NOT_FOUND").await;
        assert_eq!(answer.json["error"]["suggestion"].as_str(), suggestion, "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    assert!(world.backends.calls.take().iter().all(|operation| operation == "Scan"), "only this test reads the table");
}

#[tokio::test]
async fn another_method_is_405_with_what_is_allowed() {
    let world = World::new().await;
    for path in ["/v1/track", "/v1"] {
        for method in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH] {
            let answer = world.refuses(TestRequest::new(method, path), 405, "METHOD_NOT_ALLOWED").await;
            assert_eq!(answer.header("allow"), Some("POST, OPTIONS"));
        }
    }
}

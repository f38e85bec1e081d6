//! The gate lets requests through or refuses them, header by header. The stack's own tests try the same on every port of a running
//! stack.

use axum::body::Body;
use posthorn_machine::files::{TempDir, temporary_folder};
use tower::ServiceExt as _;

use super::*;

/// The response of a back end that lets every page read it.
async fn permissive_back_end() -> impl IntoResponse {
    (
        [(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"), (header::ACCESS_CONTROL_MAX_AGE, "1"), (header::VARY, "Origin")],
        "through",
    )
}

fn gate() -> (Gate, TempDir) {
    let state = temporary_folder("gate-").unwrap();
    fs::write(named_hosts(state.path()), "host.docker.internal\n").unwrap();
    (Gate::new(state.path()), state)
}

/// The response to a request with these headers at the API's gate.
async fn send(method: &str, uri: &str, headers: &[(&str, &str)]) -> Response {
    let (gate, _state) = gate();
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    gate.before_api(Router::new().fallback(permissive_back_end))
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap()
}

async fn status(method: &str, uri: &str, headers: &[(&str, &str)]) -> u16 {
    send(method, uri, headers).await.status().as_u16()
}

#[tokio::test]
async fn a_request_to_another_host_is_refused() {
    for (host, expected) in [
        ("localhost", 200),
        ("localhost:3000", 200),
        ("LocalHost:1", 200),
        ("127.0.0.1:3000", 200),
        ("127.9.9.9", 200),
        ("[::1]:3000", 200),
        ("app.localhost", 200),
        ("host.docker.internal:3000", 200),
        ("", 403),
        ("evil.example:3000", 403),
        ("localhost.evil.example", 403),
        ("127.0.0.1.evil.example", 403),
        ("evil.example.", 403),
        (".localhost", 403),
        ("evil-localhost", 403),
        ("localhost:3000@evil.example", 403),
        ("evil.example@localhost", 403),
        ("docker.internal", 403),
        ("evil.host.docker.internal", 403),
        ("0.0.0.0:3000", 403),
        ("192.168.1.10:3000", 403),
        ("[::]:3000", 403),
        ("[fe80::1]:3000", 403),
    ] {
        // The host counts for every route, those for browsers as well.
        for (method, uri) in [("GET", "/health"), ("POST", "/v1/send"), ("POST", "/v1/track"), ("OPTIONS", "/v1")] {
            assert_eq!(status(method, uri, &[("host", host)]).await, expected, "{host:?} {method} {uri}");
        }
    }
}

#[tokio::test]
async fn every_name_of_the_host_counts() {
    assert_eq!(status("GET", "/health", &[]).await, 403, "no host at all");
    assert_eq!(status("GET", "http://localhost:3000/health", &[]).await, 200, "as HTTP/2 names it");
    assert_eq!(status("GET", "http://evil.example/health", &[("host", "localhost")]).await, 403);
    assert_eq!(status("GET", "http://localhost/health", &[("host", "evil.example")]).await, 403);
    assert_eq!(status("GET", "/health", &[("host", "localhost"), ("host", "evil.example")]).await, 403);
}

#[tokio::test]
async fn a_page_of_another_site_may_call_track_alone() {
    for (origin, is_ours) in [
        ("http://localhost:3000", true),
        ("http://localhost:5173", true),
        ("https://127.0.0.1", true),
        ("http://[::1]:8080", true),
        ("http://app.localhost:8080", true),
        ("https://evil.example", false),
        ("http://localhost.evil.example", false),
        ("http://evil.example:3000", false),
        ("http://192.168.1.10:3000", false),
        ("null", false),
        ("", false),
        ("file://", false),
        ("chrome-extension://localhost", false),
        ("http://localhost/evil", false),
    ] {
        let headers = [("host", "localhost:3000"), ("origin", origin)];
        let expected = if is_ours { 200 } else { 403 };
        for (method, uri) in [
            ("POST", "/v1/send"),
            ("OPTIONS", "/v1/send"),
            ("GET", "/health"),
            ("POST", "/users/@me/projects/x/regenerate-keys"),
            ("POST", "/"),
            ("POST", "/v1/track/more"),
            ("GET", "/_local/inbox/mails"),
        ] {
            assert_eq!(status(method, uri, &headers).await, expected, "{origin:?} {method} {uri}");
        }
        for (method, uri) in
            [("POST", "/v1/track"), ("OPTIONS", "/v1/track"), ("POST", "/v1"), ("GET", "/v1/track?a=b")]
        {
            assert_eq!(status(method, uri, &headers).await, 200, "{origin:?} {method} {uri}");
        }
    }
    let twice = [("host", "localhost"), ("origin", "http://localhost"), ("origin", "https://evil.example")];
    assert_eq!(status("POST", "/v1/send", &twice).await, 403);
}

#[tokio::test]
async fn a_page_of_another_site_is_known_without_an_origin_too() {
    let navigates = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
    let embeds = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")];
    let loads = [("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")];
    for (site, method, more, expected) in [
        ("same-origin", "GET", loads, 200),
        ("same-site", "GET", loads, 200),
        ("none", "GET", navigates, 200),
        ("cross-site", "GET", navigates, 200),
        ("cross-site", "POST", navigates, 403),
        ("cross-site", "GET", embeds, 403),
        ("cross-site", "GET", loads, 403),
        ("cross-site", "POST", loads, 403),
    ] {
        let headers = [&[("host", "localhost"), ("sec-fetch-site", site)][..], &more].concat();
        assert_eq!(status(method, "/_local/inbox", &headers).await, expected, "{site} {method} {more:?}");
        assert_eq!(status("POST", "/v1/track", &headers).await, 200, "{site}");
    }
    let from_another_port =
        [("host", "localhost"), ("origin", "http://127.0.0.1:5173"), ("sec-fetch-site", "cross-site")];
    assert_eq!(status("POST", "/v1/send", &from_another_port).await, 200);
}

#[tokio::test]
async fn a_back_end_has_nothing_for_browsers() {
    let origin = [("origin", "https://evil.example")];
    let follows_a_link =
        [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
    for (method, uri, headers, expected) in [
        ("POST", "/v1/track", &origin[..], 403),
        ("GET", "/", &follows_a_link, 403),
        ("HEAD", "/", &follows_a_link, 403),
        ("GET", "/", &[("sec-fetch-site", "none")], 200),
        ("POST", "/", &[], 200),
    ] {
        let (gate, _state) = gate();
        let mut request = Request::builder().method(method).uri(uri).header("host", "127.0.0.1");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let router = gate.of_a_back_end()(Router::new().fallback(permissive_back_end));
        let response = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), expected, "{method} {headers:?}");
    }
}

#[tokio::test]
async fn only_track_has_cors_headers() {
    let cors = async |uri: &str| {
        let response = send("POST", uri, &[("host", "localhost"), ("origin", "http://localhost:5173")]).await;
        assert_eq!(
            (response.status(), &response.headers()[header::VARY]),
            (StatusCode::OK, &"Origin".parse().unwrap())
        );
        response.headers().keys().filter(|name| name.as_str().starts_with("access-control-")).count()
    };
    assert_eq!((cors("/v1/track").await, cors("/v1").await), (2, 2));
    assert_eq!((cors("/v1/send").await, cors("/").await, cors("/health").await), (0, 0, 0));
}

#[tokio::test]
async fn a_refusal_says_what_to_do_and_lets_no_page_read_it() {
    for (headers, words) in [
        ([("host", "evil.example"), ("accept", "*/*")], "Call http://localhost"),
        ([("host", "localhost"), ("origin", "https://evil.example")], "POST /v1/track"),
    ] {
        let response = send("POST", "/v1/send", &headers).await;
        assert!(!response.headers().keys().any(|name| name.as_str().starts_with("access-control-")));
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert!(body["message"].as_str().unwrap().contains(words), "{body}");
        assert!(!body.to_string().contains("evil"), "{body}");
    }
}

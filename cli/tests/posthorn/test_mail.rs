//! A test mail through the API.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use serde_json::{Value, json};

use crate::{
    serve::serve,
    support::{Folder, LocalStack, posthorn},
};

pub(crate) const KEY: &str = "sk_07ELSZgnu18FMTahov29GNUbipw3AHOVcjqx3AHO1qSFvM";

pub(crate) type Requests = Arc<Mutex<Vec<(HeaderMap, Value)>>>;

/// An API that answers this, and what it was asked.
pub(crate) async fn api(status: u16, answer: &str) -> (String, Requests) {
    let requests = Requests::default();
    let (kept, answer) = (Arc::clone(&requests), answer.to_owned());
    let handler = move |headers: HeaderMap, body: Bytes| async move {
        kept.lock().unwrap().push((headers, serde_json::from_slice(&body).unwrap()));
        (StatusCode::from_u16(status).unwrap(), answer)
    };
    (serve(Router::new().route("/v1/send", post(handler))).await, requests)
}

pub(crate) fn answer(status: &str) -> String {
    let email = json!({"contact": {"id": "c", "email": "ada@example.org"}, "email": "e", "status": status});
    json!({"success": true, "data": {"emails": [email], "timestamp": "2026-11-21T00:00:00.000Z"}}).to_string()
}

async fn send(url: &str, more: &[&str]) -> crate::support::ToolOutput {
    let folder = Folder::new();
    let variables = [("POSTHORN_SECRET_KEY", KEY), ("POSTHORN_URL", url)];
    posthorn(&folder.0, &variables, &[&["send", "--to", "ada@example.org"], more].concat(), "").await
}

#[tokio::test]
async fn a_mail_is_sent_once_with_the_key_of_the_environment() {
    let (url, requests) = api(200, &answer("SENT")).await;
    let output = send(&url, &["--subject", "Hi", "--from", "me@example.com"]).await.done();
    assert!(output.out.starts_with("SENT  ada@example.org"), "{}", output.out);
    send(&url, &[]).await.done();
    let requests = requests.lock().unwrap();
    let header = |at: usize, name: &str| requests[at].0[name].to_str().unwrap().to_owned();
    assert_eq!(header(0, "authorization"), format!("Bearer {KEY}"));
    assert_ne!(header(0, "idempotency-key"), header(1, "idempotency-key"), "another mail is another key");
    assert_eq!((&requests[0].1["to"], &requests[0].1["from"]), (&json!("ada@example.org"), &json!("me@example.com")));
    assert!(requests[1].1.get("from").is_none());
}

#[tokio::test]
async fn a_suppressed_recipient_ends_with_exit_code_1() {
    let (url, _) = api(200, &answer("SUPPRESSED")).await;
    let output = send(&url, &["--json"]).await;
    assert_eq!((output.code, &output.json()["data"]["emails"][0]["status"]), (1, &json!("SUPPRESSED")));
}

#[tokio::test]
async fn the_apis_refusal_is_shown_with_its_suggestion() {
    let error = json!({"success": false, "error": {
        "code": "INVALID_API_KEY", "message": "The key is wrong.", "statusCode": 401, "requestId": "r-1",
        "suggestion": "Use another.",
    }});
    let (url, _) = api(401, &error.to_string()).await;
    send(&url, &[]).await.refused(1, "The key is wrong. Use another. (INVALID_API_KEY, request r-1)");
    let output = send(&url, &["--json"]).await;
    let error: Value = serde_json::from_str(&output.err).unwrap();
    assert_eq!((output.code, output.out.as_str(), &error["error"]["code"]), (1, "", &json!("INVALID_API_KEY")));
}

#[tokio::test]
async fn an_address_that_is_not_the_api_is_named() {
    let (url, _) = api(404, "<html>").await;
    send(&url, &[]).await.refused(1, "answered 404, and not as Posthorn does: check the address");
    send("http://127.0.0.1:1", &[]).await.refused(1, "nobody answers at http://127.0.0.1:1 (no connection)");
    send("http://api.example.com", &[]).await.refused(1, "http only for this machine");
}

#[tokio::test]
async fn after_an_unreadable_answer_the_mail_may_have_been_sent() {
    let whole = answer("SENT");
    for (status, text) in [(200, &whole[..whole.len() / 2]), (200, ""), (502, "<html>"), (503, r#"{"message": "x"}"#)] {
        let (url, requests) = api(status, text).await;
        let output = send(&url, &[]).await;
        output.refused(1, &format!("it is not known whether the mail was sent: {url} answered {status}"));
        assert!(output.err.contains("look whether it arrived before you send it again"), "{}", output.err);
        assert_eq!(requests.lock().unwrap().len(), 1, "it is not sent again by itself");
        let error: Value = serde_json::from_str(&send(&url, &["--json"]).await.err).unwrap();
        assert_eq!(error["error"]["code"], "IN_DOUBT");
    }
}

#[tokio::test]
async fn without_a_key_no_request_is_made() {
    let stack = LocalStack::start().await;
    stack
        .run(&["send", "--to", "a@example.org"])
        .await
        .refused(1, "set POSTHORN_SECRET_KEY to one of the project's (read -rs");
    let (url, requests) = api(200, &answer("SENT")).await;
    std::fs::write(stack.folder.0.join(".posthorn/demo.env"), format!("POSTHORN_SECRET_KEY={KEY}\n")).unwrap();
    stack.write_environment("http://127.0.0.1:1", "http://127.0.0.1:1", &url);
    stack.run(&["send", "--to", "a@example.org"]).await.done();
    assert_eq!(requests.lock().unwrap().len(), 1, "with the demo project's key");
}

#[tokio::test]
async fn a_target_option_overrides_the_address_of_the_environment() {
    let stack = LocalStack::start().await;
    let (local, of_local) = api(200, &answer("SENT")).await;
    let (other, of_other) = api(200, &answer("SENT")).await;
    stack.write_environment("http://127.0.0.1:1", "http://127.0.0.1:1", &local);
    let state = stack.folder.0.join(".posthorn");
    std::fs::write(state.join("demo.env"), format!("POSTHORN_SECRET_KEY={KEY}\n")).unwrap();
    let variables = [("POSTHORN_SECRET_KEY", KEY), ("POSTHORN_URL", other.as_str())];
    let send = ["send", "--to", "ada@example.org"];
    let place = ["--state", state.to_str().unwrap()];
    let asked = || (of_local.lock().unwrap().len(), of_other.lock().unwrap().len());
    for (arguments, expected) in [
        ([&place[..], &send].concat(), (1, 0)),
        ([&send[..], &place].concat(), (2, 0)),
        (send.to_vec(), (2, 1)),
        ([&send[..], &place, &["--url", &other]].concat(), (2, 2)),
    ] {
        posthorn(&stack.folder.0, &variables, &arguments, "").await.done();
        assert_eq!(asked(), expected, "{arguments:?}");
    }
    posthorn(&stack.folder.0, &variables, &[&send[..], &["--table", "t"]].concat(), "")
        .await
        .refused(1, "no API is known");
}

#[tokio::test]
async fn requests_to_this_machine_bypass_the_proxy() {
    let (url, _) = api(200, &answer("SENT")).await;
    let folder = Folder::new();
    let nobody = "http://127.0.0.1:1";
    let variables =
        [("POSTHORN_SECRET_KEY", KEY), ("POSTHORN_URL", url.as_str()), ("HTTP_PROXY", nobody), ("http_proxy", nobody)];
    posthorn(&folder.0, &variables, &["send", "--to", "ada@example.org"], "").await.done();
}

//! The inbox through its router.

mod eml;
mod hostile_mail;
mod storage;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use posthorn_testkit::ses::{Attachment, Mail};
use serde_json::Value;
use tower::ServiceExt as _;

use super::{Inbox, router};

struct PageResponse {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl PageResponse {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

async fn send(router: Router, request: Request<Body>) -> PageResponse {
    let response = router.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    PageResponse {
        status: parts.status,
        headers: parts.headers,
        body: to_bytes(body, usize::MAX).await.unwrap().to_vec(),
    }
}

async fn get(inbox: &Inbox, path: &str) -> PageResponse {
    send(router(inbox.clone()), Request::get(format!("/_local/inbox{path}")).body(Body::empty()).unwrap()).await
}

async fn listed(inbox: &Inbox) -> Vec<Value> {
    get(inbox, "/mails").await.json()["mails"].as_array().unwrap().clone()
}

/// The id of the newest mail.
async fn newest(inbox: &Inbox) -> String {
    listed(inbox).await[0]["id"].as_str().unwrap().to_owned()
}

/// A mail accepted this many milliseconds after an instant of 2026.
fn mail(n: i64) -> Mail {
    let start = "2026-03-01T09:00:00Z".parse::<jiff::Timestamp>().unwrap();
    Mail {
        message_id: format!("0100018f3c5e9a7b-{n:08}-1111-2222-3333-444444444444-000000"),
        received_at: jiff::Timestamp::from_millisecond(start.as_millisecond() + n).unwrap(),
        from: "=?UTF-8?B?w4RubmU=?= <hello@example.com>".into(),
        to: vec!["ann@x.com".into()],
        subject: format!("Order {n}"),
        html: Some("<h1>Thanks</h1><img src=\"cid:logo\">".into()),
        text: Some("Thanks".into()),
        ..Mail::default()
    }
}

fn file(filename: &str, content: &[u8]) -> Attachment {
    Attachment { filename: filename.into(), content: content.to_vec(), ..Attachment::default() }
}

fn logo() -> Attachment {
    Attachment {
        content_type: Some("image/png".into()),
        content_id: Some("logo".into()),
        disposition: Some("INLINE".into()),
        ..file("logo.png", &[0, 159, 146, 150])
    }
}

/// A folder of the test's own, which is removed at the end of the test.
struct TestFolder(std::path::PathBuf);

impl TestFolder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("posthorn-inbox-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        Self(path)
    }

    fn open(&self) -> Inbox {
        Inbox::in_folder(self.0.clone()).unwrap()
    }

    fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap());
        let mut names: Vec<String> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for TestFolder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

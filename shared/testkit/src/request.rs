//! Requests as tests write them, and answers as they read them.

use std::time::Duration;

use axum::body::Bytes;
use jiff::Timestamp;
use lambda_http::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, Uri};
use posthorn_auth::PlainKey;
use serde_json::Value;

use crate::gateway::{Incoming, TIMEOUT, invoke};

/// A request to a function, as a test writes it.
#[derive(Debug, Clone)]
pub struct TestRequest {
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
    remaining: Duration,
}

impl TestRequest {
    /// A request without headers and body. `path` may have a query.
    #[must_use]
    pub fn new(method: Method, path: &str) -> Self {
        let (headers, body) = (HeaderMap::new(), Bytes::new());
        Self { method, path: path.to_owned(), headers, body, remaining: TIMEOUT }
    }

    /// A POST with a key and a JSON body.
    #[must_use]
    pub fn post(path: &str, key: &PlainKey, body: &Value) -> Self {
        Self::new(Method::POST, path)
            .header("authorization", &format!("Bearer {}", key.expose()))
            .body(body.to_string())
    }

    /// Adds a header.
    ///
    /// # Panics
    /// If HTTP has no such header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        let value = HeaderValue::from_str(value).expect("a header's value");
        self.headers.append(HeaderName::from_static(name), value);
        self
    }

    /// Sets a header, in the place of those of its name.
    ///
    /// # Panics
    /// If HTTP has no such header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        let name: HeaderName = name.parse().expect("a header's name");
        self.headers.insert(name, HeaderValue::from_str(value).expect("a header's value"));
        self
    }

    /// Removes the headers of a name.
    #[must_use]
    pub fn without_header(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    /// Sets method and path.
    #[must_use]
    pub fn at(mut self, method: Method, path: &str) -> Self {
        (self.method, self.path) = (method, path.to_owned());
        self
    }

    /// Sets the idempotency key.
    #[must_use]
    pub fn once(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Sets the time that the function's timeout leaves.
    #[must_use]
    pub fn remaining(mut self, remaining: Duration) -> Self {
        self.remaining = remaining;
        self
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path, without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.path.split_once('?').map_or(&self.path, |(path, _query)| path)
    }

    /// The gateway's event of the request, as JSON text.
    #[must_use]
    pub fn event(&self, at: Timestamp) -> String {
        self.incoming(at).event()
    }

    /// Sends the request at this time through the gateway to a handler.
    pub(crate) async fn send<F, Fut>(&self, at: Timestamp, handler: F) -> TestResponse
    where
        F: Fn(lambda_http::Request) -> Fut + Send + Sync,
        Fut: Future<Output = Response<lambda_http::Body>> + Send,
    {
        let incoming = self.incoming(at);
        TestResponse::from(invoke(&incoming.event(), &incoming.request_id, self.remaining, handler).await)
    }

    fn incoming(&self, at: Timestamp) -> Incoming {
        Incoming {
            request_id: "test-request".to_owned(),
            at,
            method: self.method.clone(),
            uri: self.path.parse::<Uri>().expect("a path"),
            headers: self.headers.clone(),
            body: self.body.clone(),
        }
    }
}

/// A function's answer, read.
#[derive(Debug, Clone, PartialEq)]
pub struct TestResponse {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body's text.
    pub text: String,
    /// The body's JSON; null if it is none.
    pub json: Value,
}

impl TestResponse {
    /// The error's code, if it is an error.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.json["error"]["code"].as_str()
    }

    /// A header's value, if it is there.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl From<Response<Bytes>> for TestResponse {
    fn from(response: Response<Bytes>) -> Self {
        let (parts, body) = response.into_parts();
        let text = String::from_utf8_lossy(&body).into_owned();
        let json = serde_json::from_str(&text).unwrap_or_default();
        Self { status: parts.status.as_u16(), headers: parts.headers, text, json }
    }
}

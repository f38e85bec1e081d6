//! API Gateway: an HTTP request becomes an event of an HTTP API (payload version 2.0), as text. It goes through the Lambda
//! runtime's own adapter into a handler, and the answer comes back the same way.

use std::{future::Future, time::Duration};

use axum::{body::Bytes, http as axum_http};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use lambda_http::{
    Body, Context, LambdaEvent, Request, Response,
    http::{HeaderMap, Method, Uri},
};
use posthorn_lambda::serve::answer;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The time that the gateway waits for a function, at most.
pub const TIMEOUT: Duration = Duration::from_secs(29);

/// A request as the gateway takes it.
#[derive(Debug)]
pub struct Incoming {
    /// The gateway's id of the request.
    pub request_id: String,
    /// The time at which it came.
    pub at: Timestamp,
    /// The method.
    pub method: Method,
    /// Path and query.
    pub uri: Uri,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Incoming {
    /// The event, as the JSON text whose size Lambda limits.
    #[must_use]
    pub fn event(&self) -> String {
        let path = self.uri.path();
        let (body, is_base64_encoded) = self.encoded_body();
        let mut event = json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": path,
            "rawQueryString": self.uri.query().unwrap_or_default(),
            "headers": self.joined_headers(),
            "requestContext": {
                "accountId": "000000000000",
                "apiId": "local",
                "domainName": "localhost",
                "domainPrefix": "localhost",
                "http": {
                    "method": self.method.as_str(),
                    "path": path,
                    "protocol": "HTTP/1.1",
                    "sourceIp": "127.0.0.1",
                    "userAgent": "",
                },
                "requestId": self.request_id,
                "routeKey": "$default",
                "stage": "$default",
                "time": self.at.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
                "timeEpoch": self.at.as_millisecond(),
            },
            "isBase64Encoded": is_base64_encoded,
        });
        if let Some(body) = body {
            event["body"] = Value::String(body);
        }
        event.to_string()
    }

    /// The body as text, or in base64 if it is no text, and whether it is in base64.
    fn encoded_body(&self) -> (Option<String>, bool) {
        match std::str::from_utf8(&self.body) {
            Ok("") => (None, false),
            Ok(text) => (Some(text.to_owned()), false),
            Err(_) => (Some(STANDARD.encode(&self.body)), true),
        }
    }

    /// The headers, each once, with several values joined by commas.
    fn joined_headers(&self) -> Map<String, Value> {
        let mut joined = Map::new();
        for name in self.headers.keys() {
            let values = self.headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
            joined.insert(name.as_str().to_owned(), values.collect::<Vec<_>>().join(",").into());
        }
        joined
    }
}

/// Gives an event to a handler, and returns the gateway's response. `remaining` is the time that the function's timeout still
/// leaves.
///
/// # Panics
/// If the event is not one of an HTTP API.
pub async fn invoke<F, Fut>(
    event: &str,
    request_id: &str,
    remaining: Duration,
    handler: F,
) -> axum_http::Response<Bytes>
where
    F: Fn(Request) -> Fut + Send + Sync,
    Fut: Future<Output = Response<Body>> + Send,
{
    http_response(handle_event(event, request_id, remaining, handler).await)
}

/// Gives an event to a handler, and returns the function's answer to Lambda. `remaining` is the time that the function's timeout
/// still leaves.
///
/// # Panics
/// If the event is not one of an HTTP API.
pub async fn handle_event<F, Fut>(event: &str, request_id: &str, remaining: Duration, handler: F) -> Value
where
    F: Fn(Request) -> Fut + Send + Sync,
    Fut: Future<Output = Response<Body>> + Send,
{
    let payload = serde_json::from_str(event).expect("an event of an HTTP API");
    let mut context = Context::default();
    request_id.clone_into(&mut context.request_id);
    context.deadline = deadline(remaining);
    let answer = answer(&handler, LambdaEvent::new(payload, context)).await.expect("a handler's failure is an answer");
    serde_json::to_value(&answer).expect("an answer of an HTTP API")
}

/// The gateway's response to its caller for a function's answer.
///
/// # Panics
/// If the answer is not one of an HTTP API.
#[must_use]
pub fn http_response(answer: Value) -> axum_http::Response<Bytes> {
    into_http(serde_json::from_value(answer).expect("an answer of an HTTP API"))
}

#[expect(
    clippy::disallowed_methods,
    reason = "Lambda's deadline is one of the real clock, whatever a test's clock shows"
)]
fn deadline(remaining: Duration) -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    u64::try_from((now + remaining).as_millis()).unwrap_or(u64::MAX)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outgoing {
    status_code: u16,
    #[serde(default)]
    headers: Map<String, Value>,
    #[serde(default)]
    multi_value_headers: Map<String, Value>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

fn into_http(answer: Outgoing) -> axum_http::Response<Bytes> {
    let body = answer.body.unwrap_or_default();
    let body = if answer.is_base64_encoded { STANDARD.decode(body).unwrap_or_default() } else { body.into_bytes() };
    let mut response = axum_http::Response::builder().status(answer.status_code);
    for (name, value) in &answer.headers {
        if let Some(value) = value.as_str() {
            response = response.header(name, value);
        }
    }
    for (name, values) in &answer.multi_value_headers {
        if !answer.headers.contains_key(name) {
            for value in values.as_array().into_iter().flatten().filter_map(Value::as_str) {
                response = response.header(name, value);
            }
        }
    }
    response.body(Bytes::from(body)).expect("a response of a handler")
}

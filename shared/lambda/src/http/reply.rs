//! A response of the contract's shape.

use jiff::Timestamp;
use lambda_http::{
    Body, Response,
    http::{HeaderMap, HeaderName, HeaderValue, header},
};
use posthorn_errors::{Code, Failure, FieldError, Result};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    env::rfc3339,
    routes::{MAX_EVENT_BYTES, Route},
};

/// A success.
#[derive(Debug)]
pub struct Reply {
    pub(super) status: u16,
    body: Option<String>,
    replayed: bool,
}

impl Reply {
    /// 200 with this JSON text.
    #[must_use]
    pub fn ok(body: String) -> Self {
        Self { status: 200, body: Some(body), replayed: false }
    }

    /// 200 with the answer that the first request with this idempotency key got, byte for byte.
    #[must_use]
    pub fn replay(body: String) -> Self {
        Self { replayed: true, ..Self::ok(body) }
    }

    /// The body of a success under `/v1`: `{"success":true,"data":{…},…}`, where the fields of `data` follow once more,
    /// for clients of the older generation read them there.
    #[must_use]
    pub fn envelope(data: &Value) -> String {
        json_text(&Envelope { success: true, data, fields: data })
    }

    pub(super) fn no_content() -> Self {
        Self { status: 204, body: None, replayed: false }
    }

    pub(super) fn health() -> Self {
        Self::ok(r#"{"status":"ok"}"#.to_owned())
    }
}

/// 413, with how many bytes of a request for `route` came, and how many can come.
#[must_use]
pub fn too_large(route: &Route, bytes: usize) -> Failure {
    let maximum = route.max_body_bytes();
    let (message, suggestion) = if maximum == MAX_EVENT_BYTES {
        let message =
            format!("The request is {bytes} bytes as the gateway encodes it; at most {maximum} are possible.");
        (message, "Send smaller or fewer attachments, or link to them.")
    } else {
        (format!("The body is {bytes} bytes; at most {maximum} are possible here."), "Send a smaller body.")
    };
    let failure = Failure::new(Code::PayloadTooLarge).message(message).suggestion(suggestion);
    failure.detail("bytes", bytes).detail("maximum", maximum)
}

#[derive(Serialize)]
struct Envelope<'a> {
    success: bool,
    data: &'a Value,
    #[serde(flatten)]
    fields: &'a Value,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Refusal<'a> {
    success: bool,
    error: Error<'a>,
    /// The text for a client that shows only one.
    message: String,
    timestamp: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Error<'a> {
    code: &'static str,
    message: &'a str,
    status_code: u16,
    request_id: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldError],
    #[serde(skip_serializing_if = "Map::is_empty")]
    details: &'a Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestion: Option<&'a str>,
}

/// Renders a result on `route` (`None` where there is no such route).
pub(super) fn render(result: Result<Reply>, route: Option<&Route>, request_id: &str, now: Timestamp) -> Response<Body> {
    let status = status(&result, route);
    let (body, mut headers) = match result {
        Ok(reply) => success(reply),
        Err(failure) => refusal(&failure, status, route, request_id, now),
    };
    // An answer may hold addresses or keys, and what it says of the present is soon untrue.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(value) = HeaderValue::from_str(request_id) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
    if let Some(route) = route.filter(|route| route.is_for_browsers()) {
        allow_browsers(&mut headers, route);
    }
    let mut response = Response::new(body.map_or(Body::Empty, Body::Text));
    *response.status_mut() = status.try_into().unwrap_or_default();
    *response.headers_mut() = headers;
    response
}

/// The status that a result has on a route: the 2023 path answers 400 where the others answer 422.
pub(super) fn status(result: &Result<Reply>, route: Option<&Route>) -> u16 {
    match result {
        Ok(reply) => reply.status,
        Err(failure) if failure.code() == Code::ValidationError && route == Some(&Route::TrackLegacy) => 400,
        Err(failure) => failure.code().status(),
    }
}

fn success(reply: Reply) -> (Option<String>, HeaderMap) {
    let mut headers = HeaderMap::new();
    if reply.body.is_some() {
        json_type(&mut headers);
    }
    if reply.replayed {
        headers.insert(HeaderName::from_static("idempotency-replayed"), HeaderValue::from_static("true"));
    }
    (reply.body, headers)
}

fn refusal(
    failure: &Failure,
    status: u16,
    route: Option<&Route>,
    request_id: &str,
    now: Timestamp,
) -> (Option<String>, HeaderMap) {
    let code = failure.code();
    let error = Error {
        code: code.as_str(),
        message: failure.text(),
        status_code: status,
        request_id,
        errors: failure.field_errors(),
        details: failure.details(),
        suggestion: failure.advice(),
    };
    let body = Refusal { success: false, error, message: failure.summary(), timestamp: rfc3339(now) };
    let mut headers = HeaderMap::new();
    json_type(&mut headers);
    if status == 401 {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(seconds) = code.retry_after() {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let (Code::MethodNotAllowed, Some(route)) = (code, route) {
        headers.insert(header::ALLOW, HeaderValue::from_static(route.allow()));
    }
    (Some(json_text(&body)), headers)
}

/// The text of an answer. None of them can fail to be JSON.
fn json_text(answer: &impl Serialize) -> String {
    serde_json::to_string(answer).unwrap_or_default()
}

fn json_type(headers: &mut HeaderMap) {
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
}

fn allow_browsers(headers: &mut HeaderMap, route: &Route) {
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, route.allow()),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type, Idempotency-Key, X-Request-Id"),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, "X-Request-Id, Retry-After, Idempotency-Replayed"),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

//! A response of the contract's shape.

use jiff::Timestamp;
use lambda_http::{
    Body, Response,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
};
use percent_encoding::{CONTROLS, utf8_percent_encode};
use posthorn_errors::{Code, Failure, FieldError, Result};
use posthorn_routes::{MAX_EVENT_BYTES, Operation, Path, Resolved, Route};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::env::rfc3339;

/// A success.
#[derive(Debug)]
pub struct Reply {
    pub(super) status: StatusCode,
    body: ReplyBody,
    location: Option<String>,
    etag: Option<String>,
    is_replayed: bool,
}

/// The body of a success.
#[derive(Debug)]
enum ReplyBody {
    Nothing,
    Json(String),
    Html(String),
}

impl Reply {
    fn new(status: StatusCode, body: ReplyBody) -> Self {
        Self { status, body, location: None, etag: None, is_replayed: false }
    }

    /// 200 with this JSON text.
    #[must_use]
    pub fn ok(body: String) -> Self {
        Self::new(StatusCode::OK, ReplyBody::Json(body))
    }

    /// 200 with this page.
    #[must_use]
    pub fn html(page: String) -> Self {
        Self::new(StatusCode::OK, ReplyBody::Html(page))
    }

    /// 201 with this JSON text, for a resource that is now at the path `location`.
    #[must_use]
    pub fn created(location: String, body: String) -> Self {
        Self { location: Some(location), ..Self::new(StatusCode::CREATED, ReplyBody::Json(body)) }
    }

    /// 202 with this JSON text, for work that goes on.
    #[must_use]
    pub fn accepted(body: String) -> Self {
        Self::new(StatusCode::ACCEPTED, ReplyBody::Json(body))
    }

    /// 204.
    #[must_use]
    pub fn no_content() -> Self {
        Self::new(StatusCode::NO_CONTENT, ReplyBody::Nothing)
    }

    /// 302 to the address or path `location`.
    #[must_use]
    pub fn found(location: String) -> Self {
        Self { location: Some(location), ..Self::new(StatusCode::FOUND, ReplyBody::Nothing) }
    }

    /// 304: the caller has the version `etag`.
    #[must_use]
    pub fn not_modified(etag: String) -> Self {
        Self::new(StatusCode::NOT_MODIFIED, ReplyBody::Nothing).with_etag(etag)
    }

    /// Adds the version `etag`, in quotes (RFC 9110, section 8.8.3).
    #[must_use]
    pub fn with_etag(self, etag: String) -> Self {
        Self { etag: Some(etag), ..self }
    }

    /// 200 with the answer that the first request with this idempotency key got, byte for byte.
    #[must_use]
    pub fn replay(body: String) -> Self {
        Self { is_replayed: true, ..Self::ok(body) }
    }

    /// The body of a success under `/v1`: `{"success":true,"data":{…},…}`, where the fields of `data` follow once more,
    /// for clients of the older generation read them there.
    #[must_use]
    pub fn envelope(data: &Value) -> String {
        json_text(&Envelope { success: true, data, fields: data })
    }

    /// 200 with `{"success":true,"data":{…}}`.
    #[must_use]
    pub fn data(data: &impl Serialize) -> Self {
        Self::ok(json_text(&Data { success: true, data }))
    }

    pub(super) fn health() -> Self {
        Self::ok(r#"{"status":"ok"}"#.to_owned())
    }
}

/// 413, with how many bytes of a request for `route` came, and how many can come.
#[must_use]
pub fn too_large(route: &Route, bytes: usize) -> Failure {
    let maximum = route.max_body_bytes;
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
struct Data<T> {
    success: bool,
    data: T,
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

/// Renders the result of a request that resolved so.
pub(super) fn render(result: Result<Reply>, resolved: &Resolved, request_id: &str, now: Timestamp) -> Response<Body> {
    let status = status(&result, resolved);
    let path = resolved.path();
    let (body, mut headers) = match result {
        Ok(reply) => success(reply),
        Err(failure) => refusal(&failure, status, path, request_id, now),
    };
    // An answer may hold addresses or keys, and what it says of the present is soon untrue. One with a version may be kept by
    // the caller itself, who asks each time whether it still holds.
    let cache = if headers.contains_key(header::ETAG) { "private, no-cache" } else { "no-store" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    insert(&mut headers, HeaderName::from_static("x-request-id"), request_id);
    if let Some(methods) = resolved.methods_for_browsers() {
        allow_browsers(&mut headers, methods);
    }
    let mut response = Response::new(body.map_or(Body::Empty, Body::Text));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

/// The status that a result has: the path of 2023 answers 400 where the others answer 422.
pub(super) fn status(result: &Result<Reply>, resolved: &Resolved) -> StatusCode {
    let is_legacy = || resolved.route().is_some_and(|route| route.operation == Operation::TrackEventLegacy);
    match result {
        Ok(reply) => reply.status,
        Err(failure) if failure.code() == Code::ValidationError && is_legacy() => StatusCode::BAD_REQUEST,
        Err(failure) => failure.code().status().try_into().unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

fn success(reply: Reply) -> (Option<String>, HeaderMap) {
    let mut headers = HeaderMap::new();
    let body = match reply.body {
        ReplyBody::Nothing => None,
        ReplyBody::Json(body) => {
            json_type(&mut headers);
            Some(body)
        }
        ReplyBody::Html(page) => {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
            Some(page)
        }
    };
    if let Some(location) = reply.location {
        insert(&mut headers, header::LOCATION, &utf8_percent_encode(&location, CONTROLS).to_string());
    }
    if let Some(etag) = reply.etag {
        insert(&mut headers, header::ETAG, &etag);
    }
    if reply.is_replayed {
        headers.insert(HeaderName::from_static("idempotency-replayed"), HeaderValue::from_static("true"));
    }
    (body, headers)
}

fn refusal(
    failure: &Failure,
    status: StatusCode,
    path: Option<&Path>,
    request_id: &str,
    now: Timestamp,
) -> (Option<String>, HeaderMap) {
    let code = failure.code();
    let error = Error {
        code: code.as_str(),
        message: failure.text(),
        status_code: status.as_u16(),
        request_id,
        errors: failure.field_errors(),
        details: failure.details(),
        suggestion: failure.advice(),
    };
    let body = Refusal { success: false, error, message: failure.summary(), timestamp: rfc3339(now) };
    let mut headers = HeaderMap::new();
    json_type(&mut headers);
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(seconds) = code.retry_after() {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let (Code::MethodNotAllowed, Some(path)) = (code, path) {
        insert(&mut headers, header::ALLOW, &path.allow);
    }
    (Some(json_text(&body)), headers)
}

/// Sets a header, unless the value can be none.
fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// The text of an answer. None of them can fail to be JSON.
fn json_text(answer: &impl Serialize) -> String {
    serde_json::to_string(answer).unwrap_or_default()
}

fn json_type(headers: &mut HeaderMap) {
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
}

fn allow_browsers(headers: &mut HeaderMap, methods: &str) {
    insert(headers, header::ACCESS_CONTROL_ALLOW_METHODS, methods);
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type, Idempotency-Key, X-Request-Id"),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, "X-Request-Id, Retry-After, Idempotency-Replayed"),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use lambda_http::http::Method;
    use posthorn_routes::resolve;

    use super::*;

    fn rendered(reply: Reply) -> Response<Body> {
        render(Ok(reply), &resolve(&Method::GET, "/projects"), "request", Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn successes_have_their_statuses_bodies_and_headers() {
        let json = Some("application/json");
        for (reply, status, body, content_type, location, etag) in [
            (Reply::ok("{}".into()), 200, "{}", json, None, None),
            (Reply::html("<p>".into()), 200, "<p>", Some("text/html; charset=utf-8"), None, None),
            (Reply::created("/a/1".into(), "{}".into()), 201, "{}", json, Some("/a/1"), None),
            (Reply::created("/a/\u{fc}\n".into(), "{}".into()), 201, "{}", json, Some("/a/%C3%BC%0A"), None),
            (Reply::accepted("{}".into()), 202, "{}", json, None, None),
            (Reply::no_content(), 204, "", None, None, None),
            (Reply::found("/b".into()), 302, "", None, Some("/b"), None),
            (Reply::not_modified("\"1\"".into()), 304, "", None, None, Some("\"1\"")),
            (Reply::ok("{}".into()).with_etag("\"2\"".into()), 200, "{}", json, None, Some("\"2\"")),
        ] {
            let response = rendered(reply);
            let header = |name: HeaderName| response.headers().get(name).map(|value| value.to_str().unwrap());
            assert_eq!((response.status().as_u16(), response.body().as_ref()), (status, body.as_bytes()));
            assert_eq!(header(header::CONTENT_TYPE), content_type, "{status}");
            assert_eq!((header(header::LOCATION), header(header::ETAG)), (location, etag), "{status}");
            let cache = if etag.is_some() { "private, no-cache" } else { "no-store" };
            assert_eq!(header(header::CACHE_CONTROL), Some(cache), "{status}");
        }
    }
}

//! A request as a handler takes it.

use std::{borrow::Cow, fmt::Display};

use jiff::Timestamp;
use lambda_http::{
    Body, Request,
    http::{HeaderMap, HeaderValue, header},
};
use posthorn_errors::{
    Code, Failure, Result,
    json::{JsonLimits, read_json, without_byte_order_mark},
};
use posthorn_routes::{Match, Route};
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::{attribution::Attribution, reply::too_large};

const MAX_IDEMPOTENCY_KEY_BYTES: usize = 255;

/// A request for a route that exists.
pub struct Call {
    /// The route.
    pub route: &'static Route,
    /// When it came.
    pub now: Timestamp,
    /// When it must be answered.
    pub answer_by: Instant,
    found: Match,
    query: String,
    attribution: Attribution,
    headers: HeaderMap,
    body: Body,
}

impl Call {
    pub(super) fn new(
        found: &Match,
        request: Request,
        now: Timestamp,
        answer_by: Instant,
        attribution: Attribution,
    ) -> Result<Self> {
        let (parts, body) = request.into_parts();
        let route = found.route;
        if body.len() > route.max_body_bytes {
            return Err(too_large(route, body.len()));
        }
        let query = parts.uri.query().unwrap_or_default().to_owned();
        let headers = parts.headers;
        Ok(Self { route, now, answer_by, found: found.clone(), query, attribution, headers, body })
    }

    /// The value of the path's parameter `name`, decoded; empty if the route's pattern has no such parameter.
    #[must_use]
    pub fn path(&self, name: &str) -> &str {
        self.found.parameter(name)
    }

    /// The query's parameters, decoded (WHATWG URL, "application/x-www-form-urlencoded parsing"), in the order in which
    /// they stand.
    pub fn query(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        form_urlencoded::parse(self.query.as_bytes())
    }

    /// Says whose request it is, for the log: the project's id, and a name of the key that gives nothing of it away.
    pub fn attribute(&self, project: impl Display, key: &str) {
        self.attribution.set(project, key);
    }

    /// The value of `Authorization`, if there is one. Several are one list (RFC 9110 5.3), which no scheme of ours is.
    #[must_use]
    pub fn authorization(&self) -> Option<&[u8]> {
        let mut values = self.headers.get_all(header::AUTHORIZATION).iter();
        let first = values.next()?.as_bytes();
        Some(if values.next().is_none() { first } else { b"" })
    }

    /// The caller's `Idempotency-Key`, if there is one.
    ///
    /// # Errors
    /// `BAD_REQUEST` unless it is 1 to 255 printable ASCII characters.
    pub fn idempotency_key(&self) -> Result<Option<&str>> {
        let mut values = self.headers.get_all("idempotency-key").iter();
        let Some(value) = values.next() else { return Ok(None) };
        let key = value.to_str().unwrap_or_default();
        let printable = key.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        if key.is_empty() || key.len() > MAX_IDEMPOTENCY_KEY_BYTES || !printable || values.next().is_some() {
            return Err(Failure::new(Code::BadRequest)
                .message("The Idempotency-Key header must be 1 to 255 printable ASCII characters.")
                .suggestion("Send one Idempotency-Key, such as a UUID, or none."));
        }
        Ok(Some(key))
    }

    /// The values of the request's headers of this name, such as `if-none-match`.
    pub fn header_values(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.headers.get_all(name).iter().map(HeaderValue::as_bytes)
    }

    /// The body's bytes, decoded if the gateway encoded them.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body as a JSON object, whatever content type it came with.
    ///
    /// # Errors
    /// `INVALID_REQUEST_BODY`, or `VALIDATION_ERROR` where it has more values or levels than a request may.
    pub fn json(&self) -> Result<Map<String, Value>> {
        let invalid = |message| Err(Failure::new(Code::InvalidRequestBody).message(message));
        if without_byte_order_mark(self.body()).is_empty() {
            return invalid("The request body is empty; it must be a JSON object.");
        }
        match read_json(self.body(), &mut JsonLimits::BODY.clone())? {
            Value::Object(object) => Ok(object),
            _ => invalid("The request body must be a JSON object."),
        }
    }
}

//! The API's description, `openapi.yaml`. The tests compare the functions' answers with it, and the local stack serves it.

use std::{collections::BTreeSet, sync::LazyLock};

use lambda_http::http::Method;
use posthorn_routes::{Resolved, Route, resolve};
use serde_json::Value;

use crate::{
    backends::{TestRequest, TestResponse},
    yaml,
};

/// The description, as it stands in the repository.
pub const TEXT: &str = include_str!("../../../openapi.yaml");

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| yaml::read(TEXT).expect("openapi.yaml is YAML"));

/// The description as data.
#[must_use]
pub fn document() -> &'static Value {
    &DOCUMENT
}

/// The value that a `$ref` of the description leads to, or the value itself if it is no `$ref`.
///
/// # Panics
/// If the `$ref` names nothing.
#[must_use]
pub fn resolved(value: &'static Value) -> &'static Value {
    let Some(reference) = value["$ref"].as_str() else { return value };
    let pointer = reference.strip_prefix('#').expect("a reference into openapi.yaml");
    resolved(document().pointer(pointer).unwrap_or_else(|| panic!("{reference} names nothing")))
}

/// The description of an operation, such as `POST` on `/v1/send`.
#[must_use]
pub fn operation(method: &Method, pattern: &str) -> Option<&'static Value> {
    document()["paths"][pattern].get(method.as_str().to_ascii_lowercase())
}

/// The description of an operation's response with a status.
#[must_use]
pub fn response(operation: &'static Value, status: u16) -> Option<&'static Value> {
    operation["responses"].get(status.to_string()).map(resolved)
}

/// The error codes that a response may have: each has an example by its name.
#[must_use]
pub fn codes(response: &'static Value) -> BTreeSet<&'static str> {
    let examples = response["content"]["application/json"]["examples"].as_object();
    let names = examples.into_iter().flat_map(|examples| examples.keys().map(String::as_str));
    names.filter(|name| name.chars().all(|c| c.is_ascii_uppercase() || c == '_')).collect()
}

/// The description of an answer.
#[derive(Debug, Clone, Copy)]
pub struct DescribedResponse {
    /// The response object. The answer has its headers.
    pub response: &'static Value,
    /// False for an answer to HEAD or to a browser's preflight, which has the headers alone.
    pub has_body: bool,
}

/// The description of an answer. HEAD is described as GET. A preflight has the headers that the route's success has.
///
/// # Panics
/// If the description does not say that the request may be answered with this status and this code.
#[must_use]
pub fn description_of(request: &TestRequest, answer: &TestResponse) -> DescribedResponse {
    let (method, path) = (request.method(), request.path());
    let unmatched = |status: &str| Some(resolved(&document()["x-unmatched-requests"][status]));
    let of_route = |route: &Route, status| response(operation(&route.method, route.pattern)?, status);
    let target = resolve(method, path);
    let has_body = *method != Method::HEAD && !matches!(target, Resolved::Preflight(_));
    let response = match target {
        Resolved::NotFound => unmatched("404"),
        Resolved::WrongMethod(_) => unmatched("405"),
        // The function was given a request for another function's route, which the gateway never does.
        Resolved::Route(_) if answer.code() == Some("NOT_FOUND") => unmatched("404"),
        Resolved::Route(found) => of_route(found.route, answer.status),
        Resolved::Preflight(path) => (answer.status == 204).then(|| of_route(path.routes[0], 200)).flatten(),
    };
    let response =
        response.unwrap_or_else(|| panic!("openapi.yaml: {method} {path} does not answer {}", answer.status));
    if let Some(code) = answer.code() {
        assert!(codes(response).contains(code), "openapi.yaml: {method} {path} {} is not {code}", answer.status);
    }
    DescribedResponse { response, has_body }
}

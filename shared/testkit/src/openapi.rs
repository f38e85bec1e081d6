//! The API's description, `openapi.yaml`: what the tests hold the functions' answers to, and the local stack shows.

use std::{collections::BTreeSet, sync::LazyLock};

use lambda_http::http::Method;
use posthorn_routes::{Match, Resolved, resolve};
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

/// What a value of the description stands for: itself, or what its `$ref` names.
///
/// # Panics
/// If the `$ref` names nothing.
#[must_use]
pub fn resolved(value: &'static Value) -> &'static Value {
    let Some(reference) = value["$ref"].as_str() else { return value };
    let pointer = reference.strip_prefix('#').expect("a reference into openapi.yaml");
    resolved(document().pointer(pointer).unwrap_or_else(|| panic!("{reference} names nothing")))
}

/// An operation, such as `POST` on `/v1/send`, if it is described.
#[must_use]
pub fn operation(method: &Method, pattern: &str) -> Option<&'static Value> {
    document()["paths"][pattern].get(method.as_str().to_ascii_lowercase())
}

/// What an operation answers with a status, if that is described.
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

/// The response that describes an answer.
///
/// # Panics
/// If there is none: the operation does not say that it may answer with this status and this code.
#[must_use]
pub fn description_of(request: &TestRequest, answer: &TestResponse) -> &'static Value {
    let (method, path) = (request.method(), request.path());
    let response = match resolve(method, path) {
        Resolved::NotFound => Some(&document()["components"]["responses"]["NotFound"]),
        Resolved::WrongMethod(_) => Some(&document()["components"]["responses"]["MethodNotAllowed"]),
        // A function that is given another's route, which no gateway does.
        Resolved::Route(_) if answer.code() == Some("NOT_FOUND") => {
            Some(&document()["components"]["responses"]["NotFound"])
        }
        Resolved::Route(Match { path, .. }) | Resolved::Preflight(path) => {
            operation(method, path.pattern).and_then(|operation| response(operation, answer.status))
        }
    };
    let response =
        response.unwrap_or_else(|| panic!("openapi.yaml: {method} {path} does not answer {}", answer.status));
    if let Some(code) = answer.code() {
        assert!(codes(response).contains(code), "openapi.yaml: {method} {path} {} is not {code}", answer.status);
    }
    response
}

//! The schemas of `openapi.yaml`, and the comparison of an answer with its description.

use std::collections::BTreeSet;

use axum::http::Method;
use jsonschema::Validator;
use posthorn_testkit::{
    backends::TestResponse,
    openapi::{DescribedResponse, document, operation, resolved},
};
use serde_json::{Value, json};

/// The validator of a schema that stands in `openapi.yaml`.
pub(crate) fn validator(schema: &Value) -> Validator {
    over(&document()["components"]["schemas"], schema)
}

/// The validator of the body that an operation takes.
pub(crate) fn body_validator(method: &Method, pattern: &str) -> Validator {
    let operation = operation(method, pattern).unwrap_or_else(|| panic!("openapi.yaml: no {method} {pattern}"));
    validator(&resolved(&operation["requestBody"])["content"]["application/json"]["schema"])
}

/// A validator that refuses a field that its object's schema does not name.
fn closed_validator(schema: &Value) -> Validator {
    let (mut schemas, mut schema) = (document()["components"]["schemas"].clone(), schema.clone());
    close(&mut schemas);
    close(&mut schema);
    over(&schemas, &schema)
}

fn over(schemas: &Value, schema: &Value) -> Validator {
    validator_of_whole(&whole(schemas, schema))
}

/// A schema and all that it may refer to, as one schema.
pub(crate) fn whole(schemas: &Value, schema: &Value) -> Value {
    json!({"components": {"schemas": schemas}, "allOf": [schema]})
}

/// A validator of a schema that refers to nothing outside of it.
pub(crate) fn validator_of_whole(whole: &Value) -> Validator {
    jsonschema::draft202012::new(whole).unwrap_or_else(|error| panic!("{}: {error}", whole["allOf"]))
}

fn close(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            fields.values_mut().for_each(close);
            if fields.get("type") == Some(&"object".into()) && fields.contains_key("properties") {
                fields.insert("additionalProperties".to_owned(), false.into());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

/// Compares every header and the whole body of an answer with the response that describes it.
pub(crate) fn assert_fits(answer: &TestResponse, description: DescribedResponse) {
    let DescribedResponse { response, has_body } = description;
    assert_headers(answer, response);
    let content = &response["content"]["application/json"]["schema"];
    if content.is_null() || !has_body {
        assert_eq!(answer.text, "");
        return;
    }
    assert_eq!(answer.header("content-type"), Some("application/json"));
    if let Some(error) = answer.json.get("error") {
        assert_eq!(error["requestId"].as_str(), answer.header("x-request-id"));
        assert_eq!(error["statusCode"], answer.status);
    }
    if let Err(error) = closed_validator(content).validate(&answer.json) {
        panic!("{}: {error} at {}", answer.text, error.instance_path());
    }
}

fn assert_headers(answer: &TestResponse, response: &'static Value) {
    let described = response["headers"].as_object().unwrap();
    for (name, header) in described {
        let Some(value) = answer.header(name) else {
            assert_eq!(name, "Idempotency-Replayed", "is missing: {}", answer.text);
            continue;
        };
        assert!(validator(&resolved(header)["schema"]).is_valid(&value.into()), "{name}: {value}");
    }
    let described: BTreeSet<_> = described.keys().map(|name| name.to_ascii_lowercase()).collect();
    for name in answer.headers.keys().map(axum::http::HeaderName::as_str) {
        // One response describes 405 on all paths, and only some of them are for browsers.
        let is_for_browsers = answer.status == 405 && name.starts_with("access-control-");
        assert!(name == "content-type" || is_for_browsers || described.contains(name), "{name} is not described");
    }
}

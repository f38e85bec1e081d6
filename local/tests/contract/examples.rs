//! Every example fits the schema beside which it stands.

use posthorn_testkit::openapi::{document, resolved};
use serde_json::Value;

use crate::{description::operations, schema::validator};

/// Checks the examples of a body, each of which has a name, against the body's schema.
fn assert_examples_fit(body: &'static Value, place: &str) {
    let media = &body["content"]["application/json"];
    if media.is_null() {
        return;
    }
    let validator = validator(&media["schema"]);
    let examples = media["examples"].as_object();
    let is_from_the_gateway = media["schema"]["$ref"] == "#/components/schemas/GatewayRefusal";
    assert!(is_from_the_gateway || examples.is_some_and(|examples| !examples.is_empty()), "{place} has no example");
    for (name, example) in examples.into_iter().flatten() {
        let value = &resolved(example)["value"];
        assert!(!value.is_null(), "{place} {name} has no value");
        if let Err(error) = validator.validate(value) {
            panic!("{place} {name}: {error} at {}", error.instance_path());
        }
    }
}

#[test]
fn the_examples_of_every_body_fit_its_schema() {
    for (path, method, operation) in operations() {
        assert_examples_fit(resolved(&operation["requestBody"]), &format!("{method} {path}"));
        for (status, response) in operation["responses"].as_object().unwrap() {
            assert_examples_fit(resolved(response), &format!("{method} {path} {status}"));
        }
    }
    for (status, response) in document()["x-unmatched-requests"].as_object().unwrap() {
        assert_examples_fit(resolved(response), status);
    }
}

#[test]
fn the_examples_of_every_parameter_fit_its_schema() {
    for (path, method, operation) in operations() {
        for parameter in operation["parameters"].as_array().into_iter().flatten().map(resolved) {
            let schema = resolved(&parameter["schema"]);
            let example = parameter.get("example").or_else(|| schema.get("example"));
            let example = example.unwrap_or_else(|| panic!("{method} {path} {} has no example", parameter["name"]));
            assert!(validator(schema).is_valid(example), "{method} {path} {example}");
        }
    }
}

/// A caller may give each default as a value.
#[test]
fn defaults_fit_their_schemas() {
    let fields = document()["components"]["schemas"]["Rotation"]["properties"].as_object().unwrap();
    for (name, field) in fields {
        assert!(validator(field).is_valid(&field["default"]), "{name}");
    }
}

//! Booleans, objects and arrays.

use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::{FieldType, ParameterType, ValueError};

static EMPTY: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);

/// `true` or `false`.
#[derive(Debug, Clone, Copy)]
pub struct Boolean;

/// A JSON object. `[]`, as PHP writes an empty map, is the empty object.
#[derive(Debug, Clone, Copy)]
pub struct JsonObject;

/// A JSON array.
#[derive(Debug, Clone, Copy)]
pub struct JsonArray;

impl FieldType for Boolean {
    type Value<'a> = bool;

    fn parse_json(&self, json: &Value) -> Result<bool, ValueError> {
        json.as_bool().ok_or_else(|| ValueError::wrong_type("a boolean"))
    }
}

impl ParameterType for Boolean {
    fn parse_text(&self, text: &str) -> Result<bool, ValueError> {
        text.parse().map_err(|_| ValueError::invalid("Must be \"true\" or \"false\"."))
    }
}

impl FieldType for JsonObject {
    type Value<'a> = &'a Map<String, Value>;

    fn parse_json<'a>(&self, json: &'a Value) -> Result<&'a Map<String, Value>, ValueError> {
        match json {
            Value::Object(fields) => Ok(fields),
            Value::Array(list) if list.is_empty() => Ok(&EMPTY),
            _ => Err(ValueError::wrong_type("an object")),
        }
    }
}

impl FieldType for JsonArray {
    type Value<'a> = &'a [Value];

    fn parse_json<'a>(&self, json: &'a Value) -> Result<&'a [Value], ValueError> {
        json.as_array().map(Vec::as_slice).ok_or_else(|| ValueError::wrong_type("an array"))
    }
}

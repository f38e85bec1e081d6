//! The limits of the description are the functions' own, every one of them.
//!
//! `limits.rs` holds the description and the functions to the same cases. Here each limit of a request's schema is moved by one
//! to either side, and the schema must then judge some case otherwise: so the cases stand at both sides of every limit, and the
//! functions have no other.

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::Validator;
use posthorn_testkit::openapi::{document, resolved};
use serde_json::{Value, json};

use crate::{
    cases::{Case, bodies, parameters},
    description::operations,
    schema::{validator_of_whole, whole},
};

const NUMBERS: [&str; 8] =
    ["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minimum", "maximum"];

/// A limit that a pattern beside it says too, so that moving it alone changes nothing.
const SAID_TWICE: &str = "/components/schemas/IdempotencyKey/minLength";

/// The place of a limit in a schema: a JSON pointer, and the index of the number in the text there if that is a pattern.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Number(String),
    Pattern(String, usize),
    /// A key of the `patternProperties` there.
    Key(String, String, usize),
}

/// The schemas of all that requests give, each as one schema, with its cases.
fn request_schemas() -> Vec<(String, Value, Vec<Case>)> {
    let mut found = Vec::new();
    for (path, method, operation) in operations() {
        let body = &resolved(&operation["requestBody"])["content"]["application/json"]["schema"];
        found.push((format!("{method} {path}"), body, bodies(&method, path)));
        for parameter in operation["parameters"].as_array().into_iter().flatten().map(resolved) {
            let name = parameter["name"].as_str().unwrap();
            found.push((format!("{method} {path} {name}"), &parameter["schema"], parameters(name)));
        }
    }
    let schemas = &document()["components"]["schemas"];
    let described = found.into_iter().filter(|(_, schema, _)| !schema.is_null());
    described.map(|(name, schema, cases)| (name, whole(schemas, schema), cases)).collect()
}

/// Every limit that `schema`, the part of `whole` at `pointer`, has or refers to.
fn collect(whole: &Value, pointer: &str, places: &mut BTreeSet<Place>, seen: &mut BTreeSet<String>) {
    if !seen.insert(pointer.to_owned()) {
        return;
    }
    let inside = |name: &str| format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
    match whole.pointer(pointer).unwrap() {
        Value::Object(fields) => {
            for (name, value) in fields {
                match (name.as_str(), value) {
                    ("$ref", Value::String(target)) => collect(whole, target.trim_start_matches('#'), places, seen),
                    ("pattern", Value::String(pattern)) => {
                        places.extend((0..numbers(pattern).len()).map(|index| Place::Pattern(inside(name), index)));
                    }
                    (name, Value::Number(_)) if NUMBERS.contains(&name) => {
                        places.insert(Place::Number(inside(name)));
                    }
                    ("patternProperties", Value::Object(keys)) => {
                        let keys = keys.keys().flat_map(|key| (0..numbers(key).len()).map(move |index| (key, index)));
                        places.extend(keys.map(|(key, index)| Place::Key(inside(name), key.clone(), index)));
                        collect(whole, &inside(name), places, seen);
                    }
                    ("example" | "examples" | "default" | "enum" | "const", _) if !pointer.ends_with("/properties") => {
                    }
                    _ => collect(whole, &inside(name), places, seen),
                }
            }
        }
        Value::Array(items) => (0..items.len()).for_each(|at| collect(whole, &inside(&at.to_string()), places, seen)),
        _ => {}
    }
}

/// The places of the numbers that say in a regular expression how often something comes, such as both of `{1,78}`.
fn numbers(pattern: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    for (open, _) in pattern.match_indices('{') {
        let Some(length) = pattern[open..].find('}') else { continue };
        let inside = &pattern[open + 1..open + length];
        let parts: Vec<_> = inside.split(',').collect();
        if parts.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())) {
            let mut at = open + 1;
            for part in parts {
                found.push(at..at + part.len());
                at += part.len() + 1;
            }
        }
    }
    found
}

/// A pattern with one of its numbers moved; `None` if that is no number of times any more.
fn move_pattern(pattern: &str, index: usize, by: i64) -> Option<String> {
    let range = numbers(pattern)[index].clone();
    let number = pattern[range.clone()].parse::<i64>().unwrap() + by;
    (number >= 0).then(|| format!("{}{number}{}", &pattern[..range.start], &pattern[range.end..]))
}

/// The schema with one limit moved; `None` if there can be no such limit.
fn moved(whole: &Value, place: &Place, by: i64) -> Option<Value> {
    let mut whole = whole.clone();
    match place {
        Place::Number(pointer) => {
            let number = whole.pointer(pointer).unwrap().as_i64().unwrap() + by;
            *whole.pointer_mut(pointer).unwrap() = (number >= 0 || pointer.ends_with("imum")).then(|| json!(number))?;
        }
        Place::Pattern(pointer, index) => {
            let pattern = move_pattern(whole.pointer(pointer).unwrap().as_str().unwrap(), *index, by)?;
            *whole.pointer_mut(pointer).unwrap() = pattern.into();
        }
        Place::Key(pointer, key, index) => {
            let keys = whole.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
            let value = keys.remove(key).unwrap();
            keys.insert(move_pattern(key, *index, by)?, value);
        }
    }
    Some(whole)
}

fn judges_otherwise(validator: &Validator, cases: &[Case]) -> bool {
    cases.iter().any(|(value, fits)| validator.is_valid(value) != *fits)
}

/// The limits of a schema, each moved by one to either side, with the schemas that this makes.
fn moves(whole: &Value) -> Vec<(Place, i64, Value)> {
    let mut places = BTreeSet::new();
    collect(whole, "/allOf/0", &mut places, &mut BTreeSet::new());
    places.remove(&Place::Number(SAID_TWICE.to_owned()));
    let moves = places.into_iter().flat_map(|place| [-1, 1].map(|by| (place.clone(), by)));
    moves.filter_map(|(place, by)| moved(whole, &place, by).map(|moved| (place, by, moved))).collect()
}

#[test]
fn cases_stand_at_both_sides_of_every_limit_that_is_described() {
    let mut noticed = BTreeMap::new();
    for (name, whole, cases) in request_schemas() {
        assert!(!judges_otherwise(&validator_of_whole(&whole), &cases), "{name}: a case is not as the schema says");
        for (place, by, moved) in moves(&whole) {
            // A component may be part of several requests, and the cases of one of them are enough.
            let owner = if format!("{place:?}").contains("/components/") { "" } else { &name };
            let is_noticed = judges_otherwise(&validator_of_whole(&moved), &cases);
            *noticed.entry((owner.to_owned(), place, by)).or_insert(false) |= is_noticed;
        }
    }
    let missed: Vec<_> = noticed.iter().filter(|(_, is_noticed)| !**is_noticed).map(|(place, _)| place).collect();
    assert!(missed.is_empty(), "no case notices if these limits are moved by so much: {missed:#?}");
    assert!(noticed.len() > 40, "only {} moves", noticed.len());
}

mod bounds;
mod formats;
mod inputs;
mod properties;
mod zones;

use serde_json::{Value as Json, json};

use super::super::{FilterCall, FilterError};
use super::*;
use crate::mail_part::MailPart;
use crate::meter::Meter;
use crate::print::text_of;

/// 27 November 2026, 12:34:56 in UTC.
const NOW: Timestamp = Timestamp::constant(1_795_782_896, 0);

type Filter = fn(&FilterCall) -> Result<Value, FilterError>;

fn apply(filter: Filter, input: &Value, arguments: &[Value]) -> Result<Value, FilterError> {
    let meter = Meter::new(0, MailPart::Html);
    match filter(&FilterCall { input, arguments, allow_false: false, meter: &meter, now: NOW }) {
        Err(FilterError::PartialResult(value, NO_DATE)) => Ok(value),
        result => result,
    }
}

fn apply_json(filter: Filter, input: Json, arguments: &[Json]) -> Result<String, FilterError> {
    let arguments: Vec<Value> = arguments.iter().map(Value::from).collect();
    apply(filter, &input.into(), &arguments).map(|value| text_of(&value).into_owned())
}

/// Asserts that `input | date: format` prints `expected`.
#[track_caller]
fn check(input: impl Into<Json>, format: &str, expected: &str) {
    let input = input.into();
    assert_eq!(
        apply_json(date, input.clone(), &[json!(format)]).as_deref(),
        Ok(expected),
        "{input} | date: {format:?}"
    );
}

/// Asserts that `input | date: format, zone` prints `expected`.
#[track_caller]
fn check_in(input: &str, format: &str, zone: impl Into<Json>, expected: &str) {
    let zone = zone.into();
    let written = apply_json(date, json!(input), &[json!(format), zone.clone()]);
    assert_eq!(written.as_deref(), Ok(expected), "{input} | date: {format:?}, {zone}");
}

/// Asserts that the input is no date and is printed unchanged.
#[track_caller]
fn check_unchanged(input: impl Into<Json>) {
    let input = input.into();
    let printed = text_of(&Value::from(&input)).into_owned();
    assert_eq!(apply_json(date, input.clone(), &[json!("%Y-%m-%d %H:%M:%S")]), Ok(printed), "{input}");
}

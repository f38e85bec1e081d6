//! The results of each filter. Values are written as JSON.

mod encodings;
mod lists;
mod numbers;
mod properties;
mod selections;
mod texts;

use jiff::Timestamp;

use super::*;
use crate::mail_part::MailPart;
use crate::meter::{LimitExceeded, Meter};
use crate::print::{json_of, measure, text_of};

fn value(json: &str) -> Value {
    let read = serde_json::from_str::<serde_json::Value>(json);
    read.unwrap_or_else(|error| panic!("{json}: {error}")).into()
}

/// The values of an array, none for the empty text.
fn values(json: &str) -> Vec<Value> {
    match value(&format!("[{json}]")) {
        Value::List(items) => items.to_vec(),
        _ => Vec::new(),
    }
}

fn call<'c>(input: &'c Value, arguments: &'c [Value], meter: &'c Meter) -> FilterCall<'c> {
    FilterCall { input, arguments, allow_false: false, meter, now: Timestamp::UNIX_EPOCH }
}

fn apply(filter: &str, input: &Value, arguments: &[Value]) -> Result<Value, FilterError> {
    let builtin = find(filter).unwrap_or_else(|| panic!("there is no filter {filter}"));
    assert!(builtin.arguments.contains(&arguments.len()), "{filter} takes another number of arguments");
    builtin.apply(&call(input, arguments, &Meter::new(0, MailPart::Html)))
}

/// Asserts that the filter gives `expected` for the value.
#[track_caller]
fn check(filter: &str, input: &str, arguments: &str, expected: &str) {
    check_value(filter, &value(input), &values(arguments), expected);
}

#[track_caller]
fn check_value(filter: &str, input: &Value, arguments: &[Value], expected: &str) {
    let result = apply(filter, input, arguments).map(|result| json_of(&result));
    assert_eq!(result, Ok(json_of(&value(expected))), "{input:?} | {filter}: {arguments:?}");
}

/// Asserts that the filter cannot work with the value, and says so in a sentence that contains `reason`.
#[track_caller]
fn check_unfit(filter: &str, input: &str, arguments: &str, reason: &str) {
    match apply(filter, &value(input), &values(arguments)) {
        Err(FilterError::InvalidInput(sentence) | FilterError::PartialResult(_, sentence)) => {
            assert!(sentence.contains(reason), "{filter} says: {sentence}");
        }
        result => panic!("{input} | {filter}: {arguments} gives {result:?}"),
    }
}

/// Asserts that the filter stops because its budget is spent.
#[track_caller]
fn check_too_much(filter: &str, input: &Value, arguments: &[Value]) {
    assert_eq!(apply(filter, input, arguments).map(drop), Err(FilterError::Limit(LimitExceeded::Work)), "{filter}");
}

#[test]
fn the_table_is_in_the_order_of_names() {
    assert!(BUILTINS.is_sorted_by(|a, b| a.name < b.name));
    assert!(BUILTINS.iter().all(|builtin| find(builtin.name).is_some()));
    assert!(find("upcse").is_none());
}

#[test]
fn only_filters_that_change_white_space_keep_html_as_html() {
    let markup = Value::Html(" <b>Ada</b> ".into());
    for filter in ["upcase", "capitalize", "strip_html", "url_decode", "json"] {
        assert!(matches!(apply(filter, &markup, &[]), Ok(Value::Text(_))), "{filter}");
    }
    for filter in ["default", "lstrip", "rstrip", "squish", "strip", "strip_newlines"] {
        assert!(matches!(apply(filter, &markup, &[]), Ok(Value::Html(_))), "{filter}");
        assert!(!matches!(apply(filter, &Value::from("<b>"), &[]), Ok(Value::Html(_))), "{filter}");
    }
    assert!(matches!(apply("default", &Value::Nil, &["<b>".into()]), Ok(Value::Text(_))));
}

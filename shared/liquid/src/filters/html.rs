//! The filters that keep HTML as HTML: those that take a part of a text, and those that put texts together and escape the data
//! among them. The result of any other filter is data again, since the filter may have changed the text.

use std::sync::Arc;

use super::call::{FilterCall, FilterError, FilterFn, pay_for_reading};
use crate::html::escape;
use crate::print::text_of;
use crate::value::Value;

/// Filters that take a part of a text.
const CUTTING: [&str; 8] =
    ["lstrip", "rstrip", "slice", "squish", "strip", "strip_newlines", "truncate", "truncatewords"];
/// Filters that put texts together.
const JOINING: [&str; 3] = ["append", "join", "prepend"];
/// The factor by which a text can be longer when it is escaped and joined.
const MAX_GROWTH: usize = 12;

/// True if the filter puts texts together and one of them is HTML.
pub(super) fn joins_html(name: &str, call: &FilterCall) -> bool {
    JOINING.contains(&name) && (has_html(call.input) || call.arguments.iter().any(has_html))
}

fn has_html(value: &Value) -> bool {
    match value {
        Value::Html(_) => true,
        Value::List(items) => items.iter().any(|item| matches!(item, Value::Html(_))),
        _ => false,
    }
}

/// Puts texts together as HTML: the data among them is escaped.
pub(super) fn join_as_html(call: &FilterCall, join: FilterFn) -> Result<Value, FilterError> {
    pay_for_reading(call, MAX_GROWTH)?;
    let arguments: Vec<Value> = call.arguments.iter().map(as_html).collect();
    let joined = join(&FilterCall { input: &as_html(call.input), arguments: &arguments, ..*call })?;
    Ok(Value::Html(Arc::from(text_of(&joined))))
}

fn as_html(value: &Value) -> Value {
    match value {
        Value::Html(_) => value.clone(),
        Value::List(items) => Value::list(items.iter().map(as_html).collect()),
        _ => Value::Html(escape(&text_of(value)).into()),
    }
}

/// The result of a filter: as HTML if the filter took a part of HTML, and otherwise as data.
pub(super) fn kept_as_html(name: &str, call: &FilterCall, value: Value) -> Value {
    let has_own_end = matches!(name, "truncate" | "truncatewords") && call.arguments.len() > 1;
    let is_cut = CUTTING.contains(&name) && !has_own_end;
    match (call.input, value) {
        (_, value) if name == "default" => value,
        (Value::Html(_), Value::Text(text)) if is_cut => Value::Html(text),
        (Value::Html(_), Value::List(items)) if name == "split" => {
            Value::list(items.iter().map(|item| Value::Html(Arc::from(text_of(item)))).collect())
        }
        (_, Value::Html(text)) => Value::Text(text),
        (_, value) => value,
    }
}

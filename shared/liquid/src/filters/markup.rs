//! Filters and text that is HTML already: it stays HTML where no more than a part of it is taken, or where more is put to it, which
//! is escaped then. Whatever any other filter gives is data again: it may have changed the text.

use std::sync::Arc;

use super::{Call, Failure, Function, pay_for_reading};
use crate::html::escape;
use crate::print::text_of;
use crate::value::Value;

/// Filters that take a part of a text.
const CUTTING: [&str; 8] =
    ["lstrip", "rstrip", "slice", "squish", "strip", "strip_newlines", "truncate", "truncatewords"];
/// Filters that put texts together.
const JOINING: [&str; 3] = ["append", "join", "prepend"];
/// How much longer a text is when it is escaped, and joined.
const GROWTH: usize = 12;

/// True if the filter puts texts together of which one is HTML.
pub(super) fn is_joined(name: &str, call: &Call) -> bool {
    JOINING.contains(&name) && (has_markup(call.input) || call.arguments.iter().any(has_markup))
}

fn has_markup(value: &Value) -> bool {
    match value {
        Value::Markup(_) => true,
        Value::List(items) => items.iter().any(|item| matches!(item, Value::Markup(_))),
        _ => false,
    }
}

/// The texts put together as HTML: those that are data are escaped.
pub(super) fn joined(call: &Call, join: Function) -> Result<Value, Failure> {
    pay_for_reading(call, GROWTH)?;
    let arguments: Vec<Value> = call.arguments.iter().map(as_markup).collect();
    let joined = join(&Call { input: &as_markup(call.input), arguments: &arguments, ..*call })?;
    Ok(Value::Markup(Arc::from(text_of(&joined))))
}

fn as_markup(value: &Value) -> Value {
    match value {
        Value::Markup(_) => value.clone(),
        Value::List(items) => Value::list(items.iter().map(as_markup).collect()),
        _ => Value::Markup(escape(&text_of(value)).into()),
    }
}

/// The value that a filter gave, as HTML if it is a part of HTML, and as data otherwise.
pub(super) fn kept(name: &str, call: &Call, value: Value) -> Value {
    let has_own_end = matches!(name, "truncate" | "truncatewords") && call.arguments.len() > 1;
    let is_cut = CUTTING.contains(&name) && !has_own_end;
    match (call.input, value) {
        (_, value) if name == "default" => value,
        (Value::Markup(_), Value::Text(text)) if is_cut => Value::Markup(text),
        (Value::Markup(_), Value::List(items)) if name == "split" => {
            Value::list(items.iter().map(|item| Value::Markup(Arc::from(text_of(item)))).collect())
        }
        (_, Value::Markup(text)) => Value::Text(text),
        (_, value) => value,
    }
}

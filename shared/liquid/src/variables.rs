//! The data of one recipient, and the ways to reach into a value.

use std::sync::Arc;

use jiff::Timestamp;

use crate::print::text_of;
use crate::value::Value;

/// The name of the object with all data, so that `data["a.b"]` finds any key.
const ALL_DATA: &str = "data";

/// The names that a template sees: each key of the data, and `data` for the object with all of it. A key named `data` is reached as
/// `data.data`.
#[derive(Debug, Clone)]
pub struct Variables {
    root: Value,
    pub(crate) now: Timestamp,
}

impl Variables {
    /// Variables without names. `now` is the time that the words `now` and `today` mean to the filter `date`.
    #[must_use]
    pub fn new(now: Timestamp) -> Variables {
        Variables { root: Value::Object(Arc::default()), now }
    }

    /// Adds a value, or replaces the value of this name.
    pub fn insert(&mut self, name: &str, value: impl Into<Value>) {
        if let Value::Object(entries) = &mut self.root {
            let entries = Arc::make_mut(entries);
            match entries.get_mut(name) {
                Some(entry) => *entry = value.into(),
                None => drop(entries.insert(name.into(), value.into())),
            }
        }
    }

    /// All names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let entries = if let Value::Object(entries) = &self.root { Some(entries) } else { None };
        entries.into_iter().flat_map(|entries| entries.keys()).map(|name| &**name)
    }

    /// The value of a name, `None` if the name does not exist.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        match &self.root {
            root if name == ALL_DATA => Some(root),
            Value::Object(entries) => entries.get(name),
            _ => None,
        }
    }
}

/// The member of this name: an entry of an object, an item of an array, or else `size`, `first` or `last`. Arrays and texts have a
/// `length` too, as in JavaScript.
pub(crate) fn member(value: &Value, name: &str) -> Value {
    let found = match value {
        Value::Object(entries) => entries.get(name).cloned(),
        Value::List(items) => name.parse().ok().and_then(|index| at(items, index)),
        _ => None,
    };
    found.unwrap_or_else(|| match name {
        "size" => size(value),
        "length" if !matches!(value, Value::Object(_)) => size(value),
        "first" => first(value),
        "last" => last(value),
        _ => Value::Nil,
    })
}

/// The entry or item for an index in brackets.
pub(crate) fn item(value: &Value, index: &Value) -> Value {
    match (value, index) {
        (Value::List(items), Value::Integer(_) | Value::Float(_)) => {
            index.as_integer().and_then(|index| at(items, index)).unwrap_or_default()
        }
        (_, Value::Text(name) | Value::Html(name)) => member(value, name),
        (Value::Object(entries), Value::Integer(_) | Value::Float(_) | Value::Bool(_)) => {
            entries.get(&*text_of(index)).cloned().unwrap_or_default()
        }
        _ => Value::Nil,
    }
}

/// The item at an index, which counts from the end if it is negative.
fn at(items: &[Value], index: i64) -> Option<Value> {
    let position = usize::try_from(index.unsigned_abs()).ok()?;
    let position = if index < 0 { items.len().checked_sub(position)? } else { position };
    items.get(position).cloned()
}

pub(crate) fn size(value: &Value) -> Value {
    match value {
        Value::List(items) => Value::count(items.len()),
        Value::Object(entries) => Value::count(entries.len()),
        Value::Text(text) | Value::Html(text) => Value::count(text.chars().count()),
        Value::Range(from, to) => Value::Integer(to.saturating_sub(*from).saturating_add(1).max(0)),
        _ => Value::Nil,
    }
}

pub(crate) fn first(value: &Value) -> Value {
    match value {
        Value::List(items) => items.first().cloned().unwrap_or_default(),
        Value::Object(entries) => entries.first().map(|(key, value)| Value::pair(key, value)).unwrap_or_default(),
        Value::Range(from, to) if from <= to => Value::Integer(*from),
        Value::Text(text) | Value::Html(text) => text.chars().next().map_or(Value::Nil, |c| Value::text(c.to_string())),
        _ => Value::Nil,
    }
}

pub(crate) fn last(value: &Value) -> Value {
    match value {
        Value::List(items) => items.last().cloned().unwrap_or_default(),
        Value::Range(from, to) if from <= to => Value::Integer(*to),
        Value::Text(text) | Value::Html(text) => {
            text.chars().next_back().map_or(Value::Nil, |c| Value::text(c.to_string()))
        }
        _ => Value::Nil,
    }
}

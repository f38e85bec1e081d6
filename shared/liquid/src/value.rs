//! Values of a template: those of JSON, and the few that Liquid adds.

use std::sync::Arc;

use crate::compare::truncated;
use indexmap::IndexMap;

/// The entries of an object, in the order in which they were written.
pub type Object = IndexMap<Arc<str>, Value>;

/// Bytes of a text that may spell a number.
const MAX_NUMBER: usize = 64;

/// How deep arrays and objects of data may nest. A value that lies deeper is null: printing and comparing recurse.
pub(crate) const MAX_LEVELS: usize = 128;

/// A value. Copying one is cheap, since texts, arrays and objects are shared.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Value {
    /// `nil`, and whatever is not there.
    #[default]
    Nil,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction, finite.
    Float(f64),
    /// A text.
    Text(Arc<str>),
    /// A text that is HTML already: a value was escaped before it became part of it.
    Markup(Arc<str>),
    /// An array.
    List(Arc<Vec<Value>>),
    /// An object.
    Object(Arc<Object>),
    /// `(1..5)`, both ends included.
    Range(i64, i64),
    /// The word `empty`, which equals whatever has no characters, items or entries.
    Empty,
    /// The word `blank`, which equals whatever is empty, white, `nil` or `false`.
    Blank,
}

impl Value {
    /// A text.
    #[must_use]
    pub fn text(text: impl Into<Arc<str>>) -> Value {
        Value::Text(text.into())
    }

    /// An array.
    #[must_use]
    pub fn list(items: Vec<Value>) -> Value {
        Value::List(Arc::new(items))
    }

    /// An array of a key and its value, which is how Liquid walks an object.
    pub(crate) fn pair(key: &Arc<str>, value: &Value) -> Value {
        Value::list(vec![Value::Text(Arc::clone(key)), value.clone()])
    }

    /// A count of something.
    pub(crate) fn count(count: usize) -> Value {
        Value::Integer(i64::try_from(count).unwrap_or(i64::MAX))
    }

    /// The text, if it is one.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) | Value::Markup(text) => Some(text),
            _ => None,
        }
    }

    /// The bytes of the text, 0 if it is none.
    pub(crate) fn text_len(&self) -> usize {
        self.as_text().map_or(0, str::len)
    }

    /// The number that the value is or spells.
    pub(crate) fn as_number(&self) -> Option<Value> {
        let text = match self {
            Value::Integer(_) | Value::Float(_) => return Some(self.clone()),
            _ => self.as_text().filter(|text| text.len() <= MAX_NUMBER)?.trim(),
        };
        let is_plain =
            !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
        let float = || text.parse().ok().filter(|float: &f64| is_plain && float.is_finite()).map(Value::Float);
        text.parse().ok().map(Value::Integer).or_else(float)
    }

    /// The whole number that the value is or spells, its fraction cut off.
    pub(crate) fn as_integer(&self) -> Option<i64> {
        match self.as_number()? {
            Value::Integer(number) => Some(number),
            Value::Float(number) => Some(truncated(number)),
            _ => None,
        }
    }

    pub(crate) fn is_nil(&self) -> bool {
        matches!(self, Value::Nil)
    }

    /// True to Liquid: everything is but `nil` and `false`. Filters ask this.
    pub(crate) fn is_truthy(&self) -> bool {
        !matches!(self, Value::Nil | Value::Bool(false))
    }

    /// True to JavaScript, and so to Plunk: neither zero nor the empty text is. Conditions ask this.
    pub(crate) fn holds(&self) -> bool {
        match self {
            Value::Integer(number) => *number != 0,
            Value::Float(number) => *number != 0.0,
            Value::Text(text) | Value::Markup(text) => !text.is_empty(),
            _ => self.is_truthy(),
        }
    }

    /// True if `??` and `default` take another value: null, false, or without characters, items or entries.
    pub(crate) fn is_missing(&self) -> bool {
        !self.is_truthy() || self.is_empty() || matches!(self, Value::Empty | Value::Blank)
    }

    /// True if it has no characters, items or entries.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Value::Text(text) | Value::Markup(text) => text.is_empty(),
            Value::List(items) => items.is_empty(),
            Value::Object(entries) => entries.is_empty(),
            _ => false,
        }
    }

    /// True if it equals `blank`.
    pub(crate) fn is_blank(&self) -> bool {
        !self.is_truthy() || self.is_empty() || self.as_text().is_some_and(|text| text.trim().is_empty())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::Bool(value)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::text(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::text(text)
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Value {
        Value::list(items)
    }
}

impl FromIterator<(String, Value)> for Value {
    /// An object. Of two entries with the same key the later counts.
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(entries: I) -> Value {
        Value::Object(Arc::new(entries.into_iter().map(|(key, value)| (key.into(), value)).collect()))
    }
}

impl From<serde_json::Value> for Value {
    fn from(value: serde_json::Value) -> Value {
        value_at(&value, 0)
    }
}

impl From<&serde_json::Value> for Value {
    fn from(value: &serde_json::Value) -> Value {
        value_at(value, 0)
    }
}

fn value_at(value: &serde_json::Value, level: usize) -> Value {
    use serde_json::Value as Json;
    match value {
        _ if level > MAX_LEVELS => Value::Nil,
        Json::Null => Value::Nil,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => number_of(number),
        Json::String(text) => Value::text(text.as_str()),
        Json::Array(items) => Value::list(items.iter().map(|item| value_at(item, level + 1)).collect()),
        Json::Object(map) => {
            let entries = map.iter().map(|(key, value)| (Arc::from(key.as_str()), value_at(value, level + 1)));
            Value::Object(Arc::new(entries.collect()))
        }
    }
}

/// A number of JSON. An integer beyond an `i64` is a text, which prints the same.
fn number_of(number: &serde_json::Number) -> Value {
    match (number.as_i64(), number.as_f64()) {
        (Some(integer), _) => Value::Integer(integer),
        (None, Some(float)) if number.is_f64() => Value::Float(float),
        _ => Value::text(number.to_string()),
    }
}

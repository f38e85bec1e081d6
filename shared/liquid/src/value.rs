//! The values of a template: those of JSON, and the few that Liquid adds.

use std::sync::Arc;

use indexmap::IndexMap;

/// The entries of an object, in the order in which they were written.
pub type Object = IndexMap<Arc<str>, Value>;

/// The largest length in bytes of a text that is read as a number.
const MAX_NUMBER: usize = 64;

/// The depth to which arrays and objects of data may nest. A value below it is null, since printing and comparing values recurse.
pub(crate) const MAX_LEVELS: usize = 128;

/// A value. It is cheap to copy, since copies share their texts, arrays and objects.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Value {
    /// `nil`, and the value of a name that does not exist.
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
    /// A text that is HTML already: every value in it was escaped before it became part of the text.
    Html(Arc<str>),
    /// An array.
    List(Arc<Vec<Value>>),
    /// An object.
    Object(Arc<Object>),
    /// A range such as `(1..5)`, which includes both ends.
    Range(i64, i64),
    /// The keyword `empty`, which equals a text without characters and an array or object without items or entries.
    Empty,
    /// The keyword `blank`, which equals empty values, texts of white space, `nil` and `false`.
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

    /// An array of a key and its value: the item that Liquid gives for an entry of an object.
    pub(crate) fn pair(key: &Arc<str>, value: &Value) -> Value {
        Value::list(vec![Value::Text(Arc::clone(key)), value.clone()])
    }

    /// The integer for a count.
    pub(crate) fn count(count: usize) -> Value {
        Value::Integer(i64::try_from(count).unwrap_or(i64::MAX))
    }

    /// The text, `None` if the value is no text.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) | Value::Html(text) => Some(text),
            _ => None,
        }
    }

    /// The length of the text in bytes, 0 if the value is no text.
    pub(crate) fn text_len(&self) -> usize {
        self.as_text().map_or(0, str::len)
    }

    /// The number that the value is, or that its text spells in full.
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

    /// The integer that the value is or that its text spells, without a fraction.
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

    /// True for every value except `nil` and `false`, as in Liquid. Filters use this.
    pub(crate) fn is_truthy(&self) -> bool {
        !matches!(self, Value::Nil | Value::Bool(false))
    }

    /// True for the values that are true in JavaScript, and so in Plunk: zero and the empty text are false too. Conditions use
    /// this.
    pub(crate) fn is_true_condition(&self) -> bool {
        match self {
            Value::Integer(number) => *number != 0,
            Value::Float(number) => *number != 0.0,
            Value::Text(text) | Value::Html(text) => !text.is_empty(),
            _ => self.is_truthy(),
        }
    }

    /// True if `??` and `default` replace the value: null, false, or without characters, items or entries.
    pub(crate) fn is_missing(&self) -> bool {
        !self.is_truthy() || self.is_empty() || matches!(self, Value::Empty | Value::Blank)
    }

    /// True for a text, array or object without characters, items or entries.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Value::Text(text) | Value::Html(text) => text.is_empty(),
            Value::List(items) => items.is_empty(),
            Value::Object(entries) => entries.is_empty(),
            _ => false,
        }
    }

    /// True if the value equals `blank`.
    pub(crate) fn is_blank(&self) -> bool {
        !self.is_truthy() || self.is_empty() || self.as_text().is_some_and(|text| text.trim().is_empty())
    }
}

/// The float without its fraction. A float beyond an `i64` becomes the nearest `i64`.
#[expect(clippy::cast_possible_truncation, reason = "the fraction is to be cut off, and a cast saturates")]
pub(crate) fn truncated(float: f64) -> i64 {
    float as i64
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
    /// Makes an object. The later of two entries with one key counts.
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

/// The value of a JSON number. An integer beyond an `i64` becomes a text, which is printed unchanged.
fn number_of(number: &serde_json::Number) -> Value {
    match (number.as_i64(), number.as_f64()) {
        (Some(integer), _) => Value::Integer(integer),
        (None, Some(float)) if number.is_f64() => Value::Float(float),
        _ => Value::text(number.to_string()),
    }
}

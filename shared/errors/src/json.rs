//! Reads JSON from callers, with limits that hold while it is read.
//!
//! A text of a few bytes becomes a value of fifty times as many: a map that is written in six bytes takes some 300.
//! So the reader counts values and levels as it meets them, and stops where there are too many.

use std::{
    borrow::Cow,
    cell::{Cell, RefCell},
    fmt,
    marker::PhantomData,
};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

use crate::{Code, Failure, FieldCode, FieldErrors};

/// The maximum number of values, nested ones included, in a request's body. None takes more than some 300 bytes, so these take at
/// most 6 MB beside their texts.
pub const MAX_VALUES: usize = 20_000;
/// The maximum nesting of objects and arrays in a request's field.
pub const MAX_LEVELS: usize = 32;
/// The maximum number of characters of a field's name that a response repeats, since a caller's may be megabytes long.
const MAX_SHOWN: usize = 128;
/// The escape of U+FFFD in JSON.
const ESCAPE: &[u8] = br"\ufffd";
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The limits of a JSON text.
#[derive(Debug, Clone, Copy)]
pub struct JsonLimits {
    /// The maximum number of values, with nested ones and the whole one.
    pub values: usize,
    /// The maximum nesting of objects and arrays below the whole value.
    pub levels: usize,
}

impl JsonLimits {
    /// The limits of a request's body.
    pub const BODY: Self = Self { values: MAX_VALUES, levels: MAX_LEVELS };
}

/// The reason for which a JSON text could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JsonError {
    /// It is not JSON, from this line and column on.
    Syntax {
        /// The line, from 1.
        line: usize,
        /// The column, from 1; 0 is the end of the line before.
        column: usize,
    },
    /// It has more values than it may; `field` is the top-level field that has the first one too many, empty for none.
    TooManyValues {
        /// A name that the caller chose, shortened.
        field: String,
    },
    /// It nests deeper than it may, in the top-level field `field`.
    TooDeep {
        /// A name that the caller chose, shortened.
        field: String,
    },
}

impl From<JsonError> for Failure {
    fn from(error: JsonError) -> Self {
        let (field, code, message) = match error {
            JsonError::Syntax { line, column } => {
                let message = format!("The request body is not valid JSON (line {line}, column {column}).");
                return Failure::new(Code::InvalidRequestBody).message(message);
            }
            JsonError::TooManyValues { field } => {
                (field, FieldCode::TooMany, format!("The request must have at most {MAX_VALUES} JSON values in all."))
            }
            JsonError::TooDeep { field } => {
                (field, FieldCode::TooLarge, format!("Must not nest deeper than {MAX_LEVELS} levels."))
            }
        };
        let mut fields = FieldErrors::default();
        fields.push(field, code, message);
        fields.finish().err().unwrap_or_else(|| Code::ValidationError.into())
    }
}

/// A value that JSON can be read into: `serde_json`'s, and any other that is made of the same parts.
pub trait FromJson:
    From<Value> + From<String> + for<'t> From<&'t str> + From<Vec<Self>> + FromIterator<(String, Self)>
{
}

impl<T> FromJson for T where
    T: From<Value> + From<String> + for<'t> From<&'t str> + From<Vec<T>> + FromIterator<(String, T)>
{
}

/// The value that a JSON text holds. A byte-order mark before it is skipped, and half a surrogate pair in it is U+FFFD. Of two
/// entries with the same key the later counts.
///
/// Takes from `limits` the values that it read, so that several texts can share them; an error takes nothing.
///
/// # Errors
/// The first [`JsonError`] in the text.
pub fn read_json<T: FromJson>(text: &[u8], limits: &mut JsonLimits) -> Result<T, JsonError> {
    let text = replace_lone_surrogates(without_byte_order_mark(text));
    let meter = Meter {
        left: Cell::new(limits.values),
        levels: limits.levels,
        stop: Cell::default(),
        field: RefCell::default(),
    };
    let mut reader = serde_json::Deserializer::from_slice(&text);
    let whole = Bounded { meter: &meter, level: 0, target: PhantomData };
    let read = whole.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    let value = read.map_err(|error| meter.explain(&error))?;
    limits.values = meter.left.get();
    Ok(value)
}

/// The text after a UTF-8 byte-order mark, which some clients put before JSON (RFC 8259 8.1 lets a reader skip it).
#[must_use]
pub fn without_byte_order_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
}

#[derive(Clone, Copy)]
enum Stop {
    TooManyValues,
    TooDeep,
}

struct Meter {
    left: Cell<usize>,
    levels: usize,
    /// The limit that was met, if one was.
    stop: Cell<Option<Stop>>,
    /// The field of the whole that is being read.
    field: RefCell<String>,
}

impl Meter {
    fn count<E: Error>(&self) -> Result<(), E> {
        match self.left.get().checked_sub(1) {
            Some(left) => self.left.set(left),
            None => return Err(self.stop(Stop::TooManyValues)),
        }
        Ok(())
    }

    fn stop<E: Error>(&self, stop: Stop) -> E {
        self.stop.set(Some(stop));
        E::custom("a limit was met")
    }

    fn explain(&self, error: &serde_json::Error) -> JsonError {
        match self.stop.get() {
            Some(Stop::TooManyValues) => JsonError::TooManyValues { field: self.field.take() },
            Some(Stop::TooDeep) => JsonError::TooDeep { field: self.field.take() },
            None => JsonError::Syntax { line: error.line(), column: error.column() },
        }
    }
}

/// Reads one value at a level: 0 for the whole.
struct Bounded<'m, T> {
    meter: &'m Meter,
    level: usize,
    target: PhantomData<T>,
}

impl<T> Bounded<'_, T> {
    /// The reader of a value in an object or array that begins here.
    fn inside(&self) -> Self {
        Self { level: self.level + 1, ..*self }
    }

    fn check_level<E: Error>(&self) -> Result<(), E> {
        if self.level > self.meter.levels { Err(self.meter.stop(Stop::TooDeep)) } else { Ok(()) }
    }
}

impl<'de, T: FromJson> DeserializeSeed<'de> for Bounded<'_, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        self.meter.count()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: FromJson> Visitor<'de> for Bounded<'_, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<T, E> {
        Ok(Value::Bool(value).into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<T, E> {
        Ok(Value::Number(value.into()).into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<T, E> {
        Ok(Value::Number(value.into()).into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<T, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number).into())
    }

    fn visit_str<E>(self, value: &str) -> Result<T, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<T, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(Value::Null.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<T, A::Error> {
        self.check_level()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self.inside())? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        self.check_level()?;
        let mut entries = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            if self.level == 0 {
                self.meter.field.replace(shorten(&key));
            }
            let value = map.next_value_seed(self.inside())?;
            entries.push((key, value));
        }
        Ok(entries.into_iter().collect())
    }
}

fn shorten(name: &str) -> String {
    name.chars().take(MAX_SHOWN).collect()
}

/// The text with `\ufffd` for every escape that is half a surrogate pair: such a text comes from cutting a string between the
/// two halves of an emoji, and `serde_json` refuses it. A copy is made only where there is one.
fn replace_lone_surrogates(text: &[u8]) -> Cow<'_, [u8]> {
    let mut text = Cow::Borrowed(text);
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'\\')) {
        at += found;
        at += match (escaped_unit(&text, at), escaped_unit(&text, at + ESCAPE.len())) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 2 * ESCAPE.len(),
            (Some(0xd800..=0xdfff), _) => {
                if let Some(escape) = text.to_mut().get_mut(at..at + ESCAPE.len()) {
                    escape.copy_from_slice(ESCAPE);
                }
                ESCAPE.len()
            }
            // The character after the backslash may be a backslash itself.
            _ => 2,
        };
    }
    text
}

/// The UTF-16 unit of an escape such as `\ud83d` at this place, if there is one.
fn escaped_unit(text: &[u8], at: usize) -> Option<u16> {
    let digits = text.get(at..at + ESCAPE.len())?.strip_prefix(br"\u")?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests;

//! The types that fields of a body and parameters of a path or query can have.
//!
//! [`Object`](crate::Object) and [`Query`](crate::Query) read a value of any of them, so each type says once what it takes.

mod choice;
mod id;
mod json;
mod number;
mod text;
mod time;

use std::borrow::Cow;

use serde_json::Value;

use crate::FieldCode;

pub use choice::{Choice, Enumeration};
pub use id::Id;
pub use json::{Boolean, JsonArray, JsonObject};
pub use number::WholeNumber;
pub use text::Text;
pub use time::Time;

/// The type of a field in a JSON body.
pub trait FieldType {
    /// A value of the type, which may borrow from the body.
    type Value<'a>;

    /// The value that this JSON stands for. `null` is for the caller to tell apart beforehand.
    ///
    /// # Errors
    /// The mistake in it. The message never repeats the JSON.
    fn parse_json<'a>(&self, json: &'a Value) -> Result<Self::Value<'a>, ValueError>;
}

/// The type of a parameter in a path or a query, where every value is text.
pub trait ParameterType: FieldType {
    /// The value that this text stands for, already percent-decoded.
    ///
    /// # Errors
    /// The mistake in it. The message never repeats the text.
    fn parse_text<'a>(&self, text: &'a str) -> Result<Self::Value<'a>, ValueError>;
}

/// A mistake in a value, without the field that has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueError {
    /// The kind of mistake.
    pub code: FieldCode,
    /// The message, which says what the value must be and never repeats it.
    pub message: Cow<'static, str>,
}

impl ValueError {
    /// A value of another JSON type than `expected`, such as `a string`.
    #[must_use]
    pub fn wrong_type(expected: &str) -> Self {
        Self { code: FieldCode::InvalidType, message: format!("Must be {expected}.").into() }
    }

    /// A value of the right JSON type that the field cannot have.
    #[must_use]
    pub fn invalid(message: impl Into<Cow<'static, str>>) -> Self {
        Self { code: FieldCode::InvalidValue, message: message.into() }
    }
}

/// The text of a JSON string.
fn string(json: &Value) -> Result<&str, ValueError> {
    json.as_str().ok_or_else(|| ValueError::wrong_type("a string"))
}

#[cfg(test)]
mod tests;

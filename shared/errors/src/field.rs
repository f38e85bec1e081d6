//! Mistakes in fields.

use std::borrow::Cow;

use serde::Serialize;

/// The kind of mistake, as the contract names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldCode {
    /// The field is missing.
    Required,
    /// The value has another JSON type.
    InvalidType,
    /// The value is not an email address.
    InvalidEmail,
    /// The value has the right type, but the field cannot have it.
    InvalidValue,
    /// The value has fewer characters than the minimum.
    TooShort,
    /// The value has more characters than the maximum.
    TooLong,
    /// The value has more elements than the maximum.
    TooMany,
    /// The value has more bytes than the maximum.
    TooLarge,
    /// The name of the event is reserved for Posthorn.
    ReservedEvent,
    /// The field or parameter does not exist, but looks like a misspelling of one that does.
    UnknownField,
}

/// One wrong field. The message never repeats the value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// Dotted path with indexes from 0, such as `to.1.email`; empty for the whole body.
    pub field: String,
    /// The mistake, in words that say what the field must be.
    pub message: Cow<'static, str>,
    /// The kind of mistake.
    pub code: FieldCode,
}

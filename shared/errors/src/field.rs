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
    /// Not an email address.
    InvalidEmail,
    /// The right type, but not a value this field can have.
    InvalidValue,
    /// Fewer characters than the least.
    TooShort,
    /// More characters than the most.
    TooLong,
    /// More elements than the most.
    TooMany,
    /// More bytes than the most.
    TooLarge,
    /// An event name that the platform keeps for itself.
    ReservedEvent,
    /// Not a field or parameter of ours, but one that looks like a mistake for one.
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

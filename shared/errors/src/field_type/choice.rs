//! Values of an enumeration, by their names.

use std::{fmt, marker::PhantomData};

use serde_json::Value;

use super::{FieldType, ParameterType, ValueError, string};

/// A type with a few values, each of which the API writes as a name.
pub trait Enumeration: Copy + 'static {
    /// Every value, in the order in which messages list them. Has at least one.
    const ALL: &'static [Self];

    /// The value's name on the wire. Case counts.
    fn name(self) -> &'static str;
}

/// A value of an enumeration, by its name.
pub struct Choice<T>(PhantomData<T>);

impl<T: Enumeration> Choice<T> {
    /// The type of a field that takes every name of the enumeration.
    #[must_use]
    pub const fn new() -> Self {
        Self(PhantomData)
    }

    fn message() -> String {
        let quoted: Vec<_> = T::ALL.iter().map(|value| format!("\"{}\"", value.name())).collect();
        let list = quoted.join(", ");
        let list = list.rsplit_once(", ").map(|(others, last)| format!("{others} or {last}")).unwrap_or(list);
        format!("Must be {list}.")
    }
}

impl<T> fmt::Debug for Choice<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Choice")
    }
}

impl<T: Enumeration> Default for Choice<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Enumeration> FieldType for Choice<T> {
    type Value<'a> = T;

    fn parse_json(&self, json: &Value) -> Result<T, ValueError> {
        self.parse_text(string(json)?)
    }
}

impl<T: Enumeration> ParameterType for Choice<T> {
    fn parse_text(&self, text: &str) -> Result<T, ValueError> {
        let value = T::ALL.iter().find(|value| value.name() == text);
        value.copied().ok_or_else(|| ValueError::invalid(Self::message()))
    }
}

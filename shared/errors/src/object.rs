//! Reading the fields of a JSON object, noting what is wrong instead of stopping at it.

use serde_json::{Map, Value};

use crate::{FieldCode, FieldErrors};

/// A JSON object of a request, and the path at which it stands. `null` counts as absent.
#[derive(Debug, Clone)]
pub struct Object<'a> {
    fields: &'a Map<String, Value>,
    path: String,
}

/// How many characters a text may have, and which.
#[derive(Debug, Clone, Copy)]
pub struct Text {
    /// At least so many characters.
    pub least: usize,
    /// At most so many characters.
    pub most: usize,
    /// Whether control characters, line breaks among them, may be in it.
    pub control: bool,
}

impl<'a> Object<'a> {
    /// The whole body.
    #[must_use]
    pub fn body(fields: &'a Map<String, Value>) -> Self {
        Self { fields, path: String::new() }
    }

    /// An object at `path` inside the body.
    #[must_use]
    pub fn at(path: impl Into<String>, fields: &'a Map<String, Value>) -> Self {
        Self { fields, path: path.into() }
    }

    /// The path of a field of this object.
    #[must_use]
    pub fn path(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// A field of any type.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        self.fields.get(name).filter(|value| !value.is_null())
    }

    /// A field that is to be an object. `[]` counts as absent: it is how PHP writes an empty map.
    #[must_use]
    pub fn map(&self, name: &str) -> Option<&'a Value> {
        self.get(name).filter(|value| value.as_array().is_none_or(|list| !list.is_empty()))
    }

    /// A text field, if it is there and as it must be.
    pub fn text(&self, name: &str, rule: Text, errors: &mut FieldErrors) -> Option<&'a str> {
        let text = self.string(name, errors)?;
        let path = || self.path(name);
        let length = text.chars().count();
        if length < rule.least {
            errors.push(path(), FieldCode::TooShort, format!("Must have at least {} character(s).", rule.least));
        } else if length > rule.most {
            errors.push(path(), FieldCode::TooLong, format!("Must have at most {} characters.", rule.most));
        } else if !rule.control && text.chars().any(char::is_control) {
            errors.push(path(), FieldCode::InvalidValue, "Must not have control characters or line breaks.");
        } else {
            return Some(text);
        }
        None
    }

    /// A string field, if it is there and a string.
    pub fn string(&self, name: &str, errors: &mut FieldErrors) -> Option<&'a str> {
        self.typed(name, "a string", Value::as_str, errors)
    }

    /// A boolean field, if it is there and a boolean.
    pub fn boolean(&self, name: &str, errors: &mut FieldErrors) -> Option<bool> {
        self.typed(name, "a boolean", Value::as_bool, errors)
    }

    /// An object field, if it is there and an object; see [`Object::map`].
    pub fn object(&self, name: &str, errors: &mut FieldErrors) -> Option<Object<'a>> {
        self.map(name)?;
        let fields = self.typed(name, "an object", Value::as_object, errors)?;
        Some(Object { fields, path: self.path(name) })
    }

    /// An array field, if it is there and an array.
    pub fn array(&self, name: &str, errors: &mut FieldErrors) -> Option<&'a [Value]> {
        self.typed(name, "an array", Value::as_array, errors).map(Vec::as_slice)
    }

    /// The names and values, as they come.
    pub fn entries(&self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.fields.iter()
    }

    /// Notes that a field is missing.
    pub fn required(&self, name: &str, errors: &mut FieldErrors) {
        errors.push(self.path(name), FieldCode::Required, "Is required.");
    }

    fn typed<T>(
        &self,
        name: &str,
        kind: &str,
        convert: impl Fn(&'a Value) -> Option<T>,
        errors: &mut FieldErrors,
    ) -> Option<T> {
        let value = self.get(name)?;
        let converted = convert(value);
        if converted.is_none() {
            errors.push(self.path(name), FieldCode::InvalidType, format!("Must be {kind}."));
        }
        converted
    }
}

//! Texts.

use serde_json::Value;

use super::{FieldType, ParameterType, ValueError, string};
use crate::{FieldCode, Limit};

/// A text of so many characters, and of these kinds.
#[derive(Debug, Clone, Copy)]
pub struct Text {
    /// How many characters.
    pub limit: Limit,
    /// Whether control characters, line breaks among them, may be in it.
    pub control: bool,
}

impl Text {
    /// Any text at all.
    pub const ANY: Self = Self { limit: Limit::characters(0, u64::MAX), control: true };
}

impl FieldType for Text {
    type Value<'a> = &'a str;

    fn parse_json<'a>(&self, json: &'a Value) -> Result<&'a str, ValueError> {
        self.parse_text(string(json)?)
    }
}

impl ParameterType for Text {
    fn parse_text<'a>(&self, text: &'a str) -> Result<&'a str, ValueError> {
        let length = text.chars().count() as u64;
        if length < self.limit.least {
            Err(ValueError { code: FieldCode::TooShort, message: self.limit.at_least().into() })
        } else if length > self.limit.most {
            Err(ValueError { code: FieldCode::TooLong, message: self.limit.at_most().into() })
        } else if !self.control && text.chars().any(char::is_control) {
            Err(ValueError::invalid("Must not have control characters or line breaks."))
        } else {
            Ok(text)
        }
    }
}

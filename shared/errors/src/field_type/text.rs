//! Texts.

use serde_json::Value;

use super::{FieldType, ParameterType, ValueError, string};
use crate::{FieldCode, Limit};

/// A text with a limited number of characters.
#[derive(Debug, Clone, Copy)]
pub struct Text {
    /// The number of characters.
    pub limit: Limit,
    /// True if control characters, line breaks among them, may be in it.
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
        if self.limit.least.checked_sub(1).is_some_and(|below| !is_longer(text, below)) {
            Err(ValueError { code: FieldCode::TooShort, message: self.limit.too_few().into() })
        } else if is_longer(text, self.limit.most) {
            Err(ValueError { code: FieldCode::TooLong, message: self.limit.too_many().into() })
        } else if !self.control && text.chars().any(char::is_control) {
            Err(ValueError::invalid("Must not have control characters or line breaks."))
        } else {
            Ok(text)
        }
    }
}

/// True if a text has more than so many characters. A text may be megabytes, so its characters are counted no further than needed.
fn is_longer(text: &str, count: u64) -> bool {
    usize::try_from(count).is_ok_and(|count| text.len() > count && text.chars().nth(count).is_some())
}

//! Ids of resources.

use serde_json::Value;
use uuid::Uuid;

use super::{FieldType, ParameterType, ValueError, string};

/// The length of the hyphenated form of RFC 9562, the only one that the API writes and takes.
const HYPHENATED: usize = 36;

/// A UUID in its hyphenated form, of any version and in any case.
#[derive(Debug, Clone, Copy)]
pub struct Id;

impl FieldType for Id {
    type Value<'a> = Uuid;

    fn parse_json(&self, json: &Value) -> Result<Uuid, ValueError> {
        self.parse_text(string(json)?)
    }
}

impl ParameterType for Id {
    fn parse_text(&self, text: &str) -> Result<Uuid, ValueError> {
        // The other forms that `Uuid` reads have other lengths.
        let id = Some(text).filter(|text| text.len() == HYPHENATED).and_then(|text| Uuid::try_parse(text).ok());
        id.ok_or_else(|| ValueError::invalid("Must be a UUID."))
    }
}

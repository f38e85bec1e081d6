//! A failure: one text for the caller, another for the log.

use std::{borrow::Cow, fmt};

use serde_json::{Map, Value};

use crate::{Code, FieldError};

/// A request that did not succeed.
///
/// `Display` is the log's side (the code and the internal cause); what the caller sees is read through the
/// getters. Neither side may hold a key, an address, a subject or a body.
pub struct Failure(Box<Parts>);

struct Parts {
    code: Code,
    message: Cow<'static, str>,
    suggestion: Option<Cow<'static, str>>,
    fields: Vec<FieldError>,
    details: Map<String, Value>,
    cause: Option<String>,
}

/// The result of anything that may fail a request.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    /// A failure with the code's own message and suggestion.
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self(Box::new(Parts {
            code,
            message: Cow::Borrowed(code.message()),
            suggestion: code.suggestion().map(Cow::Borrowed),
            fields: Vec::new(),
            details: Map::new(),
            cause: None,
        }))
    }

    /// Says to the caller more exactly what is wrong.
    #[must_use]
    pub fn message(mut self, message: impl Into<Cow<'static, str>>) -> Self {
        self.0.message = message.into();
        self
    }

    /// Says to the caller what to do.
    #[must_use]
    pub fn suggestion(mut self, suggestion: impl Into<Cow<'static, str>>) -> Self {
        self.0.suggestion = Some(suggestion.into());
        self
    }

    /// Lists wrong fields to the caller.
    #[must_use]
    pub fn fields(mut self, fields: Vec<FieldError>) -> Self {
        self.0.fields = fields;
        self
    }

    /// Adds an entry to what the caller sees as `details`.
    #[must_use]
    pub fn detail(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.details.insert(name.to_owned(), value.into());
        self
    }

    /// Says to the log, and to nobody else, what went wrong inside.
    #[must_use]
    pub fn because(mut self, cause: impl fmt::Display) -> Self {
        self.0.cause = Some(cause.to_string());
        self
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The caller's text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0.message
    }

    /// The caller's text, and the first wrong field with its message, as one line.
    #[must_use]
    pub fn summary(&self) -> String {
        match self.0.fields.first() {
            None => self.text().to_owned(),
            Some(wrong) if wrong.field.is_empty() => format!("{} {}", self.text(), wrong.message),
            Some(wrong) => format!("{} {}: {}", self.text(), wrong.field, wrong.message),
        }
    }

    /// The suggestion to the caller, if there is one.
    #[must_use]
    pub fn advice(&self) -> Option<&str> {
        self.0.suggestion.as_deref()
    }

    /// The wrong fields.
    #[must_use]
    pub fn field_errors(&self) -> &[FieldError] {
        &self.0.fields
    }

    /// The caller's details.
    #[must_use]
    pub fn details(&self) -> &Map<String, Value> {
        &self.0.details
    }

    /// The log's text, if there is one.
    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }
}

impl From<Code> for Failure {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.cause {
            Some(cause) => write!(f, "{}: {cause}", self.0.code),
            None => write!(f, "{}", self.0.code),
        }
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FieldCode;

    fn wrong(field: &str, message: &'static str) -> FieldError {
        FieldError { field: field.to_owned(), message: message.into(), code: FieldCode::InvalidValue }
    }

    #[test]
    fn the_summary_names_the_first_wrong_field() {
        let invalid = "The request has invalid fields; each is listed in errors.";
        let failure = |fields| Failure::new(Code::ValidationError).fields(fields);
        assert_eq!(failure(vec![]).summary(), invalid);
        let two = vec![wrong("to.1", "Must be an address."), wrong("body", "Is required.")];
        assert_eq!(failure(two).summary(), format!("{invalid} to.1: Must be an address."));
        assert_eq!(failure(vec![wrong("", "Is too deep.")]).summary(), format!("{invalid} Is too deep."));
        let other = Failure::new(Code::BadRequest).message("No.").suggestion("Yes.").because("secret");
        assert_eq!(other.summary(), "No.");
    }
}

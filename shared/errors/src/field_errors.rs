//! Collects the wrong fields of a request.

use std::borrow::Cow;

use crate::{Code, Failure, FieldCode, FieldError, ValueError};

/// Collects every wrong field of a request, so that the caller learns of all of them at once.
#[derive(Debug, Default)]
pub struct FieldErrors(Vec<FieldError>);

impl FieldErrors {
    /// Notes a wrong field.
    pub fn push(&mut self, field: impl Into<String>, code: FieldCode, message: impl Into<Cow<'static, str>>) {
        self.0.push(FieldError { field: field.into(), message: message.into(), code });
    }

    /// Notes the mistake in the value of a field, if there is one.
    pub(crate) fn keep<T>(&mut self, field: impl FnOnce() -> String, read: Result<T, ValueError>) -> Option<T> {
        read.map_err(|error| self.push(field(), error.code, error.message)).ok()
    }

    /// The number of errors so far.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Ends the check of a request.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` with every field that was noted, if any was.
    pub fn finish(self) -> Result<(), Failure> {
        if self.0.is_empty() { Ok(()) } else { Err(Failure::new(Code::ValidationError).fields(self.0)) }
    }
}

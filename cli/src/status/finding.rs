//! One line of the status.

use anstyle::AnsiColor;
use serde_json::{Value, json};

use crate::{
    error::CliError,
    terminal::{escaped, padded, painted},
};

/// The result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CheckStatus {
    /// Everything is as it should be.
    Ok,
    /// It works, and somebody should look; or it could not be looked at, and nobody knows.
    Warn,
    /// It does not work.
    Fail,
    /// It is not known where to look.
    Skip,
}

impl CheckStatus {
    fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Skip => "skip",
        }
    }
}

/// A line of the status: a part, and what was found there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) status: CheckStatus,
    pub(super) check: &'static str,
    pub(super) message: String,
    /// The way to mend it, where something is to be mended.
    pub(super) remedy: Option<String>,
}

impl Finding {
    pub(super) fn ok(check: &'static str, message: impl Into<String>) -> Self {
        Self { status: CheckStatus::Ok, check, message: message.into(), remedy: None }
    }

    pub(super) fn warn(check: &'static str, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { status: CheckStatus::Warn, check, message: message.into(), remedy: Some(remedy.into()) }
    }

    pub(super) fn fail(check: &'static str, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { status: CheckStatus::Fail, check, message: message.into(), remedy: Some(remedy.into()) }
    }

    /// A resource that nothing names, as with --table alone.
    pub(super) fn skip(check: &'static str, resource: &str) -> Self {
        let message = format!("not looked at: no {resource} is known");
        Self { status: CheckStatus::Skip, check, message, remedy: Some("Name the whole stack: --stack.".to_owned()) }
    }

    /// A part that could not be looked at, so that nobody knows its state.
    pub(super) fn unknown(check: &'static str, error: impl Into<CliError>) -> Self {
        let message = format!("could not be looked at: {}", error.into());
        Self { status: CheckStatus::Warn, check, message, remedy: None }
    }

    pub(super) fn text(&self) -> String {
        let color = match self.status {
            CheckStatus::Ok => AnsiColor::Green,
            CheckStatus::Warn => AnsiColor::Yellow,
            CheckStatus::Fail => AnsiColor::Red,
            CheckStatus::Skip => AnsiColor::BrightBlack,
        };
        let status = padded(&painted(self.status.as_str(), color), 4);
        let remedy =
            self.remedy.as_ref().map_or_else(String::new, |text| format!("\n      {:<14}{}", "", escaped(text)));
        format!("{status}  {:<14}{}{remedy}", self.check, escaped(&self.message))
    }

    pub(super) fn json(&self) -> Value {
        json!({"check": self.check, "status": self.status.as_str(), "message": self.message, "remedy": self.remedy})
    }
}

//! One line of the status.

use anstyle::AnsiColor;
use serde_json::{Value, json};

use crate::{
    error::CliError,
    terminal::{escaped, padded, painted},
};

/// How it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grade {
    /// As it should be.
    Ok,
    /// It works, and somebody should look; or it could not be looked at, and nobody knows.
    Warn,
    /// It does not work.
    Fail,
    /// It is not known here where to look.
    Skip,
}

impl Grade {
    fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Skip => "skip",
        }
    }
}

/// What was looked at, and what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) grade: Grade,
    pub(super) about: &'static str,
    pub(super) says: String,
    /// What to do, where something is to be done.
    pub(super) remedy: Option<String>,
}

impl Finding {
    pub(super) fn ok(about: &'static str, says: impl Into<String>) -> Self {
        Self { grade: Grade::Ok, about, says: says.into(), remedy: None }
    }

    pub(super) fn warn(about: &'static str, says: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { grade: Grade::Warn, about, says: says.into(), remedy: Some(remedy.into()) }
    }

    pub(super) fn fail(about: &'static str, says: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { grade: Grade::Fail, about, says: says.into(), remedy: Some(remedy.into()) }
    }

    /// With --table alone nothing says where it is.
    pub(super) fn skip(about: &'static str, what: &str) -> Self {
        let says = format!("not looked at: no {what} is known");
        Self { grade: Grade::Skip, about, says, remedy: Some("Name the whole stack: --stack.".to_owned()) }
    }

    /// It could not be looked at: nobody knows whether it is right.
    pub(super) fn unknown(about: &'static str, error: impl Into<CliError>) -> Self {
        let says = format!("could not be looked at: {}", error.into());
        Self { grade: Grade::Warn, about, says, remedy: None }
    }

    pub(super) fn text(&self) -> String {
        let color = match self.grade {
            Grade::Ok => AnsiColor::Green,
            Grade::Warn => AnsiColor::Yellow,
            Grade::Fail => AnsiColor::Red,
            Grade::Skip => AnsiColor::BrightBlack,
        };
        let grade = padded(&painted(self.grade.as_str(), color), 4);
        let remedy =
            self.remedy.as_ref().map_or_else(String::new, |text| format!("\n      {:<14}{}", "", escaped(text)));
        format!("{grade}  {:<14}{}{remedy}", self.about, escaped(&self.says))
    }

    pub(super) fn json(&self) -> Value {
        json!({"check": self.about, "status": self.grade.as_str(), "message": self.says, "remedy": self.remedy})
    }
}

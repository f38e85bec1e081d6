//! What a command says in the end: text or one JSON document, and the exit code.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use posthorn_table::Uuid;
use serde_json::{Value, json};

use crate::{
    failed::Failed,
    terminal::{escaped, escaped_json, shown},
};

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It did what it was asked for.
    Done,
    /// A part of it could not be done.
    NotDone,
    /// It looked, and something is not right.
    NotRight,
}

impl Outcome {
    fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::NotDone => 1,
            Self::NotRight => 3,
        }
    }
}

/// A command's answer.
#[derive(Debug)]
pub(crate) struct Report {
    /// For people.
    pub(crate) text: String,
    /// For programs.
    pub(crate) json: Value,
    /// How it ended.
    pub(crate) outcome: Outcome,
    /// The project whose new keys are in it, and nowhere else.
    pub(crate) keys_of: Option<Uuid>,
}

impl Report {
    /// Everything was done.
    pub(crate) fn done(text: impl Into<String>, json: Value) -> Self {
        Self { text: text.into(), json, outcome: Outcome::Done, keys_of: None }
    }

    pub(crate) fn print(&self, json: bool) -> ExitCode {
        let text = if json { escaped_json(&format!("{:#}", self.json)) } else { shown(&self.text) };
        let mut out = anstream::stdout().lock();
        match writeln!(out, "{}", text.trim_end()).and_then(|()| out.flush()) {
            Err(_) if let Some(project) = self.keys_of => failed(&Failed::KeysNotRead(project), json),
            // Whoever read the beginning and left has what they wanted.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => failed(&Failed::Output(error), json),
            _ => ExitCode::from(self.outcome.code()),
        }
    }
}

/// Says why a command did not do what it was asked for.
pub(crate) fn failed(failed: &Failed, json: bool) -> ExitCode {
    let message = failed.to_string();
    say(json, failed.code(), &message, &format!("error: {}", escaped(&message)));
    ExitCode::from(failed.exit_code())
}

/// Says what is wrong with the arguments, or gives the help or version that was asked for.
pub(crate) fn usage(error: &clap::Error, json: bool) -> ExitCode {
    if !error.use_stderr() {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    // It quotes arguments, which a script may have made of anything: then on one line and without colours.
    let is_plain = std::env::args_os().all(|argument| {
        let argument = argument.to_string_lossy();
        escaped(&argument) == argument
    });
    if !json && is_plain {
        let _ = error.print();
    } else {
        let text = error.to_string();
        let words = text.lines().take_while(|line| !line.starts_with("Usage:")).flat_map(str::split_whitespace);
        let message = words.collect::<Vec<_>>().join(" ").trim_start_matches("error: ").to_owned();
        say(json, "USAGE", &message, &format!("error: {}", escaped(&message)));
    }
    ExitCode::from(2)
}

/// Standard error may be closed: then there is nobody to tell.
fn say(json: bool, code: &str, message: &str, line: &str) {
    let mut err = anstream::stderr().lock();
    let _ = if json {
        writeln!(err, "{}", escaped_json(&json!({"error": {"code": code, "message": message}}).to_string()))
    } else {
        writeln!(err, "{line}")
    };
}

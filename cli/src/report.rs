//! What a command says in the end: text or one JSON document, and the exit code.

use std::{
    io::{self, IsTerminal, Write},
    process::ExitCode,
};

use anstream::{AutoStream, ColorChoice};
use posthorn_table::Uuid;
use serde_json::{Value, json};

use crate::{
    error::CliError,
    terminal::{escaped, escaped_json, escaped_lines, shown},
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
    /// True if the text is a document, which files and other programs get as it is.
    pub(crate) is_document: bool,
    /// For people, on standard error.
    pub(crate) notices: String,
}

impl Report {
    /// Everything was done.
    pub(crate) fn done(text: impl Into<String>, json: Value) -> Self {
        let text = text.into();
        Self { text, json, outcome: Outcome::Done, keys_of: None, is_document: false, notices: String::new() }
    }

    /// A document for standard output, and what is to be told beside it on standard error.
    pub(crate) fn document(text: String, notices: String, json: Value) -> Self {
        Self { is_document: true, notices, ..Self::done(text, json) }
    }

    pub(crate) fn print(&self, json: bool) -> ExitCode {
        if !json && !self.notices.is_empty() {
            // Standard error may be closed: then there is nobody to tell.
            let _ = writeln!(anstream::stderr(), "{}", shown(&self.notices));
        }
        let written = match json {
            true => write_text(&escaped_json(&format!("{:#}", self.json))),
            false if self.is_document => write_document(&self.text),
            false => write_text(&shown(&self.text)),
        };
        match written {
            Err(_) if let Some(project) = self.keys_of => failed(&CliError::KeysNotRead(project), json),
            // Whoever read the beginning and left has what they wanted.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => failed(&CliError::OutputFailed(error), json),
            _ => ExitCode::from(self.outcome.code()),
        }
    }
}

fn write_text(text: &str) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    writeln!(out, "{}", text.trim_end()).and_then(|()| out.flush())
}

/// Writes a document that others wrote, with a line break behind its last line: as it is, or escaped where a terminal shows it.
fn write_document(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let is_shown = out.is_terminal() || AutoStream::choice(&out) != ColorChoice::Never;
    let text = if is_shown { escaped_lines(text) } else { text.to_owned() };
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    write!(out, "{text}{end}").and_then(|()| out.flush())
}

/// Says why a command did not do what it was asked for.
pub(crate) fn failed(failed: &CliError, json: bool) -> ExitCode {
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

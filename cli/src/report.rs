//! The answer of a command: text or one JSON document, and the exit code.

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

/// The end of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It did what it was asked for.
    Done,
    /// A part of it could not be done.
    Incomplete,
    /// It looked, and something is wrong.
    ProblemsFound,
}

impl Outcome {
    fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Incomplete => 1,
            Self::ProblemsFound => 3,
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
    /// The end, which decides the exit code.
    pub(crate) outcome: Outcome,
    /// The project whose new keys are in it, and nowhere else.
    pub(crate) keys_of: Option<Uuid>,
    /// True if the text is a document, which files and other programs get as it is.
    pub(crate) is_document: bool,
    /// For people, on standard error.
    pub(crate) notices: String,
}

impl Report {
    /// The report of a command that did all that it was asked for.
    pub(crate) fn done(text: impl Into<String>, json: Value) -> Self {
        let text = text.into();
        Self { text, json, outcome: Outcome::Done, keys_of: None, is_document: false, notices: String::new() }
    }

    /// A document for standard output, with notices for standard error.
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
            Err(_) if let Some(project) = self.keys_of => print_error(&CliError::KeysNotRead(project), json),
            // A reader that left after the beginning has all that it wanted.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                print_error(&CliError::OutputFailed(error), json)
            }
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

/// Prints the error of a command.
pub(crate) fn print_error(error: &CliError, json: bool) -> ExitCode {
    let message = error.to_string();
    write_error(json, error.code(), &message, &format!("error: {}", escaped(&message)));
    ExitCode::from(error.exit_code())
}

/// Prints the mistake in the arguments, or the help or version that was asked for.
pub(crate) fn print_usage(error: &clap::Error, json: bool) -> ExitCode {
    if !error.use_stderr() {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    // The error quotes arguments, which a script may have made of anything. If they would act on a terminal it is printed escaped, on one
    // line and without colours.
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
        write_error(json, "USAGE", &message, &format!("error: {}", escaped(&message)));
    }
    ExitCode::from(2)
}

/// Standard error may be closed: then there is nobody to tell.
fn write_error(json: bool, code: &str, message: &str, line: &str) {
    let mut err = anstream::stderr().lock();
    let _ = if json {
        writeln!(err, "{}", escaped_json(&json!({"error": {"code": code, "message": message}}).to_string()))
    } else {
        writeln!(err, "{line}")
    };
}

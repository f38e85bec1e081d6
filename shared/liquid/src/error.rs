//! Mistakes of a template, for its author, and the reasons for which it has no text.

use crate::meter::MAX_STEPS;

/// A limit of the Liquid that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SourceLimit {
    pub(crate) max: usize,
    pub(crate) of: &'static str,
}

/// The reason for which a template has no text for a recipient. The texts are for the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum RenderError {
    /// It takes more work than a rendering may.
    #[error("The template exceeds the limit of {} steps with this data.", grouped(MAX_STEPS))]
    Steps,
    /// It writes more than a rendering may.
    #[error("The template exceeds the limit of {} bytes of output with this data.", grouped(*bytes as u64))]
    Output {
        /// The limit.
        bytes: usize,
    },
    /// It is more Liquid than is read, whatever the data.
    #[error("The template exceeds the limit of {} {}.", grouped(.0.max as u64), .0.of)]
    Source(SourceLimit),
}

/// The number with a comma after every thousand.
fn grouped(number: u64) -> String {
    if number < 1_000 { number.to_string() } else { format!("{},{:03}", grouped(number / 1_000), number % 1_000) }
}

/// A mistake of a template and its place. The text may quote the template, so it is for the template's author and not for a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Line {line}, column {column}: {message}")]
pub struct Problem {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// It says what is wrong and, where that is known, what to write.
    pub message: String,
}

impl Problem {
    pub(crate) fn at(source: &str, offset: usize, message: impl Into<String>) -> Problem {
        Position::default().go_on(source, offset).problem(message.into())
    }
}

/// A place in a source.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Position {
    offset: usize,
    /// From 0.
    line: usize,
    /// In characters, from 0.
    column: usize,
}

impl Position {
    /// The place at `offset`, which is not before this one. Only the text between is looked at.
    pub(crate) fn go_on(self, source: &str, offset: usize) -> Position {
        let between = source.get(self.offset..offset).unwrap_or_default();
        let (lines, column) = match between.rsplit_once('\n') {
            Some((lines, last)) => (lines.matches('\n').count() + 1, last.chars().count()),
            None => (0, self.column + between.chars().count()),
        };
        Position { offset, line: self.line + lines, column }
    }

    pub(crate) fn problem(self, message: String) -> Problem {
        Problem { line: self.line + 1, column: self.column + 1, message }
    }
}

/// The first thing for which a source cannot be read as Liquid, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) offset: usize,
    pub(crate) kind: FaultKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// It is not Liquid.
    Syntax(String),
    /// It is more Liquid than is read.
    Limit(SourceLimit),
}

impl Fault {
    pub(crate) fn syntax(offset: usize, message: impl Into<String>) -> Fault {
        Fault { offset, kind: FaultKind::Syntax(message.into()) }
    }

    pub(crate) fn limit(offset: usize, limit: SourceLimit) -> Fault {
        Fault { offset, kind: FaultKind::Limit(limit) }
    }

    pub(crate) fn problem(&self, source: &str) -> Problem {
        let message = match &self.kind {
            FaultKind::Syntax(message) => message.clone(),
            FaultKind::Limit(limit) => RenderError::Source(*limit).to_string(),
        };
        Problem::at(source, self.offset, message)
    }
}

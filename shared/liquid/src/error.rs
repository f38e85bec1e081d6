//! The mistakes of a template that its author is told, and the reasons for which a template has no text.

use crate::meter::MAX_STEPS;

/// A limit of Liquid sources: their size, or the depth of their nesting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SourceLimit {
    pub(crate) max: usize,
    pub(crate) of: &'static str,
}

/// The reason for which a template has no text for a recipient. Its message is for the caller of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum RenderError {
    /// The template takes more work than a rendering may take.
    #[error("The template exceeds the limit of {} steps with this data.", grouped(MAX_STEPS))]
    Steps,
    /// The template writes more than a rendering may write.
    #[error("The template exceeds the limit of {} bytes of output with this data.", grouped(*bytes as u64))]
    Output {
        /// The largest output in bytes.
        bytes: usize,
    },
    /// The source exceeds a limit of Liquid sources, whatever the data.
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
    /// The line, from 1 on.
    pub line: usize,
    /// The column in characters, from 1 on.
    pub column: usize,
    /// A sentence that says what is wrong and, where that is known, what to write.
    pub message: String,
}

impl Problem {
    pub(crate) fn at(source: &str, offset: usize, message: impl Into<String>) -> Problem {
        Position::default().advance(source, offset).problem(message.into())
    }
}

/// A place in a source, by its offset in bytes and by its line and column.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Position {
    offset: usize,
    /// The line, from 0 on.
    line: usize,
    /// The column in characters, from 0 on.
    column: usize,
}

impl Position {
    /// The position at `offset`, which is not before this one. Only the text between the two is looked at.
    pub(crate) fn advance(self, source: &str, offset: usize) -> Position {
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

/// The first mistake for which a source cannot be read as Liquid, and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ParseError {
    pub(crate) offset: usize,
    pub(crate) kind: ParseErrorKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ParseErrorKind {
    /// The source is not Liquid.
    Syntax(String),
    /// The source exceeds a limit of Liquid sources.
    Limit(SourceLimit),
}

impl ParseError {
    pub(crate) fn syntax(offset: usize, message: impl Into<String>) -> ParseError {
        ParseError { offset, kind: ParseErrorKind::Syntax(message.into()) }
    }

    pub(crate) fn limit(offset: usize, limit: SourceLimit) -> ParseError {
        ParseError { offset, kind: ParseErrorKind::Limit(limit) }
    }

    pub(crate) fn problem(&self, source: &str) -> Problem {
        let message = match &self.kind {
            ParseErrorKind::Syntax(message) => message.clone(),
            ParseErrorKind::Limit(limit) => RenderError::Source(*limit).to_string(),
        };
        Problem::at(source, self.offset, message)
    }
}

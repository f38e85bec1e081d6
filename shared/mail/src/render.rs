//! Templates: Liquid over the recipient's data, with a plain replacement where Liquid does not apply.
//!
//! A source that is not Liquid is rendered by replacing `{{ name }}`, `{{ a.b }}` and `{{ name ?? fallback }}` and leaving
//! every other character alone. A source that is Liquid is never printed as source. Where either exceeds a limit, or a
//! source is more Liquid than is read, there is no text but a [`RenderError`].
//!
//! `liquid-core` supplies the grammar of values, the data model and the dates. The block structure, the loops and the
//! filters are this crate's own: those of `liquid-lib` collect ranges before walking them, recurse as deep as the
//! source nests, overflow, and fail on undefined names.
//!
//! # Escaping in HTML
//!
//! Whatever `{{ }}` or `{% cycle %}` prints is escaped, an author's string literals and fallbacks included, unless
//! the chain holds `raw`. Text that is escaped already prints as it is: the result of `escape` and `escape_once`, what
//! `newline_to_br` makes of either, and a bare variable that `{% capture %}` filled or `{% assign %}` took from one of
//! these. Any further filter makes it ordinary data again, which at worst is escaped twice. `raw` inside `{% assign %}`
//! does nothing: it counts where the value is printed.

mod chain;
mod condition;
mod filters;
mod lexer;
mod meter;
mod plain;
mod print;
mod repeat;
mod run;
mod scope;
#[cfg(test)]
mod tests;
mod tokens;
mod tree;

use std::panic::{AssertUnwindSafe, catch_unwind};

pub use scope::Variables;

use crate::characters::is_line_separator;
use meter::{Limit, MAX_STEPS, Meter, max_output};
use tree::Node;

/// What a template is for: it decides about escaping, line breaks and size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A subject line of at most 8 KB: nothing is escaped, and no control character survives.
    Subject,
    /// An HTML body: values are escaped.
    Html,
    /// A plain-text body: nothing is escaped.
    Text,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Part::Subject => "subject",
            Part::Html => "html",
            Part::Text => "text",
        }
    }
}

/// The longest source that may be rendered quickly.
const MAX_QUICK_SOURCE: usize = 64 * 1024;

/// A template, parsed once and rendered for each recipient.
pub struct Template {
    source: String,
    part: Part,
    reading: Reading,
}

/// A source as it was read.
enum Reading {
    Liquid(Vec<Node>),
    /// It is not Liquid: only plain replacement applies.
    Plain,
    /// It is more Liquid than is read.
    TooLarge(SourceLimit),
}

/// Why a source has no program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unread {
    NotLiquid,
    TooLarge(SourceLimit),
}

impl Template {
    /// Reads `source` as Liquid. A source that is not Liquid, or that the grammar panics on, becomes a plain template.
    #[must_use]
    pub fn parse(source: &str, part: Part) -> Template {
        let reading = match catch_unwind(|| tree::parse(source, part)) {
            Ok(Ok(program)) => Reading::Liquid(program),
            Ok(Err(Unread::TooLarge(limit))) => Reading::TooLarge(limit),
            Ok(Err(Unread::NotLiquid)) | Err(_) => Reading::Plain,
        };
        Template { source: source.to_owned(), part, reading }
    }

    /// Checks that the template can have a text at all.
    ///
    /// # Errors
    /// [`RenderError::Source`] if it is more Liquid than is read.
    pub fn check(&self) -> Result<(), RenderError> {
        match self.reading {
            Reading::TooLarge(limit) => Err(RenderError::Source(limit)),
            Reading::Liquid(_) | Reading::Plain => Ok(()),
        }
    }

    /// The text for one recipient. The worst template takes up to 100 ms of a whole processor.
    ///
    /// # Errors
    /// [`RenderError`] if the template exceeds a limit over these variables.
    pub fn render(&self, variables: &Variables) -> Result<String, RenderError> {
        let text = self.text(variables, Meter::new(self.source.len(), self.part));
        text.inspect_err(|error| {
            tracing::warn!(part = self.part.name(), error = %error, "a template has no text for this data");
        })
    }

    /// The text for one recipient if it takes a few milliseconds at most, `None` if it takes longer or there is none:
    /// [`Template::render`] tells.
    #[must_use]
    pub fn render_quickly(&self, variables: &Variables) -> Option<String> {
        let is_short = self.source.len() <= MAX_QUICK_SOURCE;
        is_short.then(|| self.text(variables, Meter::quick(self.source.len(), self.part)).ok()).flatten()
    }

    fn text(&self, variables: &Variables, meter: Meter) -> Result<String, RenderError> {
        self.check()?;
        let run = || match &self.reading {
            Reading::Liquid(program) => run::render(program, &self.source, self.part, variables, meter),
            Reading::Plain | Reading::TooLarge(_) => plain::render(&self.source, self.part, variables, meter),
        };
        let text = match catch_unwind(AssertUnwindSafe(run)) {
            Ok(Ok(text)) => text,
            Ok(Err(Limit::Work)) => return Err(RenderError::Steps),
            Ok(Err(Limit::Output)) => {
                return Err(RenderError::Output { bytes: max_output(self.source.len(), self.part) });
            }
            Err(_panic) => return Err(RenderError::Defect),
        };
        Ok(match self.part {
            Part::Subject => without_controls(&text),
            Part::Html | Part::Text => without_odd_controls(text),
        })
    }
}

/// A limit of the Liquid that is read, and of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SourceLimit {
    max: usize,
    of: &'static str,
}

/// Why a template has no text for a recipient. The texts are for the caller.
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
    /// A part of this crate or of `liquid-core` panicked.
    #[error("The template cannot be rendered with this data.")]
    Defect,
}

/// The number with a comma after every thousand.
fn grouped(number: u64) -> String {
    if number < 1_000 { number.to_string() } else { format!("{},{:03}", grouped(number / 1_000), number % 1_000) }
}

/// The text without the control characters that no mail has: all below the space but tabs and line breaks.
fn without_odd_controls(mut text: String) -> String {
    let is_odd = |byte: u8| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
    if text.bytes().any(is_odd) {
        text.retain(|c| !u8::try_from(c).is_ok_and(is_odd));
    }
    text
}

/// The text with every control character and line or paragraph separator as a space, so that it stays one header line.
fn without_controls(text: &str) -> String {
    let breaks = |c: char| c.is_control() || is_line_separator(c);
    text.chars().map(|c| if breaks(c) { ' ' } else { c }).collect()
}

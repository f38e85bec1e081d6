//! Liquid for mails: templates over a recipient's data.
//!
//! The language is Shopify's Liquid with Plunk's differences: fallbacks such as `{{ name ?? fallback }}`, names with blanks in
//! them, arrays that are printed as list items, zero and the empty text as false in conditions, and unknown filters that pass their
//! value through. `docs/liquid.md` describes it.
//!
//! A source that is not Liquid is rendered by replacing `{{ name }}`, `{{ a.b }}` and `{{ name ?? fallback }}` and leaving every
//! other character alone. A source that is Liquid is never printed as source. If the rendering exceeds a limit, or the source is
//! larger than the limits of Liquid allow, there is no text but a [`RenderError`].
//!
//! # Escaping in HTML
//!
//! A value that `{{ }}`, `{% echo %}` or `{% cycle %}` prints is escaped for its place in the HTML, unless its chain of filters
//! holds `raw`. The string literals and fallbacks of the template's author are escaped too. A text that is HTML already is printed
//! unchanged: the result of `escape`, `escape_once` and `newline_to_br`, and the text that `{% capture %}` kept. Filters that take
//! a part of such a text or put texts together keep it HTML; any other filter makes it ordinary data again, which at worst is
//! escaped twice. `raw` inside `{% assign %}` has no effect: it counts where the value is printed.

mod chain;
mod compare;
mod condition;
mod cursor;
mod entities;
mod error;
mod expression;
mod filters;
mod foreign_syntax;
mod html;
mod lexer;
mod loop_head;
mod mail_part;
mod markup;
mod meter;
mod mistake;
mod node;
mod parser;
mod plain;
mod print;
mod render;
mod round;
mod run;
#[cfg(test)]
mod tests;
mod value;
mod variables;

pub use error::{Problem, RenderError, SourceLimit};
pub use mail_part::MailPart;
pub use value::{Object, Value};
pub use variables::Variables;

use error::{ParseError, ParseErrorKind};
#[doc(hidden)]
pub use meter::MAX_FUEL;
use meter::{LimitExceeded, Meter, max_output};
use mistake::Mistakes;
use node::Node;
use run::Run;

/// The largest source in bytes for which [`Template::render_quickly`] tries at all.
const MAX_QUICK_SOURCE: usize = 64 * 1024;

/// A template, parsed once and rendered for each recipient.
pub struct Template {
    source: String,
    part: MailPart,
    parsed: ParsedSource,
}

/// The result of reading a source.
enum ParsedSource {
    Liquid(Vec<Node>, Mistakes),
    /// The source is not Liquid: only plain replacement applies.
    Plain(ParseError),
    /// The source exceeds a limit of Liquid sources.
    TooLarge(ParseError, SourceLimit),
}

/// The result of a rendering for the template's author.
#[derive(Debug)]
pub struct Preview {
    /// The text that the mail would have.
    pub text: Result<String, RenderError>,
    /// Every mistake of the template, and the mistakes that showed with this data, in the order of their places.
    pub problems: Vec<Problem>,
}

impl Template {
    /// Reads `source` as Liquid. A source that is not Liquid becomes a plain template.
    #[must_use]
    pub fn parse(source: &str, part: MailPart) -> Template {
        let parsed = match parser::parse(source, part) {
            Ok((program, mistakes)) => ParsedSource::Liquid(program, mistakes),
            Err(error) => match error.kind {
                ParseErrorKind::Limit(limit) => ParsedSource::TooLarge(error, limit),
                ParseErrorKind::Syntax(_) => ParsedSource::Plain(error),
            },
        };
        Template { source: source.to_owned(), part, parsed }
    }

    /// Checks that the template can have a text at all.
    ///
    /// # Errors
    /// [`RenderError::Source`] if the source exceeds a limit of Liquid sources.
    pub fn check(&self) -> Result<(), RenderError> {
        match self.parsed {
            ParsedSource::TooLarge(_, limit) => Err(RenderError::Source(limit)),
            ParsedSource::Liquid(..) | ParsedSource::Plain(_) => Ok(()),
        }
    }

    /// The mistakes for which a template should not be saved, whatever the data. A mail tolerates them: it is sent with plain
    /// replacement if the source is not Liquid, and an unknown filter passes its value through.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        match &self.parsed {
            ParsedSource::Liquid(_, mistakes) => mistakes.problems(&self.source),
            ParsedSource::Plain(error) | ParsedSource::TooLarge(error, _) => vec![error.problem(&self.source)],
        }
    }

    /// The line and column of the first syntax error if the source is not Liquid, and so is rendered by plain replacement. They
    /// contain nothing of the template's text.
    #[must_use]
    pub fn syntax_error_position(&self) -> Option<(usize, usize)> {
        let ParsedSource::Plain(error) = &self.parsed else { return None };
        let problem = error.problem(&self.source);
        Some((problem.line, problem.column))
    }

    /// The text for one recipient. The worst template takes up to 100 ms of a whole processor.
    ///
    /// # Errors
    /// [`RenderError`] if the template exceeds a limit over these variables.
    pub fn render(&self, variables: &Variables) -> Result<String, RenderError> {
        self.render_within(variables, Meter::new(self.source.len(), self.part))
    }

    /// The text for one recipient if rendering it takes a few milliseconds at most. `None` means that it takes longer or that there
    /// is no text: [`Template::render`] then gives the text or the reason.
    #[must_use]
    pub fn render_quickly(&self, variables: &Variables) -> Option<String> {
        let is_short = self.source.len() <= MAX_QUICK_SOURCE;
        is_short.then(|| self.render_within(variables, Meter::quick(self.source.len(), self.part)).ok()).flatten()
    }

    /// The text for one recipient with the template's mistakes, for its author.
    #[must_use]
    pub fn preview(&self, variables: &Variables) -> Preview {
        let ParsedSource::Liquid(program, mistakes) = &self.parsed else {
            return Preview { text: self.render(variables), problems: self.problems() };
        };
        let meter = Meter::new(self.source.len(), self.part);
        let (text, shown) = Run::new(&self.source, self.part, variables, meter).preview(program);
        let problems = mistakes.clone().and(shown).problems(&self.source);
        Preview { text: self.clean(text), problems }
    }

    fn render_within(&self, variables: &Variables, meter: Meter) -> Result<String, RenderError> {
        self.check()?;
        self.clean(match &self.parsed {
            ParsedSource::Liquid(program, _) => Run::new(&self.source, self.part, variables, meter).render(program),
            ParsedSource::Plain(_) | ParsedSource::TooLarge(..) => {
                plain::render(&self.source, self.part, variables, meter)
            }
        })
    }

    fn clean(&self, text: Result<String, LimitExceeded>) -> Result<String, RenderError> {
        let text = text.map_err(|limit| match limit {
            LimitExceeded::Work => RenderError::Steps,
            LimitExceeded::Output => RenderError::Output { bytes: max_output(self.source.len(), self.part) },
        })?;
        Ok(match self.part {
            MailPart::Subject => on_one_line(&text),
            MailPart::Html | MailPart::Text => without_control_characters(text),
        })
    }
}

/// The work that a template takes: the bytes that reading it looked at, each counted as often as it was looked at, and the units
/// that rendering it spent of [`MAX_FUEL`]. Neither is a time, but reading that is more than linear in the source shows in the
/// first.
#[doc(hidden)]
#[must_use]
pub fn work_of(source: &str, part: MailPart, variables: &Variables) -> (usize, u64) {
    let (read, work) = parser::parse_with_work(source, part);
    let meter = Meter::new(source.len(), part);
    match read {
        Ok((program, _)) => (work, Run::new(source, part, variables, meter).fuel_of(&program)),
        Err(_) => (work, plain::fuel_of(source, part, variables, meter)),
    }
}

/// The names of all filters, for the test of the documentation.
#[doc(hidden)]
pub fn filter_names() -> impl Iterator<Item = &'static str> {
    filters::names()
}

/// The names of all tags except those that end a block.
#[doc(hidden)]
pub fn tag_names() -> impl Iterator<Item = &'static str> {
    mistake::tag_names()
}

/// The text without control characters, which no mail has, except tabs and line breaks.
fn without_control_characters(mut text: String) -> String {
    let is_forbidden = |byte: u8| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
    if text.bytes().any(is_forbidden) {
        text.retain(|c| !u8::try_from(c).is_ok_and(is_forbidden));
    }
    text
}

/// The text with a space for each control character and each line or paragraph separator, so that it stays one header line.
fn on_one_line(text: &str) -> String {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    text.chars().map(|c| if breaks(c) { ' ' } else { c }).collect()
}

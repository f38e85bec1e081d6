//! Liquid for mails: templates over a recipient's data.
//!
//! The language is Liquid as Shopify has it, with Plunk's differences: `{{ name ?? fallback }}`, names with blanks, arrays as list
//! items, zero and the empty text as false, filters that do not exist without effect. `docs/liquid.md` describes it.
//!
//! A source that is not Liquid is rendered by replacing `{{ name }}`, `{{ a.b }}` and `{{ name ?? fallback }}` and leaving
//! every other character alone. A source that is Liquid is never printed as source. Where either exceeds a limit, or a
//! source is more Liquid than is read, there is no text but a [`RenderError`].
//!
//! # Escaping in HTML
//!
//! Whatever `{{ }}`, `{% echo %}` or `{% cycle %}` prints is escaped for the place where it stands, an author's string literals
//! and fallbacks included, unless the chain holds `raw`. Text that is HTML already prints as it is: the result of `escape`,
//! `escape_once` and `newline_to_br`, and what `{% capture %}` kept. It stays HTML through filters that take a part of it or put texts
//! together; any other makes it ordinary data again, which at worst is escaped twice. `raw` inside `{% assign %}` does nothing: it
//! counts where the value is printed.

mod chain;
mod compare;
mod condition;
mod cursor;
mod entities;
mod error;
mod expression;
mod filters;
mod habits;
mod html;
mod lexer;
mod mail_part;
mod meter;
mod mistake;
mod plain;
mod print;
mod repeat;
mod run;
mod source;
#[cfg(test)]
mod tests;
mod tree;
mod value;
mod variables;

pub use error::{Problem, RenderError, SourceLimit};
pub use mail_part::MailPart;
pub use value::{Object, Value};
pub use variables::Variables;

use error::{Fault, FaultKind};
#[doc(hidden)]
pub use meter::MAX_FUEL;
use meter::{Limit, Meter, max_output};
use mistake::Notices;
use run::Run;
use tree::Node;

/// The longest source that may be rendered quickly.
const MAX_QUICK_SOURCE: usize = 64 * 1024;

/// A template, parsed once and rendered for each recipient.
pub struct Template {
    source: String,
    part: MailPart,
    reading: Reading,
}

/// A source as it was read.
enum Reading {
    Liquid(Vec<Node>, Notices),
    /// It is not Liquid: only plain replacement applies.
    Plain(Fault),
    /// It is more Liquid than is read.
    TooLarge(Fault, SourceLimit),
}

/// A rendering for a template's author.
#[derive(Debug)]
pub struct Preview {
    /// The text, as a mail would have it.
    pub text: Result<String, RenderError>,
    /// Every mistake of the template, and those that showed with this data, in the order of their places.
    pub problems: Vec<Problem>,
}

impl Template {
    /// Reads `source` as Liquid. A source that is not Liquid becomes a plain template.
    #[must_use]
    pub fn parse(source: &str, part: MailPart) -> Template {
        let reading = match tree::parse(source, part) {
            Ok((program, notices)) => Reading::Liquid(program, notices),
            Err(fault) => match fault.kind {
                FaultKind::Limit(limit) => Reading::TooLarge(fault, limit),
                FaultKind::Syntax(_) => Reading::Plain(fault),
            },
        };
        Template { source: source.to_owned(), part, reading }
    }

    /// Checks that the template can have a text at all.
    ///
    /// # Errors
    /// [`RenderError::Source`] if it is more Liquid than is read.
    pub fn check(&self) -> Result<(), RenderError> {
        match self.reading {
            Reading::TooLarge(_, limit) => Err(RenderError::Source(limit)),
            Reading::Liquid(..) | Reading::Plain(_) => Ok(()),
        }
    }

    /// The mistakes for which a template should not be saved, whatever the data. A mail tolerates them: a source that is not Liquid
    /// goes out with plain replacement, and a filter that does not exist passes its value through.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        match &self.reading {
            Reading::Liquid(_, notices) => notices.problems(&self.source),
            Reading::Plain(fault) | Reading::TooLarge(fault, _) => vec![fault.problem(&self.source)],
        }
    }

    /// The place of the first mistake for which the source goes out with plain replacement, if it is not Liquid: its line and
    /// column, which say nothing of the template's text.
    #[must_use]
    pub fn syntax_error_position(&self) -> Option<(usize, usize)> {
        let Reading::Plain(fault) = &self.reading else { return None };
        let problem = fault.problem(&self.source);
        Some((problem.line, problem.column))
    }

    /// The text for one recipient. The worst template takes up to 100 ms of a whole processor.
    ///
    /// # Errors
    /// [`RenderError`] if the template exceeds a limit over these variables.
    pub fn render(&self, variables: &Variables) -> Result<String, RenderError> {
        self.text(variables, Meter::new(self.source.len(), self.part))
    }

    /// The text for one recipient if it takes a few milliseconds at most, `None` if it takes longer or there is none:
    /// [`Template::render`] tells.
    #[must_use]
    pub fn render_quickly(&self, variables: &Variables) -> Option<String> {
        let is_short = self.source.len() <= MAX_QUICK_SOURCE;
        is_short.then(|| self.text(variables, Meter::quick(self.source.len(), self.part)).ok()).flatten()
    }

    /// The text for one recipient with the template's mistakes, for its author.
    #[must_use]
    pub fn preview(&self, variables: &Variables) -> Preview {
        let Reading::Liquid(program, notices) = &self.reading else {
            return Preview { text: self.render(variables), problems: self.problems() };
        };
        let meter = Meter::new(self.source.len(), self.part);
        let (text, shown) = Run::new(&self.source, self.part, variables, meter).preview(program);
        let problems = notices.clone().and(shown).problems(&self.source);
        Preview { text: self.finished(text), problems }
    }

    fn text(&self, variables: &Variables, meter: Meter) -> Result<String, RenderError> {
        self.check()?;
        self.finished(match &self.reading {
            Reading::Liquid(program, _) => Run::new(&self.source, self.part, variables, meter).render(program),
            Reading::Plain(_) | Reading::TooLarge(..) => plain::render(&self.source, self.part, variables, meter),
        })
    }

    fn finished(&self, text: Result<String, Limit>) -> Result<String, RenderError> {
        let text = text.map_err(|limit| match limit {
            Limit::Work => RenderError::Steps,
            Limit::Output => RenderError::Output { bytes: max_output(self.source.len(), self.part) },
        })?;
        Ok(match self.part {
            MailPart::Subject => without_controls(&text),
            MailPart::Html | MailPart::Text => without_odd_controls(text),
        })
    }
}

/// The work that a template takes: bytes looked at to read it, each as often as it was, and units of a rendering's budget, of which
/// there are [`MAX_FUEL`]. They have no unit of time, but work that is more than linear in the source shows in the first.
#[doc(hidden)]
#[must_use]
pub fn work_of(source: &str, part: MailPart, variables: &Variables) -> (usize, u64) {
    let (read, work) = tree::parse_with_work(source, part);
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

/// The names of all tags, but for those that end a block.
#[doc(hidden)]
pub fn tag_names() -> impl Iterator<Item = &'static str> {
    mistake::tag_names()
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
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    text.chars().map(|c| if breaks(c) { ' ' } else { c }).collect()
}

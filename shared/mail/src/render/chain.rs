//! `value | filter: argument ?? fallback`, and what may be printed without escaping.

use liquid_core::{Expression, Value, ValueCow, ValueView};

use super::filters::{self, Filter};
use super::lexer::Quotes;
use super::meter::{Limit, Meter};
use super::print::{escape, escape_once, escaped, is_string, string, text_of, weigh};
use super::scope::Scope;
use super::tokens;
use super::{Part, Unread};

/// How much longer escaping or line breaks can make a text.
const GROWTH: usize = 6;

/// A value and what is done to it, in order.
pub(super) struct Chain {
    entry: Expression,
    /// The name, if the entry is a variable without a path.
    name: Option<String>,
    steps: Vec<Step>,
}

enum Step {
    /// Takes the literal if the value so far is missing, null, false or empty.
    Fallback(String),
    Filter(Filter),
    Raw,
    Escape,
    EscapeOnce,
    LineBreaks,
}

/// How a value may be printed in HTML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// Must be escaped.
    Data,
    /// Is HTML without a character of the data that could be markup.
    Markup,
    /// The author asked for it as it is.
    Raw,
}

/// A value on its way through a chain.
pub(super) struct Evaluated<'s> {
    pub(super) value: ValueCow<'s>,
    pub(super) trust: Trust,
}

enum Separator {
    Pipe,
    Fallback,
}

impl Chain {
    /// Reads the inside of `{{ }}`. Escaping comes last there anyway, so that an `escape` before other filters is left
    /// out: the result would be escaped twice.
    pub(super) fn output(markup: &str, part: Part) -> Result<Chain, Unread> {
        let mut chain = Chain::parse(markup)?;
        if part == Part::Html && !chain.steps.iter().any(|step| matches!(step, Step::Raw)) {
            let last = chain.steps.iter().rposition(|step| matches!(step, Step::Filter(_))).unwrap_or(0);
            let mut index = 0..;
            chain.steps.retain(|step| index.next() >= Some(last) || !matches!(step, Step::Escape));
        }
        Ok(chain)
    }

    /// Reads a chain.
    pub(super) fn parse(markup: &str) -> Result<Chain, Unread> {
        let (entry, rest) = split(markup);
        let steps =
            rest.into_iter().map(|(separator, text)| Step::parse(&separator, text)).collect::<Result<_, _>>()?;
        let name = tokens::identifier(entry).map(str::to_owned);
        Ok(Chain { entry: tokens::value(entry)?, name, steps })
    }

    /// The value at the end of the chain.
    pub(super) fn evaluate<'s>(&'s self, scope: &'s Scope<'s>) -> Result<Evaluated<'s>, Limit> {
        let is_markup = self.name.as_deref().is_some_and(|name| scope.is_markup(name));
        let trust = if is_markup { Trust::Markup } else { Trust::Data };
        let mut evaluated = Evaluated { value: value_of(&self.entry, scope)?, trust };
        for step in &self.steps {
            evaluated = step.apply(evaluated, scope)?;
        }
        Ok(evaluated)
    }
}

impl Step {
    fn parse(separator: &Separator, text: &str) -> Result<Step, Unread> {
        match (separator, text.trim()) {
            (Separator::Fallback, literal) => Ok(Step::Fallback(unquoted(literal).to_owned())),
            (Separator::Pipe, "raw") => Ok(Step::Raw),
            (Separator::Pipe, "escape" | "h") => Ok(Step::Escape),
            (Separator::Pipe, "escape_once") => Ok(Step::EscapeOnce),
            (Separator::Pipe, "newline_to_br") => Ok(Step::LineBreaks),
            (Separator::Pipe, filter) => filters::parse(filter).map(Step::Filter),
        }
    }

    fn apply<'s>(&'s self, input: Evaluated<'s>, scope: &'s Scope<'s>) -> Result<Evaluated<'s>, Limit> {
        scope.meter().step()?;
        let is_raw = input.trust == Trust::Raw;
        let unless_raw = |trust| if is_raw { Trust::Raw } else { trust };
        match self {
            Step::Fallback(_) if !is_missing(input.value.as_view()) => Ok(input),
            Step::Fallback(literal) => {
                scope.meter().spend_bytes(literal.len())?;
                Ok(Evaluated { value: ValueCow::Owned(string(literal.as_str())), trust: unless_raw(Trust::Data) })
            }
            Step::Raw => Ok(Evaluated { trust: Trust::Raw, ..input }),
            Step::Escape => input.map_text(scope, Trust::Markup, |text, _| escape(text)),
            Step::EscapeOnce => input.map_text(scope, Trust::Markup, |text, _| escape_once(text)),
            Step::LineBreaks => line_breaks(input, scope),
            Step::Filter(filter) => {
                let value = filter.apply(input.value.as_view(), scope)?;
                Ok(Evaluated { value: ValueCow::Owned(value), trust: unless_raw(Trust::Data) })
            }
        }
    }
}

impl Evaluated<'_> {
    /// Appends the value to `out`, escaped where the part and the trust ask for it.
    pub(super) fn print(&self, out: &mut String, scope: &Scope) -> Result<(), Limit> {
        let (value, meter) = (self.value.as_view(), scope.meter());
        pay_for_printing(value, meter)?;
        let text = text_of(value);
        if scope.globals.part == Part::Html && self.trust == Trust::Data {
            return escaped(&text, |piece| meter.write(out, piece));
        }
        meter.write(out, &text)
    }

    /// The value to keep under a name, its copy paid for, and whether it is HTML already.
    pub(super) fn into_owned(self, scope: &Scope) -> Result<(Value, bool), Limit> {
        if let ValueCow::Borrowed(value) = self.value {
            weigh(value, scope.meter())?;
        }
        Ok((self.value.into_owned(), self.trust == Trust::Markup))
    }

    fn map_text<'s>(
        self,
        scope: &Scope,
        trust: Trust,
        map: impl Fn(&str, Trust) -> String,
    ) -> Result<Evaluated<'s>, Limit> {
        scope.meter().spend_bytes(weigh(self.value.as_view(), scope.meter())?.saturating_mul(GROWTH))?;
        let value = ValueCow::Owned(string(map(&text_of(self.value.as_view()), self.trust)));
        let trust = if self.trust == Trust::Raw { Trust::Raw } else { trust };
        Ok(Evaluated { value, trust })
    }
}

/// Puts a `<br />` before each line break. In HTML the value is escaped first, so that the tags can stay tags.
fn line_breaks<'s>(input: Evaluated<'s>, scope: &Scope) -> Result<Evaluated<'s>, Limit> {
    let is_html = scope.globals.part == Part::Html;
    input.map_text(scope, Trust::Markup, |text, trust| {
        let safe = if is_html && trust == Trust::Data { escape(text) } else { text.to_owned() };
        safe.replace('\n', "<br />\n")
    })
}

/// The value of an expression. What is not there is null.
pub(super) fn value_of<'s>(expression: &'s Expression, scope: &'s Scope<'s>) -> Result<ValueCow<'s>, Limit> {
    let value = expression.try_evaluate(scope).unwrap_or_default();
    scope.meter().step()?;
    Ok(value)
}

/// Takes the work of spelling out an array or object. Text is paid for where it is written.
pub(super) fn pay_for_printing(value: &dyn ValueView, meter: &Meter) -> Result<(), Limit> {
    if is_string(value) {
        return Ok(());
    }
    meter.spend_bytes(weigh(value, meter)?)
}

/// True if `??` takes the fallback: null, false, or empty.
pub(super) fn is_missing(value: &dyn ValueView) -> bool {
    value.query_state(liquid_core::model::State::DefaultValue)
}

/// The literal without the quotes around it, if it has them.
pub(super) fn unquoted(literal: &str) -> &str {
    let literal = literal.trim();
    let inside = |quote| literal.strip_prefix(quote)?.strip_suffix(quote).filter(|inside| !inside.contains(quote));
    inside('"').or_else(|| inside('\'')).unwrap_or(literal)
}

/// Cuts a chain at each `|` and `??` outside strings.
fn split(markup: &str) -> (&str, Vec<(Separator, &str)>) {
    let bytes = markup.as_bytes();
    let (mut quotes, mut cuts, mut skip) = (Quotes::default(), Vec::new(), 0);
    for (at, &byte) in bytes.iter().enumerate() {
        let width = match byte {
            b'|' => 1,
            b'?' if bytes.get(at + 1) == Some(&b'?') => 2,
            _ => 0,
        };
        if quotes.is_code(byte) && at >= skip && width > 0 {
            cuts.push((at, width));
            skip = at + width;
        }
    }
    let ends = cuts.iter().skip(1).map(|(at, _)| *at).chain([markup.len()]);
    let part = |(&(at, width), end): (&(usize, usize), usize)| {
        let separator = if width == 1 { Separator::Pipe } else { Separator::Fallback };
        (separator, markup.get(at + width..end).unwrap_or_default())
    };
    let entry = cuts.first().map_or(markup.len(), |(at, _)| *at);
    (markup.get(..entry).unwrap_or_default(), cuts.iter().zip(ends).map(part).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_is_cut_outside_strings_only() {
        let check = |markup: &str, expected: &[&str]| {
            let (entry, rest) = split(markup);
            let show = |(separator, text): &(Separator, &str)| match separator {
                Separator::Pipe => format!("|{}", text.trim()),
                Separator::Fallback => format!("??{}", text.trim()),
            };
            let shown: Vec<_> = [entry.trim().to_owned()].into_iter().chain(rest.iter().map(show)).collect();
            assert_eq!(shown, expected, "{markup}");
        };
        check("a", &["a"]);
        check("a | b: '|' ?? \"??\" | c", &["a", "|b: '|'", "??\"??\"", "|c"]);
        check("a??b??c", &["a", "??b", "??c"]);
        check("a ??? b", &["a", "??? b"]);
        check("a ?? what's up | upcase", &["a", "??what's up", "|upcase"]);
        check("a || b", &["a", "|", "|b"]);
        check("'a ?? b'", &["'a ?? b'"]);
    }

    #[test]
    fn quotes_around_a_literal_are_not_part_of_it() {
        let check = |literal, expected| assert_eq!(unquoted(literal), expected);
        check("there", "there");
        check(" you there ", "you there");
        check("\"you there\"", "you there");
        check("'x'", "x");
        check("''", "");
        check("'", "'");
        check("'a' or 'b'", "'a' or 'b'");
        check("\"it's\"", "it's");
    }
}

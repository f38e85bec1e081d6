//! Chains of filters and fallbacks: `value | filter: argument ?? fallback`.

use crate::cursor::{Cursor, quoted};
use crate::error::ParseError;
use crate::expression::Expression;
use crate::filters::{self, Builtin, FilterCall, FilterError};
use crate::foreign_syntax::MarkupPlace;
use crate::html::{escape, escape_once, escape_tags};
use crate::lexer::Quotes;
use crate::mail_part::MailPart;
use crate::markup::Markup;
use crate::meter::LimitExceeded;
use crate::mistake::Mistake;
use crate::print::{measure, text_of};
use crate::run::Run;
use crate::value::Value;

/// The factor by which escaping or line breaks can lengthen a text.
const MAX_GROWTH: usize = 6;

const NO_DIRECTIVES: &str = "The format of a date has a % before each part: write \"%Y-%m-%d\".";

/// A value and the filters that it goes through, in order.
pub(crate) struct Chain {
    entry: Expression,
    links: Vec<Link>,
}

enum Link {
    /// Replaces the value by the literal if the value is missing: null, false or empty.
    Fallback {
        literal: Value,
        /// The offset of the literal in the source if it is written without quotes, as a name would be.
        word: Option<usize>,
    },
    Filter(AppliedFilter),
    Raw,
    Escape,
    EscapeOnce,
    LineBreaks,
}

struct AppliedFilter {
    builtin: &'static Builtin,
    arguments: Vec<Expression>,
    /// The value of the argument `allow_false:`, if it is given.
    allow_false: Option<Expression>,
    /// The offset of the filter's name in the source.
    offset: usize,
}

enum Separator {
    Pipe,
    Fallback,
}

impl Chain {
    /// Reads the inside of `{{ }}`, whose names may have blanks. HTML outputs are escaped at the end of the chain anyway, so an
    /// `escape` before other filters is left out: its result would be escaped twice.
    pub(crate) fn parse_output(markup: &mut Markup, text: &str) -> Result<Chain, ParseError> {
        let mut chain = Chain::parse_entry(markup, text, true)?;
        if markup.part == MailPart::Html && !chain.links.iter().any(|link| matches!(link, Link::Raw)) {
            let last = chain.links.iter().rposition(|link| matches!(link, Link::Filter(_))).unwrap_or(0);
            let mut index = 0..;
            chain.links.retain(|link| index.next() >= Some(last) || !matches!(link, Link::Escape));
        }
        Ok(chain)
    }

    /// Reads the chain of a tag, such as `{% assign %}`.
    pub(crate) fn parse(markup: &mut Markup, text: &str) -> Result<Chain, ParseError> {
        Chain::parse_entry(markup, text, false)
    }

    fn parse_entry(markup: &mut Markup, text: &str, has_blanks: bool) -> Result<Chain, ParseError> {
        let (entry, rest) = split(text);
        if has_blanks {
            markup.place = MarkupPlace::Output;
        }
        let mut cursor = Cursor::new(entry);
        let entry = match cursor.is_at_end() {
            true if has_blanks => Expression::Literal(Value::Nil),
            _ if has_blanks => markup.expression_with_blanks(&mut cursor)?,
            _ => markup.expression(&mut cursor)?,
        };
        markup.end(&cursor)?;
        markup.place = MarkupPlace::Arguments;
        let mut links = Vec::with_capacity(rest.len());
        for (index, (separator, text)) in rest.iter().enumerate() {
            if text.is_empty() && index + 1 < rest.len() && matches!(separator, Separator::Pipe) {
                return Err(markup.error(text, "For another value where one is missing write {{ name ?? other }}."));
            }
            links.extend(Link::parse(separator, markup, text)?);
        }
        Ok(Chain { entry, links })
    }

    /// True if the chain is a name or path without filters. An array that it leads to is printed as list items.
    pub(crate) fn is_bare(&self) -> bool {
        matches!(self.entry, Expression::Path(_)) && self.links.iter().all(|link| matches!(link, Link::Fallback { .. }))
    }

    /// True if the last filter of the chain gives JSON.
    pub(crate) fn gives_json(&self) -> bool {
        matches!(self.links.last(), Some(Link::Filter(filter)) if filters::JSON.contains(&filter.builtin.name))
    }

    /// The value at the end of the chain, and true if the chain holds `raw`, so that the value is printed unescaped.
    pub(crate) fn evaluate(&self, run: &Run) -> Result<(Value, bool), LimitExceeded> {
        let mut value = run.value(&self.entry)?;
        let mut is_raw = false;
        for link in &self.links {
            value = link.apply(value, is_raw, run)?;
            is_raw |= matches!(link, Link::Raw);
        }
        Ok((value, is_raw))
    }
}

impl Link {
    /// Reads a link. An unknown filter gives `None`: it passes its value through, and the author is told.
    fn parse(separator: &Separator, markup: &mut Markup, text: &str) -> Result<Option<Link>, ParseError> {
        if matches!(separator, Separator::Fallback) {
            return Ok(Some(Link::fallback(markup, text.trim())));
        }
        let mut cursor = Cursor::new(text);
        let start = cursor.rest();
        let Some(name) = cursor.name() else {
            return Err(markup.error(start, "A filter's name must follow the sign |."));
        };
        let arguments = Arguments::parse(markup, &mut cursor, name)?;
        if let Some(link) = Link::escaping(name) {
            arguments.check(markup, start, name, &(0..=0));
            return Ok(Some(link));
        }
        let Some(builtin) = filters::find(name) else {
            markup.report_with(start, || Mistake::UnknownFilter(name.to_owned()));
            return Ok(None);
        };
        arguments.check(markup, start, name, &builtin.arguments);
        if name == "date" && arguments.has_format_without_directives() {
            markup.report(start, Mistake::Other(NO_DIRECTIVES.to_owned()));
        }
        Ok(Some(Link::Filter(arguments.filter(builtin, markup.offset(start)))))
    }

    fn fallback(markup: &mut Markup, text: &str) -> Link {
        let literal = unquoted(text);
        let is_word = literal.len() == text.len();
        if is_word && literal.starts_with('"') {
            let message = "The quote \" is never closed: write \" behind the text.";
            markup.report(text, Mistake::Other(message.to_owned()));
        }
        Link::Fallback { literal: Value::text(literal), word: is_word.then(|| markup.offset(text)) }
    }

    /// The link of a filter that decides about escaping.
    fn escaping(name: &str) -> Option<Link> {
        Some(match name {
            "raw" => Link::Raw,
            "escape" | "h" | "xml_escape" => Link::Escape,
            "escape_once" => Link::EscapeOnce,
            "newline_to_br" => Link::LineBreaks,
            _ => return None,
        })
    }

    fn apply(&self, value: Value, is_raw: bool, run: &Run) -> Result<Value, LimitExceeded> {
        run.meter.step()?;
        match self {
            Link::Fallback { .. } if !value.is_missing() => Ok(value),
            Link::Fallback { literal, word } => {
                word.inspect(|offset| run.report_name_as_fallback(literal, *offset));
                Ok(literal.clone())
            }
            Link::Raw => Ok(value),
            Link::Escape if matches!(value, Value::Html(_)) => map_text(&value, run, escape_tags),
            Link::Escape => map_text(&value, run, escape),
            Link::EscapeOnce => map_text(&value, run, escape_once),
            Link::LineBreaks => {
                let is_safe = is_raw || run.part != MailPart::Html || matches!(value, Value::Html(_));
                map_text(&value, run, |text| {
                    let text = if is_safe { text.to_owned() } else { escape(text) };
                    text.replace("\r\n", "\n").replace('\n', "<br />\n")
                })
            }
            Link::Filter(filter) => filter.apply(&value, run),
        }
    }
}

/// The text that `map` makes of the value's text. In an HTML part the result is HTML.
fn map_text(value: &Value, run: &Run, map: impl Fn(&str) -> String) -> Result<Value, LimitExceeded> {
    run.meter.spend_bytes(measure(value, &run.meter)?.saturating_mul(MAX_GROWTH))?;
    let text = map(&text_of(value)).into();
    Ok(if run.part == MailPart::Html { Value::Html(text) } else { Value::Text(text) })
}

impl AppliedFilter {
    fn apply(&self, input: &Value, run: &Run) -> Result<Value, LimitExceeded> {
        let arguments = self.arguments.iter().map(|argument| run.value(argument)).collect::<Result<Vec<_>, _>>()?;
        let allow_false = match &self.allow_false {
            Some(expression) => run.value(expression)?.is_truthy(),
            None => false,
        };
        let call = FilterCall { input, arguments: &arguments, allow_false, meter: &run.meter, now: run.variables.now };
        match self.builtin.apply(&call) {
            Ok(value) => Ok(value),
            Err(FilterError::Limit(limit)) => Err(limit),
            Err(FilterError::PartialResult(value, reason)) => {
                self.report(reason, run);
                Ok(value)
            }
            Err(FilterError::InvalidInput(reason)) => {
                self.report(reason, run);
                Ok(Value::Nil)
            }
        }
    }

    fn report(&self, reason: &'static str, run: &Run) {
        run.report(self.offset, || Mistake::FilterInput { filter: self.builtin.name, reason });
    }
}

/// The arguments of a filter.
#[derive(Default)]
struct Arguments {
    values: Vec<Expression>,
    allow_false: Option<Expression>,
    /// True if an argument that no filter takes was reported to the author.
    is_reported: bool,
}

impl Arguments {
    fn parse(markup: &mut Markup, cursor: &mut Cursor, filter: &str) -> Result<Arguments, ParseError> {
        let mut arguments = Arguments::default();
        if cursor.eat(":") {
            while !cursor.is_at_end() {
                arguments.argument(markup, cursor)?;
                if !cursor.eat(",") {
                    break;
                }
            }
        }
        if arguments.values.is_empty() && cursor.starts_with_argument() {
            let message = format!("The arguments of a filter stand behind a colon: write | {filter}: ….");
            return Err(markup.error(cursor.rest(), message));
        }
        markup.end(cursor)?;
        Ok(arguments)
    }

    /// Reads `value` or `name: value`.
    fn argument(&mut self, markup: &mut Markup, cursor: &mut Cursor) -> Result<(), ParseError> {
        let mut ahead = *cursor;
        let name = ahead.name().filter(|_| ahead.eat(":"));
        let Some(name) = name else {
            self.values.push(markup.expression(cursor)?);
            return Ok(());
        };
        let start = cursor.rest();
        *cursor = ahead;
        let value = markup.expression(cursor)?;
        if name == "allow_false" {
            self.allow_false = Some(value);
        } else {
            let message = format!("No filter takes an argument \"{name}\": leave it out.");
            markup.report(start, Mistake::Other(message));
            self.is_reported = true;
        }
        Ok(())
    }

    /// Reports too few or too many arguments to the author.
    fn check(&self, markup: &mut Markup, place: &str, name: &str, takes: &std::ops::RangeInclusive<usize>) {
        if takes.contains(&self.values.len()) || self.is_reported {
            return;
        }
        let (given, takes) = (self.values.len(), takes.clone());
        markup.report_with(place, || Mistake::Arguments { filter: name.to_owned(), given, takes });
    }

    /// True if the first argument is a date format without a directive, such as `YYYY-MM-DD`.
    fn has_format_without_directives(&self) -> bool {
        let Some(Expression::Literal(Value::Text(format))) = self.values.first() else { return false };
        !format.is_empty() && !format.contains('%')
    }

    fn filter(mut self, builtin: &'static Builtin, offset: usize) -> AppliedFilter {
        self.values.truncate(*builtin.arguments.end());
        AppliedFilter { builtin, arguments: self.values, allow_false: self.allow_false, offset }
    }
}

/// The literal without the quotes around it, if there are quotes.
pub(crate) fn unquoted(literal: &str) -> &str {
    let literal = literal.trim();
    quoted(literal).filter(|(_, length)| *length == literal.len()).map_or(literal, |(inside, _)| inside)
}

/// The entry of a chain and the texts of its links, cut at separators outside of string literals.
fn split(text: &str) -> (&str, Vec<(Separator, &str)>) {
    if !text.bytes().any(|byte| matches!(byte, b'|' | b'?')) {
        return (text, Vec::new());
    }
    let bytes = text.as_bytes();
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
    let ends = cuts.iter().skip(1).map(|(at, _)| *at).chain([text.len()]);
    let link = |(&(at, width), end): (&(usize, usize), usize)| {
        let separator = if width == 1 { Separator::Pipe } else { Separator::Fallback };
        (separator, text.get(at + width..end).unwrap_or_default())
    };
    let entry = cuts.first().map_or(text.len(), |(at, _)| *at);
    (text.get(..entry).unwrap_or_default(), cuts.iter().zip(ends).map(link).collect())
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
        check("“you there”", "you there");
    }
}

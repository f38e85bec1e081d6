//! The filters: each takes a value and arguments and gives a value.
//!
//! A filter that can do nothing with its input gives null in a mail, and the reason is told to whoever previews a template.

#![expect(clippy::unnecessary_wraps, reason = "all filters share one signature")]

mod date;
mod encode;
mod json;
mod list;
mod markup;
mod number;
mod select;
mod sort;
mod strip_html;
mod text;
mod words;

use std::borrow::Cow;
use std::ops::RangeInclusive;

use jiff::Timestamp;

use crate::compare::truncated;
use crate::meter::{Limit, Meter};
use crate::print::{text_of, weigh};
use crate::value::Value;

/// A filter that there is.
pub(crate) struct Builtin {
    pub(crate) name: &'static str,
    /// How many arguments it takes.
    pub(crate) arguments: RangeInclusive<usize>,
    cost: Cost,
    function: Function,
}

type Function = fn(&Call) -> Result<Value, Failure>;

/// The work that is paid for before a filter runs.
#[derive(Clone, Copy)]
enum Cost {
    /// It reads no more than the outside of its input.
    Glance,
    /// It reads its input and arguments once or a few times, and its result is at most a few times as long as they are. A filter
    /// that can make far more of them pays for that itself, with [`Meter::spend_bytes`], before it does.
    Read,
}

/// How much longer the result of a filter can be than its input (`url_encode`, `upcase`).
const GROWTH: usize = 3;

/// How many bytes of a text are counted or compared in the time in which one byte is changed.
const GLANCE: usize = 16;

/// Why a filter gives no value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Failure {
    /// The rendering has spent its budget.
    Limit(Limit),
    /// It gives this value, but does not do all that is asked of it; the sentence says why.
    Instead(Value, &'static str),
    /// It can do nothing with its input or arguments; the sentence says why.
    Unfit(&'static str),
}

impl From<Limit> for Failure {
    fn from(limit: Limit) -> Failure {
        Failure::Limit(limit)
    }
}

/// A filter's input and surroundings.
pub(crate) struct Call<'c> {
    pub(crate) input: &'c Value,
    pub(crate) arguments: &'c [Value],
    /// The argument `allow_false: true`, which `default` takes.
    pub(crate) allow_false: bool,
    pub(crate) meter: &'c Meter,
    /// The time that `now` and `today` mean.
    pub(crate) now: Timestamp,
}

impl<'c> Call<'c> {
    /// The input as it is printed.
    fn text(&self) -> Cow<'c, str> {
        text_of(self.input)
    }

    fn argument(&self, index: usize) -> Option<&'c Value> {
        self.arguments.get(index)
    }

    /// The argument as it is printed, `None` if it is left out.
    fn argument_text(&self, index: usize) -> Option<Cow<'c, str>> {
        self.argument(index).map(text_of)
    }

    /// Takes the work of making a text a few times as long as this, or several copies of it.
    fn pay_for_growth(&self, text: &str) -> Result<(), Limit> {
        self.meter.spend_bytes(text.len().saturating_mul(GROWTH))
    }

    /// The whole number that an argument is or spells, `None` if it is left out.
    fn integer(&self, index: usize) -> Result<Option<i64>, Failure> {
        let integer = match self.argument(index) {
            None => return Ok(None),
            Some(Value::Integer(integer)) => Some(*integer),
            Some(Value::Float(float)) if float.fract() == 0.0 => Some(truncated(*float)),
            Some(other) => other.as_text().and_then(|text| text.trim().parse().ok()),
        };
        integer.map(Some).ok_or(Failure::Unfit("An argument is not a whole number, which it has to be."))
    }
}

/// The filter of this name.
pub(crate) fn find(name: &str) -> Option<&'static Builtin> {
    BUILTINS.binary_search_by(|builtin| builtin.name.cmp(name)).ok().and_then(|at| BUILTINS.get(at))
}

impl Builtin {
    /// The value that the filter makes of the call's.
    ///
    /// # Errors
    /// [`Failure`] if there is none.
    pub(crate) fn apply(&self, call: &Call) -> Result<Value, Failure> {
        match self.cost {
            Cost::Glance => call.meter.spend_bytes(call.input.text_len() / GLANCE)?,
            Cost::Read => pay_for_reading(call, GROWTH)?,
        }
        if markup::is_joined(self.name, call) {
            return markup::joined(call, self.function);
        }
        let value = (self.function)(call)?;
        Ok(markup::kept(self.name, call, value))
    }
}

/// Filters that give JSON.
pub(crate) const JSON: [&str; 3] = ["inspect", "json", "jsonify"];

/// Takes the work of reading the input and the arguments, and of writing a text that is `growth` times as long.
fn pay_for_reading(call: &Call, growth: usize) -> Result<(), Limit> {
    let mut size = weigh(call.input, call.meter)?;
    for argument in call.arguments {
        size += weigh(argument, call.meter)?;
    }
    call.meter.spend_bytes(size.saturating_mul(growth))
}

const fn builtin(name: &'static str, arguments: RangeInclusive<usize>, cost: Cost, function: Function) -> Builtin {
    Builtin { name, arguments, cost, function }
}

use Cost::{Glance, Read};

/// In the order of their names.
static BUILTINS: &[Builtin] = &[
    builtin("abs", 0..=0, Read, number::abs),
    builtin("append", 1..=1, Read, text::append),
    builtin("array_to_sentence_string", 0..=1, Read, list::array_to_sentence_string),
    builtin("at_least", 1..=1, Read, number::at_least),
    builtin("at_most", 1..=1, Read, number::at_most),
    builtin("base64_decode", 0..=0, Read, encode::base64_decode),
    builtin("base64_encode", 0..=0, Read, encode::base64_encode),
    builtin("base64_url_safe_decode", 0..=0, Read, encode::base64_url_safe_decode),
    builtin("base64_url_safe_encode", 0..=0, Read, encode::base64_url_safe_encode),
    builtin("capitalize", 0..=0, Read, text::capitalize),
    builtin("ceil", 0..=0, Read, number::ceil),
    builtin("cgi_escape", 0..=0, Read, encode::url_encode),
    builtin("compact", 0..=1, Read, select::compact),
    builtin("concat", 1..=1, Read, list::concat),
    builtin("date", 1..=2, Glance, date::date),
    builtin("date_to_long_string", 0..=2, Glance, date::date_to_long_string),
    builtin("date_to_rfc822", 0..=0, Glance, date::date_to_rfc822),
    builtin("date_to_string", 0..=2, Glance, date::date_to_string),
    builtin("date_to_xmlschema", 0..=0, Glance, date::date_to_xmlschema),
    builtin("default", 0..=1, Glance, list::default),
    builtin("divided_by", 1..=1, Read, number::divided_by),
    builtin("downcase", 0..=0, Read, text::downcase),
    builtin("find", 1..=2, Read, select::find),
    builtin("find_index", 1..=2, Read, select::find_index),
    builtin("first", 0..=0, Glance, list::first),
    builtin("floor", 0..=0, Read, number::floor),
    builtin("group_by", 1..=1, Read, select::group_by),
    builtin("has", 1..=2, Read, select::has),
    builtin("inspect", 0..=1, Read, json::json),
    builtin("join", 0..=1, Read, list::join),
    builtin("json", 0..=1, Read, json::json),
    builtin("jsonify", 0..=1, Read, json::json),
    builtin("last", 0..=0, Glance, list::last),
    builtin("lstrip", 0..=0, Read, text::lstrip),
    builtin("map", 1..=1, Read, select::map),
    builtin("minus", 1..=1, Read, number::minus),
    builtin("modulo", 1..=1, Read, number::modulo),
    builtin("normalize_whitespace", 0..=0, Read, text::normalize_whitespace),
    builtin("number_of_words", 0..=1, Read, words::number_of_words),
    builtin("plus", 1..=1, Read, number::plus),
    builtin("pop", 0..=0, Read, list::pop),
    builtin("prepend", 1..=1, Read, text::prepend),
    builtin("push", 1..=1, Read, list::push),
    builtin("reject", 1..=2, Read, select::reject),
    builtin("remove", 1..=1, Read, text::replace),
    builtin("remove_first", 1..=1, Read, text::replace_first),
    builtin("remove_last", 1..=1, Read, text::replace_last),
    builtin("replace", 1..=2, Read, text::replace),
    builtin("replace_first", 1..=2, Read, text::replace_first),
    builtin("replace_last", 2..=2, Read, text::replace_last),
    builtin("reverse", 0..=0, Read, list::reverse),
    builtin("round", 0..=1, Read, number::round),
    builtin("rstrip", 0..=0, Read, text::rstrip),
    builtin("shift", 0..=0, Read, list::shift),
    builtin("size", 0..=0, Glance, list::size),
    builtin("slice", 1..=2, Read, list::slice),
    builtin("slugify", 0..=2, Read, words::slugify),
    builtin("sort", 0..=1, Read, sort::sort),
    builtin("sort_natural", 0..=1, Read, sort::sort_natural),
    builtin("split", 1..=1, Read, words::split),
    builtin("squish", 0..=0, Read, text::squish),
    builtin("strip", 0..=0, Read, text::strip),
    builtin("strip_html", 0..=0, Read, text::strip_html),
    builtin("strip_newlines", 0..=0, Read, text::strip_newlines),
    builtin("sum", 0..=1, Read, number::sum),
    builtin("times", 1..=1, Read, number::times),
    builtin("to_fixed", 0..=1, Read, number::to_fixed),
    builtin("to_integer", 0..=0, Read, number::to_integer),
    builtin("truncate", 0..=2, Read, words::truncate),
    builtin("truncatewords", 0..=2, Read, words::truncatewords),
    builtin("uniq", 0..=1, Read, select::uniq),
    builtin("unshift", 1..=1, Read, list::unshift),
    builtin("upcase", 0..=0, Read, text::upcase),
    builtin("uri_escape", 0..=0, Read, encode::uri_escape),
    builtin("url_decode", 0..=0, Read, encode::url_decode),
    builtin("url_encode", 0..=0, Read, encode::url_encode),
    builtin("where", 1..=2, Read, select::keep),
];

/// The names of all filters.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    BUILTINS.iter().map(|builtin| builtin.name).chain([
        "escape",
        "escape_once",
        "h",
        "newline_to_br",
        "raw",
        "xml_escape",
    ])
}

#[cfg(test)]
mod tests;

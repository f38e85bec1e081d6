//! The filters: each takes a value and arguments and gives a value.
//!
//! A filter that cannot work with its input gives null in a mail, and a preview of the template reports the reason.

#![expect(clippy::unnecessary_wraps, reason = "all filters share one signature")]

mod call;
mod date;
mod encode;
mod html;
mod json;
mod list;
mod number;
mod select;
mod sort;
mod strip_html;
mod text;
mod words;

use std::ops::RangeInclusive;

use crate::value::Value;
pub(crate) use call::{FilterCall, FilterError};
use call::{FilterFn, MAX_GROWTH, pay_for_reading};

/// A filter of the language.
pub(crate) struct Builtin {
    pub(crate) name: &'static str,
    /// The numbers of arguments that the filter takes.
    pub(crate) arguments: RangeInclusive<usize>,
    cost: Cost,
    function: FilterFn,
}

/// The work that is spent before a filter runs.
#[derive(Clone, Copy)]
enum Cost {
    /// The filter does not read the items and entries of its input.
    Shallow,
    /// The filter reads its input and arguments once or a few times, and its result is at most a few times as long as they are. A
    /// filter whose result can be longer spends that work itself, with `Meter::spend_bytes`, before it makes the result.
    Deep,
}

/// The bytes of a text that are counted or compared in the time in which one byte is changed.
const COUNTED_BYTES: usize = 16;

/// The filter of this name, `None` if there is none.
pub(crate) fn find(name: &str) -> Option<&'static Builtin> {
    BUILTINS.binary_search_by(|builtin| builtin.name.cmp(name)).ok().and_then(|at| BUILTINS.get(at))
}

impl Builtin {
    /// The value that the filter makes of the call's input and arguments.
    ///
    /// # Errors
    /// [`FilterError`] if the filter cannot give a value, or not the whole value.
    pub(crate) fn apply(&self, call: &FilterCall) -> Result<Value, FilterError> {
        match self.cost {
            Cost::Shallow => call.meter.spend_bytes(call.input.text_len() / COUNTED_BYTES)?,
            Cost::Deep => pay_for_reading(call, MAX_GROWTH)?,
        }
        if html::joins_html(self.name, call) {
            return html::join_as_html(call, self.function);
        }
        let value = (self.function)(call)?;
        Ok(html::kept_as_html(self.name, call, value))
    }
}

/// The filters whose result is JSON.
pub(crate) const JSON: [&str; 3] = ["inspect", "json", "jsonify"];

const fn builtin(name: &'static str, arguments: RangeInclusive<usize>, cost: Cost, function: FilterFn) -> Builtin {
    Builtin { name, arguments, cost, function }
}

use Cost::{Deep, Shallow};

/// The filters in the order of their names, for [`find`] searches by halves. The filters that decide about escaping are links of a
/// chain.
static BUILTINS: &[Builtin] = &[
    builtin("abs", 0..=0, Deep, number::abs),
    builtin("append", 1..=1, Deep, text::append),
    builtin("array_to_sentence_string", 0..=1, Deep, list::array_to_sentence_string),
    builtin("at_least", 1..=1, Deep, number::at_least),
    builtin("at_most", 1..=1, Deep, number::at_most),
    builtin("base64_decode", 0..=0, Deep, encode::base64_decode),
    builtin("base64_encode", 0..=0, Deep, encode::base64_encode),
    builtin("base64_url_safe_decode", 0..=0, Deep, encode::base64_url_safe_decode),
    builtin("base64_url_safe_encode", 0..=0, Deep, encode::base64_url_safe_encode),
    builtin("capitalize", 0..=0, Deep, text::capitalize),
    builtin("ceil", 0..=0, Deep, number::ceil),
    builtin("cgi_escape", 0..=0, Deep, encode::url_encode),
    builtin("compact", 0..=1, Deep, select::compact),
    builtin("concat", 1..=1, Deep, list::concat),
    builtin("date", 1..=2, Shallow, date::date),
    builtin("date_to_long_string", 0..=2, Shallow, date::date_to_long_string),
    builtin("date_to_rfc822", 0..=0, Shallow, date::date_to_rfc822),
    builtin("date_to_string", 0..=2, Shallow, date::date_to_string),
    builtin("date_to_xmlschema", 0..=0, Shallow, date::date_to_xmlschema),
    builtin("default", 0..=1, Shallow, list::default),
    builtin("divided_by", 1..=1, Deep, number::divided_by),
    builtin("downcase", 0..=0, Deep, text::downcase),
    builtin("find", 1..=2, Deep, select::find),
    builtin("find_index", 1..=2, Deep, select::find_index),
    builtin("first", 0..=0, Shallow, list::first),
    builtin("floor", 0..=0, Deep, number::floor),
    builtin("group_by", 1..=1, Deep, select::group_by),
    builtin("has", 1..=2, Deep, select::has),
    builtin("inspect", 0..=1, Deep, json::json),
    builtin("join", 0..=1, Deep, list::join),
    builtin("json", 0..=1, Deep, json::json),
    builtin("jsonify", 0..=1, Deep, json::json),
    builtin("last", 0..=0, Shallow, list::last),
    builtin("lstrip", 0..=0, Deep, text::lstrip),
    builtin("map", 1..=1, Deep, select::map),
    builtin("minus", 1..=1, Deep, number::minus),
    builtin("modulo", 1..=1, Deep, number::modulo),
    builtin("normalize_whitespace", 0..=0, Deep, text::normalize_whitespace),
    builtin("number_of_words", 0..=1, Deep, words::number_of_words),
    builtin("plus", 1..=1, Deep, number::plus),
    builtin("pop", 0..=0, Deep, list::pop),
    builtin("prepend", 1..=1, Deep, text::prepend),
    builtin("push", 1..=1, Deep, list::push),
    builtin("reject", 1..=2, Deep, select::reject),
    builtin("remove", 1..=1, Deep, text::replace),
    builtin("remove_first", 1..=1, Deep, text::replace_first),
    builtin("remove_last", 1..=1, Deep, text::replace_last),
    builtin("replace", 1..=2, Deep, text::replace),
    builtin("replace_first", 1..=2, Deep, text::replace_first),
    builtin("replace_last", 2..=2, Deep, text::replace_last),
    builtin("reverse", 0..=0, Deep, list::reverse),
    builtin("round", 0..=1, Deep, number::round),
    builtin("rstrip", 0..=0, Deep, text::rstrip),
    builtin("shift", 0..=0, Deep, list::shift),
    builtin("size", 0..=0, Shallow, list::size),
    builtin("slice", 1..=2, Deep, list::slice),
    builtin("slugify", 0..=2, Deep, words::slugify),
    builtin("sort", 0..=1, Deep, sort::sort),
    builtin("sort_natural", 0..=1, Deep, sort::sort_natural),
    builtin("split", 1..=1, Deep, words::split),
    builtin("squish", 0..=0, Deep, text::squish),
    builtin("strip", 0..=0, Deep, text::strip),
    builtin("strip_html", 0..=0, Deep, text::strip_html),
    builtin("strip_newlines", 0..=0, Deep, text::strip_newlines),
    builtin("sum", 0..=1, Deep, number::sum),
    builtin("times", 1..=1, Deep, number::times),
    builtin("to_fixed", 0..=1, Deep, number::to_fixed),
    builtin("to_integer", 0..=0, Deep, number::to_integer),
    builtin("truncate", 0..=2, Deep, words::truncate),
    builtin("truncatewords", 0..=2, Deep, words::truncatewords),
    builtin("uniq", 0..=1, Deep, select::uniq),
    builtin("unshift", 1..=1, Deep, list::unshift),
    builtin("upcase", 0..=0, Deep, text::upcase),
    builtin("uri_escape", 0..=0, Deep, encode::uri_escape),
    builtin("url_decode", 0..=0, Deep, encode::url_decode),
    builtin("url_encode", 0..=0, Deep, encode::url_encode),
    builtin("where", 1..=2, Deep, select::keep),
];

/// The names of all filters, with those that decide about escaping.
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

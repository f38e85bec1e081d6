//! The filters. None of them fails: what a filter can do nothing with becomes null.

#![expect(clippy::unnecessary_wraps, reason = "all filters of a kind share one signature")]

mod list;
mod number;
mod tags;
mod text;

use std::borrow::Cow;
use std::ops::RangeInclusive;

use liquid_core::{Expression, Value, ValueCow, ValueView};

use super::Unread;
use super::chain::value_of;
use super::meter::{Limit, Meter};
use super::print::{length_of, text_of, weigh};
use super::scope::Scope;
use super::tokens;

pub(super) use number::integer_of;

/// A filter with its arguments.
pub(super) struct Filter {
    builtin: &'static Builtin,
    arguments: Vec<Expression>,
}

struct Builtin {
    name: &'static str,
    arguments: RangeInclusive<usize>,
    function: Function,
}

#[derive(Clone, Copy)]
enum Function {
    /// Reads no more than the outside of its input. The result is paid for afterwards.
    Glance(fn(&Call) -> Option<Value>),
    /// Reads its input and arguments once or a few times; the result is at most a few times as long as they are.
    Read(fn(&Call) -> Option<Value>),
    /// Can make far more of its input, and pays for that itself before it does.
    Grow(fn(&Call, &Meter) -> Result<Option<Value>, Limit>),
}

/// How much longer the result of a `Read` filter can be than what it reads (`url_encode`, `upcase`).
const GROWTH: usize = 3;

/// How many bytes of a text are counted or compared in the time one byte is changed.
const GLANCE: usize = 16;

/// What a filter works on.
struct Call<'c> {
    input: &'c dyn ValueView,
    arguments: &'c [ValueCow<'c>],
}

impl<'c> Call<'c> {
    fn text(&self) -> Cow<'c, str> {
        text_of(self.input)
    }

    fn argument(&self, index: usize) -> Option<&'c dyn ValueView> {
        self.arguments.get(index).map(ValueCow::as_view)
    }

    fn argument_text(&self, index: usize) -> Option<Cow<'c, str>> {
        self.argument(index).map(text_of)
    }

    /// The integer an argument is, or `default` if the argument is left out.
    fn count(&self, index: usize, default: i64) -> Option<i64> {
        self.argument(index).map_or(Some(default), integer_of)
    }
}

/// Reads `name: argument, argument`.
pub(super) fn parse(text: &str) -> Result<Filter, Unread> {
    let (name, arguments) = text.split_once(':').map_or((text, None), |(name, rest)| (name, Some(rest)));
    let builtin = BUILTINS.iter().find(|builtin| builtin.name == name.trim()).ok_or(Unread::NotLiquid)?;
    let arguments = match arguments {
        Some(arguments) => tokens::read(arguments, |tokens| tokens::values(tokens, &[",", ":"]))?,
        None => Vec::new(),
    };
    let is_right = builtin.arguments.contains(&arguments.len());
    is_right.then_some(Filter { builtin, arguments }).ok_or(Unread::NotLiquid)
}

impl Filter {
    pub(super) fn apply(&self, input: &dyn ValueView, scope: &Scope) -> Result<Value, Limit> {
        let meter = scope.meter();
        let values = self.arguments.iter().map(|argument| value_of(argument, scope));
        let arguments = values.collect::<Result<Vec<_>, _>>()?;
        let call = Call { input, arguments: &arguments };
        let value = match self.builtin.function {
            Function::Glance(function) => {
                meter.spend_bytes(length_of(input) / GLANCE)?;
                let value = function(&call).unwrap_or_default();
                weigh(&value, meter)?;
                return Ok(value);
            }
            Function::Read(function) => {
                pay_for_reading(&call, meter)?;
                function(&call)
            }
            Function::Grow(function) => {
                pay_for_reading(&call, meter)?;
                function(&call, meter)?
            }
        };
        Ok(value.unwrap_or_default())
    }
}

fn pay_for_reading(call: &Call, meter: &Meter) -> Result<(), Limit> {
    let mut size = weigh(call.input, meter)?;
    for argument in call.arguments {
        size += weigh(argument.as_view(), meter)?;
    }
    meter.spend_bytes(size.saturating_mul(GROWTH))
}

const fn builtin(name: &'static str, arguments: RangeInclusive<usize>, function: Function) -> Builtin {
    Builtin { name, arguments, function }
}

use Function::{Glance, Grow, Read};

static BUILTINS: &[Builtin] = &[
    builtin("abs", 0..=0, Glance(number::abs)),
    builtin("append", 1..=1, Read(text::append)),
    builtin("at_least", 1..=1, Glance(number::at_least)),
    builtin("at_most", 1..=1, Glance(number::at_most)),
    builtin("capitalize", 0..=0, Read(text::capitalize)),
    builtin("ceil", 0..=0, Glance(number::ceil)),
    builtin("compact", 0..=1, Read(list::compact)),
    builtin("concat", 1..=1, Read(list::concat)),
    builtin("date", 1..=1, Grow(text::date)),
    builtin("default", 1..=1, Glance(list::default)),
    builtin("divided_by", 1..=1, Glance(number::divided_by)),
    builtin("downcase", 0..=0, Read(text::downcase)),
    builtin("first", 0..=0, Glance(list::first)),
    builtin("floor", 0..=0, Glance(number::floor)),
    builtin("join", 0..=1, Grow(list::join)),
    builtin("last", 0..=0, Glance(list::last)),
    builtin("lstrip", 0..=0, Read(text::lstrip)),
    builtin("map", 1..=1, Read(list::map)),
    builtin("minus", 1..=1, Glance(number::minus)),
    builtin("modulo", 1..=1, Glance(number::modulo)),
    builtin("plus", 1..=1, Glance(number::plus)),
    builtin("prepend", 1..=1, Read(text::prepend)),
    builtin("remove", 1..=1, Read(text::remove)),
    builtin("remove_first", 1..=1, Read(text::remove_first)),
    builtin("replace", 1..=2, Grow(text::replace)),
    builtin("replace_first", 1..=2, Read(text::replace_first)),
    builtin("reverse", 0..=0, Read(list::reverse)),
    builtin("round", 0..=1, Glance(number::round)),
    builtin("rstrip", 0..=0, Read(text::rstrip)),
    builtin("size", 0..=0, Glance(list::size)),
    builtin("slice", 1..=2, Read(list::slice)),
    builtin("sort", 0..=1, Grow(list::sort)),
    builtin("sort_natural", 0..=1, Grow(list::sort_natural)),
    builtin("split", 1..=1, Grow(text::split)),
    builtin("strip", 0..=0, Read(text::strip)),
    builtin("strip_html", 0..=0, Read(text::strip_html)),
    builtin("strip_newlines", 0..=0, Read(text::strip_newlines)),
    builtin("times", 1..=1, Glance(number::times)),
    builtin("truncate", 0..=2, Read(text::truncate)),
    builtin("truncatewords", 0..=2, Read(text::truncatewords)),
    builtin("uniq", 0..=0, Grow(list::uniq)),
    builtin("upcase", 0..=0, Read(text::upcase)),
    builtin("url_decode", 0..=0, Read(text::url_decode)),
    builtin("url_encode", 0..=0, Read(text::url_encode)),
    builtin("where", 1..=2, Grow(list::matching)),
];

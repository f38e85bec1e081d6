//! The call of a filter: the values that it gets, and the ways in which it ends.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::meter::{LimitExceeded, Meter};
use crate::print::{measure, text_of};
use crate::value::{Value, truncated};

/// The function of a filter.
pub(super) type FilterFn = fn(&FilterCall) -> Result<Value, FilterError>;

/// The factor by which the result of a filter can be longer than its input (`url_encode`, `upcase`).
pub(super) const MAX_GROWTH: usize = 3;

/// The reason for which a filter gives no value, or not the whole value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum FilterError {
    /// The rendering has spent its budget.
    Limit(LimitExceeded),
    /// The filter gives this value, but does not do all that it was asked for. The sentence says why.
    PartialResult(Value, &'static str),
    /// The filter cannot work with its input or arguments. The sentence says why.
    InvalidInput(&'static str),
}

impl From<LimitExceeded> for FilterError {
    fn from(limit: LimitExceeded) -> FilterError {
        FilterError::Limit(limit)
    }
}

/// The input of a filter, its arguments, and the state of the rendering that it needs.
pub(crate) struct FilterCall<'c> {
    pub(crate) input: &'c Value,
    pub(crate) arguments: &'c [Value],
    /// The value of the argument `allow_false`, which `default` takes.
    pub(crate) allow_false: bool,
    pub(crate) meter: &'c Meter,
    /// The time that the words `now` and `today` mean.
    pub(crate) now: Timestamp,
}

impl<'c> FilterCall<'c> {
    /// The input as the text that is printed for it.
    pub(super) fn text(&self) -> Cow<'c, str> {
        text_of(self.input)
    }

    pub(super) fn argument(&self, index: usize) -> Option<&'c Value> {
        self.arguments.get(index)
    }

    /// The argument as the text that is printed for it, `None` if it is left out.
    pub(super) fn argument_text(&self, index: usize) -> Option<Cow<'c, str>> {
        self.argument(index).map(text_of)
    }

    /// Spends the work of making a text [`MAX_GROWTH`] times as long as `text`, or as many copies of it.
    pub(super) fn pay_for_growth(&self, text: &str) -> Result<(), LimitExceeded> {
        self.meter.spend_bytes(text.len().saturating_mul(MAX_GROWTH))
    }

    /// The integer that an argument is or that its text spells, `None` if it is left out.
    pub(super) fn integer(&self, index: usize) -> Result<Option<i64>, FilterError> {
        let integer = match self.argument(index) {
            None => return Ok(None),
            Some(Value::Integer(integer)) => Some(*integer),
            Some(Value::Float(float)) if float.fract() == 0.0 => Some(truncated(*float)),
            Some(other) => other.as_text().and_then(|text| text.trim().parse().ok()),
        };
        integer.map(Some).ok_or(FilterError::InvalidInput("An argument is not a whole number, which it has to be."))
    }
}

/// Spends the work of reading the input and the arguments, and of writing a text that is `growth` times as long.
pub(super) fn pay_for_reading(call: &FilterCall, growth: usize) -> Result<(), LimitExceeded> {
    let mut size = measure(call.input, call.meter)?;
    for argument in call.arguments {
        size += measure(argument, call.meter)?;
    }
    call.meter.spend_bytes(size.saturating_mul(growth))
}

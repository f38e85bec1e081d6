//! Filters on numbers. They calculate in decimals, so that no digit of an amount of money is lost. A number that no decimal holds
//! is calculated as a float.

use std::cmp::Ordering;

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

use super::call::{FilterCall, FilterError};
use super::list::items;
use super::select::{name_of, property};
use crate::compare::order;
use crate::value::{Value, truncated};

const ZERO: FilterError = FilterError::InvalidInput("A number cannot be divided by zero.");
const TOO_LARGE: FilterError = FilterError::InvalidInput("The result is too large a number.");

/// A number in the type in which filters calculate with it.
#[derive(Debug, Clone, Copy)]
enum Number {
    Integer(i64),
    Decimal(Decimal),
    /// A number that is too large or too small for a decimal.
    Float(f64),
}

/// The largest number of digits behind the point that `to_fixed` writes.
const MAX_FIXED: usize = 15;

impl Number {
    /// The number that a value is, or with which its text begins, as in Ruby. Any other value is 0.
    fn of(value: &Value) -> Number {
        match value {
            Value::Integer(integer) => Number::Integer(*integer),
            Value::Float(float) => Number::of_float(*float),
            Value::Text(text) | Value::Html(text) => Number::of_text(text.trim()),
            _ => Number::Integer(0),
        }
    }

    /// The decimal of the float's shortest text.
    fn of_float(float: f64) -> Number {
        Decimal::from_str_exact(&float.to_string()).map_or(Number::Float(float), Number::Decimal)
    }

    fn of_text(text: &str) -> Number {
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (whole, rest) = digits.split_at(digits_at_start(digits));
        let is_decimal = !whole.is_empty()
            && !text.starts_with('+')
            && rest.strip_prefix('.').is_some_and(|rest| !rest.is_empty() && digits_at_start(rest) == rest.len());
        let spelled = if is_decimal { text } else { &text[..text.len() - rest.len()] };
        Number::of_digits(spelled)
    }

    /// The number of a sign and digits, 0 without digits.
    fn of_digits(text: &str) -> Number {
        if let Ok(integer) = text.parse() {
            return Number::Integer(integer);
        }
        match (Decimal::from_str_exact(text), text.parse()) {
            (Ok(decimal), _) => Number::Decimal(decimal),
            (Err(_), Ok(float)) => Number::of_float(float),
            (Err(_), Err(_)) => Number::Integer(0),
        }
    }

    fn decimal(self) -> Option<Decimal> {
        match self {
            Number::Integer(integer) => Some(integer.into()),
            Number::Decimal(decimal) => Some(decimal),
            Number::Float(_) => None,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "this is for numbers that no exact type holds")]
    fn float(self) -> f64 {
        match self {
            Number::Integer(integer) => integer as f64,
            Number::Decimal(decimal) => float_of(decimal),
            Number::Float(float) => float,
        }
    }

    fn value(self) -> Result<Value, FilterError> {
        match self {
            Number::Integer(integer) => Ok(Value::Integer(integer)),
            _ if self.float().is_finite() => Ok(Value::Float(self.float())),
            _ => Err(TOO_LARGE),
        }
    }

    fn is_zero(self) -> bool {
        match self {
            Number::Integer(integer) => integer == 0,
            Number::Decimal(decimal) => decimal.is_zero(),
            Number::Float(float) => float == 0.0,
        }
    }

    /// The number without its fraction.
    fn integer(self) -> i64 {
        match self {
            Number::Integer(integer) => integer,
            _ => truncated(self.float()),
        }
    }

    /// The number rounded to an integer by `decimal` or `float`. A float that no decimal holds is an integer already unless it is
    /// close to 0.
    fn whole(self, decimal: fn(&Decimal) -> Decimal, float: fn(f64) -> f64) -> Number {
        match self {
            Number::Decimal(number) => {
                let whole = decimal(&number);
                whole.to_i64().map_or(Number::Decimal(whole), Number::Integer)
            }
            Number::Float(number) if number.abs() < 1.0 => Number::Integer(truncated(float(number))),
            Number::Integer(_) | Number::Float(_) => self,
        }
    }
}

/// The number of bytes of the digits with which the text begins.
fn digits_at_start(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// The float nearest to a decimal. Parsing the text rounds only once.
fn float_of(decimal: Decimal) -> f64 {
    decimal.to_string().parse().unwrap_or(0.0)
}

/// An operation on two numbers: on integers if it has an integer result, otherwise on decimals if they can hold the result, and
/// otherwise on floats.
struct Operation {
    integer: fn(i64, i64) -> Option<i64>,
    decimal: fn(Decimal, Decimal) -> Option<Decimal>,
    float: fn(f64, f64) -> f64,
}

const ADDITION: Operation = Operation { integer: i64::checked_add, decimal: Decimal::checked_add, float: |a, b| a + b };
const SUBTRACTION: Operation =
    Operation { integer: i64::checked_sub, decimal: Decimal::checked_sub, float: |a, b| a - b };
const MULTIPLICATION: Operation = Operation { integer: i64::checked_mul, decimal: product, float: |a, b| a * b };
const DIVISION: Operation = Operation { integer: floor_division, decimal: quotient, float: |a, b| a / b };
const REMAINDER: Operation = Operation { integer: floor_remainder, decimal: decimal_remainder, float: float_remainder };

impl Operation {
    fn of(&self, a: Number, b: Number) -> Number {
        if let (Number::Integer(a), Number::Integer(b)) = (a, b)
            && let Some(result) = (self.integer)(a, b)
        {
            return Number::Integer(result);
        }
        let decimal = a.decimal().zip(b.decimal()).and_then(|(a, b)| (self.decimal)(a, b));
        decimal.map_or_else(|| Number::Float((self.float)(a.float(), b.float())), Number::Decimal)
    }

    fn apply(&self, call: &FilterCall) -> Result<Value, FilterError> {
        self.of(Number::of(call.input), operand(call)).value()
    }
}

fn operand(call: &FilterCall) -> Number {
    call.argument(0).map_or(Number::Integer(0), Number::of)
}

/// The product of two decimals, if it is exact or has at least the precision of a float.
fn product(a: Decimal, b: Decimal) -> Option<Decimal> {
    let is_exact = a.scale() + b.scale() <= Decimal::MAX_SCALE;
    a.checked_mul(b).filter(|product| is_exact || is_precise(*product))
}

fn quotient(a: Decimal, b: Decimal) -> Option<Decimal> {
    a.checked_div(b).filter(|quotient| a.is_zero() || is_precise(*quotient))
}

/// True if the number has enough of its digits among the 28 behind the point.
fn is_precise(decimal: Decimal) -> bool {
    decimal.abs() >= Decimal::new(1, 10)
}

/// The quotient rounded down.
fn floor_division(a: i64, b: i64) -> Option<i64> {
    let (quotient, remainder) = (a.checked_div(b)?, a.checked_rem(b)?);
    Some(if remainder != 0 && (remainder < 0) != (b < 0) { quotient - 1 } else { quotient })
}

/// The remainder, with the sign of the divisor.
fn floor_remainder(a: i64, b: i64) -> Option<i64> {
    let remainder = if b == -1 { 0 } else { a.checked_rem(b)? };
    Some(if remainder != 0 && (remainder < 0) != (b < 0) { remainder + b } else { remainder })
}

fn decimal_remainder(a: Decimal, b: Decimal) -> Option<Decimal> {
    let remainder = a.checked_rem(b)?;
    let is_other_side = !remainder.is_zero() && remainder.is_sign_negative() != b.is_sign_negative();
    if is_other_side { remainder.checked_add(b) } else { Some(remainder) }
}

fn float_remainder(a: f64, b: f64) -> f64 {
    let remainder = a % b;
    if remainder != 0.0 && (remainder < 0.0) != (b < 0.0) { remainder + b } else { remainder }
}

pub(super) fn plus(call: &FilterCall) -> Result<Value, FilterError> {
    ADDITION.apply(call)
}

pub(super) fn minus(call: &FilterCall) -> Result<Value, FilterError> {
    SUBTRACTION.apply(call)
}

pub(super) fn times(call: &FilterCall) -> Result<Value, FilterError> {
    MULTIPLICATION.apply(call)
}

/// Divides. The quotient of two integers is rounded down to an integer.
pub(super) fn divided_by(call: &FilterCall) -> Result<Value, FilterError> {
    if operand(call).is_zero() { Err(ZERO) } else { DIVISION.apply(call) }
}

/// The remainder, with the sign of the divisor.
pub(super) fn modulo(call: &FilterCall) -> Result<Value, FilterError> {
    if operand(call).is_zero() { Err(ZERO) } else { REMAINDER.apply(call) }
}

/// Sums up the items, or a property of them.
pub(super) fn sum(call: &FilterCall) -> Result<Value, FilterError> {
    let name = name_of(call);
    let mut sum = Number::Integer(0);
    for item in items(call.input, call.meter)? {
        let value = match name {
            Some(name) => property(&item, name, call.meter)?.unwrap_or_default(),
            None => item,
        };
        for value in items(&value, call.meter)? {
            sum = ADDITION.of(sum, Number::of(&value));
        }
    }
    sum.value()
}

pub(super) fn at_least(call: &FilterCall) -> Result<Value, FilterError> {
    bounded(call, Ordering::Less)
}

pub(super) fn at_most(call: &FilterCall) -> Result<Value, FilterError> {
    bounded(call, Ordering::Greater)
}

/// The input, or the argument if the order of input and argument is `beyond`.
fn bounded(call: &FilterCall, beyond: Ordering) -> Result<Value, FilterError> {
    let (value, bound) = (Number::of(call.input).value()?, operand(call).value()?);
    Ok(if order(&value, &bound) == Some(beyond) { bound } else { value })
}

pub(super) fn abs(call: &FilterCall) -> Result<Value, FilterError> {
    match Number::of(call.input) {
        Number::Integer(integer) => {
            integer.checked_abs().map_or(Number::Decimal(Decimal::from(integer).abs()), Number::Integer)
        }
        Number::Decimal(decimal) => Number::Decimal(decimal.abs()),
        Number::Float(float) => Number::Float(float.abs()),
    }
    .value()
}

pub(super) fn ceil(call: &FilterCall) -> Result<Value, FilterError> {
    Number::of(call.input).whole(Decimal::ceil, f64::ceil).value()
}

pub(super) fn floor(call: &FilterCall) -> Result<Value, FilterError> {
    Number::of(call.input).whole(Decimal::floor, f64::floor).value()
}

/// Rounds to an integer, or to the number of digits that the argument gives. A half is rounded away from zero.
pub(super) fn round(call: &FilterCall) -> Result<Value, FilterError> {
    let number = Number::of(call.input);
    match operand(call).integer() {
        digits @ 1.. => to_digits(number, u32::try_from(digits).unwrap_or(u32::MAX)),
        0 => number.whole(half_away, f64::round),
        zeros => to_zeros(number, u32::try_from(zeros.unsigned_abs()).unwrap_or(u32::MAX)),
    }
    .value()
}

/// Writes the number with as many digits behind the point as the argument says (2). A half is rounded away from zero.
pub(super) fn to_fixed(call: &FilterCall) -> Result<Value, FilterError> {
    let digits = call.integer(0)?.unwrap_or(2);
    let digits = usize::try_from(digits).ok().filter(|digits| *digits <= MAX_FIXED);
    let digits = digits.ok_or(FilterError::InvalidInput("Its argument must be a number of digits from 0 to 15."))?;
    let number = Number::of(call.input);
    Ok(Value::text(match number.decimal() {
        Some(decimal) => format!("{:.digits$}", rounded(decimal, u32::try_from(digits).unwrap_or(0))),
        None => format!("{:.digits$}", number.float()),
    }))
}

fn rounded(decimal: Decimal, digits: u32) -> Decimal {
    decimal.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero)
}

fn half_away(decimal: &Decimal) -> Decimal {
    rounded(*decimal, 0)
}

/// Rounds to `digits` digits behind the point.
fn to_digits(number: Number, digits: u32) -> Number {
    let decimal = match number {
        Number::Integer(_) => None,
        Number::Decimal(decimal) => Some(decimal),
        Number::Float(float) => float.to_string().parse().ok(),
    };
    decimal.map_or(number, |decimal| Number::Decimal(rounded(decimal, digits)))
}

/// Rounds to `zeros` zeros before the point. The fraction of a number cannot change the result.
fn to_zeros(number: Number, zeros: u32) -> Number {
    let Some(decimal) = number.decimal() else { return number.whole(half_away, f64::round) };
    let unit = 10_i128.checked_pow(zeros).and_then(|unit| Decimal::try_from_i128_with_scale(unit, 0).ok());
    let result = unit.and_then(|unit| half_away(&decimal.trunc().checked_div(unit)?).checked_mul(unit));
    Number::Decimal(result.unwrap_or_default()).whole(half_away, f64::round)
}

/// The number of the value. `true` is 1.
pub(super) fn to_integer(call: &FilterCall) -> Result<Value, FilterError> {
    match call.input {
        Value::Bool(value) => Ok(Value::Integer((*value).into())),
        value => Number::of(value).value(),
    }
}

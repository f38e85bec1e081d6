//! Filters on numbers. They reckon in decimals, so that no digit of money is lost; a number that a decimal cannot hold is
//! reckoned as a float.

use std::cmp::Ordering;

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

use super::list::items;
use super::select::{name_of, property};
use super::{Call, Failure};
use crate::compare::{order, truncated};
use crate::value::Value;

const ZERO: Failure = Failure::Unfit("A number cannot be divided by zero.");
const TOO_LARGE: Failure = Failure::Unfit("The result is too large a number.");

/// A number as filters reckon with it.
#[derive(Debug, Clone, Copy)]
enum Number {
    Integer(i64),
    Decimal(Decimal),
    /// A number that is too large or too small for a decimal.
    Float(f64),
}

/// Digits behind the point that `to_fixed` writes.
const MAX_FIXED: usize = 15;

impl Number {
    /// The number that a value is or that its text begins with, as Ruby reads it. Anything else is 0.
    fn of(value: &Value) -> Number {
        match value {
            Value::Integer(integer) => Number::Integer(*integer),
            Value::Float(float) => Number::of_float(*float),
            Value::Text(text) | Value::Markup(text) => Number::of_text(text.trim()),
            _ => Number::Integer(0),
        }
    }

    /// The decimal that the float's shortest text spells.
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

    /// The number that a sign and digits spell, 0 if there are no digits.
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

    fn value(self) -> Result<Value, Failure> {
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

    /// The integer, with a fraction cut off.
    fn integer(self) -> i64 {
        match self {
            Number::Integer(integer) => integer,
            _ => truncated(self.float()),
        }
    }

    /// The number rounded by one of the two to a whole one. A float that no decimal holds is whole already, unless it is close
    /// to 0.
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

/// How many bytes of digits the text begins with.
fn digits_at_start(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// The float nearest to a decimal: reading its text rounds once only.
fn float_of(decimal: Decimal) -> f64 {
    decimal.to_string().parse().unwrap_or(0.0)
}

/// An operation on two numbers: on integers if it has an integer as its result, or else on decimals if these can hold the
/// result, or else on floats.
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

    fn apply(&self, call: &Call) -> Result<Value, Failure> {
        self.of(Number::of(call.input), operand(call)).value()
    }
}

fn operand(call: &Call) -> Number {
    call.argument(0).map_or(Number::Integer(0), Number::of)
}

/// The decimals' product if it has all its digits, or as many as a float has.
fn product(a: Decimal, b: Decimal) -> Option<Decimal> {
    let is_exact = a.scale() + b.scale() <= Decimal::MAX_SCALE;
    a.checked_mul(b).filter(|product| is_exact || is_precise(*product))
}

fn quotient(a: Decimal, b: Decimal) -> Option<Decimal> {
    a.checked_div(b).filter(|quotient| a.is_zero() || is_precise(*quotient))
}

/// True if the number has digits enough among the 28 behind the point.
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

pub(super) fn plus(call: &Call) -> Result<Value, Failure> {
    ADDITION.apply(call)
}

pub(super) fn minus(call: &Call) -> Result<Value, Failure> {
    SUBTRACTION.apply(call)
}

pub(super) fn times(call: &Call) -> Result<Value, Failure> {
    MULTIPLICATION.apply(call)
}

/// Divides. Two integers give an integer, rounded down.
pub(super) fn divided_by(call: &Call) -> Result<Value, Failure> {
    if operand(call).is_zero() { Err(ZERO) } else { DIVISION.apply(call) }
}

/// The remainder, with the sign of the divisor.
pub(super) fn modulo(call: &Call) -> Result<Value, Failure> {
    if operand(call).is_zero() { Err(ZERO) } else { REMAINDER.apply(call) }
}

/// The sum of the items, or of a property of theirs.
pub(super) fn sum(call: &Call) -> Result<Value, Failure> {
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

pub(super) fn at_least(call: &Call) -> Result<Value, Failure> {
    bounded(call, Ordering::Less)
}

pub(super) fn at_most(call: &Call) -> Result<Value, Failure> {
    bounded(call, Ordering::Greater)
}

/// The input, or the argument if the input stands in this order to it.
fn bounded(call: &Call, beyond: Ordering) -> Result<Value, Failure> {
    let (value, bound) = (Number::of(call.input).value()?, operand(call).value()?);
    Ok(if order(&value, &bound) == Some(beyond) { bound } else { value })
}

pub(super) fn abs(call: &Call) -> Result<Value, Failure> {
    match Number::of(call.input) {
        Number::Integer(integer) => {
            integer.checked_abs().map_or(Number::Decimal(Decimal::from(integer).abs()), Number::Integer)
        }
        Number::Decimal(decimal) => Number::Decimal(decimal.abs()),
        Number::Float(float) => Number::Float(float.abs()),
    }
    .value()
}

pub(super) fn ceil(call: &Call) -> Result<Value, Failure> {
    Number::of(call.input).whole(Decimal::ceil, f64::ceil).value()
}

pub(super) fn floor(call: &Call) -> Result<Value, Failure> {
    Number::of(call.input).whole(Decimal::floor, f64::floor).value()
}

/// Rounds to an integer, or to as many digits as the argument says; a half goes away from zero.
pub(super) fn round(call: &Call) -> Result<Value, Failure> {
    let number = Number::of(call.input);
    match operand(call).integer() {
        digits @ 1.. => to_digits(number, u32::try_from(digits).unwrap_or(u32::MAX)),
        0 => number.whole(half_away, f64::round),
        zeros => to_zeros(number, u32::try_from(zeros.unsigned_abs()).unwrap_or(u32::MAX)),
    }
    .value()
}

/// The number with as many digits behind the point as the argument says, 2 unless it says so; a half goes away from zero.
pub(super) fn to_fixed(call: &Call) -> Result<Value, Failure> {
    let digits = call.integer(0)?.unwrap_or(2);
    let digits = usize::try_from(digits).ok().filter(|digits| *digits <= MAX_FIXED);
    let digits = digits.ok_or(Failure::Unfit("Its argument must be a number of digits from 0 to 15."))?;
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

/// Rounds to so many digits behind the point.
fn to_digits(number: Number, digits: u32) -> Number {
    let decimal = match number {
        Number::Integer(_) => None,
        Number::Decimal(decimal) => Some(decimal),
        Number::Float(float) => float.to_string().parse().ok(),
    };
    decimal.map_or(number, |decimal| Number::Decimal(rounded(decimal, digits)))
}

/// Rounds to so many zeros before the point. A fraction cannot turn the scale.
fn to_zeros(number: Number, zeros: u32) -> Number {
    let Some(decimal) = number.decimal() else { return number.whole(half_away, f64::round) };
    let unit = 10_i128.checked_pow(zeros).and_then(|unit| Decimal::try_from_i128_with_scale(unit, 0).ok());
    let result = unit.and_then(|unit| half_away(&decimal.trunc().checked_div(unit)?).checked_mul(unit));
    Number::Decimal(result.unwrap_or_default()).whole(half_away, f64::round)
}

/// The number that the value is, `true` being 1.
pub(super) fn to_integer(call: &Call) -> Result<Value, Failure> {
    match call.input {
        Value::Bool(value) => Ok(Value::Integer((*value).into())),
        value => Number::of(value).value(),
    }
}

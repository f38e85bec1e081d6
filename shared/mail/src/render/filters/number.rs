//! Filters on numbers. What overflows an integer goes on as a float; what is no number becomes null.

use liquid_core::{Value, ValueView};

use super::super::print::length_of;
use super::Call;

/// The longest text that is read as a number.
const MAX_LENGTH: usize = 40;

#[derive(Debug, Clone, Copy)]
pub(super) enum Number {
    Integer(i64),
    Float(f64),
}

impl Number {
    /// The number a value is, or that its text spells.
    pub(super) fn of(value: &dyn ValueView) -> Option<Number> {
        if length_of(value) > MAX_LENGTH {
            return None;
        }
        let scalar = value.as_scalar()?;
        let number = scalar.to_integer().map(Number::Integer).or_else(|| scalar.to_float().map(Number::Float))?;
        number.float().is_finite().then_some(number)
    }

    #[expect(clippy::cast_precision_loss, reason = "Liquid's arithmetic on mixed numbers is in floats")]
    pub(super) fn float(self) -> f64 {
        match self {
            Number::Integer(integer) => integer as f64,
            Number::Float(float) => float,
        }
    }

    fn value(self) -> Value {
        match self {
            Number::Integer(integer) => Value::scalar(integer),
            Number::Float(float) => Value::scalar(float),
        }
    }
}

/// The integer a value is, with a fraction cut off.
pub(in super::super) fn integer_of(value: &dyn ValueView) -> Option<i64> {
    match Number::of(value)? {
        Number::Integer(integer) => Some(integer),
        Number::Float(float) => Some(truncated(float)),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a float beyond the range saturates, which is what is wanted")]
fn truncated(float: f64) -> i64 {
    float as i64
}

fn unary(call: &Call, apply: fn(Number) -> Number) -> Option<Value> {
    Number::of(call.input).map(apply).map(Number::value)
}

fn binary(call: &Call, exact: fn(i64, i64) -> Option<i64>, float: fn(f64, f64) -> f64) -> Option<Value> {
    let (a, b) = (Number::of(call.input)?, Number::of(call.argument(0)?)?);
    if let (Number::Integer(a), Number::Integer(b)) = (a, b)
        && let Some(result) = exact(a, b)
    {
        return Some(Value::scalar(result));
    }
    Some(float(a.float(), b.float())).filter(|result| result.is_finite()).map(Value::scalar)
}

pub(super) fn plus(call: &Call) -> Option<Value> {
    binary(call, i64::checked_add, |a, b| a + b)
}

pub(super) fn minus(call: &Call) -> Option<Value> {
    binary(call, i64::checked_sub, |a, b| a - b)
}

pub(super) fn times(call: &Call) -> Option<Value> {
    binary(call, i64::checked_mul, |a, b| a * b)
}

/// Divides. Two integers give an integer, rounded down.
pub(super) fn divided_by(call: &Call) -> Option<Value> {
    binary(call, floor_division, |a, b| a / b)
}

/// The remainder, with the sign of the divisor.
pub(super) fn modulo(call: &Call) -> Option<Value> {
    let exact = |a: i64, b: i64| floor_division(a, b).map(|quotient| a.wrapping_sub(quotient.wrapping_mul(b)));
    binary(call, exact, |a, b| a - b * (a / b).floor())
}

fn floor_division(a: i64, b: i64) -> Option<i64> {
    let (quotient, remainder) = (a.checked_div(b)?, a.checked_rem(b)?);
    Some(if remainder != 0 && (remainder < 0) != (b < 0) { quotient - 1 } else { quotient })
}

pub(super) fn at_least(call: &Call) -> Option<Value> {
    binary(call, |a, b| Some(a.max(b)), f64::max)
}

pub(super) fn at_most(call: &Call) -> Option<Value> {
    binary(call, |a, b| Some(a.min(b)), f64::min)
}

pub(super) fn abs(call: &Call) -> Option<Value> {
    unary(call, |number| match number {
        Number::Integer(integer) => integer.checked_abs().map_or(Number::Float(number.float().abs()), Number::Integer),
        Number::Float(float) => Number::Float(float.abs()),
    })
}

pub(super) fn ceil(call: &Call) -> Option<Value> {
    unary(call, |number| whole(number, f64::ceil))
}

pub(super) fn floor(call: &Call) -> Option<Value> {
    unary(call, |number| whole(number, f64::floor))
}

/// Rounds to an integer, or to as many digits as the argument says.
pub(super) fn round(call: &Call) -> Option<Value> {
    let digits = call.count(0, 0).unwrap_or(0).clamp(0, 15);
    let number = Number::of(call.input)?;
    let (Number::Float(float), true) = (number, digits > 0) else { return Some(whole(number, f64::round).value()) };
    let scale = 10_f64.powi(i32::try_from(digits).ok()?);
    let rounded = (float * scale).round() / scale;
    Some(Value::scalar(if rounded.is_finite() { rounded } else { float }))
}

fn whole(number: Number, round: fn(f64) -> f64) -> Number {
    match number {
        Number::Float(float) => Number::Integer(truncated(round(float))),
        Number::Integer(_) => number,
    }
}

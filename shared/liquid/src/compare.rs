//! Equality and order of values, for conditions and filters.

use std::cmp::Ordering;
use std::fmt::Write as _;

use crate::meter::{LimitExceeded, Meter};
use crate::print::{measure, text_of};
use crate::value::{Object, Value, truncated};

/// The work of comparing two values, without the work of comparing their texts.
const COMPARISON_COST: usize = 16;
/// The work of looking up a key.
const LOOKUP_COST: usize = 64;
/// The bytes that are compared in the time in which one byte is changed.
const COMPARED_BYTES: usize = 16;

/// True if the two values are equal: `1` and `1.0` are, `1` and `'1'` are not.
pub(crate) fn equal(a: &Value, b: &Value, meter: &Meter) -> Result<bool, LimitExceeded> {
    meter.spend_bytes(COMPARISON_COST)?;
    Ok(match (a, b) {
        (Value::Nil, Value::Nil) | (Value::Empty, Value::Empty) | (Value::Blank, Value::Blank) => true,
        (Value::Empty, other) | (other, Value::Empty) => other.is_empty(),
        (Value::Blank, other) | (other, Value::Blank) => {
            meter.spend_bytes(other.text_len())?;
            other.is_blank()
        }
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Range(a, b), Value::Range(c, d)) => (a, b) == (c, d),
        (Value::List(a), Value::List(b)) => a.len() == b.len() && all_equal(a, b, meter)?,
        (Value::Object(a), Value::Object(b)) => a.len() == b.len() && has_entries(a, b, meter)?,
        _ => pay_for_text(a, meter).map(|()| order(a, b) == Some(Ordering::Equal))?,
    })
}

fn pay_for_text(value: &Value, meter: &Meter) -> Result<(), LimitExceeded> {
    meter.spend_bytes(value.text_len() / COMPARED_BYTES)
}

fn all_equal(a: &[Value], b: &[Value], meter: &Meter) -> Result<bool, LimitExceeded> {
    for (a, b) in a.iter().zip(b) {
        if !equal(a, b, meter)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// True if `a` has every entry of `b`.
fn has_entries(a: &Object, b: &Object, meter: &Meter) -> Result<bool, LimitExceeded> {
    for (key, value) in b {
        meter.spend_bytes(LOOKUP_COST + key.len())?;
        let Some(other) = a.get(key) else { return Ok(false) };
        if !equal(other, value, meter)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The order of two numbers or of two texts. Any other two values have no order.
pub(crate) fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Integer(a), Value::Integer(b)) => Some(a.cmp(b)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Integer(a), Value::Float(b)) => integer_to_float(*a, *b),
        (Value::Float(a), Value::Integer(b)) => integer_to_float(*b, *a).map(Ordering::reverse),
        _ => Some(a.as_text()?.cmp(b.as_text()?)),
    }
}

/// Compares an integer with a float without rounding the integer, since a float cannot hold every integer beyond 2^53.
fn integer_to_float(integer: i64, float: f64) -> Option<Ordering> {
    /// 2^63, which is the first float beyond an `i64`.
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    if float.is_nan() {
        None
    } else if float >= BEYOND {
        Some(Ordering::Less)
    } else if float < -BEYOND {
        Some(Ordering::Greater)
    } else {
        Some(integer.cmp(&truncated(float)).then(0.0_f64.partial_cmp(&float.fract())?))
    }
}

/// True if `a` contains `b`: a text contains the text of `b`, an array an equal item, an object the key, a range the number. No
/// value contains `nil` or `false`.
pub(crate) fn contains(a: &Value, b: &Value, meter: &Meter) -> Result<bool, LimitExceeded> {
    if !b.is_truthy() {
        return Ok(false);
    }
    match a {
        Value::List(items) => {
            for item in items.iter() {
                if equal(item, b, meter)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Value::Range(from, to) => Ok(is_between(*from, b, *to)),
        Value::Object(entries) => pay_for_search(a, b, meter).map(|()| entries.contains_key(&*text_of(b))),
        Value::Text(text) | Value::Html(text) => pay_for_search(a, b, meter).map(|()| text.contains(&*text_of(b))),
        _ => Ok(false),
    }
}

fn pay_for_search(a: &Value, b: &Value, meter: &Meter) -> Result<(), LimitExceeded> {
    let needle = measure(b, meter)?;
    meter.spend_bytes(LOOKUP_COST + a.text_len() + needle)
}

fn is_between(from: i64, value: &Value, to: i64) -> bool {
    let is_at_least = |bound, other: &Value| order(other, &Value::Integer(bound)).is_some_and(Ordering::is_ge);
    is_at_least(from, value) && order(value, &Value::Integer(to)).is_some_and(Ordering::is_le)
}

/// A text that two values share if and only if they are equal. `empty` and `blank` share theirs with no other value.
pub(crate) fn identity(value: &Value) -> String {
    let mut out = String::new();
    write_identity(value, &mut out);
    out
}

/// Writes the identity of a value. Each text is written with its length, so that its end cannot be taken for the end of another
/// value.
fn write_identity(value: &Value, out: &mut String) {
    match value {
        Value::Text(text) | Value::Html(text) => write_sized(text, out),
        Value::List(items) => {
            out.push('[');
            items.iter().for_each(|item| write_identity(item, out));
            out.push(']');
        }
        Value::Object(entries) => {
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_unstable_by_key(|(key, _)| *key);
            out.push('{');
            for (key, item) in entries {
                write_sized(key, out);
                write_identity(item, out);
            }
            out.push('}');
        }
        Value::Float(float) if order(value, &Value::Integer(truncated(*float))) == Some(Ordering::Equal) => {
            write_identity(&Value::Integer(truncated(*float)), out);
        }
        Value::Nil | Value::Empty | Value::Blank => {
            let _ = write!(out, "{value:?};");
        }
        Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Range(..) => {
            let _ = write!(out, "{};", text_of(value));
        }
    }
}

fn write_sized(text: &str, out: &mut String) {
    let _ = write!(out, "'{}:{text}", text.len());
}

#[cfg(test)]
mod tests;

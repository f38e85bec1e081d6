//! Filters on arrays and on values of any kind.

use super::call::{FilterCall, FilterError, MAX_GROWTH};
use crate::meter::{LimitExceeded, Meter};
use crate::print::text_of;
use crate::value::Value;
use crate::variables;

/// The work of making an item.
const ITEM_COST: usize = 64;

/// The items of an array and of the arrays in it, or the numbers of a range. Null has no items, and any other value is its only
/// item.
pub(super) fn items(value: &Value, meter: &Meter) -> Result<Vec<Value>, LimitExceeded> {
    let mut items = Vec::new();
    match value {
        Value::List(_) => flatten(value, &mut items),
        _ => items = own_items(value, meter)?,
    }
    Ok(items)
}

fn flatten(value: &Value, out: &mut Vec<Value>) {
    match value {
        Value::List(items) => items.iter().for_each(|item| flatten(item, out)),
        _ => out.push(value.clone()),
    }
}

/// The items of a value as [`items`] gives them, but with arrays inside of an array left whole.
fn own_items(value: &Value, meter: &Meter) -> Result<Vec<Value>, LimitExceeded> {
    Ok(match value {
        Value::List(items) => items.to_vec(),
        Value::Range(from, to) => {
            pay_for_items(range_len(*from, *to), meter)?;
            (*from..=*to).map(Value::Integer).collect()
        }
        Value::Nil => Vec::new(),
        _ => vec![value.clone()],
    })
}

/// Spends the work of making `count` items.
pub(super) fn pay_for_items(count: usize, meter: &Meter) -> Result<(), LimitExceeded> {
    meter.spend_bytes(count.saturating_mul(ITEM_COST))
}

/// The count of the numbers in a range.
fn range_len(from: i64, to: i64) -> usize {
    if to < from { 0 } else { usize::try_from(to.abs_diff(from)).unwrap_or(usize::MAX).saturating_add(1) }
}

/// Replaces an input that is null, false or empty by the argument. With `allow_false: true` false is not replaced.
pub(super) fn default(call: &FilterCall) -> Result<Value, FilterError> {
    let is_word = matches!(call.input, Value::Empty | Value::Blank);
    let is_kept = call.allow_false && matches!(call.input, Value::Bool(false));
    let value = if is_kept || !(is_word || call.input.is_missing()) { Some(call.input) } else { call.argument(0) };
    Ok(value.cloned().unwrap_or_default())
}

/// The count of items, entries or characters. Any other value has 0.
pub(super) fn size(call: &FilterCall) -> Result<Value, FilterError> {
    let size = variables::size(call.input);
    Ok(if size.is_nil() { Value::Integer(0) } else { size })
}

/// The first item, the first entry as an array of key and value, or the first character.
pub(super) fn first(call: &FilterCall) -> Result<Value, FilterError> {
    Ok(variables::first(call.input))
}

/// The last item or character. An object has none.
pub(super) fn last(call: &FilterCall) -> Result<Value, FilterError> {
    Ok(variables::last(call.input))
}

pub(super) fn character(character: char) -> Value {
    Value::text(character.encode_utf8(&mut [0; 4]) as &str)
}

pub(super) fn reverse(call: &FilterCall) -> Result<Value, FilterError> {
    let mut items = items(call.input, call.meter)?;
    items.reverse();
    Ok(Value::list(items))
}

/// The items of both arrays.
pub(super) fn concat(call: &FilterCall) -> Result<Value, FilterError> {
    let Some(more @ (Value::List(_) | Value::Range(..))) = call.argument(0) else {
        return Err(FilterError::PartialResult(call.input.clone(), "Its argument must be an array."));
    };
    let mut items = items(call.input, call.meter)?;
    items.extend(own_items(more, call.meter)?);
    Ok(Value::list(items))
}

/// The array with the argument after its items.
pub(super) fn push(call: &FilterCall) -> Result<Value, FilterError> {
    changed(call, |items| items.push(call.argument(0).cloned().unwrap_or_default()))
}

/// The array without its last item.
pub(super) fn pop(call: &FilterCall) -> Result<Value, FilterError> {
    changed(call, |items| drop(items.pop()))
}

/// The array with the argument before its items.
pub(super) fn unshift(call: &FilterCall) -> Result<Value, FilterError> {
    changed(call, |items| items.insert(0, call.argument(0).cloned().unwrap_or_default()))
}

/// The array without its first item.
pub(super) fn shift(call: &FilterCall) -> Result<Value, FilterError> {
    changed(call, |items| drop(items.drain(..items.len().min(1))))
}

fn changed(call: &FilterCall, change: impl FnOnce(&mut Vec<Value>)) -> Result<Value, FilterError> {
    let mut items = own_items(call.input, call.meter)?;
    change(&mut items);
    Ok(Value::list(items))
}

/// Joins the items to one text, with the argument (a space) between them.
pub(super) fn join(call: &FilterCall) -> Result<Value, FilterError> {
    let separator = call.argument_text(0).unwrap_or_else(|| " ".into());
    let items = items(call.input, call.meter)?;
    call.meter.spend_bytes(separator.len().saturating_mul(items.len()).saturating_mul(MAX_GROWTH))?;
    Ok(Value::text(joined(&items, &separator)))
}

fn joined(items: &[Value], separator: &str) -> String {
    items.iter().map(text_of).collect::<Vec<_>>().join(separator)
}

/// The items as a list in English: `a, b, and c`. The argument stands for the `and`.
pub(super) fn array_to_sentence_string(call: &FilterCall) -> Result<Value, FilterError> {
    let connector = call.argument_text(0).unwrap_or_else(|| "and".into());
    let items = items(call.input, call.meter)?;
    Ok(Value::text(match items.split_last() {
        None => String::new(),
        Some((last, [])) => text_of(last).into_owned(),
        Some((last, [first])) => format!("{} {connector} {}", text_of(first), text_of(last)),
        Some((last, others)) => format!("{}, {connector} {}", joined(others, ", "), text_of(last)),
    }))
}

/// Takes items or characters from the position of the first argument on, which counts from the end if it is negative. The second
/// argument is the count, 1 if it is left out.
pub(super) fn slice(call: &FilterCall) -> Result<Value, FilterError> {
    let offset = call.integer(0)?.unwrap_or(0);
    let count = match call.argument(1) {
        Some(Value::Nil) => 1,
        _ => call.integer(1)?.unwrap_or(1),
    };
    if matches!(call.input, Value::List(_) | Value::Range(..)) {
        let items = own_items(call.input, call.meter)?;
        let (skipped, taken) = window(items.len(), offset, count);
        return Ok(Value::list(items.into_iter().skip(skipped).take(taken).collect()));
    }
    let text = call.text();
    let (skipped, taken) = window(text.chars().count(), offset, count);
    Ok(Value::text(text.chars().skip(skipped).take(taken).collect::<String>()))
}

/// The counts of items that are skipped and taken of `length`. None are taken if the position is before the first or the count is
/// negative.
fn window(length: usize, offset: i64, count: i64) -> (usize, usize) {
    let distance = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
    let start = if offset < 0 { length.checked_sub(distance) } else { Some(distance) };
    start.map_or((0, 0), |start| (start, usize::try_from(count).unwrap_or(0)))
}

//! Filters on arrays and objects, and those on values of any kind.

use std::cmp::Ordering;
use std::collections::HashSet;

use liquid_core::{Value, ValueView};

use super::super::chain::is_missing;
use super::super::condition::{equal, is_truthy};
use super::super::meter::{Limit, Meter};
use super::super::print::{is_string, string, text_of};
use super::Call;
use super::number::Number;

/// The items of an array; anything else is an array of itself, and null is empty.
fn items(value: &dyn ValueView) -> Vec<&dyn ValueView> {
    match value.as_array() {
        Some(array) => array.values().collect(),
        None if value.is_nil() => Vec::new(),
        None => vec![value],
    }
}

fn array<'c>(items: impl IntoIterator<Item = &'c dyn ValueView>) -> Value {
    Value::array(items.into_iter().map(ValueView::to_value))
}

fn property<'c>(item: &'c dyn ValueView, name: &str) -> Option<&'c dyn ValueView> {
    item.as_object()?.get(name)
}

/// The argument if the input is null, false or empty.
pub(super) fn default(call: &Call) -> Option<Value> {
    let value = if is_missing(call.input) { call.argument(0)? } else { call.input };
    Some(value.to_value())
}

/// How many items or characters there are.
pub(super) fn size(call: &Call) -> Option<Value> {
    if let Some(array) = call.input.as_array() {
        return Some(Value::scalar(array.size()));
    }
    match call.input.as_object() {
        Some(object) => Some(Value::scalar(object.size())),
        None => Some(Value::scalar(i64::try_from(call.text().chars().count()).unwrap_or(i64::MAX))),
    }
}

pub(super) fn first(call: &Call) -> Option<Value> {
    match call.input.as_array() {
        Some(array) => array.first().map(ValueView::to_value),
        None => call.text().chars().next().map(string),
    }
}

pub(super) fn last(call: &Call) -> Option<Value> {
    match call.input.as_array() {
        Some(array) => array.last().map(ValueView::to_value),
        None => call.text().chars().next_back().map(string),
    }
}

pub(super) fn reverse(call: &Call) -> Option<Value> {
    Some(array(items(call.input).into_iter().rev()))
}

pub(super) fn concat(call: &Call) -> Option<Value> {
    Some(array(items(call.input).into_iter().chain(items(call.argument(0)?))))
}

/// The items that are not null, or whose property is not.
pub(super) fn compact(call: &Call) -> Option<Value> {
    let name = call.argument_text(0);
    let is_there = |item: &&dyn ValueView| match &name {
        Some(name) => property(*item, name).is_some_and(|value| !value.is_nil()),
        None => !item.is_nil(),
    };
    Some(array(items(call.input).into_iter().filter(is_there)))
}

/// The property of each item that has it.
pub(super) fn map(call: &Call) -> Option<Value> {
    let name = call.argument_text(0)?;
    Some(array(items(call.input).into_iter().filter_map(|item| property(item, &name))))
}

/// The items whose property is the second argument, or with one argument is neither null nor false.
pub(super) fn matching(call: &Call, meter: &Meter) -> Result<Option<Value>, Limit> {
    let Some(name) = call.argument_text(0) else { return Ok(None) };
    let mut kept = Vec::new();
    for item in items(call.input) {
        let value = property(item, &name);
        let fits = match (value, call.argument(1)) {
            (Some(value), Some(target)) => equal(value, target, meter)?,
            (value, None) => value.is_some_and(is_truthy),
            (None, Some(_)) => false,
        };
        if fits {
            kept.push(item);
        }
    }
    Ok(Some(array(kept)))
}

/// The items without those that print like an earlier one.
pub(super) fn uniq(call: &Call, meter: &Meter) -> Result<Option<Value>, Limit> {
    let items = items(call.input);
    pay_for_keys(items.len(), meter)?;
    let mut seen = HashSet::new();
    Ok(Some(array(items.into_iter().filter(|item| seen.insert((is_string(*item), text_of(*item).into_owned()))))))
}

pub(super) fn join(call: &Call, meter: &Meter) -> Result<Option<Value>, Limit> {
    let separator = call.argument_text(0).unwrap_or_else(|| " ".into());
    let items = items(call.input);
    meter.spend_bytes(separator.len().saturating_mul(items.len()))?;
    let texts: Vec<_> = items.into_iter().map(text_of).collect();
    Ok(Some(string(texts.join(&separator))))
}

/// In the order of numbers, then texts, then the rest, null last; by a property if one is named.
pub(super) fn sort(call: &Call, meter: &Meter) -> Result<Option<Value>, Limit> {
    sorted(call, meter, |value| Key::of(value, false))
}

/// As [`sort`], without regard to case.
pub(super) fn sort_natural(call: &Call, meter: &Meter) -> Result<Option<Value>, Limit> {
    sorted(call, meter, |value| Key::of(value, true))
}

fn sorted(call: &Call, meter: &Meter, key: fn(&dyn ValueView) -> Key) -> Result<Option<Value>, Limit> {
    let name = call.argument_text(0);
    let mut items = items(call.input);
    pay_for_keys(items.len(), meter)?;
    items.sort_by_cached_key(|item| match &name {
        Some(name) => property(*item, name).map_or(Key::Null, key),
        None => key(*item),
    });
    Ok(Some(array(items)))
}

/// Each key costs some comparisons and a place in memory.
fn pay_for_keys(count: usize, meter: &Meter) -> Result<(), Limit> {
    meter.spend_bytes(count.saturating_mul(100))
}

/// What values are sorted by: a total order, whatever they are.
enum Key {
    Number(f64),
    Text(String),
    Other(String),
    Null,
}

impl Key {
    fn of(value: &dyn ValueView, fold_case: bool) -> Key {
        if value.is_nil() {
            return Key::Null;
        }
        let text = text_of(value).into_owned();
        match Number::of(value) {
            _ if is_string(value) => Key::Text(if fold_case { text.to_lowercase() } else { text }),
            Some(number) => Key::Number(number.float()),
            None => Key::Other(text),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Key::Number(_) => 0,
            Key::Text(_) => 1,
            Key::Other(_) => 2,
            Key::Null => 3,
        }
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Key) -> Ordering {
        match (self, other) {
            (Key::Number(a), Key::Number(b)) => a.total_cmp(b),
            (Key::Text(a), Key::Text(b)) | (Key::Other(a), Key::Other(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Key) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Key {}

/// As many items or characters (1 unless said) from a place on, counted from the end if it is negative.
pub(super) fn slice(call: &Call) -> Option<Value> {
    let (offset, count) = (call.count(0, 0)?, call.count(1, 1)?);
    let text = call.text();
    let length = call.input.as_array().map_or_else(|| text.chars().count(), |array| array.values().count());
    let back = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
    let start = if offset < 0 { length.checked_sub(back)? } else { back };
    let count = usize::try_from(count).unwrap_or(0);
    Some(match call.input.as_array() {
        Some(items) => array(items.values().skip(start).take(count)),
        None => string(text.chars().skip(start).take(count).collect::<String>()),
    })
}

//! Filters that read a property of each item.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::call::{FilterCall, FilterError};
use super::list::{character, items, pay_for_items};
use crate::compare::{equal, identity};
use crate::meter::Meter;
use crate::print::text_of;
use crate::value::{Object, Value};

/// The work of looking up a property, without the work of reading its name.
const LOOKUP_COST: usize = 32;
/// The work of keeping the identity of a value, without the work of reading the value.
const IDENTITY_COST: usize = 100;
/// The work of making a group.
const GROUP_COST: usize = 512;

/// The property of an item, as Ruby indexes it: the entry of an object, the searched characters of a text, or a bit of an integer.
/// `None` if items of this kind have no properties, for which the whole filter gives null.
pub(super) fn property(item: &Value, name: &Value, meter: &Meter) -> Result<Option<Value>, FilterError> {
    meter.spend_bytes(LOOKUP_COST + name.text_len())?;
    match (item, name) {
        (Value::Object(entries), Value::Text(_) | Value::Html(_) | Value::Integer(_)) => {
            Ok(Some(entry(entries, &text_of(name)).cloned().unwrap_or_default()))
        }
        (Value::Object(_), _) => Ok(Some(Value::Nil)),
        (Value::Text(text) | Value::Html(text), Value::Text(part) | Value::Html(part)) => {
            Ok(Some(if text.contains(&**part) { Value::Text(part.clone()) } else { Value::Nil }))
        }
        (Value::Text(text) | Value::Html(text), Value::Integer(index)) => Ok(Some(character_at(text, *index))),
        (Value::Integer(number), Value::Integer(index)) => Ok(Some(Value::Integer(bit(*number, *index)))),
        (Value::Text(_) | Value::Html(_) | Value::Integer(_), name) if !name.is_nil() => {
            Err(FilterError::InvalidInput("An item of the array is a number or a text, which has no such property."))
        }
        _ => Ok(None),
    }
}

/// The entry of this name, or else the value at the end of the path that the name spells with points.
fn entry<'o>(entries: &'o Object, name: &str) -> Option<&'o Value> {
    if let Some(value) = entries.get(name) {
        return Some(value);
    }
    let (first, rest) = name.split_once('.')?;
    let step = |value: &'o Value, key: &str| match value {
        Value::Object(entries) => entries.get(key),
        Value::List(items) => items.get(key.parse::<usize>().ok()?),
        _ => None,
    };
    rest.split('.').try_fold(entries.get(first)?, step)
}

fn character_at(text: &str, index: i64) -> Value {
    let distance = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
    let found = if index < 0 { text.chars().nth_back(distance - 1) } else { text.chars().nth(distance) };
    found.map_or(Value::Nil, character)
}

fn bit(number: i64, index: i64) -> i64 {
    match u32::try_from(index) {
        Ok(index) => (number >> index.min(63)) & 1,
        Err(_) if index < 0 => 0,
        Err(_) => i64::from(number < 0),
    }
}

/// The argument that names a property, `None` if it is left out or null.
pub(super) fn name_of<'c>(call: &FilterCall<'c>) -> Option<&'c Value> {
    call.argument(0).filter(|name| !name.is_nil())
}

/// Pairs of a key and an item. The key is the item's property or, if no property is named, the item itself.
pub(super) type Keyed = Vec<(Value, Value)>;

/// The items with their keys. `None` if an item has no properties.
pub(super) fn keyed(call: &FilterCall, items: Vec<Value>) -> Result<Option<Keyed>, FilterError> {
    pay_for_items(items.len(), call.meter)?;
    let Some(name) = name_of(call) else {
        return Ok(Some(items.into_iter().map(|item| (item.clone(), item)).collect()));
    };
    let key = |item: Value| Ok(property(&item, name, call.meter)?.map(|key| (key, item)));
    items.into_iter().map(key).collect()
}

/// True if the property of the item equals the second argument or, without a second argument, is neither null nor false. `None` if
/// the item has no properties.
fn matches(item: &Value, call: &FilterCall) -> Result<Option<bool>, FilterError> {
    let name = call.argument(0).unwrap_or(&Value::Nil);
    let Some(value) = property(item, name, call.meter)? else { return Ok(None) };
    Ok(Some(match call.argument(1).filter(|target| !target.is_nil()) {
        Some(target) => equal(&value, target, call.meter)?,
        None => value.is_truthy(),
    }))
}

/// Keeps the items that match. This is the filter `where`.
pub(super) fn keep(call: &FilterCall) -> Result<Value, FilterError> {
    filtered(call, true)
}

/// Keeps the items that do not match.
pub(super) fn reject(call: &FilterCall) -> Result<Value, FilterError> {
    filtered(call, false)
}

fn filtered(call: &FilterCall, keeps_matches: bool) -> Result<Value, FilterError> {
    let mut kept = Vec::new();
    for item in items(call.input, call.meter)? {
        match matches(&item, call)? {
            None => return Ok(Value::Nil),
            Some(is_match) if is_match == keeps_matches => kept.push(item),
            Some(_) => {}
        }
    }
    Ok(Value::list(kept))
}

/// The result of a search for an item that matches.
enum Search {
    Found(usize, Value),
    NotFound,
    /// The search met an item without properties.
    Impossible,
}

fn search(call: &FilterCall) -> Result<Search, FilterError> {
    for (index, item) in items(call.input, call.meter)?.into_iter().enumerate() {
        match matches(&item, call)? {
            None => return Ok(Search::Impossible),
            Some(true) => return Ok(Search::Found(index, item)),
            Some(false) => {}
        }
    }
    Ok(Search::NotFound)
}

/// The first item that matches.
pub(super) fn find(call: &FilterCall) -> Result<Value, FilterError> {
    Ok(match search(call)? {
        Search::Found(_, item) => item,
        Search::NotFound | Search::Impossible => Value::Nil,
    })
}

/// The index of the first item that matches, from 0 on.
pub(super) fn find_index(call: &FilterCall) -> Result<Value, FilterError> {
    Ok(match search(call)? {
        Search::Found(index, _) => Value::count(index),
        Search::NotFound | Search::Impossible => Value::Nil,
    })
}

/// True if an item matches.
pub(super) fn has(call: &FilterCall) -> Result<Value, FilterError> {
    Ok(match search(call)? {
        Search::Found(..) => Value::Bool(true),
        Search::NotFound => Value::Bool(false),
        Search::Impossible => Value::Nil,
    })
}

/// The property of each item.
pub(super) fn map(call: &FilterCall) -> Result<Value, FilterError> {
    let name = call.argument(0).unwrap_or(&Value::Nil);
    let value = |item| Ok(property(&item, name, call.meter)?.unwrap_or_default());
    Ok(Value::list(items(call.input, call.meter)?.into_iter().map(value).collect::<Result<_, FilterError>>()?))
}

/// The items that are not null, or whose property is not null.
pub(super) fn compact(call: &FilterCall) -> Result<Value, FilterError> {
    let items = items(call.input, call.meter)?;
    let Some(keyed) = keyed(call, items)? else { return Ok(Value::Nil) };
    Ok(Value::list(keyed.into_iter().filter(|(key, _)| !key.is_nil()).map(|(_, item)| item).collect()))
}

/// The items without duplicates, or without items whose property is that of an earlier item.
pub(super) fn uniq(call: &FilterCall) -> Result<Value, FilterError> {
    let items = items(call.input, call.meter)?;
    let Some(keyed) = keyed(call, items)? else { return Ok(Value::Nil) };
    call.meter.spend_bytes(keyed.len().saturating_mul(IDENTITY_COST))?;
    let mut seen = HashSet::new();
    let is_new = |(key, _): &(Value, Value)| seen.insert(identity(key));
    Ok(Value::list(keyed.into_iter().filter(is_new).map(|(_, item)| item).collect()))
}

/// Groups the items by their property, as objects with `name`, the property, and `items`.
pub(super) fn group_by(call: &FilterCall) -> Result<Value, FilterError> {
    let items = items(call.input, call.meter)?;
    let Some(keyed) = keyed(call, items)? else { return Ok(Value::Nil) };
    call.meter.spend_bytes(keyed.len().saturating_mul(IDENTITY_COST + GROUP_COST))?;
    let mut groups: IndexMap<String, (Value, Vec<Value>)> = IndexMap::new();
    for (key, item) in keyed {
        groups.entry(identity(&key)).or_insert_with(|| (key, Vec::new())).1.push(item);
    }
    Ok(Value::list(groups.into_values().map(|(name, items)| group(name, items)).collect()))
}

fn group(name: Value, items: Vec<Value>) -> Value {
    let entries = [("name".into(), name), ("items".into(), Value::list(items))];
    Value::Object(Object::from_iter(entries).into())
}

//! Filters that look at a property of each item.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::list::{character, items, pay_for_items};
use super::{Call, Failure};
use crate::compare::{equal, identity};
use crate::meter::Meter;
use crate::print::text_of;
use crate::value::{Object, Value};

/// The work of looking up a property beside that of reading its name.
const LOOKUP: usize = 32;
/// The work of keeping a value's identity beside that of reading the value.
const IDENTITY: usize = 100;
/// The work of making a group.
const GROUP: usize = 512;

/// The item's property: an entry of an object, the characters themselves if a text has them, a bit of a number, as Ruby indexes
/// them. `None` if an item of this kind has no properties at all, for which the whole filter gives null.
pub(super) fn property(item: &Value, name: &Value, meter: &Meter) -> Result<Option<Value>, Failure> {
    meter.spend_bytes(LOOKUP + name.text_len())?;
    match (item, name) {
        (Value::Object(entries), Value::Text(_) | Value::Markup(_) | Value::Integer(_)) => {
            Ok(Some(entry(entries, &text_of(name)).cloned().unwrap_or_default()))
        }
        (Value::Object(_), _) => Ok(Some(Value::Nil)),
        (Value::Text(text) | Value::Markup(text), Value::Text(part) | Value::Markup(part)) => {
            Ok(Some(if text.contains(&**part) { Value::Text(part.clone()) } else { Value::Nil }))
        }
        (Value::Text(text) | Value::Markup(text), Value::Integer(index)) => Ok(Some(character_at(text, *index))),
        (Value::Integer(number), Value::Integer(index)) => Ok(Some(Value::Integer(bit(*number, *index)))),
        (Value::Text(_) | Value::Markup(_) | Value::Integer(_), name) if !name.is_nil() => {
            Err(Failure::Unfit("An item of the array is a number or a text, which has no such property."))
        }
        _ => Ok(None),
    }
}

/// The entry of this name, or else the one at the end of the path with points.
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
pub(super) fn name_of<'c>(call: &Call<'c>) -> Option<&'c Value> {
    call.argument(0).filter(|name| !name.is_nil())
}

/// Items, each behind its property or, if none is named, behind itself.
pub(super) type Keyed = Vec<(Value, Value)>;

/// The items with their properties. `None` if an item has no properties.
pub(super) fn keyed(call: &Call, items: Vec<Value>) -> Result<Option<Keyed>, Failure> {
    pay_for_items(items.len(), call.meter)?;
    let Some(name) = name_of(call) else {
        return Ok(Some(items.into_iter().map(|item| (item.clone(), item)).collect()));
    };
    let key = |item: Value| Ok(property(&item, name, call.meter)?.map(|key| (key, item)));
    items.into_iter().map(key).collect()
}

/// True if the property equals the second argument, or without one is neither null nor false.
fn fits(item: &Value, call: &Call) -> Result<Option<bool>, Failure> {
    let name = call.argument(0).unwrap_or(&Value::Nil);
    let Some(value) = property(item, name, call.meter)? else { return Ok(None) };
    Ok(Some(match call.argument(1).filter(|target| !target.is_nil()) {
        Some(target) => equal(&value, target, call.meter)?,
        None => value.is_truthy(),
    }))
}

/// The items that fit.
pub(super) fn keep(call: &Call) -> Result<Value, Failure> {
    filtered(call, true)
}

/// The items that do not fit.
pub(super) fn reject(call: &Call) -> Result<Value, Failure> {
    filtered(call, false)
}

fn filtered(call: &Call, wanted: bool) -> Result<Value, Failure> {
    let mut kept = Vec::new();
    for item in items(call.input, call.meter)? {
        match fits(&item, call)? {
            None => return Ok(Value::Nil),
            Some(fits) if fits == wanted => kept.push(item),
            Some(_) => {}
        }
    }
    Ok(Value::list(kept))
}

/// The end of a search for an item that fits.
enum Search {
    Found(usize, Value),
    NotFound,
    /// An item without properties came before.
    Impossible,
}

fn search(call: &Call) -> Result<Search, Failure> {
    for (index, item) in items(call.input, call.meter)?.into_iter().enumerate() {
        match fits(&item, call)? {
            None => return Ok(Search::Impossible),
            Some(true) => return Ok(Search::Found(index, item)),
            Some(false) => {}
        }
    }
    Ok(Search::NotFound)
}

/// The first item that fits.
pub(super) fn find(call: &Call) -> Result<Value, Failure> {
    Ok(match search(call)? {
        Search::Found(_, item) => item,
        Search::NotFound | Search::Impossible => Value::Nil,
    })
}

/// The place of the first item that fits, counted from 0.
pub(super) fn find_index(call: &Call) -> Result<Value, Failure> {
    Ok(match search(call)? {
        Search::Found(index, _) => Value::count(index),
        Search::NotFound | Search::Impossible => Value::Nil,
    })
}

/// True if an item fits.
pub(super) fn has(call: &Call) -> Result<Value, Failure> {
    Ok(match search(call)? {
        Search::Found(..) => Value::Bool(true),
        Search::NotFound => Value::Bool(false),
        Search::Impossible => Value::Nil,
    })
}

/// The property of each item.
pub(super) fn map(call: &Call) -> Result<Value, Failure> {
    let name = call.argument(0).unwrap_or(&Value::Nil);
    let value = |item| Ok(property(&item, name, call.meter)?.unwrap_or_default());
    Ok(Value::list(items(call.input, call.meter)?.into_iter().map(value).collect::<Result<_, Failure>>()?))
}

/// The items that are not null, or whose property is not.
pub(super) fn compact(call: &Call) -> Result<Value, Failure> {
    let items = items(call.input, call.meter)?;
    let Some(keyed) = keyed(call, items)? else { return Ok(Value::Nil) };
    Ok(Value::list(keyed.into_iter().filter(|(key, _)| !key.is_nil()).map(|(_, item)| item).collect()))
}

/// The items without those that equal an earlier one, or whose property does.
pub(super) fn uniq(call: &Call) -> Result<Value, Failure> {
    let items = items(call.input, call.meter)?;
    let Some(keyed) = keyed(call, items)? else { return Ok(Value::Nil) };
    call.meter.spend_bytes(keyed.len().saturating_mul(IDENTITY))?;
    let mut seen = HashSet::new();
    let is_new = |(key, _): &(Value, Value)| seen.insert(identity(key));
    Ok(Value::list(keyed.into_iter().filter(is_new).map(|(_, item)| item).collect()))
}

/// The items that share a property, as objects of `name`, the property, and `items`.
pub(super) fn group_by(call: &Call) -> Result<Value, Failure> {
    let items = items(call.input, call.meter)?;
    let Some(keyed) = keyed(call, items)? else { return Ok(Value::Nil) };
    call.meter.spend_bytes(keyed.len().saturating_mul(IDENTITY + GROUP))?;
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

//! The filters `sort` and `sort_natural`.

use std::cmp::Ordering;

use super::call::{FilterCall, FilterError};
use super::list::items;
use super::select::{Keyed, keyed};
use crate::compare::{equal, order};
use crate::meter::Meter;
use crate::print::text_of;
use crate::value::Value;

/// The work of comparing an item with the others. A sort leaves most comparisons out.
const COMPARISON_COST: usize = 100;

/// Sorts numbers or texts, or items by a property, with null last.
pub(super) fn sort(call: &FilterCall) -> Result<Value, FilterError> {
    let Some(keyed) = to_be_sorted(call)? else { return Ok(Value::Nil) };
    if !are_comparable(&keyed, call.meter)? {
        let reason = "Values of different kinds, such as numbers and texts, have no order.";
        return Err(FilterError::PartialResult(call.input.clone(), reason));
    }
    Ok(in_order(keyed))
}

/// Sorts values by their texts without regard to case, with null last.
pub(super) fn sort_natural(call: &FilterCall) -> Result<Value, FilterError> {
    let Some(mut keyed) = to_be_sorted(call)? else { return Ok(Value::Nil) };
    for (key, _) in keyed.iter_mut().filter(|(key, _)| !key.is_nil()) {
        *key = Value::text(text_of(key).to_lowercase());
    }
    Ok(in_order(keyed))
}

fn to_be_sorted(call: &FilterCall) -> Result<Option<Keyed>, FilterError> {
    let items = items(call.input, call.meter)?;
    call.meter.spend_bytes(items.len().saturating_mul(COMPARISON_COST))?;
    keyed(call, items)
}

/// True if the keys that are not null are all numbers, all texts, or all equal.
fn are_comparable(keyed: &Keyed, meter: &Meter) -> Result<bool, FilterError> {
    let mut keys = keyed.iter().map(|(key, _)| key).filter(|key| !key.is_nil());
    let Some(first) = keys.next() else { return Ok(true) };
    for key in keys {
        if order(first, key).is_none() && !equal(first, key, meter)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn in_order(mut keyed: Keyed) -> Value {
    keyed.sort_by(|(a, _), (b, _)| null_last(a, b));
    Value::list(keyed.into_iter().map(|(_, item)| item).collect())
}

fn null_last(a: &Value, b: &Value) -> Ordering {
    a.is_nil().cmp(&b.is_nil()).then_with(|| order(a, b).unwrap_or(Ordering::Equal))
}

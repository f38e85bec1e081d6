//! The limit of a contact's data, and how it is kept whatever is merged at once.
//!
//! DynamoDB cannot add up an item's attributes in a condition. So the item keeps an upper bound of its data's bytes. A merge adds the
//! bytes that it stores to the bound, on condition that the sum is within the limit; it cannot subtract what it replaces or removes,
//! which it does not know. Where the condition fails, DynamoDB hands back the item, from which the exact figure after the merge
//! follows: the data does not fit and nothing was changed, or the merge is written and lowers the bound by what it was too high. That
//! holds for whatever rivals added or removed in between, as long as nobody else lowered the bound, and it is written on that condition.
//! So rivals that add data are not in the way of a merge that counts, unless there is no room for both.
//!
//! Most merges thus stay one call. A second one is needed now and then by whoever overwrites the same keys again and again, and once
//! for the first data of a contact that has no bound: one that was made by a merge without data or by a bounce, or before there was
//! a bound.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::attributes::{data_of, size};
use crate::{
    data::Data,
    item::{Item, number},
};

/// The most bytes of data that a contact may hold: for each key its attribute's name, which has five bytes more than the key, and the
/// JSON text of its value. DynamoDB measures an item in the same way, so the item has at most these and its marks. One that
/// holds more, from before there was this limit, may lose data and not gain any. A value takes at least two bytes, so these are at
/// most 32,768 values.
pub const MAX_DATA_BYTES: usize = 64 * 1024;

/// The figures that an item keeps of its data's size. Both are absent if its data was never counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Bound {
    /// Its data has at most so many bytes.
    pub bytes: Option<u64>,
    /// The number of exact counts of its data. With each count the bound may fall, so the bound alone would not tell that data was
    /// added: it may have fallen and risen to the same figure.
    pub counts: Option<u64>,
}

impl Bound {
    pub(super) fn of(item: &Item) -> Self {
        let number = |name: &str| item.get(name)?.as_n().ok()?.parse().ok();
        Self { bytes: number("data_bytes"), counts: number("data_counts") }
    }
}

/// The way in which one write of a merge keeps the data within the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SizeCheck {
    /// The merge stores no data: there is nothing to check.
    NotNeeded,
    /// Adds so many bytes to the bound, on condition that it stays within the limit or that there is no contact.
    Add(usize),
    /// Moves the bound from what was read to the bytes that there are after the merge, and by as much if rivals moved it since, on
    /// condition that none of them counted and that they left room.
    Recount {
        /// Bytes of data after the merge, without what rivals added since.
        bytes: usize,
        /// The bound that was read.
        read: Bound,
    },
}

impl SizeCheck {
    /// For the first write of a merge.
    #[must_use]
    pub fn first(data: &Data) -> Self {
        if data.stored.is_empty() { Self::NotNeeded } else { Self::Add(stored_bytes(data)) }
    }

    /// For the next write, after one whose condition failed on a contact with this bound, and these keys and lengths of values.
    /// `None` if the data does not fit.
    pub fn next<'a>(data: &Data, bound: Bound, held: impl Iterator<Item = (&'a str, usize)>) -> Option<Self> {
        let added = stored_bytes(data);
        if bound.bytes.is_some_and(|bytes| bytes <= room_for(added)) {
            return Some(Self::Add(added));
        }
        let (mut before, mut kept) = (0, 0);
        for (key, length) in held {
            let size = size(key, length);
            before += size;
            kept += if data.changes(key) { 0 } else { size };
        }
        let bytes = kept + added;
        (bytes <= MAX_DATA_BYTES || bytes <= before).then_some(Self::Recount { bytes, read: bound })
    }

    pub(super) fn after_failure(data: &Data, item: &Item) -> Option<Self> {
        Self::next(data, Bound::of(item), data_of(item))
    }

    /// The bound after the write on a contact (`exists`) with this bound, `None` if the condition fails.
    #[must_use]
    pub fn admit(self, exists: bool, bound: Bound) -> Option<Bound> {
        match self {
            Self::NotNeeded => Some(bound),
            Self::Add(added) => {
                let is_admitted = !exists || bound.bytes.is_some_and(|bytes| bytes <= room_for(added));
                let bytes = Some(bound.bytes.unwrap_or(0) + added as u64);
                is_admitted.then_some(Bound { bytes, ..bound })
            }
            Self::Recount { bytes, read } => {
                let has_room = match (read.bytes, bound.bytes) {
                    (Some(read), Some(bound)) => bound <= highest(bytes, read),
                    (read, bound) => read == bound,
                };
                let moved = (bound.bytes.unwrap_or(0) + bytes as u64).saturating_sub(read.bytes.unwrap_or(0));
                let counts = Some(read.counts.unwrap_or(0) + 1);
                (has_room && bound.counts == read.counts).then_some(Bound { bytes: Some(moved), counts })
            }
        }
    }

    /// The write as expressions for DynamoDB: the assignments, and the condition. Adds the values that both need.
    pub(super) fn expressions(self, values: &mut HashMap<String, AttributeValue>) -> Option<(&'static str, String)> {
        let mut value = |name: &str, figure: i128| {
            values.insert(name.to_owned(), number(figure));
        };
        match self {
            Self::NotNeeded => None,
            Self::Add(added) => {
                value(":added", added as i128);
                value(":room", room_for(added).into());
                value(":zero", 0);
                Some((
                    "data_bytes = if_not_exists(data_bytes, :zero) + :added",
                    "attribute_not_exists(pk) OR data_bytes <= :room".to_owned(),
                ))
            }
            Self::Recount { bytes, read } => Some(count(bytes, read, &mut value)),
        }
    }
}

/// The expressions of a count, and the values that they need.
fn count(bytes: usize, read: Bound, value: &mut impl FnMut(&str, i128)) -> (&'static str, String) {
    value(":counts", (read.counts.unwrap_or(0) + 1).into());
    let counted = if let Some(counts) = read.counts {
        value(":counted", counts.into());
        "data_counts = :counted"
    } else {
        "attribute_not_exists(data_counts)"
    };
    let (set, has_room) = if let Some(bound) = read.bytes {
        value(":most", highest(bytes, bound).into());
        value(":moved", bytes as i128 - i128::from(bound));
        ("data_bytes = data_bytes + :moved, data_counts = :counts", "data_bytes <= :most")
    } else {
        value(":bytes", bytes as i128);
        ("data_bytes = :bytes, data_counts = :counts", "attribute_not_exists(data_bytes)")
    };
    (set, format!("{has_room} AND {counted}"))
}

/// The highest bound with which a count of so many bytes may still be written: rivals may have taken the room that it leaves.
fn highest(bytes: usize, read: u64) -> u64 {
    read + room_for(bytes)
}

/// The highest bound to which so many bytes can be added.
fn room_for(added: usize) -> u64 {
    MAX_DATA_BYTES.saturating_sub(added) as u64
}

fn stored_bytes(data: &Data) -> usize {
    data.stored_texts().map(|(key, text)| size(key, text.len())).sum()
}

#[cfg(test)]
mod tests {
    use posthorn_errors::FieldErrors;
    use serde_json::{Value, json};

    use super::*;
    use crate::in_memory::ContactData;

    fn data(value: &Value) -> Data {
        Data::check(Some(value), &mut FieldErrors::default())
    }

    /// The writes of a merge, before each of which a rival makes a merge.
    fn writes(contact: &mut ContactData, mine: &Data, rivals: &Data) -> usize {
        let mut check = SizeCheck::first(mine);
        for write in 1.. {
            let mut next = SizeCheck::first(rivals);
            while !contact.write(rivals, next) {
                next = contact.next(rivals).unwrap();
            }
            if contact.write(mine, check) {
                return write;
            }
            check = contact.next(mine).unwrap();
        }
        unreachable!("it is written, or its test does not end");
    }

    #[test]
    fn a_rival_that_adds_before_every_write_keeps_no_merge_out() {
        for bytes in [None, Some(60_000)] {
            let held = [("a".to_owned(), "x".repeat(10_000))].into();
            let mut contact = ContactData { exists: true, data: held, bound: Bound { bytes, counts: None } };
            let mine = data(&json!({"mine": "x".repeat(20_000)}));
            assert_eq!(writes(&mut contact, &mine, &data(&json!({"rival": 1}))), if bytes.is_none() { 1 } else { 2 });
            assert!(contact.bound.bytes.unwrap() >= contact.bytes() as u64);
            assert!(contact.bound.bytes.unwrap() <= contact.bytes() as u64 + 100);
        }
    }

    /// As DynamoDB measures an item: names and values of attributes.
    #[test]
    fn a_key_takes_the_bytes_of_its_attribute() {
        assert_eq!(
            stored_bytes(&data(&json!({"a": 1, "ü": "x", "gone": null}))),
            "data:a1".len() + r#"data:ü"x""#.len()
        );
    }
}

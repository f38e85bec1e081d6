//! How much data a contact may hold, and how that holds whatever is merged at once.
//!
//! DynamoDB cannot add up an item's attributes in a condition. So the item keeps an upper bound of its data's bytes. A merge adds the
//! bytes that it stores to the bound, on condition that the sum is within the limit; it cannot subtract what it replaces or removes,
//! which it does not know. Where the condition fails, DynamoDB hands back the item, from which the exact figure after the merge
//! follows: the data does not fit and nothing was changed, or the merge is written with that figure as the new bound, on condition
//! that nobody added data in between. Ordinary merges thus stay one call, and whoever overwrites the same keys again and again
//! makes a second one now and then.
//!
//! A contact from before there was a bound has none, and is counted with its first merge of data.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::data_of;
use crate::{
    data::Data,
    item::{Item, n},
};

/// The most bytes of data, keys and JSON texts of values, that a contact may hold. One that holds more, from before there was this
/// limit, may lose data and not gain any. A value takes at least two bytes, so these are at most 32,768 values.
pub const MAX_DATA_BYTES: usize = 64 * 1024;

/// What an item says of its data's size. Both are absent if its data was never counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Bound {
    /// Its data has at most so many bytes.
    pub bytes: Option<u64>,
    /// How often its data was counted exactly. With each count the bound may fall, so the bound alone would not tell that data was
    /// added: it may have fallen and risen to the same figure.
    pub counts: Option<u64>,
}

impl Bound {
    pub(super) fn of(item: &Item) -> Self {
        let number = |name: &str| item.get(name)?.as_n().ok()?.parse().ok();
        Self { bytes: number("data_bytes"), counts: number("data_counts") }
    }
}

/// How one write of a merge keeps the data within the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Room {
    /// The merge stores no data: there is nothing to check.
    Unneeded,
    /// Adds so many bytes to the bound, on condition that it stays within the limit or that there is no contact.
    Add(usize),
    /// Sets the bound to the bytes that there are after the merge, on condition that the bound is still this.
    Count {
        /// Bytes of data after the merge.
        bytes: usize,
        /// The bound that was read.
        read: Bound,
    },
}

impl Room {
    /// For the first write of a merge.
    #[must_use]
    pub fn first(data: &Data) -> Self {
        if data.stored.is_empty() { Self::Unneeded } else { Self::Add(stored_bytes(data)) }
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
            before += key.len() + length;
            kept += if data.changes(key) { 0 } else { key.len() + length };
        }
        let bytes = kept + added;
        (bytes <= MAX_DATA_BYTES || bytes <= before).then_some(Self::Count { bytes, read: bound })
    }

    pub(super) fn after_failure(data: &Data, item: &Item) -> Option<Self> {
        Self::next(data, Bound::of(item), data_of(item))
    }

    /// The bound after the write on a contact (`exists`) with this bound, `None` if the condition fails.
    #[must_use]
    pub fn admit(self, exists: bool, bound: Bound) -> Option<Bound> {
        match self {
            Self::Unneeded => Some(bound),
            Self::Add(added) => {
                let is_admitted = !exists || bound.bytes.is_some_and(|bytes| bytes <= room_for(added));
                let bytes = Some(bound.bytes.unwrap_or(0) + added as u64);
                is_admitted.then_some(Bound { bytes, ..bound })
            }
            Self::Count { bytes, read } => {
                let counts = Some(read.counts.unwrap_or(0) + 1);
                (bound == read).then_some(Bound { bytes: Some(bytes as u64), counts })
            }
        }
    }

    /// The same for DynamoDB: what is set, and the condition. Adds the values that both need.
    pub(super) fn expressions(
        self,
        values: &mut HashMap<String, AttributeValue>,
    ) -> Option<(&'static str, &'static str)> {
        let mut value = |name: &str, number: u64| values.insert(name.to_owned(), n(number));
        match self {
            Self::Unneeded => None,
            Self::Add(added) => {
                value(":added", added as u64);
                value(":room", room_for(added));
                value(":zero", 0);
                Some((
                    "data_bytes = if_not_exists(data_bytes, :zero) + :added",
                    "attribute_not_exists(pk) OR data_bytes <= :room",
                ))
            }
            Self::Count { bytes, read } => {
                value(":bytes", bytes as u64);
                value(":counts", read.counts.unwrap_or(0) + 1);
                let conditions = [
                    read.bytes.map(|bytes| value(":read", bytes)),
                    read.counts.map(|counts| value(":counted", counts)),
                ];
                let condition = match conditions {
                    [None, None] => "attribute_not_exists(data_bytes) AND attribute_not_exists(data_counts)",
                    [Some(_), None] => "data_bytes = :read AND attribute_not_exists(data_counts)",
                    [None, Some(_)] => "attribute_not_exists(data_bytes) AND data_counts = :counted",
                    [Some(_), Some(_)] => "data_bytes = :read AND data_counts = :counted",
                };
                Some(("data_bytes = :bytes, data_counts = :counts", condition))
            }
        }
    }
}

/// The highest bound to which so many bytes can be added.
fn room_for(added: usize) -> u64 {
    MAX_DATA_BYTES.saturating_sub(added) as u64
}

fn stored_bytes(data: &Data) -> usize {
    data.stored_texts().map(|(key, text)| key.len() + text.len()).sum()
}

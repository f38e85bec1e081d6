//! The attributes of a contact's item that hold its data.

use aws_sdk_dynamodb::types::AttributeValue;

use crate::item::Item;

/// The beginning of their names. Every data key is an attribute of its own, so that concurrent requests that set different keys
/// all survive.
pub(crate) const DATA: &str = "data:";
/// More than the marks of a contact take, in bytes.
const ROOM: usize = 1024;

/// The bytes that a key takes with a value of this length.
pub(crate) fn size(key: &str, length: usize) -> usize {
    DATA.len() + key.len() + length
}

/// The names and the lengths of values of the data in an item.
pub(super) fn data_of(item: &Item) -> impl Iterator<Item = (&str, usize)> {
    let length = |value: &AttributeValue| value.as_s().map_or(0, String::len);
    item.iter().filter_map(move |(name, value)| Some((name.strip_prefix(DATA)?, length(value))))
}

/// The attributes of the largest data of a contact, as much as makes room for its marks.
pub(super) fn largest(item: &Item) -> Vec<String> {
    let size = |(key, length): &(&str, usize)| size(key, *length);
    let mut data: Vec<_> = data_of(item).collect();
    data.sort_unstable_by_key(|data| std::cmp::Reverse(size(data)));
    let mut freed = 0;
    let is_needed = |data: &(&str, usize)| {
        let is_needed = freed < ROOM;
        freed += size(data);
        is_needed
    };
    data.into_iter().take_while(is_needed).map(|(name, _)| format!("{DATA}{name}")).collect()
}

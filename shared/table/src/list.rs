//! Lists, a page at a time, newest first.

use std::fmt;

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use futures_util::future::try_join_all;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::{
    Table, TableError, Uuid,
    item::{Item, from_item, string},
    keys::{self, INDEX, LISTING, LISTING_AT, PK, SK},
};

/// The bytes of a cursor that tell its list and filter.
const TAG_BYTES: usize = 8;
/// The most bytes of a sort key (DynamoDB developer guide, "Quotas", "Sort key length").
const MAX_SORT_KEY_BYTES: usize = 1024;

/// A list: items in the descending order of their sort keys, of which no two are the same.
#[derive(Debug, Clone)]
pub struct List(Source);

#[derive(Debug, Clone)]
enum Source {
    /// The items of a partition of the table whose sort keys begin like this. They are read consistently.
    Partition { pk: String, beginning: &'static str },
    /// Several partitions of the index, merged. A list may trail a write by about a second.
    Index(Vec<String>),
}

impl List {
    /// A project's contacts, by creation, with what the index copies of them.
    #[must_use]
    pub fn contacts(project: Uuid) -> Self {
        Self(Source::Index(keys::contact_lists(project)))
    }

    /// The emails to a contact, by creation, with what the index copies of them.
    #[must_use]
    pub fn emails(contact: Uuid) -> Self {
        Self(Source::Index(vec![keys::email_list(contact)]))
    }

    /// A project's notices, by name.
    #[must_use]
    pub fn notices(project: Uuid) -> Self {
        let (pk, beginning) = keys::notices(project);
        Self(Source::Partition { pk, beginning })
    }

    /// The bytes in a cursor that tell this list, read with this filter, from others.
    fn tag(&self, filter: &str) -> [u8; TAG_BYTES] {
        let digest = match &self.0 {
            Source::Partition { pk, beginning } => Sha256::new().chain_update(pk).chain_update(beginning),
            Source::Index(partitions) => partitions.iter().fold(Sha256::new(), Sha256::chain_update),
        };
        let digest = digest.chain_update([0]).chain_update(filter).finalize();
        let mut tag = [0; TAG_BYTES];
        tag.copy_from_slice(&digest[..TAG_BYTES]);
        tag
    }

    /// True if an item of the list may have this sort key. The tag of a cursor is no signature, and DynamoDB refuses a query that
    /// begins after a sort key that no item of the list can have.
    fn may_hold(&self, sort_key: &str) -> bool {
        match &self.0 {
            Source::Partition { beginning, .. } => {
                sort_key.starts_with(beginning) && sort_key.len() <= MAX_SORT_KEY_BYTES
            }
            Source::Index(_) => keys::is_place(sort_key),
        }
    }

    fn sort_key(&self) -> &'static str {
        match self.0 {
            Source::Partition { .. } => SK,
            Source::Index(_) => LISTING_AT,
        }
    }
}

/// The place in a list after which its next page begins: the sort key of the last item before. Its text is opaque to callers.
#[derive(Clone, PartialEq, Eq)]
pub struct Cursor {
    tag: [u8; TAG_BYTES],
    after: String,
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cursor").finish_non_exhaustive()
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", hex::encode(self.tag), hex::encode(&self.after))
    }
}

impl Cursor {
    /// Reads a cursor for a page of `list` with `filter`, the texts of all parameters that choose items. `None` for a text that is
    /// not a cursor of this list with this filter. For `posthorn_errors::Query::cursor`, which has the message.
    #[must_use]
    pub fn decode(text: &str, list: &List, filter: &str) -> Option<Self> {
        let bytes = hex::decode(text).ok()?;
        let (tag, after) = bytes.split_first_chunk()?;
        let after = String::from_utf8(after.to_vec()).ok()?;
        (*tag == list.tag(filter) && list.may_hold(&after)).then_some(Self { tag: *tag, after })
    }
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// Its items; fewer than asked for if DynamoDB ends a page early (at 1 MB) or if these are the last.
    pub items: Vec<T>,
    /// The position at which the next page begins; `None` after the last.
    pub next: Option<Cursor>,
}

/// The answer to a query of one partition.
struct Part {
    items: Vec<Item>,
    /// True if the partition goes on after these.
    goes_on: bool,
}

impl Table {
    /// A page of at most `limit` items of a list. `filter` is the one with which `after` was decoded.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn page<T: DeserializeOwned>(
        &self,
        list: &List,
        filter: &str,
        after: Option<&Cursor>,
        limit: u32,
    ) -> Result<Page<T>, TableError> {
        let after = after.map(|cursor| cursor.after.as_str());
        let parts = match &list.0 {
            Source::Partition { pk, beginning } => {
                vec![self.part(self.in_partition(pk, beginning, after), limit).await?]
            }
            Source::Index(partitions) => {
                try_join_all(partitions.iter().map(|it| self.part(self.in_index(it, after), limit))).await?
            }
        };
        let (items, goes_on) = merged(parts, list.sort_key(), limit as usize);
        let end = items.last().map(|item| sort_key(item, list.sort_key()).to_owned());
        let next = end.filter(|_| goes_on).map(|after| Cursor { tag: list.tag(filter), after });
        Ok(Page { items: items.into_iter().map(from_item).collect::<Result<_, _>>()?, next })
    }

    async fn part(&self, query: QueryFluentBuilder, limit: u32) -> Result<Part, TableError> {
        // One more than is shown tells whether there is another page.
        let limit = i32::try_from(limit).unwrap_or(i32::MAX).saturating_add(1);
        let output = query.scan_index_forward(false).limit(limit).send().await?;
        Ok(Part { goes_on: output.last_evaluated_key.is_some(), items: output.items.unwrap_or_default() })
    }

    fn in_partition(&self, pk: &str, beginning: &str, after: Option<&str>) -> QueryFluentBuilder {
        let start = after.map(|sk| Item::from([(PK.to_owned(), string(pk)), (SK.to_owned(), string(sk))]));
        let query = self.client.query().table_name(&*self.name).consistent_read(true).set_exclusive_start_key(start);
        query
            .key_condition_expression("pk = :pk AND begins_with(sk, :beginning)")
            .expression_attribute_values(":pk", string(pk))
            .expression_attribute_values(":beginning", string(beginning))
    }

    fn in_index(&self, partition: &str, after: Option<&str>) -> QueryFluentBuilder {
        let query = self.client.query().table_name(&*self.name).index_name(INDEX);
        let query = query.expression_attribute_values(":list", string(partition));
        match after {
            None => query.key_condition_expression(format!("{LISTING} = :list")),
            Some(after) => query
                .key_condition_expression(format!("{LISTING} = :list AND {LISTING_AT} < :after"))
                .expression_attribute_values(":after", string(after)),
        }
    }
}

fn sort_key<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name).and_then(|value| value.as_s().ok()).map_or("", String::as_str)
}

/// The first items of all parts together, and whether there are more. Items beyond the end of a part that goes on are left to the
/// next page, for others of that part may come before them.
fn merged(parts: Vec<Part>, name: &str, limit: usize) -> (Vec<Item>, bool) {
    let end_of = |part: &Part| part.items.last().map(|last| sort_key(last, name).to_owned());
    let end = parts.iter().filter(|part| part.goes_on).filter_map(end_of).max();
    let goes_on = end.is_some();
    let mut items: Vec<_> = parts.into_iter().flat_map(|part| part.items).collect();
    items.retain(|item| end.as_deref().is_none_or(|end| sort_key(item, name) >= end));
    items.sort_by(|one, other| sort_key(other, name).cmp(sort_key(one, name)));
    let has_more = items.len() > limit;
    items.truncate(limit);
    (items, goes_on || has_more)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(keys: &[&str], goes_on: bool) -> Part {
        let item = |key: &&str| Item::from([(SK.to_owned(), string(*key))]);
        Part { items: keys.iter().map(item).collect(), goes_on }
    }

    #[test]
    fn parts_are_merged_up_to_where_each_of_them_is_known() {
        let check = |parts: Vec<Part>, limit: usize, expected: &[&str], more: bool| {
            let (items, goes_on) = merged(parts, SK, limit);
            let keys: Vec<_> = items.iter().map(|item| sort_key(item, SK)).collect();
            assert_eq!((keys.as_slice(), goes_on), (expected, more));
        };
        check(vec![], 3, &[], false);
        check(vec![part(&["5", "2"], false), part(&["4", "3"], false)], 4, &["5", "4", "3", "2"], false);
        check(vec![part(&["5", "2"], false), part(&["4", "3"], false)], 3, &["5", "4", "3"], true);
        // The first part was cut off after "5": "4" and "3" of it are not known yet.
        check(vec![part(&["6", "5"], true), part(&["7", "2"], false)], 9, &["7", "6", "5"], true);
        check(vec![part(&["6", "5"], true), part(&["7"], true)], 9, &["7"], true);
    }

    #[test]
    fn a_cursor_is_of_its_list_and_filter_alone() {
        let (list, other) = (List::contacts(Uuid::from_u128(1)), List::contacts(Uuid::from_u128(2)));
        let after = format!("2025-11-30T10:30:00.000Z#{}", Uuid::from_u128(3));
        let cursor = Cursor { tag: list.tag("a=1"), after };
        let text = cursor.to_string();
        assert_eq!(Cursor::decode(&text, &list, "a=1"), Some(cursor));
        assert_eq!(Cursor::decode(&text, &list, "a=2"), None);
        assert_eq!(Cursor::decode(&text, &other, "a=1"), None);
        for text in ["", "x", "00", &text[..16], &text[..15], &format!("{text}f"), &format!("{}ff", &text[..16])] {
            assert_eq!(Cursor::decode(text, &list, "a=1"), None, "{text}");
        }
    }

    /// A caller can compute the tag: it is no signature.
    #[test]
    fn a_forged_cursor_that_dynamodb_would_refuse_is_none() {
        let check = |list: &List, after: String, is_cursor: bool| {
            let text = Cursor { tag: list.tag(""), after }.to_string();
            assert_eq!(Cursor::decode(&text, list, "").is_some(), is_cursor, "{text}");
        };
        let (contacts, notices, id) = (List::contacts(Uuid::nil()), List::notices(Uuid::nil()), Uuid::max());
        check(&contacts, format!("2025-11-30T10:30:00.000Z#{id}"), true);
        for after in [
            format!("2025-11-30T10:30:00Z#{id}"),
            format!("yesterday#{id}"),
            "2025-11-30T10:30:00.000Z#x".to_owned(),
            format!("2025-11-30T10:30:00.000Z#{}", id.simple()),
            "2025-11-30T10:30:00.000Z".to_owned(),
            "x".repeat(2_000),
        ] {
            check(&contacts, after, false);
        }
        check(&notices, "NOTICE#1#bounce#warning#1".to_owned(), true);
        check(&notices, format!("NOTICE#{}", "x".repeat(1024 - 7)), true);
        check(&notices, format!("NOTICE#{}", "x".repeat(1024 - 6)), false);
        check(&notices, "PROJECT".to_owned(), false);
    }
}

//! The whole key design. Every access of Posthorn is one of these:
//!
//! | Access | Operation | pk | sk |
//! | --- | --- | --- | --- |
//! | authenticate a request | `GetItem`, consistent | `KEY#<sha-256 of the key>` | `KEY` |
//! | read or change a project | `GetItem`, consistent; `TransactWriteItems` with its keys | `PROJECT#<id>` | `PROJECT` |
//! | record, claim or mark a notice | with its project's change or `PutItem`, `UpdateItem` | `PROJECT#<id>` | `NOTICE#<epoch>#<subject>#<level>#<n>` |
//! | find a project's notices | `Query`, consistent | `PROJECT#<id>` | begins with `NOTICE#` |
//! | list projects | `Query`, then `BatchGetItem` | `PROJECTS` | `<id>` |
//! | claim, give up or find a domain | `TransactWriteItems` with a check of its project, `DeleteItem`, `GetItem` | `DOMAINS` | `<domain>` |
//! | list claimed domains | `Query`, consistent | `DOMAINS` | |
//! | find, create or merge a contact | `UpdateItem` | `CONTACT#<id>` | `CONTACT` |
//! | record a tracked event | `PutItem` | `CONTACT#<contact id>` | `EVENT#<ulid>` |
//! | permit, settle or read an email | `PutItem`, `UpdateItem`, `DeleteItem`, `GetItem`, `BatchGetItem` | `EMAIL#<id>` | `EMAIL` |
//! | claim an idempotency key | `PutItem`, `UpdateItem`, `DeleteItem`, `GetItem` | `IDEMPOTENCY#<project>#<route>#<sha-256 of the key>` | `IDEMPOTENCY` |
//! | hold a monthly limit | `UpdateItem` | `USAGE#<project>` | `<yyyy-mm>` |
//! | count what was sent | `UpdateItem` | `STATS#<project>#<shard>` | `<yyyy-mm-dd>` |
//! | count a bounce or complaint | `TransactWriteItems` with the mark on its email | `STATS#<project>#<shard>` | `<yyyy-mm-dd>` |
//! | keep when the last SES event came | `UpdateItem`, `GetItem` | `FEEDBACK` | `LAST` |
//! | read the trailing seven days | `BatchGetItem`, consistent | `STATS#<project>#<shard>` | `<yyyy-mm-dd>` |
//! | find what a project holds, to remove it | `Scan`, then `BatchWriteItem` | all | all |
//! | list a project's contacts, or a contact's emails, newest first | `Query` of the index `listing` | `listing`: `<project>#CONTACTS#<shard>`, `<contact>#EMAILS` | `listing_at`: `<creation>#<id>` |
//! | bring a table of an earlier version up to date | `Scan`, then `UpdateItem` | all | all |
//!
//! The index is for lists alone: a contact's id is computed from project and address, an email's id travels with the email, and
//! a key is found by its digest.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use uuid::Uuid;

use crate::{Timestamp, time};

/// The partition key's attribute.
pub(crate) const PK: &str = "pk";
/// The sort key's attribute.
pub(crate) const SK: &str = "sk";
/// The attribute that DynamoDB's TTL reads, in epoch seconds.
pub(crate) const EXPIRES_AT: &str = "expires_at";

const API_KEYS: &str = "KEY#";
const API_KEY: &str = "KEY";
const PROJECTS: &str = "PROJECT#";
const PROJECT: &str = "PROJECT";
/// The partition that lists every project.
pub(crate) const DIRECTORY: &str = "PROJECTS";
/// The partition that lists every claimed domain.
pub(crate) const DOMAINS: &str = "DOMAINS";
const NOTICES: &str = "NOTICE#";
const CONTACTS: &str = "CONTACT#";
const CONTACT: &str = "CONTACT";
const EVENTS: &str = "EVENT#";
const EMAILS: &str = "EMAIL#";
const EMAIL: &str = "EMAIL";
const IDEMPOTENCY: &str = "IDEMPOTENCY#";
const USAGE: &str = "USAGE#";
const STATISTICS: &str = "STATS#";
const HEARTBEAT: &str = "FEEDBACK";
const ANY: &str = "";

/// A kind of item: where its items lie, and how they go when their project is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Noun {
    /// The partition key, or how it begins if this ends with `#`.
    pub partition: &'static str,
    /// The sort key, or how it begins if this ends with `#`; empty if it may be any.
    pub sort: &'static str,
    /// The way its items go.
    pub deletion: Deletion,
}

/// The way an item goes when its project is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    /// It is found by scanning the table, and removed before the project is.
    Scan(ItemKind, Owner),
    /// It is removed with the project, in one transaction.
    LastTransaction,
    /// It is kept, for this reason.
    Kept(&'static str),
}

/// The place at which an item names its project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// In the attribute `project_id`.
    Attribute,
    /// In the partition key, after its beginning.
    Partition,
}

/// The kinds of items that a project holds beside itself, its keys and its domains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ItemKind {
    /// A contact.
    Contact,
    /// A tracked event.
    Event,
    /// An email's record.
    Email,
    /// An idempotency key.
    Idempotency,
    /// Emails of a month.
    Usage,
    /// Counts of a day.
    Statistics,
    /// An announcement.
    Notice,
}

const fn noun(partition: &'static str, sort: &'static str, deletion: Deletion) -> Noun {
    Noun { partition, sort, deletion }
}

/// Every kind of item. The partitions that a function's role is bound to, and the items that a deleted project takes with it, follow from
/// this list.
pub const NOUNS: [Noun; 12] = [
    noun(API_KEYS, API_KEY, Deletion::LastTransaction),
    noun(PROJECTS, PROJECT, Deletion::LastTransaction),
    noun(PROJECTS, NOTICES, Deletion::Scan(ItemKind::Notice, Owner::Partition)),
    noun(DIRECTORY, ANY, Deletion::LastTransaction),
    noun(DOMAINS, ANY, Deletion::LastTransaction),
    noun(CONTACTS, CONTACT, Deletion::Scan(ItemKind::Contact, Owner::Attribute)),
    noun(CONTACTS, EVENTS, Deletion::Scan(ItemKind::Event, Owner::Attribute)),
    noun(EMAILS, EMAIL, Deletion::Scan(ItemKind::Email, Owner::Attribute)),
    noun(IDEMPOTENCY, "IDEMPOTENCY", Deletion::Scan(ItemKind::Idempotency, Owner::Partition)),
    noun(USAGE, ANY, Deletion::Scan(ItemKind::Usage, Owner::Partition)),
    noun(STATISTICS, ANY, Deletion::Scan(ItemKind::Statistics, Owner::Partition)),
    noun(HEARTBEAT, "LAST", Deletion::Kept("It tells of the events of all projects.")),
];

/// Every kind of partition, once: a key, or the beginning of keys, which ends with `#`. The permissions of functions are bound to
/// these, and the functions' tests try all others.
#[must_use]
pub fn partitions() -> Vec<&'static str> {
    let mut partitions: Vec<_> = NOUNS.iter().map(|noun| noun.partition).collect();
    partitions.dedup();
    partitions
}

impl Noun {
    /// The kind of an item, by its key; `None` if there is no such kind.
    #[must_use]
    pub fn of(pk: &str, sk: &str) -> Option<Self> {
        NOUNS
            .into_iter()
            .find(|noun| matches_key(noun.partition, pk) && (noun.sort == ANY || matches_key(noun.sort, sk)))
    }
}

/// True if `key` equals `key_or_beginning`, or begins with it if that ends with `#`.
pub(crate) fn matches_key(key_or_beginning: &str, key: &str) -> bool {
    if key_or_beginning.ends_with('#') { key.starts_with(key_or_beginning) } else { key == key_or_beginning }
}

/// One item's primary key.
#[derive(Clone)]
pub(crate) struct Key {
    pk: String,
    sk: String,
}

impl Key {
    fn new(pk: String, sk: impl Into<String>) -> Self {
        let sk = sk.into();
        // Panics here so that the first test of a new kind fails if `NOUNS` lacks it.
        debug_assert!(Noun::of(&pk, &sk).is_some(), "{pk} {sk} is of no kind in NOUNS");
        Self { pk, sk }
    }

    /// The key of an item that was read; `None` if the item is of no kind in [`NOUNS`].
    pub(crate) fn of(item: &HashMap<String, AttributeValue>) -> Option<Self> {
        let text = |name: &str| item.get(name)?.as_s().ok();
        let (pk, sk) = (text(PK)?, text(SK)?);
        Noun::of(pk, sk)?;
        Some(Self { pk: pk.clone(), sk: sk.clone() })
    }

    /// The key as the SDK takes it.
    pub(crate) fn attributes(self) -> HashMap<String, AttributeValue> {
        HashMap::from([(PK.to_owned(), AttributeValue::S(self.pk)), (SK.to_owned(), AttributeValue::S(self.sk))])
    }
}

pub(crate) fn api_key(digest: &str) -> Key {
    Key::new(format!("{API_KEYS}{digest}"), API_KEY)
}

pub(crate) fn project(id: Uuid) -> Key {
    Key::new(project_partition(id), PROJECT)
}

/// `name` is the notice's own: epoch, subject, level and number.
pub(crate) fn notice(project: Uuid, name: &str) -> Key {
    Key::new(project_partition(project), format!("{NOTICES}{name}"))
}

/// The partition of a project and its notices, and the beginning of the notices' sort keys.
pub(crate) fn notices(project: Uuid) -> (String, &'static str) {
    (project_partition(project), NOTICES)
}

fn project_partition(project: Uuid) -> String {
    format!("{PROJECTS}{project}")
}

pub(crate) fn directory(project: Uuid) -> Key {
    Key::new(DIRECTORY.to_owned(), project.to_string())
}

pub(crate) fn domain(domain: &str) -> Key {
    Key::new(DOMAINS.to_owned(), domain)
}

pub(crate) fn contact(id: Uuid) -> Key {
    Key::new(format!("{CONTACTS}{id}"), CONTACT)
}

pub(crate) fn event(contact: Uuid, id: &str) -> Key {
    Key::new(format!("{CONTACTS}{contact}"), format!("{EVENTS}{id}"))
}

pub(crate) fn email(id: Uuid) -> Key {
    Key::new(format!("{EMAILS}{id}"), EMAIL)
}

pub(crate) fn idempotency(project: Uuid, route: &str, digest: &str) -> Key {
    Key::new(format!("{IDEMPOTENCY}{project}#{route}#{digest}"), "IDEMPOTENCY")
}

pub(crate) fn usage(project: Uuid, month: &str) -> Key {
    Key::new(format!("{USAGE}{project}"), month)
}

pub(crate) fn statistics(project: Uuid, shard: u8, day: &str) -> Key {
    Key::new(format!("{STATISTICS}{project}#{shard}"), day)
}

pub(crate) fn heartbeat() -> Key {
    Key::new(HEARTBEAT.to_owned(), "LAST")
}

/// The name of the index.
pub(crate) const INDEX: &str = "listing";
/// The index's partition key: the list that an item is in. An item without it is in no list.
pub(crate) const LISTING: &str = "listing";
/// The index's sort key: the moment of creation and the id, so no two items of a list have the same.
pub(crate) const LISTING_AT: &str = "listing_at";
/// The other attributes that the index copies. Nothing that tracking an event changes is among them, so that a tracked event of
/// a contact that exists writes to the table alone.
pub const PROJECTED: [&str; 5] = ["email", "subscribed", "bounced_at", "complained_at", "not_spam_at"];
/// The lists that the contacts of a project are spread over, so that no partition takes more than its share.
const CONTACT_SHARDS: u8 = 8;

/// An item's place in the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// The value of [`LISTING`].
    pub(crate) list: String,
    /// The value of [`LISTING_AT`].
    pub(crate) at: String,
}

/// A contact's place among those of its project.
pub(crate) fn contact_place(project: Uuid, id: Uuid, created_at: Timestamp) -> Place {
    let shard = id.as_bytes()[15] % CONTACT_SHARDS;
    Place { list: contact_list(project, shard), at: place_at(created_at, id) }
}

/// The lists of a project's contacts.
pub(crate) fn contact_lists(project: Uuid) -> Vec<String> {
    (0..CONTACT_SHARDS).map(|shard| contact_list(project, shard)).collect()
}

fn contact_list(project: Uuid, shard: u8) -> String {
    format!("{project}#CONTACTS#{shard}")
}

/// An email's place among those to the same contact.
pub(crate) fn email_place(contact: Uuid, id: Uuid, created_at: Timestamp) -> Place {
    Place { list: email_list(contact), at: place_at(created_at, id) }
}

/// The list of the emails to a contact.
pub(crate) fn email_list(contact: Uuid) -> String {
    format!("{contact}#EMAILS")
}

fn place_at(created_at: Timestamp, id: Uuid) -> String {
    format!("{}#{id}", time::text(created_at))
}

/// True if `text` has the form of [`Place::at`].
pub(crate) fn is_place(text: &str) -> bool {
    let Some((created_at, id)) = text.split_once('#') else { return false };
    let (Ok(created_at), Ok(id)) = (created_at.parse(), id.parse()) else { return false };
    place_at(created_at, id) == text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_kind_of_item_hides_another() {
        for noun in NOUNS {
            let key = |key: &str| if key.ends_with('#') || key.is_empty() { format!("{key}x") } else { key.to_owned() };
            assert_eq!(Noun::of(&key(noun.partition), &key(noun.sort)), Some(noun));
        }
        assert_eq!(Noun::of("CONTACT#x", "OTHER"), None);
    }

    #[test]
    fn each_partition_is_there_once() {
        let mut sorted = partitions();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), partitions().len());
    }

    #[test]
    fn the_places_of_a_list_sort_by_creation() {
        let at = |text: &str| contact_place(Uuid::nil(), Uuid::max(), text.parse().unwrap()).at;
        assert!(at("2025-11-30T10:30:00Z") < at("2025-11-30T10:30:00.5Z"));
        assert!(at("2025-11-30T10:30:00.999Z") < at("2025-11-30T10:30:01Z"));
    }
}

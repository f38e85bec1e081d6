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
//!
//! No index: a contact's id is computed from project and address, an email's id travels with the email, and a
//! key is found by its digest.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use uuid::Uuid;

/// The partition key's attribute.
pub(crate) const PK: &str = "pk";
/// The sort key's attribute.
pub(crate) const SK: &str = "sk";
/// The attribute that DynamoDB's TTL reads, in epoch seconds.
pub(crate) const EXPIRES_AT: &str = "expires_at";

/// Every kind of partition: what its keys begin with, or the key itself where there is one. What a function may touch is bound to
/// these, and its tests try all others.
pub const PARTITIONS: [&str; 10] =
    ["KEY#", "PROJECT#", DIRECTORY, DOMAINS, CONTACTS, EMAILS, "IDEMPOTENCY#", "USAGE#", "STATS#", "FEEDBACK"];

/// One item's primary key.
pub(crate) struct Key {
    pk: String,
    sk: String,
}

impl Key {
    fn new(pk: String, sk: impl Into<String>) -> Self {
        // So that the first test of a new kind says that it is missing in the list.
        debug_assert!(PARTITIONS.iter().any(|kind| is_of(kind, &pk)), "{pk} is of no kind in PARTITIONS");
        Self { pk, sk: sk.into() }
    }

    /// The key as the SDK takes it.
    pub(crate) fn attributes(self) -> HashMap<String, AttributeValue> {
        HashMap::from([(PK.to_owned(), AttributeValue::S(self.pk)), (SK.to_owned(), AttributeValue::S(self.sk))])
    }
}

fn is_of(kind: &str, pk: &str) -> bool {
    if kind.ends_with('#') { pk.starts_with(kind) } else { pk == kind }
}

pub(crate) fn api_key(digest: &str) -> Key {
    Key::new(format!("KEY#{digest}"), "KEY")
}

pub(crate) fn project(id: Uuid) -> Key {
    Key::new(project_partition(id), "PROJECT")
}

/// What the sort keys of a project's notices begin with.
pub(crate) const NOTICES: &str = "NOTICE#";

/// `name` is the notice's own: epoch, subject, level and number.
pub(crate) fn notice(project: Uuid, name: &str) -> Key {
    Key::new(project_partition(project), format!("{NOTICES}{name}"))
}

/// The partition of a project and its notices.
pub(crate) fn project_partition(project: Uuid) -> String {
    format!("PROJECT#{project}")
}

/// The partition that lists every project.
pub(crate) const DIRECTORY: &str = "PROJECTS";

pub(crate) fn directory(project: Uuid) -> Key {
    Key::new(DIRECTORY.to_owned(), project.to_string())
}

/// The partition that lists every claimed domain.
pub(crate) const DOMAINS: &str = "DOMAINS";

pub(crate) fn domain(domain: &str) -> Key {
    Key::new(DOMAINS.to_owned(), domain)
}

/// What the partitions of contacts and their events begin with.
pub(crate) const CONTACTS: &str = "CONTACT#";

pub(crate) fn contact(id: Uuid) -> Key {
    Key::new(format!("{CONTACTS}{id}"), CONTACT)
}

/// The sort key of a contact; its events have others.
pub(crate) const CONTACT: &str = "CONTACT";

pub(crate) fn event(contact: Uuid, id: &str) -> Key {
    Key::new(format!("{CONTACTS}{contact}"), format!("EVENT#{id}"))
}

/// What the partitions of emails begin with.
pub(crate) const EMAILS: &str = "EMAIL#";

pub(crate) fn email(id: Uuid) -> Key {
    Key::new(format!("{EMAILS}{id}"), "EMAIL")
}

pub(crate) fn idempotency(project: Uuid, route: &str, digest: &str) -> Key {
    Key::new(format!("{}{route}#{digest}", idempotency_of(project)), "IDEMPOTENCY")
}

/// What the partitions of a project's idempotency keys begin with.
pub(crate) fn idempotency_of(project: Uuid) -> String {
    format!("IDEMPOTENCY#{project}#")
}

pub(crate) fn usage(project: Uuid, month: &str) -> Key {
    Key::new(usage_partition(project), month)
}

/// The partition of a project's months.
pub(crate) fn usage_partition(project: Uuid) -> String {
    format!("USAGE#{project}")
}

pub(crate) fn statistics(project: Uuid, shard: u8, day: &str) -> Key {
    Key::new(format!("{}{shard}", statistics_of(project)), day)
}

/// What the partitions of a project's statistics begin with.
pub(crate) fn statistics_of(project: Uuid) -> String {
    format!("STATS#{project}#")
}

pub(crate) fn heartbeat() -> Key {
    Key::new("FEEDBACK".to_owned(), "LAST")
}

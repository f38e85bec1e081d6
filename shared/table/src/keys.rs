//! The whole key design. Every access of Posthorn is one of these:
//!
//! | Access | Operation | pk | sk |
//! | --- | --- | --- | --- |
//! | authenticate a request | `GetItem`, consistent | `KEY#<sha-256 of the key>` | `KEY` |
//! | read or change a project | `GetItem`, consistent; `TransactWriteItems` with its keys | `PROJECT#<id>` | `PROJECT` |
//! | record, claim or mark a notice | with its project's change or `PutItem`, `UpdateItem` | `PROJECT#<id>` | `NOTICE#<epoch>#<subject>#<level>#<n>` |
//! | find a project's notices | `Query`, consistent | `PROJECT#<id>` | begins with `NOTICE#` |
//! | list projects | `Query` | `PROJECTS` | `<id>` |
//! | find, create or merge a contact | `UpdateItem` | `CONTACT#<id>` | `CONTACT` |
//! | record a tracked event | `PutItem` | `CONTACT#<contact id>` | `EVENT#<ulid>` |
//! | permit, settle or read an email | `PutItem`, `UpdateItem`, `DeleteItem`, `GetItem`, `BatchGetItem` | `EMAIL#<id>` | `EMAIL` |
//! | claim an idempotency key | `PutItem`, `UpdateItem`, `DeleteItem`, `GetItem` | `IDEMPOTENCY#<project>#<route>#<sha-256 of the key>` | `IDEMPOTENCY` |
//! | hold a monthly limit | `UpdateItem` | `USAGE#<project>` | `<yyyy-mm>` |
//! | count what was sent | `UpdateItem` | `STATS#<project>#<shard>` | `<yyyy-mm-dd>` |
//! | count a bounce or complaint | `TransactWriteItems` with the mark on its email | `STATS#<project>#<shard>` | `<yyyy-mm-dd>` |
//! | read the trailing seven days | `BatchGetItem`, consistent | `STATS#<project>#<shard>` | `<yyyy-mm-dd>` |
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

/// One item's primary key.
pub(crate) struct Key {
    pk: String,
    sk: String,
}

impl Key {
    fn new(pk: String, sk: impl Into<String>) -> Self {
        Self { pk, sk: sk.into() }
    }

    /// The key as the SDK takes it.
    pub(crate) fn attributes(self) -> HashMap<String, AttributeValue> {
        HashMap::from([(PK.to_owned(), AttributeValue::S(self.pk)), (SK.to_owned(), AttributeValue::S(self.sk))])
    }
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

pub(crate) fn contact(id: Uuid) -> Key {
    Key::new(format!("CONTACT#{id}"), "CONTACT")
}

pub(crate) fn event(contact: Uuid, id: &str) -> Key {
    Key::new(format!("CONTACT#{contact}"), format!("EVENT#{id}"))
}

pub(crate) fn email(id: Uuid) -> Key {
    Key::new(format!("EMAIL#{id}"), "EMAIL")
}

pub(crate) fn idempotency(project: Uuid, route: &str, digest: &str) -> Key {
    Key::new(format!("IDEMPOTENCY#{project}#{route}#{digest}"), "IDEMPOTENCY")
}

pub(crate) fn usage(project: Uuid, month: &str) -> Key {
    Key::new(format!("USAGE#{project}"), month)
}

pub(crate) fn statistics(project: Uuid, shard: u8, day: &str) -> Key {
    Key::new(format!("STATS#{project}#{shard}"), day)
}

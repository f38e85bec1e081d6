//! Contacts: one item for each project and address, found, created and merged by one `UpdateItem`.

mod attributes;
mod merge;
mod size_limit;

use std::{collections::BTreeMap, fmt};

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use attributes::largest;
pub(crate) use attributes::{DATA, size};
pub use size_limit::{Bound, MAX_DATA_BYTES, SizeCheck};

use crate::{
    Table, TableError, Timestamp, Uuid,
    item::{Item, from_item, ignore_failed_condition, moment, string},
    keys,
};

/// A contact's id: the same for the same project and normalised address, always.
#[must_use]
pub fn id(project: Uuid, email: &str) -> Uuid {
    let digest = Sha256::new().chain_update(project.as_bytes()).chain_update(email.as_bytes()).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// A contact as it is after a merge. Its `Debug` does not show what is known about it.
#[derive(Clone, PartialEq)]
pub struct Contact {
    /// Computed by [`id`].
    pub id: Uuid,
    /// True if it takes marketing mail; transactional mail does not ask.
    pub subscribed: bool,
    /// The time of the first request or event about it.
    pub created_at: Option<Timestamp>,
    /// Its data: a JSON text for each key. It is read where it is needed, for as a value it takes up to a hundred
    /// times the memory.
    pub data: BTreeMap<String, String>,
    /// The most that its data can take.
    pub bound: Bound,
    marks: Marks,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Marks {
    subscribed: bool,
    created_at: Option<Timestamp>,
    bounced_at: Option<Timestamp>,
    complained_at: Option<Timestamp>,
    not_spam_at: Option<Timestamp>,
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contact").field("id", &self.id).field("marks", &self.marks).finish_non_exhaustive()
    }
}

impl Contact {
    /// True if it bounced for good, or complained later than it last said not-spam: no mail may go there.
    #[must_use]
    pub fn is_suppressed(&self) -> bool {
        self.marks.bounced_at.is_some() || self.marks.complained_at > self.marks.not_spam_at
    }

    fn from_item(id: Uuid, mut item: Item) -> Result<Self, TableError> {
        let data = item.extract_if(|name, _| name.starts_with(DATA)).filter_map(|(name, value)| match value {
            AttributeValue::S(text) => Some((name.strip_prefix(DATA)?.to_owned(), text)),
            _ => None,
        });
        let data = data.collect();
        let bound = Bound::of(&item);
        let marks: Marks = from_item(item)?;
        Ok(Self { id, subscribed: marks.subscribed, created_at: marks.created_at, data, bound, marks })
    }
}

/// The effect of a merge on a contact's subscription.
///
/// The attribute `barred` holds what no public key may change: it is there once a contact opted out, bounced or
/// complained, and its value is the subscription the contact then has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subscription {
    /// Nothing; a new contact starts with this.
    Keep {
        /// The subscription of a new contact.
        when_new: bool,
    },
    /// Sets it. `false` is an opt-out, `true` lifts the bar of an earlier one.
    Set(bool),
    /// Subscribes, unless the contact is barred: what a public key may ask for.
    SubscribeUnlessBarred,
}

/// A report of the mail service on an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It bounced for good: no mail may go there.
    Bounced,
    /// Its owner complained: no mail may go there, and it is unsubscribed.
    Complained,
    /// Its owner took a mail for no spam: an earlier complaint no longer holds.
    NotSpam,
}

impl Mark {
    fn attribute(self) -> &'static str {
        match self {
            Self::Bounced => "bounced_at",
            Self::Complained => "complained_at",
            Self::NotSpam => "not_spam_at",
        }
    }
}

impl Table {
    /// Keeps a report of the mail service on an address, however often and in whatever order reports come: the latest time
    /// of each. Makes the contact if there is none, not subscribed. A contact that is full of data, for which a public key
    /// suffices, loses the largest of it: that no mail may go there counts for more.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn mark_contact(
        &self,
        project: Uuid,
        email: &str,
        mark: Mark,
        at: Timestamp,
        now: Timestamp,
    ) -> Result<(), TableError> {
        match self.mark_without(&[], project, email, mark, at, now).await {
            Err(TableError::TooLarge) => {
                let item = self.read(keys::contact(id(project, email))).await?.unwrap_or_default();
                self.mark_without(&largest(&item), project, email, mark, at, now).await
            }
            result => result,
        }
    }

    /// Marks a contact, and removes these attributes of it.
    async fn mark_without(
        &self,
        removed: &[String],
        project: Uuid,
        email: &str,
        mark: Mark,
        at: Timestamp,
        now: Timestamp,
    ) -> Result<(), TableError> {
        let subscription = match mark {
            // A public key may not subscribe it any more; what it is subscribed to stays.
            Mark::Bounced => {
                ", subscribed = if_not_exists(subscribed, :false), barred = if_not_exists(barred, if_not_exists(subscribed, :false))"
            }
            Mark::Complained => ", subscribed = :false, barred = :false",
            Mark::NotSpam => ", subscribed = if_not_exists(subscribed, :false)",
        };
        let places: Vec<String> = (0..removed.len()).map(|place| format!("#r{place}")).collect();
        let remove = if places.is_empty() { String::new() } else { format!(" REMOVE {}", places.join(", ")) };
        let mut request = self.update(keys::contact(id(project, email)));
        for (place, name) in places.into_iter().zip(removed) {
            request = request.expression_attribute_names(place, name);
        }
        let result = request
            .update_expression(format!("SET project_id = :project, email = :email, created_at = if_not_exists(created_at, :now), updated_at = :now, #mark = :at{subscription}{remove}"))
            .condition_expression("attribute_not_exists(#mark) OR #mark < :at")
            .expression_attribute_names("#mark", mark.attribute())
            .expression_attribute_values(":project", string(project.to_string()))
            .expression_attribute_values(":email", string(email))
            .expression_attribute_values(":now", moment(now))
            .expression_attribute_values(":at", moment(at))
            .expression_attribute_values(":false", AttributeValue::Bool(false))
            .send()
            .await;
        ignore_failed_condition(result)
    }

    /// The contact with this normalised address, if there is one, read consistently.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn contact(&self, project: Uuid, email: &str) -> Result<Option<Contact>, TableError> {
        let id = id(project, email);
        let item = self.read(keys::contact(id)).await?;
        item.map(|item| Contact::from_item(id, item)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_depends_on_project_and_address_alone() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(id(one, "ada@example.com").to_string(), "e9a713b0-6a96-8ec7-b261-3c76d106ac74");
        assert_ne!(id(one, "ada@example.com"), id(other, "ada@example.com"));
        assert_ne!(id(one, "ada@example.com"), id(one, "bob@example.com"));
        assert_eq!(id(one, "ada@example.com").get_version_num(), 8);
    }
}

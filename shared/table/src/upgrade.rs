//! Brings the items of an earlier version's table up to date: moments get three fractional digits, and contacts and emails their
//! place in the index.
//!
//! Each item is written on condition that whatever is changed is as it was read, and nothing else of it is written. So requests,
//! and a second upgrade, may go on beside it, and a write whose answer is lost may be repeated. An item that is up to date is only
//! read: an upgrade that was interrupted is begun again, and goes on where it was at the price of reading.

mod error;
mod pace;

use std::collections::VecDeque;

use aws_sdk_dynamodb::{
    operation::scan::ScanOutput,
    types::{AttributeValue, ReturnValuesOnConditionCheckFailure},
};
use futures_util::future::join_all;

use crate::{
    Conflict, Table, TableError, Timestamp, Uuid,
    contact::DATA,
    item::{Item, conditional, no_retries, string},
    keys::{self, Deletion, ItemKind, Key, LISTING, LISTING_AT, Noun, PK, Place, SK},
    time,
};
pub use error::{PATIENCE, UpgradeError};
use pace::Pace;

/// Writes of one item: each after the first means that a rival changed it since it was read.
const MAX_WRITES: usize = 10;
const CREATED_AT: &str = "created_at";

/// The counts of an upgrade since it began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UpgradeProgress {
    /// Items that were read.
    pub read: u64,
    /// Items that were changed, without those whose write's answer was lost.
    pub changed: u64,
    /// Items that have no room for the change, and are as they were: contacts from before there was a limit of their data.
    pub too_large: u64,
}

/// An attribute's value before a change, `None` if it is absent, and after it.
#[derive(Debug, PartialEq)]
struct AttributeChange {
    name: String,
    before: Option<AttributeValue>,
    after: AttributeValue,
}

impl Table {
    /// Brings every item up to date. Where DynamoDB throttles a call, does not answer or cannot be reached, it makes fewer calls at
    /// once, waits, and repeats the call. `report` is called after each page of about 1 MB with the counts so far; `jitter` is any
    /// random number.
    ///
    /// # Errors
    /// Any [`UpgradeError`].
    pub async fn upgrade(
        &self,
        jitter: u32,
        mut report: impl FnMut(UpgradeProgress),
    ) -> Result<UpgradeProgress, UpgradeError> {
        let (mut progress, mut position) = (UpgradeProgress::default(), None);
        let mut pace = Pace::new(jitter);
        loop {
            let scanned = self.scan_page(position, &mut pace).await?;
            self.upgrade_items(scanned.items.unwrap_or_default(), &mut pace, &mut progress).await?;
            report(progress);
            position = scanned.last_evaluated_key;
            if position.is_none() {
                return Ok(progress);
            }
        }
    }

    async fn scan_page(&self, position: Option<Item>, pace: &mut Pace) -> Result<ScanOutput, UpgradeError> {
        loop {
            let scan = self.client.scan().table_name(&*self.name).set_exclusive_start_key(position.clone());
            match scan.customize().config_override(no_retries()).send().await.map_err(TableError::from) {
                Ok(scanned) => {
                    pace.succeeded();
                    return Ok(scanned);
                }
                Err(error) => pace.failed(error).await?,
            }
        }
    }

    /// Brings the items of a page up to date, in rounds of as many at once as the pace allows.
    async fn upgrade_items(
        &self,
        items: Vec<Item>,
        pace: &mut Pace,
        progress: &mut UpgradeProgress,
    ) -> Result<(), UpgradeError> {
        progress.read += items.len() as u64;
        let mut waiting: VecDeque<Item> = items.into_iter().filter(|item| !changes(item).is_empty()).collect();
        while !waiting.is_empty() {
            let round: Vec<_> = waiting.drain(..pace.concurrency().min(waiting.len())).collect();
            let results = join_all(round.iter().map(|item| self.upgrade_item(item.clone()))).await;
            let mut failure = None;
            for (item, result) in round.into_iter().zip(results) {
                match result {
                    Ok(changed) => progress.changed += u64::from(changed),
                    Err(TableError::TooLarge) => progress.too_large += 1,
                    Err(error) if pace::passes(&error) => {
                        failure = Some(error);
                        waiting.push_back(item);
                        continue;
                    }
                    Err(error) => return Err(error.into()),
                }
                pace.saw_success();
            }
            match failure {
                None => pace.succeeded(),
                Some(error) => pace.failed(error).await?,
            }
        }
        Ok(())
    }

    /// Brings an item up to date, as it was read and then as rivals leave it. False if the item is up to date already,
    /// or does not exist.
    async fn upgrade_item(&self, mut item: Item) -> Result<bool, TableError> {
        for _write in 0..MAX_WRITES {
            let changes = changes(&item);
            let key = Key::of(&item);
            let (Some(key), false) = (key, changes.is_empty()) else { return Ok(false) };
            let Err(old) = self.write_changes(key.clone(), &changes).await? else { return Ok(true) };
            match self.item_of_failed_condition(key, old).await? {
                Some(found) => item = found,
                None => return Ok(false),
            }
        }
        Err(TableError::Conflict(Conflict::EveryAttempt))
    }

    /// One write: the item on which its condition failed, or nothing.
    async fn write_changes(&self, key: Key, changes: &[AttributeChange]) -> Result<Result<(), Item>, TableError> {
        let (mut sets, mut conditions) = (Vec::new(), Vec::new());
        let mut request = self.update(key);
        for (place, AttributeChange { name, before, after }) in changes.iter().enumerate() {
            sets.push(format!("#n{place} = :a{place}"));
            request = request.expression_attribute_names(format!("#n{place}"), name);
            request = request.expression_attribute_values(format!(":a{place}"), after.clone());
            if let Some(before) = before {
                conditions.push(format!("#n{place} = :b{place}"));
                request = request.expression_attribute_values(format!(":b{place}"), before.clone());
            } else {
                conditions.push(format!("attribute_not_exists(#n{place})"));
            }
        }
        let result = request
            .update_expression(format!("SET {}", sets.join(", ")))
            .condition_expression(conditions.join(" AND "))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .customize()
            .config_override(no_retries())
            .send()
            .await;
        Ok(conditional(result)?.map(drop))
    }
}

/// The changes that bring an item up to date. An item's place in the index includes its creation, so no other item, not even a
/// deleted one, has the same place.
fn changes(item: &Item) -> Vec<AttributeChange> {
    let mut changes: Vec<_> = item
        .iter()
        .filter_map(|(name, before)| {
            let after = with_digits(name, before)?;
            Some(AttributeChange { name: name.clone(), before: Some(before.clone()), after })
        })
        .collect();
    if item.contains_key(LISTING) {
        return changes;
    }
    let (Some(Place { list, at }), Some(created_at)) = (place(item), item.get(CREATED_AT)) else { return changes };
    if !changes.iter().any(|change| change.name == CREATED_AT) {
        let (before, after) = (Some(created_at.clone()), created_at.clone());
        changes.push(AttributeChange { name: CREATED_AT.to_owned(), before, after });
    }
    for (name, value) in [(LISTING, list), (LISTING_AT, at)] {
        changes.push(AttributeChange { name: name.to_owned(), before: None, after: string(value) });
    }
    changes
}

/// An attribute's value with three digits in each moment of it; `None` if each has three already.
fn with_digits(name: &str, value: &AttributeValue) -> Option<AttributeValue> {
    match value {
        AttributeValue::S(text) if !name.starts_with(DATA) && time::is_moment(name) => {
            let with_digits = time::text(text.parse().ok()?);
            (with_digits != *text).then_some(AttributeValue::S(with_digits))
        }
        AttributeValue::M(entries) => {
            let changed: Vec<_> =
                entries.iter().filter_map(|(name, value)| Some((name.clone(), with_digits(name, value)?))).collect();
            (!changed.is_empty()).then(|| AttributeValue::M(entries.clone().into_iter().chain(changed).collect()))
        }
        AttributeValue::L(values) => {
            let changed: Vec<_> = values.iter().map(|value| with_digits(name, value)).collect();
            changed.iter().any(Option::is_some).then(|| {
                AttributeValue::L(
                    values.iter().zip(changed).map(|(value, new)| new.unwrap_or_else(|| value.clone())).collect(),
                )
            })
        }
        _ => None,
    }
}

/// The place in the index of an item that is listed.
fn place(item: &Item) -> Option<Place> {
    let text = |name: &str| item.get(name)?.as_s().ok();
    let id = |name: &str| text(name)?.parse::<Uuid>().ok();
    let created_at: Timestamp = text(CREATED_AT)?.parse().ok()?;
    let Deletion::Scan(kind, _) = Noun::of(text(PK)?, text(SK)?)?.deletion else { return None };
    match kind {
        ItemKind::Contact => {
            let contact = text(PK)?.split_once('#')?.1.parse().ok()?;
            text("email").and(Some(keys::contact_place(id("project_id")?, contact, created_at)))
        }
        ItemKind::Email => Some(keys::email_place(id("contact_id")?, id("email_id")?, created_at)),
        ItemKind::Event | ItemKind::Idempotency | ItemKind::Usage | ItemKind::Statistics | ItemKind::Notice => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(attributes: &[(&str, AttributeValue)]) -> Item {
        attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    }

    #[test]
    fn moments_get_three_digits_and_nothing_else_is_touched() {
        let short = "2025-11-30T10:30:00Z";
        let check = |name: &str, value: AttributeValue, expected: Option<AttributeValue>| {
            assert_eq!(with_digits(name, &value), expected, "{name} {value:?}");
        };
        check("created_at", string(short), Some(string("2025-11-30T10:30:00.000Z")));
        check("retires_at", string("2025-11-30T10:30:00.5Z"), Some(string("2025-11-30T10:30:00.500Z")));
        check("created_at", string("2025-11-30T10:30:00.500Z"), None);
        check("created_at", string("yesterday"), None);
        for name in ["data:created_at", "data", "name", "domains"] {
            check(name, string(short), None);
            check(name, AttributeValue::L(vec![string(short)]), None);
        }
        let keys = |at: &str| {
            AttributeValue::L(vec![
                AttributeValue::M(item(&[("retires_at", string(at)), ("digest", string("0"))])),
                AttributeValue::M(item(&[("digest", string("1"))])),
            ])
        };
        check("keys", keys(short), Some(keys("2025-11-30T10:30:00.000Z")));
        check("keys", keys("2025-11-30T10:30:00.000Z"), None);
    }

    #[test]
    fn an_item_is_given_its_place_once_and_with_its_creation() {
        let (project, contact) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut contact = item(&[
            (PK, string(format!("CONTACT#{contact}"))),
            (SK, string("CONTACT")),
            ("project_id", string(project.to_string())),
            ("email", string("ada@example.com")),
            (CREATED_AT, string("2025-11-30T10:30:00.000Z")),
        ]);
        let mut changed: Vec<_> = changes(&contact).into_iter().map(|change| change.name).collect();
        changed.sort_unstable();
        assert_eq!(changed, [CREATED_AT, LISTING, LISTING_AT]);
        contact.insert(LISTING.to_owned(), string("x"));
        assert_eq!(changes(&contact), []);
        contact.remove(LISTING);
        contact.remove("email");
        assert_eq!(changes(&contact), [], "whoever has no address is no contact");
    }
}

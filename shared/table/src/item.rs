//! Converts values to items and back, and makes the calls that all nouns share.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    config::{Builder, retry::RetryConfig},
    error::{ProvideErrorMetadata, SdkError},
    operation::{
        delete_item::DeleteItemError,
        put_item::{PutItemError, builders::PutItemFluentBuilder},
        transact_write_items::TransactWriteItemsError,
        update_item::{UpdateItemError, builders::UpdateItemFluentBuilder},
    },
    types::{AttributeValue, KeysAndAttributes, ReturnValuesOnConditionCheckFailure, TransactWriteItem},
};
use backon::BackoffBuilder as _;
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::sleep;

use crate::{Conflict, Table, TableError, Timestamp, keys::Key, retry::pauses, time};

/// Further reads of one batch, after pauses that double: 20, 40, 80, 160 and 320 milliseconds at most.
const MAX_FURTHER_READS: usize = 5;

/// An item as the SDK holds it.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// The noun's attributes under its key.
pub(crate) fn to_item(key: Key, noun: &impl Serialize) -> Result<Item, TableError> {
    let mut item: Item = serde_dynamo::to_item(noun)?;
    item.extend(key.attributes());
    Ok(item)
}

/// The noun that an item holds.
pub(crate) fn from_item<T: DeserializeOwned>(item: Item) -> Result<T, TableError> {
    Ok(serde_dynamo::from_item(item)?)
}

/// A string attribute.
pub(crate) fn string(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// A number attribute.
pub(crate) fn number(value: impl Into<i128>) -> AttributeValue {
    AttributeValue::N(value.into().to_string())
}

/// A moment, as [`time`] writes it.
pub(crate) fn moment(at: Timestamp) -> AttributeValue {
    string(time::text(at))
}

/// The moment at which an item written now expires, in epoch seconds.
pub(crate) fn expiry(now: Timestamp, days: i64) -> i64 {
    now.as_second() + days * 86_400
}

impl Table {
    /// The item with this key, if there is one, read consistently.
    pub(crate) async fn read(&self, key: Key) -> Result<Option<Item>, TableError> {
        let request = self.client.get_item().table_name(&*self.name).consistent_read(true);
        Ok(request.set_key(Some(key.attributes())).send().await?.item)
    }

    /// Every item of a partition, by sort key, read consistently.
    pub(crate) async fn query_partition(&self, partition: &str) -> Result<Vec<Item>, TableError> {
        let query = self.client.query().table_name(&*self.name).consistent_read(true);
        let query = query.key_condition_expression("pk = :pk").expression_attribute_values(":pk", string(partition));
        Ok(query.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?)
    }

    /// Creates an item by `put`, whose condition only an item that is there can fail: `None` if it was created, otherwise that
    /// item. If that is gone before it was seen, it is tried once more.
    pub(crate) async fn create(
        &self,
        key: impl Fn() -> Key,
        put: impl Fn(PutItemFluentBuilder) -> Result<PutItemFluentBuilder, TableError>,
    ) -> Result<Option<Item>, TableError> {
        for _attempt in 0..2 {
            let request = put(self.client.put_item().table_name(&*self.name))?;
            let request =
                request.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld).send();
            let Err(old) = conditional(request.await)? else { return Ok(None) };
            if let Some(found) = self.item_of_failed_condition(key(), old).await? {
                return Ok(Some(found));
            }
        }
        Err(TableError::Conflict(Conflict::ConditionFailed))
    }

    /// The item on which a write's condition failed, if there is one. `old` is the item in the answer; if it is empty the item is
    /// read, since the API does not promise it.
    pub(crate) async fn item_of_failed_condition(&self, key: Key, old: Item) -> Result<Option<Item>, TableError> {
        if old.is_empty() { self.read(key).await } else { Ok(Some(old)) }
    }

    /// An update of the item with this key.
    pub(crate) fn update(&self, key: Key) -> UpdateItemFluentBuilder {
        self.client.update_item().table_name(&*self.name).set_key(Some(key.attributes()))
    }

    /// All of these writes or none.
    pub(crate) async fn transact(&self, writes: Vec<TransactWriteItem>) -> Result<(), TableError> {
        let result = self.client.transact_write_items().set_transact_items(Some(writes)).send().await;
        let Err(error) = result else { return Ok(()) };
        Err(match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                TableError::from_cancelled(cancelled)
            }
            _ => error.into(),
        })
    }

    /// The items with these keys (at most 100) that exist, read consistently in one batch, in no particular order. Keys that
    /// a throttled table leaves unread are asked for again, for less than a second in all.
    pub(crate) async fn batch(
        &self,
        keys: impl IntoIterator<Item = Key>,
        jitter: u32,
    ) -> Result<Vec<Item>, TableError> {
        let wanted: Vec<_> = keys.into_iter().map(Key::attributes).collect();
        let mut found = Vec::with_capacity(wanted.len());
        let request = KeysAndAttributes::builder().consistent_read(true).set_keys(Some(wanted)).build()?;
        let mut left = HashMap::from([(self.name.to_string(), request)]);
        let mut pauses = pauses(jitter).with_max_times(MAX_FURTHER_READS).build();
        loop {
            let output = self.client.batch_get_item().set_request_items(Some(left)).send().await?;
            found.extend(output.responses.into_iter().flat_map(HashMap::into_values).flatten());
            left = output.unprocessed_keys.unwrap_or_default();
            if left.values().all(|unread| unread.keys.is_empty()) {
                return Ok(found);
            }
            let Some(pause) = pauses.next() else { return Err(TableError::Throttled("UnprocessedKeys".to_owned())) };
            sleep(pause).await;
        }
    }
}

/// An error of a write that may carry the item on which the condition failed.
pub(crate) trait ConditionalWrite: Sized {
    /// The old item (empty if the answer has none), or the error as it was if no condition failed.
    #[expect(clippy::result_large_err, reason = "the error is the SDK's own, handed on")]
    fn old_item(error: SdkError<Self>) -> Result<Item, SdkError<Self>>;
}

macro_rules! conditional_write {
    ($($error:ident),*) => {$(
        impl ConditionalWrite for $error {
            fn old_item(error: SdkError<Self>) -> Result<Item, SdkError<Self>> {
                match error {
                    SdkError::ServiceError(service) if service.err().is_conditional_check_failed_exception() => {
                        match service.into_err() {
                            $error::ConditionalCheckFailedException(failed) => Ok(failed.item.unwrap_or_default()),
                            _ => Ok(Item::new()),
                        }
                    }
                    other => Err(other),
                }
            }
        }
    )*};
}

conditional_write!(PutItemError, UpdateItemError, DeleteItemError);

/// Tells a write that was made (`Ok(Ok(…))`) from one whose condition failed (`Ok(Err(old item))`, empty if the answer has
/// none: see [`Table::item_of_failed_condition`]).
pub(crate) fn conditional<T, E>(result: Result<T, SdkError<E>>) -> Result<Result<T, Item>, TableError>
where
    E: ConditionalWrite + ProvideErrorMetadata + std::fmt::Debug,
{
    match result {
        Ok(output) => Ok(Ok(output)),
        Err(error) => E::old_item(error).map(Err).map_err(TableError::from),
    }
}

/// Ignores a failed condition: the write is not needed any more.
pub(crate) fn ignore_failed_condition<T, E>(result: Result<T, SdkError<E>>) -> Result<(), TableError>
where
    E: ConditionalWrite + ProvideErrorMetadata + std::fmt::Debug,
{
    conditional(result).map(drop)
}

/// Turns the SDK's retries off: for a write that counts, since a retry after a lost answer would count twice, and for a call whose
/// caller slows down when it is throttled.
pub(crate) fn no_retries() -> Builder {
    Builder::new().retry_config(RetryConfig::disabled())
}

//! What calls to DynamoDB cost: read and write units, in all and by partition.
//!
//! The engine tells what it charges, and by DynamoDB's rules (developer guide, "DynamoDB read and write operations"): 4 KB
//! a read unit and half of one where the read need not be consistent, 1 KB a write unit of the larger of the item before
//! and after, both rounded up for each item, double in a transaction, one for what is not there. Three things it does not
//! tell, which are made up for here:
//!
//! * A write whose condition failed costs what the item that is there would. If the answer does not bring the item, 1 KB is
//!   taken.
//! * A cancelled transaction costs what it would have cost; 1 KB an item is taken.
//! * Of a transaction or a batch there is only the sum: each of its items is given an equal part, which is right as long as
//!   they are of about one size.
//!
//! `Scan` and `BatchWriteItem`, which no function calls, are not counted.

use std::{
    collections::{BTreeMap, HashMap},
    iter::Sum,
    ops::{Add, Div, Sub},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aws_sdk_dynamodb::{
    config::{
        ConfigBag, Intercept, RuntimeComponents,
        interceptors::{AfterDeserializationInterceptorContextRef, BeforeSerializationInterceptorContextMut},
    },
    operation::{
        batch_get_item::{BatchGetItemInput, BatchGetItemOutput},
        delete_item::{DeleteItemError, DeleteItemInput, DeleteItemOutput},
        get_item::{GetItemInput, GetItemOutput},
        put_item::{PutItemError, PutItemInput, PutItemOutput},
        query::{QueryInput, QueryOutput},
        transact_write_items::{TransactWriteItemsError, TransactWriteItemsInput, TransactWriteItemsOutput},
        update_item::{UpdateItemError, UpdateItemInput, UpdateItemOutput},
    },
    types::{
        AttributeValue, ConditionCheck, ConsumedCapacity, Delete, KeysAndAttributes, Put, ReturnConsumedCapacity,
        TransactWriteItem, Update,
    },
};
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::interceptors::context::{Error, Input, Output},
};
use aws_smithy_types::config_bag::{Storable, StoreReplace};

/// Bytes that a write unit writes.
const WRITE_UNIT: usize = 1024;

/// Read and write units.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Units {
    /// Of 4 KB, read consistently.
    pub read: f64,
    /// Of 1 KB.
    pub write: f64,
}

impl Units {
    /// So many of each.
    #[must_use]
    pub const fn new(read: f64, write: f64) -> Self {
        Self { read, write }
    }
}

impl Add for Units {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self::new(self.read + other.read, self.write + other.write)
    }
}

impl Sub for Units {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self::new(self.read - other.read, self.write - other.write)
    }
}

impl Div<f64> for Units {
    type Output = Self;

    fn div(self, by: f64) -> Self {
        Self::new(self.read / by, self.write / by)
    }
}

impl Sum for Units {
    fn sum<I: Iterator<Item = Self>>(each: I) -> Self {
        each.fold(Self::default(), Add::add)
    }
}

/// The record. A cheap clone; an interceptor of the AWS SDK that asks each call what it costs.
#[derive(Debug, Clone, Default)]
pub struct Capacity(Arc<Mutex<Vec<Charge>>>);

/// One call: what it costs, and the partition of each item that it is about.
#[derive(Debug)]
struct Charge {
    units: Units,
    partitions: Vec<String>,
}

/// The partitions that the call under way is about.
#[derive(Debug, Clone)]
struct Partitions(Vec<String>);

impl Storable for Partitions {
    type Storer = StoreReplace<Self>;
}

impl Capacity {
    /// What the calls since the last time cost together.
    #[must_use]
    pub fn take(&self) -> Units {
        self.charges().drain(..).map(|charge| charge.units).sum()
    }

    /// The same for each partition key.
    #[must_use]
    pub fn take_by_partition(&self) -> BTreeMap<String, Units> {
        let mut partitions = BTreeMap::<String, Units>::new();
        for charge in self.charges().drain(..) {
            let part = charge.units / f64::from(u32::try_from(charge.partitions.len()).unwrap_or(u32::MAX));
            for partition in charge.partitions {
                let units = partitions.entry(partition).or_default();
                *units = *units + part;
            }
        }
        partitions
    }

    fn charges(&self) -> MutexGuard<'_, Vec<Charge>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type Key = HashMap<String, AttributeValue>;

fn partition(key: Option<&Key>) -> Vec<String> {
    text(key.and_then(|key| key.get("pk")))
}

fn text(pk: Option<&AttributeValue>) -> Vec<String> {
    pk.and_then(|pk| pk.as_s().ok()).cloned().into_iter().collect()
}

/// The partition that a query names in a value.
fn queried(input: &QueryInput) -> Option<&AttributeValue> {
    let name = input.key_condition_expression()?.strip_prefix("pk = ")?.split(' ').next()?;
    input.expression_attribute_values()?.get(name)
}

fn batched(input: &BatchGetItemInput) -> Vec<String> {
    let tables = input.request_items().into_iter().flat_map(HashMap::values);
    tables.flat_map(KeysAndAttributes::keys).flat_map(|key| partition(Some(key))).collect()
}

fn written(item: &TransactWriteItem) -> Vec<String> {
    let put = item.put().map(Put::item);
    let update = item.update().map(Update::key);
    let delete = item.delete().map(Delete::key);
    let check = item.condition_check().map(ConditionCheck::key);
    partition(put.or(update).or(delete).or(check))
}

/// Asks what a call will cost; the partitions it is about, if it is one that is counted.
fn ask(input: &mut Input) -> Option<Vec<String>> {
    macro_rules! ask {
        ($($type:ty: $partitions:expr),* $(,)?) => {$(
            if let Some(input) = input.downcast_mut::<$type>() {
                input.return_consumed_capacity = Some(ReturnConsumedCapacity::Total);
                let partitions: fn(&$type) -> Vec<String> = $partitions;
                return Some(partitions(input));
            }
        )*};
    }
    ask! {
        GetItemInput: |input| partition(input.key()),
        PutItemInput: |input| partition(input.item()),
        UpdateItemInput: |input| partition(input.key()),
        DeleteItemInput: |input| partition(input.key()),
        QueryInput: |input| text(queried(input)),
        BatchGetItemInput: batched,
        TransactWriteItemsInput: |input| input.transact_items().iter().flat_map(written).collect(),
    }
    None
}

/// What the engine says that a call cost.
fn told(output: &Output) -> Option<Units> {
    let read = |units| Units::new(units, 0.0);
    let write = |units| Units::new(0.0, units);
    macro_rules! told {
        ($($type:ty: $axis:expr),* $(,)?) => {$(
            if let Some(output) = output.downcast_ref::<$type>() {
                return output.consumed_capacity.as_ref().and_then(Told::units).map($axis);
            }
        )*};
    }
    told! {
        GetItemOutput: read,
        QueryOutput: read,
        BatchGetItemOutput: read,
        PutItemOutput: write,
        UpdateItemOutput: write,
        DeleteItemOutput: write,
        TransactWriteItemsOutput: write,
    }
    None
}

/// One table's capacity, or that of several.
trait Told {
    fn units(&self) -> Option<f64>;
}

impl Told for ConsumedCapacity {
    fn units(&self) -> Option<f64> {
        self.capacity_units
    }
}

impl Told for Vec<ConsumedCapacity> {
    fn units(&self) -> Option<f64> {
        self.iter().map(Told::units).sum()
    }
}

/// What a call that failed cost all the same: nothing, unless a condition failed.
fn lost(error: &Error, items: usize) -> Units {
    macro_rules! failed_condition {
        ($($type:ident),*) => {$(
            if let Some($type::ConditionalCheckFailedException(failed)) = error.downcast_ref::<$type>() {
                return Units::new(0.0, write_units(failed.item()));
            }
        )*};
    }
    failed_condition!(PutItemError, UpdateItemError, DeleteItemError);
    match error.downcast_ref() {
        Some(TransactWriteItemsError::TransactionCanceledException(_)) => {
            Units::new(0.0, 2.0 * f64::from(u32::try_from(items).unwrap_or(u32::MAX)))
        }
        _ => Units::default(),
    }
}

fn write_units(item: Option<&Key>) -> f64 {
    let size: usize = item.into_iter().flatten().map(|(name, value)| name.len() + size(value)).sum();
    f64::from(u32::try_from(size.div_ceil(WRITE_UNIT).max(1)).unwrap_or(u32::MAX))
}

/// Bytes of a value (developer guide, "DynamoDB item sizes and formats"), for the types that Posthorn stores.
fn size(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(digits) => digits.len().div_ceil(2) + 1,
        AttributeValue::L(values) => 3 + values.iter().map(|value| 1 + size(value)).sum::<usize>(),
        AttributeValue::M(values) => 3 + values.iter().map(|(name, value)| 1 + name.len() + size(value)).sum::<usize>(),
        _ => 1,
    }
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Capacity {
    fn name(&self) -> &'static str {
        "capacity"
    }

    fn modify_before_serialization(
        &self,
        context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(partitions) = ask(context.input_mut()) {
            config.interceptor_state().store_put(Partitions(partitions));
        }
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(Partitions(partitions)) = config.load::<Partitions>().cloned() else { return Ok(()) };
        let units = match context.output_or_error() {
            Ok(output) => told(output).ok_or("the engine did not tell what a call costs")?,
            Err(error) => error.as_operation_error().map_or_else(Units::default, |it| lost(it, partitions.len())),
        };
        self.charges().push(Charge { units, partitions });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;

    use super::*;
    use crate::backends::{Backends, TABLE};

    fn key(pk: &str) -> Key {
        ["pk", "sk"].into_iter().map(|name| (name.to_owned(), AttributeValue::S(pk.to_owned()))).collect()
    }

    /// An item of so many KB, less a few bytes.
    fn item(pk: &str, kilobytes: usize) -> Key {
        let filling = AttributeValue::S("x".repeat(kilobytes * 1024 - 100));
        key(pk).into_iter().chain([("filling".to_owned(), filling)]).collect()
    }

    async fn put(backends: &Backends, item: Key) -> Units {
        backends.dynamodb.put_item().table_name(TABLE).set_item(Some(item)).send().await.expect("a put");
        backends.capacity.take()
    }

    async fn start() -> Backends {
        let backends = Backends::start().await;
        for (pk, kilobytes) in [("A", 1), ("B", 2), ("C", 5)] {
            put(&backends, item(pk, kilobytes)).await;
        }
        backends
    }

    #[tokio::test]
    async fn a_write_costs_a_unit_a_kilobyte_of_the_larger_of_before_and_after() {
        let backends = start().await;
        for (pk, kilobytes, units) in [("new", 1, 1.0), ("A", 3, 3.0), ("A", 1, 3.0), ("A", 1, 1.0)] {
            assert_eq!(put(&backends, item(pk, kilobytes)).await, Units::new(0.0, units), "{pk} of {kilobytes} KB");
        }
        let delete = backends.dynamodb.delete_item().table_name(TABLE).set_key(Some(key("B")));
        delete.send().await.expect("a delete");
        assert_eq!(backends.capacity.take(), Units::new(0.0, 2.0));
    }

    #[tokio::test]
    async fn a_failed_condition_costs_what_is_there_if_the_answer_brings_it() {
        let backends = start().await;
        let put = || backends.dynamodb.put_item().table_name(TABLE).set_item(Some(item("B", 1)));
        let put = || put().condition_expression("attribute_not_exists(pk)");
        let old = Some(ReturnValuesOnConditionCheckFailure::AllOld);
        for (old, units) in [(old, 2.0), (None, 1.0)] {
            put().set_return_values_on_condition_check_failure(old).send().await.expect_err("it is there");
            assert_eq!(backends.capacity.take(), Units::new(0.0, units));
        }
    }

    #[tokio::test]
    async fn a_read_costs_a_unit_for_four_kilobytes_and_half_of_it_where_it_may_be_stale() {
        let backends = start().await;
        for (pk, consistent, units) in [("A", true, 1.0), ("A", false, 0.5), ("C", true, 2.0), ("none", true, 1.0)] {
            let get = backends.dynamodb.get_item().table_name(TABLE).set_key(Some(key(pk)));
            get.consistent_read(consistent).send().await.expect("a read");
            assert_eq!(backends.capacity.take(), Units::new(units, 0.0), "{pk}");
        }
        for (pk, units) in [("C", 2.0), ("none", 1.0)] {
            let query = backends.dynamodb.query().table_name(TABLE).key_condition_expression("pk = :pk");
            let query = query.expression_attribute_values(":pk", AttributeValue::S(pk.to_owned()));
            query.consistent_read(true).send().await.expect("a query");
            assert_eq!(backends.capacity.take_by_partition()[pk], Units::new(units, 0.0));
        }
    }

    #[tokio::test]
    async fn each_item_of_a_batch_is_rounded_up() {
        let backends = start().await;
        let keys = ["A", "B", "none"].map(key);
        let keys = KeysAndAttributes::builder().consistent_read(true).set_keys(Some(keys.into())).build();
        let batch = backends.dynamodb.batch_get_item().request_items(TABLE, keys.expect("keys"));
        batch.send().await.expect("a batch");
        let partitions = backends.capacity.take_by_partition();
        assert_eq!(partitions.into_values().collect::<Vec<_>>(), [Units::new(1.0, 0.0); 3]);
    }

    #[tokio::test]
    async fn a_transaction_costs_double_made_or_cancelled() {
        let backends = start().await;
        for (condition, is_made, each) in
            [("attribute_exists(pk)", true, 6.0), ("attribute_not_exists(pk)", false, 2.0)]
        {
            let update = |pk: &str| {
                let update = Update::builder().table_name(TABLE).set_key(Some(key(pk)));
                let update = update.update_expression("REMOVE nothing").condition_expression(condition);
                TransactWriteItem::builder().update(update.build().expect("an update")).build()
            };
            let transaction = backends.dynamodb.transact_write_items();
            let made = transaction.transact_items(update("A")).transact_items(update("C")).send().await;
            assert_eq!(made.is_ok(), is_made);
            let partitions = backends.capacity.take_by_partition();
            assert_eq!(partitions.into_values().collect::<Vec<_>>(), [Units::new(0.0, each); 2], "{condition}");
        }
    }
}

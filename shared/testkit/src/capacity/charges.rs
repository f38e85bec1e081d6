//! The cost of one call.

use aws_sdk_dynamodb::{
    operation::{
        batch_get_item::{BatchGetItemInput, BatchGetItemOutput},
        delete_item::{DeleteItemError, DeleteItemInput, DeleteItemOutput},
        get_item::{GetItemInput, GetItemOutput},
        put_item::{PutItemError, PutItemInput, PutItemOutput},
        query::{QueryInput, QueryOutput},
        transact_write_items::{TransactWriteItemsError, TransactWriteItemsInput, TransactWriteItemsOutput},
        update_item::{UpdateItemError, UpdateItemInput, UpdateItemOutput},
    },
    types::{AttributeValue, ConsumedCapacity, ReturnConsumedCapacity},
};
use aws_smithy_runtime_api::client::interceptors::context::{Error, Input, Output};

use super::units::Units;
use crate::database::keys::Attributes;

/// Bytes that a write unit writes.
const WRITE_UNIT: usize = 1024;

/// Asks what a call will cost. False if it is none that is counted.
pub(super) fn ask(input: &mut Input) -> bool {
    macro_rules! ask {
        ($($type:ty),*) => {$(
            if let Some(input) = input.downcast_mut::<$type>() {
                input.return_consumed_capacity = Some(ReturnConsumedCapacity::Total);
                return true;
            }
        )*};
    }
    ask!(
        GetItemInput,
        PutItemInput,
        UpdateItemInput,
        DeleteItemInput,
        QueryInput,
        BatchGetItemInput,
        TransactWriteItemsInput
    );
    false
}

/// The cost of a call, as the engine tells it.
pub(super) fn told(output: &Output) -> Option<Units> {
    let read = |units| Units::new(units, 0.0);
    let write = |units| Units::new(0.0, units);
    macro_rules! told {
        ($($type:ty: $axis:expr),* $(,)?) => {$(
            if let Some(output) = output.downcast_ref::<$type>() {
                return output.consumed_capacity.as_ref().and_then(ConsumedUnits::units).map($axis);
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

/// The units of one table, or their sum over several.
trait ConsumedUnits {
    fn units(&self) -> Option<f64>;
}

impl ConsumedUnits for ConsumedCapacity {
    fn units(&self) -> Option<f64> {
        self.capacity_units
    }
}

impl ConsumedUnits for Vec<ConsumedCapacity> {
    fn units(&self) -> Option<f64> {
        self.iter().map(ConsumedUnits::units).sum()
    }
}

/// The cost of a call that failed: nothing, unless a condition failed.
pub(super) fn lost(error: &Error, items: usize) -> Units {
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

fn write_units(item: Option<&Attributes>) -> f64 {
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

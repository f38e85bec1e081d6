//! The costs of calls to DynamoDB: read and write units, in all and by partition.
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

mod charges;
#[cfg(test)]
mod tests;
mod units;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aws_sdk_dynamodb::config::{
    ConfigBag, Intercept, RuntimeComponents,
    interceptors::{AfterDeserializationInterceptorContextRef, BeforeSerializationInterceptorContextMut},
};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_types::config_bag::{Storable, StoreReplace};
pub use units::Units;

use crate::database::keys::partitions;
use charges::{ask, lost, told};

/// The record of capacity used. Cheap to clone; an interceptor of the AWS SDK that asks each call what it costs.
#[derive(Debug, Clone, Default)]
pub struct Capacity(Arc<Mutex<Vec<Charge>>>);

/// One call: its cost, and the partition of each item that it names.
#[derive(Debug)]
struct Charge {
    units: Units,
    partitions: Vec<String>,
}

/// The partitions that the call under way names.
#[derive(Debug, Clone)]
struct Partitions(Vec<String>);

impl Storable for Partitions {
    type Storer = StoreReplace<Self>;
}

impl Capacity {
    /// The cost of the calls since the last time together.
    #[must_use]
    pub fn take(&self) -> Units {
        self.charges().drain(..).map(|charge| charge.units).sum()
    }

    /// The cost of the calls since the last time by partition key.
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
        if ask(context.input_mut()) {
            config.interceptor_state().store_put(Partitions(partitions(context.input())));
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

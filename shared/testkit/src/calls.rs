//! A record of the calls that reach AWS: their number, and the number of those that follow each other.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use aws_sdk_dynamodb::config::{
    ConfigBag, Intercept, RuntimeComponents,
    interceptors::{BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef},
};
use aws_smithy_runtime_api::{box_error::BoxError, client::orchestrator::Metadata};
use aws_smithy_types::config_bag::{Storable, StoreReplace};

/// One call to AWS: its operation, and when it began and ended on the record's own clock, which ticks with every
/// beginning and every end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The operation, such as `GetItem`.
    pub operation: String,
    began: usize,
    ended: usize,
}

/// The record of calls. Cheap to clone; an interceptor of the AWS SDK.
#[derive(Debug, Clone, Default)]
pub struct Calls(Arc<Mutex<Record>>);

#[derive(Debug, Default)]
struct Record {
    ticks: usize,
    running: HashMap<usize, Call>,
    done: Vec<Call>,
}

/// The call that an interceptor is called for, by the tick at which it began.
#[derive(Debug, Clone, Copy)]
struct RunningCall(usize);

impl Storable for RunningCall {
    type Storer = StoreReplace<Self>;
}

impl Calls {
    /// The operations called since the last time, in the order in which they began.
    #[must_use]
    pub fn take(&self) -> Vec<String> {
        let mut done = self.take_calls();
        done.sort_by_key(|call| call.began);
        done.into_iter().map(|call| call.operation).collect()
    }

    /// The longest chain among the calls made since the last time, in which each began after the one before it had ended.
    #[must_use]
    pub fn take_in_a_row(&self) -> Vec<String> {
        in_a_row(self.take_calls()).into_iter().map(|call| call.operation).collect()
    }

    /// The number of calls since the last time: in the longest chain, and in all.
    #[must_use]
    pub fn take_counts(&self) -> (usize, usize) {
        let done = self.take_calls();
        let in_all = done.len();
        (in_a_row(done).len(), in_all)
    }

    /// The largest number of calls of one operation that were under way at once, of those made since the last time.
    #[must_use]
    pub fn take_most_at_once(&self, operation: &str) -> usize {
        let mut calls = self.take_calls();
        calls.retain(|call| call.operation == operation);
        let under_way = |at: usize| calls.iter().filter(|call| call.began <= at && at < call.ended).count();
        calls.iter().map(|call| under_way(call.began)).max().unwrap_or(0)
    }

    fn take_calls(&self) -> Vec<Call> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner).done)
    }
}

fn in_a_row(mut calls: Vec<Call>) -> Vec<Call> {
    calls.sort_by_key(|call| call.ended);
    let mut row: Vec<Call> = Vec::new();
    for call in calls {
        if row.last().is_none_or(|last| last.ended < call.began) {
            row.push(call);
        }
    }
    row
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Calls {
    fn name(&self) -> &'static str {
        "calls"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let operation = config.load::<Metadata>().map_or_else(String::new, |metadata| metadata.name().to_owned());
        let mut record = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        record.ticks += 1;
        let began = record.ticks;
        record.running.insert(began, Call { operation, began, ended: usize::MAX });
        config.interceptor_state().store_put(RunningCall(began));
        Ok(())
    }

    fn read_after_attempt(
        &self,
        _: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let mut record = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        record.ticks += 1;
        let ended = record.ticks;
        if let Some(call) = config.load::<RunningCall>().and_then(|running| record.running.remove(&running.0)) {
            record.done.push(Call { ended, ..call });
        }
        Ok(())
    }
}

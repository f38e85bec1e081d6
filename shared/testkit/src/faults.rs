//! Calls to AWS that fail, as a test asks for.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::config::{
    ConfigBag, Intercept, RuntimeComponents,
    interceptors::{
        BeforeDeserializationInterceptorContextMut, BeforeSerializationInterceptorContextRef,
        BeforeTransmitInterceptorContextMut,
    },
};
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::orchestrator::Metadata,
    http::{Response, StatusCode},
};
use aws_smithy_types::{
    body::SdkBody,
    config_bag::{Storable, StoreReplace},
};

/// Where nobody listens.
const NOBODY: &str = "http://127.0.0.1:1/";

/// What happens to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It never reaches the table.
    NeverArrives,
    /// It takes effect, and its answer is a 500.
    LosesAnswer,
    /// It does nothing, because a rival's transaction is under way on one of its items.
    Conflicts,
    /// It does nothing, because the table is over its throughput.
    Throttles,
}

/// What the engine never says by itself: to a single write, and to a transaction.
const CONFLICT: &str = r#"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionConflictException","message":"Transaction is ongoing for the item"}"#;
const CANCELLED: &str = r#"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","Message":"Transaction cancelled","CancellationReasons":[{"Code":"TransactionConflict","Message":"Transaction is ongoing for the item"},{"Code":"None"}]}"#;
const THROTTLED: &str = r#"{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException","message":"The level of configured provisioned throughput for the table was exceeded"}"#;

/// The faults asked for. A cheap clone; an interceptor of the AWS SDK, which retries what it always does.
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<Mutex<Plan>>);

#[derive(Debug, Default)]
struct Plan {
    rules: Vec<Rule>,
    /// Calls that are still to come before the one that fails, and how.
    countdown: Option<(usize, Fault)>,
}

#[derive(Debug)]
struct Rule {
    operation: &'static str,
    needle: String,
    fault: Fault,
    attempts: usize,
}

/// The fault of a whole call, every attempt of it.
#[derive(Debug, Clone, Copy)]
struct OfCall(Option<Fault>);

impl Storable for OfCall {
    type Storer = StoreReplace<Self>;
}

/// The fault of the attempt under way.
#[derive(Debug, Clone, Copy)]
struct Current(Option<Fault>);

impl Storable for Current {
    type Storer = StoreReplace<Self>;
}

impl Faults {
    /// Fails the next `attempts` (the SDK's retries count) of an operation, such as `PutItem`, whose request's JSON
    /// contains `needle`.
    pub fn fail(&self, operation: &'static str, needle: &str, fault: Fault, attempts: usize) {
        self.plan().rules.push(Rule { operation, needle: needle.to_owned(), fault, attempts });
    }

    /// Fails the `number`th call from now on, counted from 0, whatever it is: with all of the SDK's retries, as if the
    /// process had died there.
    pub fn fail_call(&self, number: usize, fault: Fault) {
        self.plan().countdown = Some((number, fault));
    }

    /// True while the call that [`Faults::fail_call`] named has not come.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.plan().countdown.is_some()
    }

    /// Ends every fault.
    pub fn clear(&self) {
        *self.plan() = Plan::default();
    }

    fn take_call(&self) -> Option<Fault> {
        let mut plan = self.plan();
        match plan.countdown {
            Some((0, fault)) => {
                plan.countdown = None;
                Some(fault)
            }
            Some((left, fault)) => {
                plan.countdown = Some((left - 1, fault));
                None
            }
            None => None,
        }
    }

    fn plan(&self) -> std::sync::MutexGuard<'_, Plan> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, operation: &str, body: &[u8]) -> Option<Fault> {
        let body = String::from_utf8_lossy(body);
        let mut plan = self.plan();
        let rule = plan
            .rules
            .iter_mut()
            .find(|rule| rule.attempts > 0 && rule.operation == operation && body.contains(&rule.needle))?;
        rule.attempts -= 1;
        Some(rule.fault)
    }
}

fn is_transaction(config: &ConfigBag) -> bool {
    config.load::<Metadata>().is_some_and(|metadata| metadata.name() == "TransactWriteItems")
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Faults {
    fn name(&self) -> &'static str {
        "faults"
    }

    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        config.interceptor_state().store_put(OfCall(self.take_call()));
        Ok(())
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let operation = config.load::<Metadata>().map_or_else(String::new, |metadata| metadata.name().to_owned());
        let of_call = config.load::<OfCall>().and_then(|of_call| of_call.0);
        let fault = of_call.or_else(|| self.take(&operation, context.request().body().bytes().unwrap_or_default()));
        match fault {
            Some(Fault::NeverArrives) => context.request_mut().set_uri(NOBODY)?,
            Some(Fault::Conflicts | Fault::Throttles) => {
                let request = context.request_mut();
                *request.body_mut() = SdkBody::from("{}");
                request.headers_mut().insert("content-length", "2");
            }
            Some(Fault::LosesAnswer) | None => {}
        }
        config.interceptor_state().store_put(Current(fault));
        Ok(())
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let answer = match config.load::<Current>().and_then(|current| current.0) {
            Some(Fault::LosesAnswer) => (500, SdkBody::empty()),
            Some(Fault::Conflicts) => (400, SdkBody::from(if is_transaction(config) { CANCELLED } else { CONFLICT })),
            Some(Fault::Throttles) => (400, SdkBody::from(THROTTLED)),
            Some(Fault::NeverArrives) | None => return Ok(()),
        };
        *context.response_mut() = Response::new(StatusCode::try_from(answer.0)?, answer.1);
        Ok(())
    }
}

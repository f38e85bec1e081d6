//! Calls to DynamoDB that fail, as a test asks for.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::config::{
    ConfigBag, Intercept, RuntimeComponents,
    interceptors::{BeforeDeserializationInterceptorContextMut, BeforeTransmitInterceptorContextMut},
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
}

/// The faults asked for. A cheap clone; an interceptor of the AWS SDK, which retries what it always does.
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<Mutex<Vec<Rule>>>);

#[derive(Debug)]
struct Rule {
    operation: &'static str,
    needle: String,
    fault: Fault,
    attempts: usize,
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
        self.rules().push(Rule { operation, needle: needle.to_owned(), fault, attempts });
    }

    /// Ends every fault.
    pub fn clear(&self) {
        self.rules().clear();
    }

    fn rules(&self) -> std::sync::MutexGuard<'_, Vec<Rule>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, operation: &str, body: &[u8]) -> Option<Fault> {
        let body = String::from_utf8_lossy(body);
        let mut rules = self.rules();
        let rule = rules
            .iter_mut()
            .find(|rule| rule.attempts > 0 && rule.operation == operation && body.contains(&rule.needle))?;
        rule.attempts -= 1;
        Some(rule.fault)
    }
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Faults {
    fn name(&self) -> &'static str {
        "faults"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let operation = config.load::<Metadata>().map_or_else(String::new, |metadata| metadata.name().to_owned());
        let fault = self.take(&operation, context.request().body().bytes().unwrap_or_default());
        if fault == Some(Fault::NeverArrives) {
            context.request_mut().set_uri(NOBODY)?;
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
        if config.load::<Current>().is_some_and(|current| current.0 == Some(Fault::LosesAnswer)) {
            *context.response_mut() = Response::new(StatusCode::try_from(500)?, SdkBody::empty());
        }
        Ok(())
    }
}

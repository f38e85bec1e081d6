//! What a deployed function may call, enforced while its tests run: IAM's answer to it, from the template.

use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use aws_sdk_dynamodb::{
    config::{ConfigBag, Intercept, RuntimeComponents, interceptors::BeforeSerializationInterceptorContextRef},
    operation::transact_write_items::TransactWriteItemsInput,
    types::TransactWriteItem,
};
use aws_smithy_runtime_api::{box_error::BoxError, client::orchestrator::Metadata};
use serde_json::Value;

use crate::template;

/// A function's permissions, and those that it used. A cheap clone; an interceptor of the AWS SDK that lets no other
/// call pass.
#[derive(Debug, Clone)]
pub struct Permissions {
    function: &'static str,
    allowed: Arc<BTreeSet<String>>,
    used: Arc<Mutex<BTreeSet<String>>>,
}

impl Permissions {
    /// What the template allows a function, such as `SendFunction`, that its code can call: not the log, which is
    /// Lambda's to write, nor the queue, which is Lambda's to poll.
    ///
    /// # Panics
    /// If the template has no such function.
    #[must_use]
    pub fn of(function: &'static str) -> Self {
        static TEMPLATE: LazyLock<Value> = LazyLock::new(template::read);
        let permissions = template::permissions(&TEMPLATE, function);
        let actions = permissions.into_iter().map(|(action, _)| action);
        let allowed = actions.filter(|action| !action.starts_with("logs:") && !action.starts_with("sqs:")).collect();
        Self { function, allowed: Arc::new(allowed), used: Arc::default() }
    }

    /// The actions it may call, and those it called.
    #[must_use]
    pub fn allowed_and_used(&self) -> (BTreeSet<String>, BTreeSet<String>) {
        (self.allowed.as_ref().clone(), self.used.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

/// The actions that IAM asks for: a transaction's are those of the writes in it (DynamoDB developer guide, "IAM policies
/// for transactions").
fn actions(service: &str, operation: &str, transaction: Option<&TransactWriteItemsInput>) -> Vec<String> {
    let service = match service {
        "DynamoDB" => "dynamodb",
        "SESv2" => "ses",
        "SNS" => "sns",
        other => other,
    };
    let operations = match transaction {
        Some(transaction) => transaction.transact_items().iter().flat_map(writes).collect(),
        None => vec![operation],
    };
    operations.into_iter().map(|operation| format!("{service}:{operation}")).collect()
}

fn writes(item: &TransactWriteItem) -> Vec<&'static str> {
    let writes = [
        (item.put.is_some(), "PutItem"),
        (item.update.is_some(), "UpdateItem"),
        (item.delete.is_some(), "DeleteItem"),
        (item.condition_check.is_some(), "ConditionCheckItem"),
    ];
    writes.into_iter().filter(|(is, _)| *is).map(|(_, operation)| operation).collect()
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Permissions {
    fn name(&self) -> &'static str {
        "permissions"
    }

    fn read_before_serialization(
        &self,
        context: &BeforeSerializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(metadata) = config.load::<Metadata>() else { return Err("a call without a name".into()) };
        let actions = actions(metadata.service(), metadata.name(), context.input().downcast_ref());
        for action in &actions {
            if !self.allowed.contains(action) {
                return Err(format!("{} may not call {action}: template.yaml", self.function).into());
            }
        }
        self.used.lock().unwrap_or_else(PoisonError::into_inner).extend(actions);
        Ok(())
    }
}

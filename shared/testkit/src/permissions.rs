//! The permissions of a deployed function, enforced while its tests run as IAM enforces them, from the template.

mod keys;

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use aws_sdk_dynamodb::{
    Client,
    config::{ConfigBag, Intercept, RuntimeComponents, interceptors::BeforeSerializationInterceptorContextRef},
    error::DisplayErrorContext,
    types::{AttributeValue, ConditionCheck, KeysAndAttributes, PutRequest, TransactWriteItem, WriteRequest},
};
use aws_smithy_runtime_api::{box_error::BoxError, client::orchestrator::Metadata};
use posthorn_table::partitions;
use serde_json::Value;

use crate::{
    backends::{Backends, TABLE},
    template::{self, Statement},
};
use keys::touched;

/// A function's permissions, and those that it used. Cheap to clone; an interceptor of the AWS SDK that lets no other
/// call pass.
#[derive(Debug, Clone)]
pub struct Permissions {
    function: &'static str,
    statements: Arc<Vec<Statement>>,
    used: Arc<Mutex<BTreeSet<String>>>,
}

impl Permissions {
    /// The permissions that the template gives a function, such as `SendFunction`, for calls of its code: not for the log, which is
    /// Lambda's to write, nor the queue, which is Lambda's to poll.
    ///
    /// # Panics
    /// If the template has no such function.
    #[must_use]
    pub fn of(function: &'static str) -> Self {
        static TEMPLATE: LazyLock<Value> = LazyLock::new(template::read);
        let mut statements = template::statements(&TEMPLATE, function);
        let is_lambdas = |action: &String| action.starts_with("logs:") || action.starts_with("sqs:");
        statements.retain(|statement| !statement.actions.iter().all(is_lambdas));
        Self { function, statements: Arc::new(statements), used: Arc::default() }
    }

    /// The actions it may call, and those it called: for the table each with each pattern of partition keys that it may
    /// touch, such as `dynamodb:GetItem KEY#*`.
    #[must_use]
    pub fn allowed_and_used(&self) -> (BTreeSet<String>, BTreeSet<String>) {
        let allowed = self.statements.iter().flat_map(|statement| {
            let of_action = |action: &String| match &statement.leading_keys {
                None => vec![action.clone()],
                Some(patterns) => patterns.iter().map(|pattern| format!("{action} {pattern}")).collect(),
            };
            statement.actions.iter().flat_map(of_action).collect::<Vec<_>>()
        });
        (allowed.collect(), self.used.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    /// The permissions that one action on these partitions uses; `None` if no statement allows it. IAM looks at one
    /// statement at a time, with all the keys that the action touches in the call.
    fn permit(&self, action: &str, keys: &[String]) -> Option<Vec<String>> {
        self.statements.iter().filter(|statement| statement.actions.iter().any(|it| it == action)).find_map(
            |statement| {
                let Some(patterns) = &statement.leading_keys else { return Some(vec![action.to_owned()]) };
                let pattern = |key: &String| patterns.iter().find(|pattern| is_like(pattern, key));
                let found: Option<Vec<_>> = keys.iter().map(pattern).collect();
                // Without a key the condition `Null` does not hold.
                let found = found.filter(|found| !found.is_empty())?;
                Some(found.into_iter().map(|pattern| format!("{action} {pattern}")).collect())
            },
        )
    }
}

/// An operation on items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableOperation {
    /// `GetItem`.
    Get,
    /// `BatchGetItem`.
    BatchGet,
    /// `Query`.
    Query,
    /// `Scan`, which is of all partitions.
    Scan,
    /// `PutItem`.
    Put,
    /// `UpdateItem`.
    Update,
    /// `DeleteItem`.
    Delete,
    /// `BatchWriteItem`.
    BatchWrite,
    /// `ConditionCheckItem`, in a transaction.
    Check,
}

impl TableOperation {
    const ALL: [Self; 9] = [
        Self::Get,
        Self::BatchGet,
        Self::Query,
        Self::Scan,
        Self::Put,
        Self::Update,
        Self::Delete,
        Self::BatchWrite,
        Self::Check,
    ];
}

impl Permissions {
    /// Holds that the function is refused every operation on every kind of partition but those within its reach, and that
    /// nothing changes.
    ///
    /// # Panics
    /// If one is made, or refused for another reason, or if the reach names a kind that there is not.
    pub async fn refuse_all_but(&self, backends: &Backends, reach: &[(TableOperation, &[&str])]) {
        let function = backends.as_function(self);
        let before = backends.items().await;
        assert!(reach.iter().flat_map(|(_, kinds)| *kinds).all(|kind| partitions().contains(kind)), "{reach:?}");
        for operation in TableOperation::ALL {
            let is_within = |kind: &str| reach.iter().any(|(it, kinds)| *it == operation && kinds.contains(&kind));
            for kind in partitions().into_iter().filter(|kind| !is_within(kind)) {
                let partition = if kind.ends_with('#') { format!("{kind}0") } else { kind.to_owned() };
                let made = attempt(&function.dynamodb, operation, &partition).await;
                let refusal = made.expect_err(&format!("{operation:?} {partition} is to be refused"));
                assert!(refusal.contains("may not call"), "{operation:?} {partition}: {refusal}");
            }
        }
        assert_eq!(backends.items().await, before);
    }
}

async fn attempt(client: &Client, operation: TableOperation, partition: &str) -> Result<(), String> {
    let value = AttributeValue::S(partition.to_owned());
    let key = HashMap::from(["pk", "sk"].map(|name| (name.to_owned(), value.clone())));
    let keys = Some(key.clone());
    match operation {
        TableOperation::Get => client.get_item().table_name(TABLE).set_key(keys).send().await.map(drop).map_err(cause),
        TableOperation::Put => client.put_item().table_name(TABLE).set_item(keys).send().await.map(drop).map_err(cause),
        TableOperation::Update => {
            client.update_item().table_name(TABLE).set_key(keys).send().await.map(drop).map_err(cause)
        }
        TableOperation::Delete => {
            client.delete_item().table_name(TABLE).set_key(keys).send().await.map(drop).map_err(cause)
        }
        TableOperation::Scan => client.scan().table_name(TABLE).send().await.map(drop).map_err(cause),
        TableOperation::Query => {
            let query = client.query().table_name(TABLE).key_condition_expression("pk = :pk");
            query.expression_attribute_values(":pk", value).send().await.map(drop).map_err(cause)
        }
        TableOperation::BatchGet => {
            let keys = KeysAndAttributes::builder().keys(key).build().map_err(cause)?;
            client.batch_get_item().request_items(TABLE, keys).send().await.map(drop).map_err(cause)
        }
        TableOperation::BatchWrite => {
            let put = PutRequest::builder().set_item(keys).build().map_err(cause)?;
            let write = WriteRequest::builder().put_request(put).build();
            client.batch_write_item().request_items(TABLE, vec![write]).send().await.map(drop).map_err(cause)
        }
        TableOperation::Check => {
            let check = ConditionCheck::builder().table_name(TABLE).set_key(keys);
            let check = check.condition_expression("attribute_not_exists(pk)").build().map_err(cause)?;
            let item = TransactWriteItem::builder().condition_check(check).build();
            client.transact_write_items().transact_items(item).send().await.map(drop).map_err(cause)
        }
    }
}

fn cause(error: impl std::error::Error) -> String {
    DisplayErrorContext(error).to_string()
}

/// IAM's `StringLike`, of whose wildcards the template uses `*`, at the end, alone.
fn is_like(pattern: &str, text: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == text, |prefix| text.starts_with(prefix))
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
        for (action, keys) in touched(metadata.service(), metadata.name(), context.input()) {
            let Some(used) = self.permit(&action, &keys) else {
                return Err(format!("{} may not call {action} on {keys:?}: template.yaml", self.function).into());
            };
            self.used.lock().unwrap_or_else(PoisonError::into_inner).extend(used);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permissions() -> Permissions {
        let statement = |action: &str, keys: Option<&[&str]>| Statement {
            actions: vec![action.to_owned()],
            resources: vec![],
            leading_keys: keys.map(|keys| keys.iter().map(|key| (*key).to_owned()).collect()),
        };
        let statements = vec![
            statement("dynamodb:PutItem", Some(&["KEY#*", "PROJECTS"])),
            statement("dynamodb:PutItem", Some(&["EMAIL#*"])),
            statement("ses:SendEmail", None),
        ];
        Permissions { function: "TestFunction", statements: Arc::new(statements), used: Arc::default() }
    }

    fn permit(action: &str, keys: &[&str]) -> Option<Vec<String>> {
        permissions().permit(action, &keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn one_statement_allows_every_key_or_none_is() {
        let used = |used: &[&str]| Some(used.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>());
        let put = "dynamodb:PutItem";
        assert_eq!(permit(put, &["KEY#a", "PROJECTS"]), used(&["dynamodb:PutItem KEY#*", "dynamodb:PutItem PROJECTS"]));
        assert_eq!(permit(put, &["EMAIL#a"]), used(&["dynamodb:PutItem EMAIL#*"]));
        assert_eq!(permit("ses:SendEmail", &[]), used(&["ses:SendEmail"]));
        for refused in [&["KEY#a", "EMAIL#a"][..], &["PROJECTS#a"], &["key#a"], &[]] {
            assert_eq!(permit(put, refused), None, "{refused:?}");
        }
        assert_eq!(permit("dynamodb:GetItem", &["KEY#a"]), None);
    }
}

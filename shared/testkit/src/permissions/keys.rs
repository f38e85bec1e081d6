//! The partitions that a call touches, which IAM knows as `dynamodb:LeadingKeys`.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::{
    operation::{
        batch_get_item::BatchGetItemInput, delete_item::DeleteItemInput, get_item::GetItemInput,
        put_item::PutItemInput, query::QueryInput, transact_write_items::TransactWriteItemsInput,
        update_item::UpdateItemInput,
    },
    types::{AttributeValue, KeysAndAttributes, TransactWriteItem},
};
use aws_smithy_runtime_api::client::interceptors::context::Input;

type Attributes = HashMap<String, AttributeValue>;

/// The partition key's attribute.
const PK: &str = "pk";

/// The actions that IAM asks for, each with every partition that it touches in the call: none where the call is not one
/// on items. A transaction's actions are those of the writes in it (DynamoDB developer guide, "Using IAM with DynamoDB
/// transactions").
pub(super) fn touched(service: &str, operation: &str, input: &Input) -> BTreeMap<String, Vec<String>> {
    if let Some(transaction) = input.downcast_ref::<TransactWriteItemsInput>() {
        let mut actions = BTreeMap::<_, Vec<_>>::new();
        for (operation, attributes) in transaction.transact_items().iter().flat_map(writes) {
            actions.entry(format!("dynamodb:{operation}")).or_default().extend(partition(attributes));
        }
        return actions;
    }
    let service = match service {
        "DynamoDB" => "dynamodb",
        "SESv2" => "ses",
        "SNS" => "sns",
        other => other,
    };
    BTreeMap::from([(format!("{service}:{operation}"), of_one(input))])
}

/// The writes of a transaction's item, which has one.
fn writes(item: &TransactWriteItem) -> Vec<(&'static str, &Attributes)> {
    let put = item.put().map(|put| ("PutItem", put.item()));
    let update = item.update().map(|update| ("UpdateItem", update.key()));
    let delete = item.delete().map(|delete| ("DeleteItem", delete.key()));
    let check = item.condition_check().map(|check| ("ConditionCheckItem", check.key()));
    [put, update, delete, check].into_iter().flatten().collect()
}

/// The partitions of a call that is no transaction.
fn of_one(input: &Input) -> Vec<String> {
    if let Some(query) = input.downcast_ref::<QueryInput>() {
        return queried(query).into_iter().collect();
    }
    if let Some(batch) = input.downcast_ref::<BatchGetItemInput>() {
        let tables = batch.request_items().into_iter().flat_map(HashMap::values);
        return tables.flat_map(KeysAndAttributes::keys).filter_map(partition).collect();
    }
    let attributes = None
        .or_else(|| input.downcast_ref::<GetItemInput>().map(|get| get.key()))
        .or_else(|| input.downcast_ref::<PutItemInput>().map(|put| put.item()))
        .or_else(|| input.downcast_ref::<UpdateItemInput>().map(|update| update.key()))
        .or_else(|| input.downcast_ref::<DeleteItemInput>().map(|delete| delete.key()));
    attributes.flatten().and_then(partition).into_iter().collect()
}

fn partition(attributes: &Attributes) -> Option<String> {
    attributes.get(PK)?.as_s().ok().cloned()
}

/// The value that a query's condition compares the partition key with.
fn queried(query: &QueryInput) -> Option<String> {
    let mut conditions = query.key_condition_expression()?.split(" AND ");
    let value = conditions.find_map(|condition| condition.strip_prefix("pk = "))?;
    query.expression_attribute_values()?.get(value)?.as_s().ok().cloned()
}

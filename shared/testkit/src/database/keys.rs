//! The keys that a call to DynamoDB names.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    operation::{
        batch_get_item::BatchGetItemInput, batch_write_item::BatchWriteItemInput, delete_item::DeleteItemInput,
        get_item::GetItemInput, put_item::PutItemInput, query::QueryInput,
        transact_write_items::TransactWriteItemsInput, update_item::UpdateItemInput,
    },
    types::{AttributeValue, DeleteRequest, KeysAndAttributes, PutRequest, TransactWriteItem, WriteRequest},
};
use aws_smithy_runtime_api::client::interceptors::context::Input;

/// An item, or its key alone.
pub(crate) type Attributes = HashMap<String, AttributeValue>;

/// The items that a call names, each with the operation on it, which in a transaction is that of its own write.
pub(crate) fn named(input: &Input) -> Vec<(&'static str, &Attributes)> {
    let one = None
        .or_else(|| input.downcast_ref::<GetItemInput>().map(|get| ("GetItem", get.key())))
        .or_else(|| input.downcast_ref::<PutItemInput>().map(|put| ("PutItem", put.item())))
        .or_else(|| input.downcast_ref::<UpdateItemInput>().map(|update| ("UpdateItem", update.key())))
        .or_else(|| input.downcast_ref::<DeleteItemInput>().map(|delete| ("DeleteItem", delete.key())));
    if let Some((operation, Some(attributes))) = one {
        return vec![(operation, attributes)];
    }
    if let Some(batch) = input.downcast_ref::<BatchGetItemInput>() {
        let tables = batch.request_items().into_iter().flat_map(HashMap::values);
        return tables.flat_map(KeysAndAttributes::keys).map(|key| ("BatchGetItem", key)).collect();
    }
    if let Some(batch) = input.downcast_ref::<BatchWriteItemInput>() {
        let requests = batch.request_items().into_iter().flat_map(HashMap::values).flatten();
        return requests.filter_map(written).map(|attributes| ("BatchWriteItem", attributes)).collect();
    }
    let transaction = input.downcast_ref::<TransactWriteItemsInput>().into_iter();
    transaction.flat_map(TransactWriteItemsInput::transact_items).filter_map(in_transaction).collect()
}

fn written(request: &WriteRequest) -> Option<&Attributes> {
    let put = request.put_request().map(PutRequest::item);
    put.or_else(|| request.delete_request().map(DeleteRequest::key))
}

/// The write of a transaction's item, which has one.
fn in_transaction(item: &TransactWriteItem) -> Option<(&'static str, &Attributes)> {
    let put = item.put().map(|put| ("PutItem", put.item()));
    let update = || item.update().map(|update| ("UpdateItem", update.key()));
    let delete = || item.delete().map(|delete| ("DeleteItem", delete.key()));
    let check = || item.condition_check().map(|check| ("ConditionCheckItem", check.key()));
    put.or_else(update).or_else(delete).or_else(check)
}

/// The partitions that a call names, one for each item; those of the index for a query of it.
pub(crate) fn partitions(input: &Input) -> Vec<String> {
    match input.downcast_ref::<QueryInput>() {
        Some(query) => queried(query).into_iter().collect(),
        None => {
            named(input).into_iter().filter_map(|(_, attributes)| text(attributes, "pk")).map(str::to_owned).collect()
        }
    }
}

/// The partition that a query names.
fn queried(query: &QueryInput) -> Option<String> {
    compared_with(query, if query.index_name().is_some() { "listing = " } else { "pk = " })
}

/// The value after an attribute and a comparison, such as `pk = `, in a query's condition.
pub(crate) fn compared_with(query: &QueryInput, comparison: &str) -> Option<String> {
    let mut conditions = query.key_condition_expression()?.split(" AND ");
    let value = conditions.find_map(|condition| condition.strip_prefix(comparison))?;
    query.expression_attribute_values()?.get(value)?.as_s().ok().cloned()
}

/// A text attribute.
pub(crate) fn text<'a>(attributes: &'a Attributes, name: &str) -> Option<&'a str> {
    attributes.get(name)?.as_s().ok().map(String::as_str)
}

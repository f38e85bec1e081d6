//! Charges, by what the engine does and by what is made up for here.

use aws_sdk_dynamodb::types::{
    AttributeValue, KeysAndAttributes, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};

use super::*;
use crate::{
    backends::{Backends, TABLE},
    database::keys::Attributes,
};

fn key(pk: &str) -> Attributes {
    ["pk", "sk"].into_iter().map(|name| (name.to_owned(), AttributeValue::S(pk.to_owned()))).collect()
}

/// An item of so many KB, less a few bytes.
fn item(pk: &str, kilobytes: usize) -> Attributes {
    let filling = AttributeValue::S("x".repeat(kilobytes * 1024 - 100));
    key(pk).into_iter().chain([("filling".to_owned(), filling)]).collect()
}

async fn put(backends: &Backends, item: Attributes) -> Units {
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
    for (condition, is_made, each) in [("attribute_exists(pk)", true, 6.0), ("attribute_not_exists(pk)", false, 2.0)] {
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

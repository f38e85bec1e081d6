//! A table of an earlier version, brought up to date: once, and by the same command wherever it was interrupted.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use futures_util::{StreamExt, stream};
use posthorn_table::{Uuid, contact::Subscription, data::Data, schema::IndexState};
use posthorn_testkit::backends::TABLE;
use serde_json::{Value, json};

use crate::{
    aws::{OUTPUTS, cloudformation, run},
    gate::Gate,
    support::LocalStack,
};

const CONTACTS: usize = 40;
const UPGRADE: [&str; 2] = ["table", "upgrade"];
/// A time as an earlier version wrote it.
const OLD_TIME: &str = "2025-11-30T10:30:00Z";

/// A stack whose project has contacts as an earlier version stored them.
async fn old_stack() -> LocalStack {
    let stack = LocalStack::start().await;
    let id: Uuid = stack.project("Shop").await.id.parse().unwrap();
    for number in 0..CONTACTS {
        let (subscription, now) = (Subscription::Keep { when_new: true }, stack.backends.clock.now());
        let address = format!("user-{number}@example.org");
        stack.backends.table.merge_contact(id, &address, subscription, &Data::default(), now).await.unwrap();
    }
    for (name, mut item) in stack.backends.items().await {
        if name.ends_with(" CONTACT") {
            item.retain(|attribute, _| !attribute.starts_with("listing"));
            item.insert("created_at".to_owned(), AttributeValue::S(OLD_TIME.to_owned()));
            stack.backends.dynamodb.put_item().table_name(TABLE).set_item(Some(item)).send().await.unwrap();
        }
    }
    stack
}

/// The contacts that are as this version stores them.
async fn contacts_up_to_date(stack: &LocalStack) -> usize {
    let items = stack.backends.items().await;
    let contacts = items.iter().filter(|(name, _)| name.ends_with(" CONTACT")).map(|(_, contact)| contact);
    contacts
        .filter(|contact| {
            let has_digits = contact["created_at"].as_s().unwrap() == "2025-11-30T10:30:00.000Z";
            has_digits && contact.contains_key("listing") && contact.contains_key("listing_at")
        })
        .count()
}

#[tokio::test]
async fn an_old_table_is_brought_up_to_date_once() {
    let stack = old_stack().await;
    let items = stack.backends.items().await.len();
    let upgraded = stack.run(&UPGRADE).await.done().out;
    assert_eq!(upgraded, format!("Looked at {items} items, changed {CONTACTS} items.\n"));
    assert_eq!(contacts_up_to_date(&stack).await, CONTACTS);
    let before = stack.backends.items().await;
    let again = stack.run(&UPGRADE).await.done().out;
    assert_eq!(again, format!("Looked at {items} items: nothing to do, all of them are up to date.\n"));
    assert_eq!(stack.backends.items().await, before);
}

#[tokio::test]
async fn a_program_gets_the_counts() {
    let stack = old_stack().await;
    let items = stack.backends.items().await.len();
    let document =
        |changed: usize| json!({"table": TABLE, "read": items, "changed": changed, "tooLarge": 0, "indexAdded": false});
    for changed in [CONTACTS, 0] {
        let output = stack.run(&["--json", "table", "upgrade"]).await.done().json();
        assert_eq!(output, document(changed));
    }
}

/// Refuses every call after so many, then upgrades again; true if the first upgrade was interrupted.
async fn is_finished_after(calls: usize) -> bool {
    let stack = old_stack().await;
    let (gate, url) = Gate::before(&stack.backends.urls.dynamodb, calls).await;
    stack.write_environment(&url, "http://127.0.0.1:1", "http://127.0.0.1:1");
    let first = stack.run(&UPGRADE).await;
    gate.open();
    let was_interrupted = first.code != 0;
    if was_interrupted {
        first.refused(1, "the credentials do not permit");
    }
    stack.run(&UPGRADE).await.done();
    assert_eq!(contacts_up_to_date(&stack).await, CONTACTS, "after {calls} calls");
    was_interrupted
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upgrade_that_was_interrupted_anywhere_is_finished_by_the_same_command() {
    let calls = [0, 1, 2, 3, 4, 10, 30, 41, 42, 43, 60];
    let interrupted: Vec<_> = stream::iter(calls).map(is_finished_after).buffered(4).collect().await;
    assert!(interrupted[..7].iter().all(|it| *it) && !interrupted[10], "every stage is interrupted: {interrupted:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upgrade_that_was_killed_is_finished_by_the_same_command() {
    let stack = old_stack().await;
    let gate = stack.behind_a_gate().await;
    let (held, endless) = (tokio::sync::Notify::new(), std::future::pending::<()>());
    let suspend = gate.before_next("UpdateItem", async {
        held.notify_one();
        endless.await;
    });
    // The program is killed when the future that runs it is dropped.
    tokio::select! {
        output = stack.run(&UPGRADE) => panic!("it came to its end: {output:?}"),
        () = suspend => unreachable!("the call is held for ever"),
        () = held.notified() => {}
    }
    assert!(contacts_up_to_date(&stack).await < CONTACTS);
    stack.behind_a_gate().await;
    stack.run(&UPGRADE).await.done();
    assert_eq!(contacts_up_to_date(&stack).await, CONTACTS);
}

/// Makes the stack's table anew, without the index and with the items that it had.
async fn take_the_index_away(stack: &LocalStack) {
    let dynamodb = &stack.backends.dynamodb;
    let items = stack.backends.items().await;
    dynamodb.delete_table().table_name(TABLE).send().await.unwrap();
    let key = |(name, role)| KeySchemaElement::builder().attribute_name(name).key_type(role).build().unwrap();
    let attribute = |name| {
        let kind = ScalarAttributeType::S;
        AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build().unwrap()
    };
    let create = dynamodb.create_table().table_name(TABLE).billing_mode(BillingMode::PayPerRequest);
    let create = create.set_attribute_definitions(Some(["pk", "sk"].map(attribute).into()));
    let keys = [("pk", KeyType::Hash), ("sk", KeyType::Range)].map(key).into();
    create.set_key_schema(Some(keys)).send().await.unwrap();
    for item in items.into_values() {
        dynamodb.put_item().table_name(TABLE).set_item(Some(item)).send().await.unwrap();
    }
}

#[tokio::test]
async fn the_index_of_a_stack_comes_with_its_deployment() {
    let stack = old_stack().await;
    take_the_index_away(&stack).await;
    let url = cloudformation(&OUTPUTS, "200").await;
    let in_aws = [&["--stack", "posthorn"], &UPGRADE[..]].concat();
    run(&stack, &url, &[], &in_aws).await.refused(1, "deploy this version first");
    stack.run(&UPGRADE).await.refused(1, "start it again with `cargo run`");
    let output = stack.run(&[&["--json"], &UPGRADE[..]].concat()).await;
    let error: Value = serde_json::from_str(&output.err).unwrap();
    assert_eq!((output.code, &error["error"]["code"]), (1, &json!("STACK_OUTDATED")));
    assert_eq!(contacts_up_to_date(&stack).await, 0);
    assert_eq!(stack.backends.table.index_state().await.unwrap(), IndexState::Absent);
}

#[tokio::test]
async fn a_table_alone_gets_the_index_before_it_is_upgraded() {
    let stack = old_stack().await;
    take_the_index_away(&stack).await;
    let table_alone = [&["--table", TABLE], &UPGRADE[..]].concat();
    let output = run(&stack, "", &[], &table_alone).await.done().out;
    assert!(output.starts_with("The index is added") && output.contains("changed 40 items."), "{output}");
    assert_ne!(stack.backends.table.index_state().await.unwrap(), IndexState::Absent);
    assert_eq!(contacts_up_to_date(&stack).await, CONTACTS);
    let output = run(&stack, "", &[], &table_alone).await.done().out;
    assert!(output.starts_with("Looked at") && output.contains("nothing to do"), "{output}");
}

//! A table of an earlier version, brought up to date.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use posthorn_table::{
    Table, TableError, Timestamp, Uuid,
    contact::{self, Subscription},
    data::Data,
    project::Project,
    schema::IndexState,
    upgrade::{UpgradeError, UpgradeProgress},
};
use posthorn_testkit::{
    backends::{Backends, Item, TABLE},
    faults::Fault,
};

use crate::{
    rival_write::table_with_rival,
    sample_project::{ADDRESS, data, sample_project},
};

type Items = BTreeMap<String, Item>;

/// A value as an earlier version wrote it: moments without zeros at the end. What a caller gave is no moment of ours.
fn aged(name: &str, value: AttributeValue) -> AttributeValue {
    match value {
        AttributeValue::S(text) if !name.starts_with("data:") => {
            AttributeValue::S(text.parse::<Timestamp>().map_or(text, |moment| moment.to_string()))
        }
        AttributeValue::L(values) => AttributeValue::L(values.into_iter().map(|value| aged(name, value)).collect()),
        AttributeValue::M(entries) => {
            AttributeValue::M(entries.into_iter().map(|(name, value)| (name.clone(), aged(&name, value))).collect())
        }
        other => other,
    }
}

/// Makes every item as an earlier version wrote it.
pub(crate) async fn age(backends: &Backends) -> Items {
    for mut item in backends.items().await.into_values() {
        item.retain(|name, _| !name.starts_with("listing"));
        let item = item.into_iter().map(|(name, value)| (name.clone(), aged(&name, value))).collect();
        backends.dynamodb.put_item().table_name(TABLE).set_item(Some(item)).send().await.unwrap();
    }
    backends.items().await
}

/// The items without their places in the index.
fn unlisted(mut items: Items) -> Items {
    for item in items.values_mut() {
        item.retain(|name, _| !name.starts_with("listing"));
    }
    items
}

/// A table with items of every kind as an earlier version wrote them; those items before, and as they then are.
async fn aged_table() -> (Backends, Project, Items, Items) {
    let backends = Backends::start().await;
    let project = sample_project(&backends).await;
    let made = backends.items().await;
    let old = age(&backends).await;
    assert_ne!(made, old);
    (backends, project, made, old)
}

async fn upgrade(table: &Table) -> Result<UpgradeProgress, UpgradeError> {
    table.upgrade(0, |_| {}).await
}

#[tokio::test]
async fn every_item_becomes_as_requests_write_it_and_contacts_and_emails_also_get_their_places() {
    let (backends, project, made, old) = aged_table().await;
    let mut reports = Vec::new();
    let progress = backends.table.upgrade(0, |progress| reports.push(progress)).await.unwrap();
    let items = backends.items().await;
    assert_eq!(unlisted(items.clone()), made);
    let changed = items.iter().filter(|(key, item)| old[*key] != **item).count();
    let count = |number: usize| u64::try_from(number).unwrap();
    assert_eq!(progress, UpgradeProgress { read: count(items.len()), changed: count(changed), too_large: 0 });
    assert_eq!(reports, [progress]);
    let contact = contact::id(project.facts.id, ADDRESS);
    let place = |key: String, name: &str| items[&key][name].as_s().unwrap().clone();
    let of_contact = |name: &str| place(format!("CONTACT#{contact} CONTACT"), name);
    assert!(of_contact("listing").starts_with(&format!("{}#CONTACTS#", project.facts.id)));
    assert_eq!(of_contact("listing_at"), format!("2025-11-30T10:30:00.000Z#{contact}"));
    let (email, name) = (Uuid::from_u128(1), "listing");
    assert_eq!(place(format!("EMAIL#{email} EMAIL"), name), format!("{contact}#EMAILS"));
    assert_eq!(items.values().filter(|item| item.contains_key(name)).count(), 2);
}

#[tokio::test]
async fn a_second_upgrade_changes_nothing() {
    let (backends, ..) = aged_table().await;
    let first = upgrade(&backends.table).await.unwrap();
    let items = backends.items().await;
    let second = upgrade(&backends.table).await.unwrap();
    assert_eq!(second, UpgradeProgress { changed: 0, ..first });
    assert_eq!(backends.items().await, items);
}

#[tokio::test]
async fn an_upgrade_that_dies_at_any_call_is_finished_by_the_next() {
    let (backends, .., old) = aged_table().await;
    upgrade(&backends.table).await.unwrap();
    let expected = backends.items().await;
    let mut interrupted = 0;
    for fault in [Fault::Dies, Fault::DiesAfter] {
        for number in 0.. {
            for item in old.values() {
                backends.dynamodb.put_item().table_name(TABLE).set_item(Some(item.clone())).send().await.unwrap();
            }
            backends.faults.fail_call(number, fault);
            let has_died = tokio::select! {
                progress = upgrade(&backends.table) => progress.is_err(),
                () = backends.faults.death() => true,
            };
            let was_all = backends.faults.is_waiting();
            backends.faults.clear();
            assert_eq!(has_died, !was_all, "call {number}");
            upgrade(&backends.table).await.unwrap();
            assert_eq!(backends.items().await, expected, "call {number}");
            if was_all {
                break;
            }
            interrupted += 1;
        }
    }
    assert!(interrupted > 20, "{interrupted}");
}

/// The number of attempts is higher than that after which a request gives up.
#[tokio::test]
async fn an_upgrade_outlasts_throttles_rivals_and_an_outage() {
    let check = async |operation: &'static str, needle: &str, fault: Fault, attempts: usize| {
        let (backends, _, made, _) = aged_table().await;
        backends.faults.fail(operation, needle, fault, attempts);
        upgrade(&backends.table).await.unwrap();
        let items = backends.items().await;
        let listed = items.values().filter(|item| item.contains_key("listing")).count();
        assert_eq!((unlisted(items), listed), (made, 2), "{operation} {needle} {fault:?}");
    };
    check("UpdateItem", "\"CONTACT#", Fault::Throttled, 10).await;
    check("Scan", "", Fault::Throttled, 5).await;
    for fault in
        [Fault::Conflicts, Fault::Overtaken, Fault::Breaks, Fault::LosesAnswer, Fault::NeverArrives, Fault::Resets]
    {
        check("UpdateItem", "\"CONTACT#", fault, 4).await;
    }
    for fault in [Fault::Breaks, Fault::NeverArrives, Fault::Garbles] {
        check("Scan", "", fault, 4).await;
    }
}

#[tokio::test]
async fn an_upgrade_of_a_table_that_does_not_exist_stops_at_once() {
    let (backends, ..) = aged_table().await;
    let nowhere = Table::new(backends.dynamodb.clone(), "nowhere");
    let stopped = upgrade(&nowhere).await;
    assert!(matches!(stopped, Err(UpgradeError::Table(TableError::NoSuchTable))), "{stopped:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rivals_change_is_never_overwritten() {
    let (backends, project, ..) = aged_table().await;
    let (table, id, later) =
        (&backends.table, project.facts.id, backends.clock.now() + jiff::SignedDuration::from_secs(9));
    let none = Data::default();
    let write = table.merge_contact(id, ADDRESS, Subscription::Set(false), &none, later);
    let (upgrading, rival) = table_with_rival(&backends, "UpdateItem", "CONTACT", write);
    let (progress, merged) = tokio::join!(upgrade(&upgrading), rival);
    merged.unwrap();
    assert!(progress.unwrap().changed > 0);
    assert_eq!(upgrade(table).await.unwrap().changed, 0);
    let items = backends.items().await;
    let contact = &items[&format!("CONTACT#{} CONTACT", contact::id(id, ADDRESS))];
    assert_eq!(contact["updated_at"].as_s().unwrap(), &format!("{later:.3}"));
    assert_eq!(contact["created_at"].as_s().unwrap(), "2025-11-30T10:30:00.000Z");
    assert_eq!(contact["subscribed"], AttributeValue::Bool(false));
    assert!(contact.contains_key("listing"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_item_that_a_rival_removes_does_not_come_back() {
    let (backends, project, ..) = aged_table().await;
    let page = backends.table.project_data(project.facts.id, None).await.unwrap();
    let removed = page.project_data.len();
    let before = backends.items().await.len();
    let (upgrading, rival) =
        table_with_rival(&backends, "UpdateItem", "EMAIL", backends.table.remove(page.project_data, 0));
    let (progress, done) = tokio::join!(upgrade(&upgrading), rival);
    done.unwrap();
    progress.unwrap();
    assert_eq!(backends.items().await.len(), before - removed);
}

/// A contact from before there was a limit of its data may fill its item.
#[tokio::test]
async fn a_contact_without_room_is_left_as_it_is_and_told() {
    let (backends, project, ..) = aged_table().await;
    let id = project.facts.id;
    let contact = contact::id(id, "full@example.com");
    let text = |text: String| AttributeValue::S(text);
    let mut full = Item::from([
        ("pk".to_owned(), text(format!("CONTACT#{contact}"))),
        ("sk".to_owned(), text("CONTACT".to_owned())),
        ("project_id".to_owned(), text(id.to_string())),
        ("email".to_owned(), text("full@example.com".to_owned())),
        ("created_at".to_owned(), text("2025-11-30T10:30:00Z".to_owned())),
        ("subscribed".to_owned(), AttributeValue::Bool(true)),
    ]);
    let size: usize = full.iter().map(|(name, value)| name.len() + value.as_s().map_or(1, String::len)).sum();
    full.insert("data:x".to_owned(), text("x".repeat(400 * 1024 - size - "data:x".len())));
    backends.dynamodb.put_item().table_name(TABLE).set_item(Some(full.clone())).send().await.unwrap();
    let progress = upgrade(&backends.table).await.unwrap();
    assert_eq!(progress.too_large, 1);
    assert_eq!(backends.items().await[&format!("CONTACT#{contact} CONTACT")], full);
}

#[tokio::test]
async fn a_table_without_index_and_ttl_is_given_both_once() {
    let backends = Backends::start().await;
    let (client, table) = (&backends.dynamodb, Table::new(backends.dynamodb.clone(), "old"));
    let state = async || table.index_state().await.unwrap();
    assert!(matches!(table.index_state().await, Err(TableError::NoSuchTable)));
    without_index(client, "old").await;
    assert_eq!(state().await, IndexState::Absent);
    let now = backends.clock.now();
    let id = Uuid::from_u128(7);
    table.merge_contact(id, ADDRESS, Subscription::Set(true), &data(), now).await.unwrap();
    // The local stack's way to a table of an earlier version is to make it, as if there were none.
    for _ in 0..2 {
        posthorn_table::schema::create(client, "old").await.unwrap();
        table.create_index().await.unwrap();
        assert_eq!(state().await, IndexState::Ready);
        assert!(table.expires_items().await.unwrap(), "a process that died may have left TTL off");
    }
    assert!(table.contact(id, ADDRESS).await.unwrap().is_some());
}

/// Makes a table as an earlier version did.
async fn without_index(client: &aws_sdk_dynamodb::Client, name: &str) {
    use aws_sdk_dynamodb::types::{
        AttributeDefinition, BillingMode, KeySchemaElement,
        KeyType::{Hash, Range},
        ScalarAttributeType,
    };
    let mut request = client.create_table().table_name(name).billing_mode(BillingMode::PayPerRequest);
    for (attribute, role) in [("pk", Hash), ("sk", Range)] {
        let definition = AttributeDefinition::builder().attribute_name(attribute);
        let element = KeySchemaElement::builder().attribute_name(attribute).key_type(role);
        request = request
            .attribute_definitions(definition.attribute_type(ScalarAttributeType::S).build().unwrap())
            .key_schema(element.build().unwrap());
    }
    request.send().await.unwrap();
}

//! Lists, a page at a time.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::SignedDuration;
use posthorn_table::{
    Timestamp, Uuid,
    contact::{self, Subscription},
    data::Data,
    list::{Cursor, List, Page},
    notice::Notice,
};
use posthorn_testkit::backends::{Backends, TABLE};
use serde::Deserialize;

use crate::sample_project::{ADDRESS, sample_project};

#[derive(Debug, PartialEq, Deserialize)]
struct Entry {
    email: Option<String>,
    listing_at: String,
}

/// Every page of a list, each after the cursor of the one before as a caller hands it back.
async fn pages<T: serde::de::DeserializeOwned>(backends: &Backends, list: &List, limit: u32) -> Vec<Vec<T>> {
    let (mut pages, mut after) = (Vec::new(), None);
    loop {
        let Page { items, next } = backends.table.page(list, "", after.as_ref(), limit).await.unwrap();
        pages.push(items);
        let Some(next) = next else { return pages };
        after = Some(Cursor::decode(&next.to_string(), list, "").unwrap());
    }
}

async fn remove_contact(backends: &Backends, id: Uuid) {
    let (pk, sk) = (AttributeValue::S(format!("CONTACT#{id}")), AttributeValue::S("CONTACT".to_owned()));
    backends.dynamodb.delete_item().table_name(TABLE).key("pk", pk).key("sk", sk).send().await.unwrap();
}

fn at(minute: i64) -> Timestamp {
    "2025-11-30T10:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minute)
}

/// Brings the table up to date, which puts its items into the index, and has the index show them.
async fn listed(backends: &Backends) {
    backends.table.upgrade(0, |_| {}).await.unwrap();
    backends.index.as_ref().unwrap().catch_up();
}

/// A table with this many contacts of a project, a minute apart, and the project.
async fn contacts(number: i64) -> (Backends, Uuid) {
    let (backends, project) = (Backends::start().await, Uuid::from_u128(1));
    for minute in 0..number {
        let (address, subscription) = (format!("{minute}@example.com"), Subscription::Set(true));
        for project in [project, Uuid::from_u128(2)] {
            let none = Data::default();
            backends.table.merge_contact(project, &address, subscription, &none, at(minute)).await.unwrap();
        }
    }
    listed(&backends).await;
    (backends, project)
}

#[tokio::test]
async fn a_projects_contacts_come_newest_first_each_once() {
    let (backends, project) = contacts(25).await;
    let expected: Vec<_> = (0..25).rev().map(|minute| Some(format!("{minute}@example.com"))).collect();
    for (limit, number_of_pages) in [(1, 25), (7, 4), (25, 1), (100, 1)] {
        let pages: Vec<Vec<Entry>> = pages(&backends, &List::contacts(project), limit).await;
        assert_eq!(pages.len(), number_of_pages, "pages of {limit}");
        let addresses: Vec<_> = pages.into_iter().flatten().map(|entry| entry.email).collect();
        assert_eq!(addresses, expected, "pages of {limit}");
    }
}

#[tokio::test]
async fn a_page_of_contacts_is_a_query_of_each_of_its_eight_lists() {
    let (backends, project) = contacts(3).await;
    let _before = backends.calls.take();
    let _: Page<Entry> = backends.table.page(&List::contacts(project), "", None, 20).await.unwrap();
    assert_eq!(backends.calls.take(), ["Query"; 8]);
}

#[tokio::test]
async fn an_empty_list_has_one_empty_page() {
    let backends = Backends::start().await;
    for list in [List::contacts(Uuid::nil()), List::emails(Uuid::nil()), List::notices(Uuid::nil())] {
        let page: Page<Entry> = backends.table.page(&list, "", None, 20).await.unwrap();
        assert_eq!(page, Page { items: vec![], next: None });
    }
}

#[tokio::test]
async fn what_comes_or_goes_between_two_pages_moves_no_other_item() {
    let (backends, project) = contacts(6).await;
    let (table, list) = (&backends.table, List::contacts(project));
    let first: Page<Entry> = table.page(&list, "", None, 2).await.unwrap();
    table.merge_contact(project, "new@example.com", Subscription::Set(true), &Data::default(), at(99)).await.unwrap();
    listed(&backends).await;
    remove_contact(&backends, contact::id(project, "4@example.com")).await;
    backends.index.as_ref().unwrap().catch_up();
    let second: Page<Entry> = table.page(&list, "", first.next.as_ref(), 2).await.unwrap();
    let addresses: Vec<_> = second.items.into_iter().filter_map(|entry| entry.email).collect();
    assert_eq!(addresses, ["3@example.com", "2@example.com"]);
}

/// The stand-in for DynamoDB's index trails its table as that does, so that no test takes a list for the truth.
#[tokio::test]
async fn a_list_trails_a_write_by_a_second_at_most() {
    let (backends, project) = contacts(2).await;
    let (table, list) = (&backends.table, List::contacts(project));
    let addresses = async || {
        let page: Page<Entry> = table.page(&list, "", None, 10).await.unwrap();
        page.items.into_iter().filter_map(|entry| entry.email).collect::<Vec<_>>()
    };
    let (before, index) = (addresses().await, backends.index.as_ref().unwrap());
    index.hold();
    table.merge_contact(project, "new@example.com", Subscription::Set(true), &Data::default(), at(99)).await.unwrap();
    table.upgrade(0, |_| {}).await.unwrap();
    remove_contact(&backends, contact::id(project, "0@example.com")).await;
    assert_eq!(addresses().await, before);
    index.catch_up();
    assert_eq!(addresses().await, ["new@example.com", "1@example.com"]);
    remove_contact(&backends, contact::id(project, "1@example.com")).await;
    tokio::time::sleep(std::time::Duration::from_millis(1_050)).await;
    assert_eq!(addresses().await, ["new@example.com"]);
}

#[tokio::test]
async fn the_emails_to_a_contact_are_listed() {
    let backends = Backends::start().await;
    let project = sample_project(&backends).await;
    listed(&backends).await;
    let list = List::emails(contact::id(project.facts.id, ADDRESS));
    let pages: Vec<Vec<Entry>> = pages(&backends, &list, 10).await;
    let [page] = pages.as_slice() else { panic!("one page") };
    assert_eq!(page[0].listing_at, format!("2025-11-30T10:30:00.000Z#{}", Uuid::from_u128(1)));
}

#[tokio::test]
async fn a_projects_notices_are_listed_from_its_own_partition() {
    let backends = Backends::start().await;
    let project = sample_project(&backends).await;
    let pages: Vec<Vec<Notice>> = pages(&backends, &List::notices(project.facts.id), 1).await;
    let mut notices = backends.table.notices(project.facts.id).await.unwrap();
    notices.reverse();
    assert_eq!(pages.len(), 2);
    assert_eq!(pages.into_iter().flatten().collect::<Vec<_>>(), notices);
}

/// Nothing that a tracked event changes is in the index.
#[tokio::test]
async fn tracking_a_contact_that_is_listed_costs_what_it_does_without() {
    let cost = async |is_listed: bool| {
        let (backends, project) = (Backends::start().await, Uuid::from_u128(1));
        let track = async |minute: i64| {
            let (data, kept) = (crate::sample_project::data(), Subscription::Keep { when_new: true });
            backends.table.merge_contact(project, ADDRESS, kept, &data, at(minute)).await.unwrap();
        };
        track(0).await;
        if is_listed {
            assert_eq!(backends.table.upgrade(0, |_| {}).await.unwrap().changed, 1);
        }
        let _before = backends.capacity.take();
        track(1).await;
        backends.capacity.take()
    };
    assert_eq!(cost(true).await, cost(false).await);
}

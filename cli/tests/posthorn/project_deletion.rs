//! Deleting a project: whole, and finished by the same command wherever it was interrupted.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use posthorn_auth::{ChangeOutcome, KeyDigest, guard};
use posthorn_table::{
    Uuid,
    contact::Subscription,
    data::Data,
    domain::DomainClaimOutcome,
    email::{Email, Status},
    event::Event,
    idempotency::{Attempt, Claim, IdempotencyScope},
    statistics::Hour,
};
use posthorn_testkit::backends::TABLE;
use serde_json::Map;

use crate::{gate::Gate, support::LocalStack};

/// Fills a project with one of everything, and more contacts than one batch holds.
async fn fill(stack: &LocalStack, id: Uuid) {
    let (table, now) = (&stack.backends.table, stack.backends.clock.now());
    let mut contacts = Vec::new();
    for number in 0..30 {
        let subscription = Subscription::Keep { when_new: true };
        let address = format!("user-{number}@example.org");
        contacts.push(table.merge_contact(id, &address, subscription, &Data::default(), now).await.unwrap().id);
    }
    let (data, contact) = (Map::new(), contacts[0]);
    let event = Event { id: "01", contact, project: id, name: "signed_up", data: &data, created_at: now };
    table.record_event(&event).await.unwrap();
    let email = Email {
        id: Uuid::from_u128(id.as_u128() ^ 1),
        project: id,
        epoch: 0,
        contact,
        to: "user-0@example.org".to_owned(),
        status: Status::Pending,
        error: None,
        message_id: None,
        nonce: "nonce".to_owned(),
        created_at: now,
    };
    table.permit_email(&email).await.unwrap();
    let claim = Claim::new("POST /v1/send".to_owned(), b"{}", Vec::new(), &Attempt::begin([1; 16], now));
    table.claim(&IdempotencyScope::new(id, "send", "once"), claim).await.unwrap();
    table.reserve_usage(id, now, 1, 10).await.unwrap();
    table.count_sent(id, 0, Hour { epoch: 0, at: now }, 1).await.unwrap();
}

/// Two filled projects with a domain each; the one to delete is `Gone`.
async fn two_projects() -> LocalStack {
    let stack = LocalStack::start().await;
    for (name, domain) in [("Gone", "gone.example"), ("Stays", "stays.example")] {
        let id = stack.project(name).await.id;
        stack.run(&["domain", "add", name, domain]).await.done();
        fill(&stack, id.parse().unwrap()).await;
    }
    stack
}

impl LocalStack {
    /// Checks that a deleted project left the other project's items and nothing of its own.
    async fn check_that_only_the_other_is_left(&self, before: usize, what: &str) {
        let items = self.backends.items().await;
        let entries: Vec<_> = self.backends.table.directory().await.unwrap();
        assert_eq!(entries.iter().map(|entry| entry.name.as_str()).collect::<Vec<_>>(), ["Stays"], "{what}");
        assert_eq!(items.len(), before, "{what}: {:?}", items.keys());
        let domains = self.backends.table.domains().await.unwrap();
        assert_eq!(domains.iter().map(|claim| claim.domain.as_str()).collect::<Vec<_>>(), ["stays.example"], "{what}");
    }

    async fn items_of_the_other(&self) -> usize {
        self.backends.items().await.len() / 2
    }
}

#[tokio::test]
async fn everything_of_a_project_goes_and_nothing_of_another() {
    let stack = two_projects().await;
    let other = stack.items_of_the_other().await;
    stack.run(&["project", "delete", "Gone"]).await.refused(1, "add --yes");
    let output = stack.run(&["--json", "project", "delete", "Gone", "--yes"]).await.done().json();
    let removed = &output["removed"];
    for (kind, number) in [
        ("contact", 30),
        ("tracked_event", 1),
        ("email", 1),
        ("idempotency_key", 1),
        ("month_of_usage", 1),
        ("day_of_statistics", 1),
        ("announcement", 1),
    ] {
        assert_eq!(removed[kind], number, "{kind} in {output}");
    }
    stack.check_that_only_the_other_is_left(other, "deleted").await;
    stack.run(&["project", "delete", "Gone", "--yes"]).await.refused(1, "there is no project Gone");
    let id = output["id"].as_str().unwrap();
    stack.run(&["project", "delete", id, "--yes"]).await.refused(1, "there is no project");
    let told = stack.backends.sns.published();
    assert!(told.iter().any(|one| one.message.contains("it is being deleted")));
}

/// Interrupts the command after so many calls to the table, then gives it again; false if it came to the end before.
async fn is_finished_after(calls: usize) -> bool {
    let stack = two_projects().await;
    let other = stack.items_of_the_other().await;
    let (gate, url) = Gate::before(&stack.backends.urls.dynamodb, calls).await;
    stack.write_environment(&url, "http://127.0.0.1:1", "http://127.0.0.1:1");
    let delete = ["project", "delete", "Gone", "--yes"];
    let first = stack.run(&delete).await;
    let was_interrupted = !gate.is_open();
    assert!(was_interrupted || first.code == 0, "{first:?}");
    gate.open();
    let what = format!("after {calls} calls");
    let is_gone = stack.backends.table.directory().await.unwrap().len() == 1;
    if !is_gone {
        stack.run(&delete).await.done();
    }
    stack.check_that_only_the_other_is_left(other, &what).await;
    was_interrupted
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deletion_that_was_interrupted_anywhere_is_finished_by_the_same_command() {
    let interrupted: Vec<bool> = stream::iter(0..30).map(is_finished_after).buffered(13).collect().await;
    assert!(interrupted[10] && !interrupted[29], "the sweep covers every call: {interrupted:?}");
}

#[tokio::test]
async fn items_that_a_busy_table_left_are_removed_by_another_try() {
    let stack = two_projects().await;
    let other = stack.items_of_the_other().await;
    let (gate, url) = Gate::before(&stack.backends.urls.dynamodb, usize::MAX).await;
    gate.leave_undone(4);
    stack.write_environment(&url, "http://127.0.0.1:1", "http://127.0.0.1:1");
    stack.run(&["project", "delete", "Gone", "--yes"]).await.done();
    assert_eq!(gate.to_leave_undone(), 0);
    stack.check_that_only_the_other_is_left(other, "busy").await;
}

#[tokio::test]
async fn a_late_contact_of_a_deleted_project_is_removed_by_the_same_command() {
    let stack = two_projects().await;
    let other = stack.items_of_the_other().await;
    let id = stack.run(&["--json", "project", "delete", "Gone", "--yes"]).await.done().json()["id"].clone();
    let id = id.as_str().unwrap();
    let subscription = Subscription::Keep { when_new: true };
    let (table, now) = (&stack.backends.table, stack.backends.clock.now());
    table.merge_contact(id.parse().unwrap(), "late@example.org", subscription, &Data::default(), now).await.unwrap();
    stack.run(&["project", "delete", id]).await.refused(1, "add --yes");
    assert!(table.contact(id.parse().unwrap(), "late@example.org").await.unwrap().is_some(), "nothing was changed");
    let output = stack.run(&["project", "delete", id, "--yes"]).await.done();
    assert!(output.out.contains("deleted before") && output.out.contains("1 contact"), "{}", output.out);
    stack.check_that_only_the_other_is_left(other, "late").await;
}

#[tokio::test]
async fn a_domain_of_a_project_that_is_gone_can_be_claimed() {
    let stack = two_projects().await;
    let gone = stack.run(&["--json", "project", "delete", "Gone", "--yes"]).await.done().json();
    assert_eq!(gone["domains"][0], "gone.example");
    stack.run(&["domain", "add", "Stays", "gone.example"]).await.done();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_project_that_is_enabled_meanwhile_keeps_the_rest_of_its_data() {
    for (operation, contacts) in [("DescribeTable", 60), ("Scan", 30), ("TransactWriteItems", 30)] {
        let stack = two_projects().await;
        let gate = stack.behind_a_gate().await;
        stack.run(&["project", "disable", "Gone", "--reason", "test"]).await;
        let (table, now) = (&stack.backends.table, stack.backends.clock.now());
        let id = table.directory().await.unwrap().into_iter().find(|entry| entry.name == "Gone").unwrap().id;
        let enable = gate.before_next(operation, guard::enable(table, id, now, 7));
        let (output, enabled) = tokio::join!(stack.run(&["project", "delete", "Gone", "--yes"]), enable);
        assert!(matches!(enabled.unwrap(), ChangeOutcome::Changed(_)));
        output.refused(1, "was enabled meanwhile and is not deleted");
        assert!(table.project(id).await.unwrap().is_some_and(|project| project.disabled.is_none()), "{operation}");
        assert_eq!(table.domain("gone.example").await.unwrap().unwrap().project, id);
        let items = stack.backends.items().await;
        let left = items.keys().filter(|key| key.ends_with(" CONTACT")).count();
        assert_eq!(left, contacts, "{operation}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_that_comes_between_goes_with_the_project() {
    let stack = two_projects().await;
    let gate = stack.behind_a_gate().await;
    stack.run(&["project", "disable", "Gone", "--reason", "test"]).await;
    let (table, now) = (&stack.backends.table, stack.backends.clock.now());
    let id = table.directory().await.unwrap().into_iter().find(|entry| entry.name == "Gone").unwrap().id;
    let claim = gate.before_next("TransactWriteItems", table.claim_domain("late.example", id, now));
    let (output, claimed) = tokio::join!(stack.run(&["--json", "project", "delete", "Gone", "--yes"]), claim);
    assert_eq!(claimed.unwrap(), DomainClaimOutcome::Ours);
    assert_eq!(output.done().json()["domains"], serde_json::json!(["gone.example", "late.example"]));
    let left: Vec<_> = table.domains().await.unwrap().into_iter().map(|claim| claim.domain).collect();
    assert_eq!(left, ["stays.example"]);
}

#[tokio::test]
async fn a_key_that_another_project_has_imported_since_stays() {
    let stack = LocalStack::start().await;
    let key = format!("sk_{:048x}", 1);
    stack.project("First").await;
    stack.run_with(&["project", "import-keys", "First"], &key).await.done();
    stack.run(&["project", "rotate", "First", "--grace", "1s"]).await.done();
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    // TTL removes the item in the same way.
    let digest = KeyDigest::of(&key);
    let text = |text: String| aws_sdk_dynamodb::types::AttributeValue::S(text);
    let item = stack.backends.dynamodb.delete_item().table_name(TABLE).key("sk", text("KEY".to_owned()));
    item.key("pk", text(format!("KEY#{}", digest.as_str()))).send().await.unwrap();
    stack.project("Second").await;
    stack.run_with(&["project", "import-keys", "Second"], &key).await.done();
    stack.run(&["project", "delete", "First", "--yes"]).await.done();
    let stored = stack.backends.table.api_key(digest.as_str()).await.unwrap().unwrap();
    assert_eq!(stored.project.name, "Second");
}

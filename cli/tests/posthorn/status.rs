//! The status of a stack that works, and of one with each of its faults.

use jiff::SignedDuration;
use posthorn_table::{Timestamp, statistics::Hour};
use posthorn_testkit::{
    backends::ALERTS,
    ses::{AccountStatus, EventDestination},
    sns::Subscription,
};
use serde_json::Value;

use crate::{
    serve::serve,
    support::{DEAD, EVENTS, LocalStack, QUEUE},
};

/// A stack in which everything is right.
async fn working_stack() -> LocalStack {
    let stack = LocalStack::start().await;
    stack.backends.ses.set_event_destinations("posthorn", vec![EventDestination::to_topic(EVENTS)]);
    stack.backends.sns.subscribe(EVENTS, Subscription::new("sqs", QUEUE));
    stack.backends.sns.subscribe(ALERTS, Subscription::new("email", "ops@example.com"));
    stack.sqs.create_queue(QUEUE, || 0);
    stack.sqs.create_queue(DEAD, || 0);
    let api = serve(axum::Router::new().route("/health", axum::routing::get(|| async { r#"{"status":"ok"}"# }))).await;
    let sqs = std::fs::read_to_string(stack.folder.0.join(".posthorn/backends.env")).unwrap();
    let sqs = sqs.lines().find_map(|line| line.strip_prefix("AWS_ENDPOINT_URL_SQS=")).unwrap().to_owned();
    stack.write_environment(&stack.backends.urls.dynamodb, &sqs, &api);
    stack
}

/// The exit code, and the statuses and messages of a check's lines.
async fn check(stack: &LocalStack, about: &str) -> (i32, String, String) {
    let output = stack.run(&["--json", "status"]).await;
    let json = output.json();
    let lines: Vec<_> = json["checks"].as_array().unwrap().iter().filter(|it| it["check"] == about).collect();
    let text = |field: &str| lines.iter().map(|it| it[field].as_str().unwrap()).collect::<Vec<_>>().join(", ");
    (output.code, text("status"), text("message"))
}

async fn assert_check(stack: &LocalStack, about: &str, status: &str, words: &str) {
    let (code, found, message) = check(stack, about).await;
    assert_eq!((found.as_str(), code), (status, if status.contains("ok") { 0 } else { 3 }), "{about}: {message}");
    assert!(message.contains(words), "{about}: {message}");
}

#[tokio::test]
async fn a_stack_that_works_is_right() {
    let stack = working_stack().await;
    stack.run(&["project", "create", "Shop", "--domain", "example.com"]).await.done();
    let json = stack.run(&["--json", "status"]).await.done().json();
    assert_eq!(json["right"], true);
    let is_ok = |check: &Value| check["status"] == "ok";
    assert!(json["checks"].as_array().unwrap().iter().all(is_ok), "{json:#}");
    assert!(stack.run(&["status"]).await.done().out.contains("Everything that was looked at is right."));
}

#[tokio::test]
async fn mail_without_any_event_fails() {
    let stack = working_stack().await;
    let id = stack.project("Shop").await.id.parse().unwrap();
    assert_check(&stack, "Feedback", "ok", "no mail was sent").await;
    let now = stack.run(&["--json", "project", "show", "Shop"]).await.done().json()["createdAt"].clone();
    let now: Timestamp = now.as_str().unwrap().parse().unwrap();
    stack.backends.table.count_sent(id, 0, Hour { epoch: 0, at: now }, 2).await.unwrap();
    assert_check(&stack, "Feedback", "ok", "waiting for the events of 2 emails").await;
    let before = now - SignedDuration::from_hours(2);
    stack.backends.table.count_sent(id, 0, Hour { epoch: 0, at: before }, 1).await.unwrap();
    assert_check(&stack, "Feedback", "fail", "3 emails in 7 days, and no event ever came").await;
    stack.backends.table.record_heartbeat(now).await.unwrap();
    assert_check(&stack, "Feedback", "ok", "the last event came").await;
}

#[tokio::test]
async fn a_chain_that_nobody_connected_fails_link_by_link() {
    let stack = working_stack().await;
    let set = |destinations| stack.backends.ses.set_event_destinations("posthorn", destinations);
    let to_topic = || EventDestination::to_topic(EVENTS);
    set(vec![]);
    assert_check(&stack, "Events", "fail", "nowhere").await;
    set(vec![EventDestination { enabled: false, ..to_topic() }]);
    assert_check(&stack, "Events", "fail", "switched off").await;
    set(vec![EventDestination { types: vec!["SEND".into(), "DELIVERY".into()], ..to_topic() }]);
    assert_check(&stack, "Events", "fail", "BOUNCE, COMPLAINT").await;
    let without_send = to_topic().types.into_iter().filter(|kind| kind != "SEND").collect();
    set(vec![EventDestination { types: without_send, ..to_topic() }]);
    assert_check(&stack, "Events", "ok", "everything that is needed").await;
    stack.backends.ses.set_sending("posthorn", false);
    assert_check(&stack, "Sending", "fail", "switched off for posthorn").await;
    stack.backends.ses.set_sending("posthorn", true);
    assert_check(&stack, "Sending", "ok", "may send").await;

    let stack = LocalStack::start().await;
    for (about, status) in [
        ("API", "fail"),
        ("Events", "fail"),
        ("Subscription", "fail"),
        ("Event queue", "fail"),
        ("Dead letters", "fail"),
        ("Alerts", "warn"),
        ("Domains", "ok"),
    ] {
        assert_eq!(check(&stack, about).await.1, status, "{about}");
    }
}

#[tokio::test]
async fn an_unconfirmed_subscription_does_not_count() {
    let stack = LocalStack::start().await;
    let pending = |protocol: &str, to: &str| Subscription { confirmed: false, ..Subscription::new(protocol, to) };
    stack.backends.sns.subscribe(EVENTS, pending("sqs", QUEUE));
    stack.backends.sns.subscribe(ALERTS, pending("email", "ops@example.com"));
    assert_check(&stack, "Subscription", "fail", "not confirmed").await;
    assert_check(&stack, "Alerts", "warn", "no subscription is confirmed").await;
}

#[tokio::test]
async fn an_account_in_trouble_and_full_queues_are_found() {
    let stack = working_stack().await;
    let account =
        AccountStatus { production_access: false, enforcement: "SHUTDOWN".into(), ..AccountStatus::default() };
    stack.backends.ses.set_status(account);
    assert_check(&stack, "SES account", "warn", "sandbox").await;
    assert_check(&stack, "SES sending", "fail", "SHUTDOWN").await;
    stack.sqs.create_queue(QUEUE, || 2_000);
    stack.sqs.create_queue(DEAD, || 1);
    assert_check(&stack, "Event queue", "warn", "2000 events").await;
    assert_check(&stack, "Dead letters", "warn", "1 event").await;
}

#[tokio::test]
async fn projects_and_domains_in_trouble_are_found() {
    let stack = working_stack().await;
    stack.run(&["project", "create", "Shop", "--domain", "example.com"]).await.done();
    stack.run(&["project", "disable", "Shop", "--reason", "test"]).await.done();
    assert_check(&stack, "Projects", "warn", "Shop").await;
    stack.project("Other").await;
    stack.run(&["domain", "add", "Other", "b.example"]).await.done();
    let (_, status, message) = check(&stack, "Domains").await;
    assert_eq!(status, "ok, warn", "{message}");
    let output = stack.run(&["--json", "status", "Shop"]).await;
    assert!(!output.out.contains("b.example"), "only the project that was asked for");
    stack.run(&["status", "Nobody"]).await.refused(1, "there is no project Nobody");
}

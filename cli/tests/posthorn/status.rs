//! The status: what is right, what is not, and what cannot be known.

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
    support::{DEAD, EVENTS, QUEUE, World},
};

/// A stack in which everything is right.
async fn right() -> World {
    let world = World::start().await;
    world.backends.ses.set_event_destinations("posthorn", vec![EventDestination::to_topic(EVENTS)]);
    world.backends.sns.subscribe(EVENTS, Subscription::new("sqs", QUEUE));
    world.backends.sns.subscribe(ALERTS, Subscription::new("email", "ops@example.com"));
    world.sqs.create_queue(QUEUE, || 0);
    world.sqs.create_queue(DEAD, || 0);
    let api = serve(axum::Router::new().route("/health", axum::routing::get(|| async { r#"{"status":"ok"}"# }))).await;
    let sqs = std::fs::read_to_string(world.folder.0.join(".posthorn/backends.env")).unwrap();
    let sqs = sqs.lines().find_map(|line| line.strip_prefix("AWS_ENDPOINT_URL_SQS=")).unwrap().to_owned();
    world.write_environment(&world.backends.urls.dynamodb, &sqs, &api);
    world
}

/// The statuses of a check's lines, and what they say.
async fn check(world: &World, about: &str) -> (i32, String, String) {
    let said = world.run(&["--json", "status"]).await;
    let json = said.json();
    let lines: Vec<_> = json["checks"].as_array().unwrap().iter().filter(|it| it["check"] == about).collect();
    let text = |field: &str| lines.iter().map(|it| it[field].as_str().unwrap()).collect::<Vec<_>>().join(", ");
    (said.code, text("status"), text("message"))
}

async fn finds(world: &World, about: &str, status: &str, words: &str) {
    let (code, found, message) = check(world, about).await;
    assert_eq!((found.as_str(), code), (status, if status.contains("ok") { 0 } else { 3 }), "{about}: {message}");
    assert!(message.contains(words), "{about}: {message}");
}

#[tokio::test]
async fn a_stack_that_works_is_right() {
    let world = right().await;
    world.run(&["project", "create", "Shop", "--domain", "example.com"]).await.done();
    let json = world.run(&["--json", "status"]).await.done().json();
    assert_eq!(json["right"], true);
    let is_ok = |check: &Value| check["status"] == "ok";
    assert!(json["checks"].as_array().unwrap().iter().all(is_ok), "{json:#}");
    assert!(world.run(&["status"]).await.done().out.contains("Everything that was looked at is right."));
}

#[tokio::test]
async fn mail_of_which_nothing_was_ever_heard_fails() {
    let world = right().await;
    let id = world.project("Shop").await.id.parse().unwrap();
    finds(&world, "Feedback", "ok", "no mail was sent").await;
    let now = world.run(&["--json", "project", "show", "Shop"]).await.done().json()["createdAt"].clone();
    let now: Timestamp = now.as_str().unwrap().parse().unwrap();
    world.backends.table.count_sent(id, 0, Hour { epoch: 0, at: now }, 2).await.unwrap();
    finds(&world, "Feedback", "ok", "waiting for the events of 2 emails").await;
    let before = now - SignedDuration::from_hours(2);
    world.backends.table.count_sent(id, 0, Hour { epoch: 0, at: before }, 1).await.unwrap();
    finds(&world, "Feedback", "fail", "3 emails in 7 days, and no event ever came").await;
    world.backends.table.record_heartbeat(now).await.unwrap();
    finds(&world, "Feedback", "ok", "the last event came").await;
}

#[tokio::test]
async fn a_chain_that_nobody_connected_fails_link_by_link() {
    let world = right().await;
    let set = |destinations| world.backends.ses.set_event_destinations("posthorn", destinations);
    let to_topic = || EventDestination::to_topic(EVENTS);
    set(vec![]);
    finds(&world, "Events", "fail", "nowhere").await;
    set(vec![EventDestination { enabled: false, ..to_topic() }]);
    finds(&world, "Events", "fail", "switched off").await;
    set(vec![EventDestination { types: vec!["SEND".into(), "DELIVERY".into()], ..to_topic() }]);
    finds(&world, "Events", "fail", "BOUNCE, COMPLAINT").await;
    let without_send = to_topic().types.into_iter().filter(|kind| kind != "SEND").collect();
    set(vec![EventDestination { types: without_send, ..to_topic() }]);
    finds(&world, "Events", "ok", "everything that is needed").await;
    world.backends.ses.set_sending("posthorn", false);
    finds(&world, "Sending", "fail", "switched off for posthorn").await;
    world.backends.ses.set_sending("posthorn", true);
    finds(&world, "Sending", "ok", "may send").await;

    let world = World::start().await;
    for (about, status) in [
        ("API", "fail"),
        ("Events", "fail"),
        ("Subscription", "fail"),
        ("Event queue", "fail"),
        ("Dead letters", "fail"),
        ("Alerts", "warn"),
        ("Domains", "ok"),
    ] {
        assert_eq!(check(&world, about).await.1, status, "{about}");
    }
}

#[tokio::test]
async fn an_unconfirmed_subscription_is_none() {
    let world = World::start().await;
    let pending = |protocol: &str, to: &str| Subscription { confirmed: false, ..Subscription::new(protocol, to) };
    world.backends.sns.subscribe(EVENTS, pending("sqs", QUEUE));
    world.backends.sns.subscribe(ALERTS, pending("email", "ops@example.com"));
    finds(&world, "Subscription", "fail", "not confirmed").await;
    finds(&world, "Alerts", "warn", "no subscription is confirmed").await;
}

#[tokio::test]
async fn an_account_in_trouble_and_full_queues_are_found() {
    let world = right().await;
    let account =
        AccountStatus { production_access: false, enforcement: "SHUTDOWN".into(), ..AccountStatus::default() };
    world.backends.ses.set_status(account);
    finds(&world, "SES account", "warn", "sandbox").await;
    finds(&world, "SES sending", "fail", "SHUTDOWN").await;
    world.sqs.create_queue(QUEUE, || 2_000);
    world.sqs.create_queue(DEAD, || 1);
    finds(&world, "Event queue", "warn", "2000 events").await;
    finds(&world, "Dead letters", "warn", "1 event").await;
}

#[tokio::test]
async fn projects_and_domains_in_trouble_are_found() {
    let world = right().await;
    world.run(&["project", "create", "Shop", "--domain", "example.com"]).await.done();
    world.run(&["project", "disable", "Shop", "--reason", "test"]).await.done();
    finds(&world, "Projects", "warn", "Shop").await;
    world.project("Other").await;
    world.run(&["domain", "add", "Other", "b.example"]).await.done();
    let (_, status, message) = check(&world, "Domains").await;
    assert_eq!(status, "ok, warn", "{message}");
    let said = world.run(&["--json", "status", "Shop"]).await;
    assert!(!said.out.contains("b.example"), "only the project that was asked for");
    world.run(&["status", "Nobody"]).await.refused(1, "there is no project Nobody");
}

//! The files of `events/feedback`, each as Lambda gives it.

use std::time::Duration;

use aws_lambda_events::sqs::SqsEvent;
use feedback::handle;
use posthorn_lambda::env::monotonic_now;
use posthorn_table::email::Status;
use posthorn_testkit::{
    backends::Backends,
    events::{EMAIL, EventFile, in_folder},
};

use crate::support::World;

/// The state that a file begins with.
async fn world(file: &EventFile) -> World {
    let backends = Backends::start().await;
    let project = file.prepare(&backends).await;
    World::over(backends, project)
}

/// The state after a file: the recipient's suppression, and the counted bounces and complaints.
fn suppresses_and_counts(name: &str) -> (bool, u64, u64) {
    match (name, expected(name)) {
        ("bounce-simulator", _) => (false, 0, 0),
        (_, Status::Bounced) => (true, 1, 0),
        (_, Status::Complained) => (true, 0, 1),
        (_, Status::Suppressed) => (true, 0, 0),
        _ => (false, 0, 0),
    }
}

/// The number of records of a file, and of those that failed.
async fn replay(world: &World, file: &EventFile) -> (usize, usize) {
    let event: SqsEvent = serde_json::from_str(&file.event).unwrap();
    let records = event.records.len();
    let response = handle(&world.app, event, monotonic_now() + Duration::from_secs(20)).await;
    (records, response.batch_item_failures.len())
}

async fn status(world: &World) -> Status {
    world.backends.table.email(EMAIL).await.unwrap().unwrap().status
}

/// The status that the email has after a file, by the file's name; it was PENDING.
fn expected(name: &str) -> Status {
    match name {
        "send" => Status::Sent,
        "delivery" | "raw-delivery" => Status::Delivered,
        "open" => Status::Opened,
        "click" => Status::Clicked,
        "reject" | "rendering-failure" => Status::Failed,
        _ if name.ends_with("-suppression-list")
            || name == "bounce-permanent-email-validation-suppressed"
            || name == "bounce-permanent-unsubscribed-recipient" =>
        {
            Status::Suppressed
        }
        "complaint-abuse" | "complaint-without-feedback-type" => Status::Complained,
        "bounce-several-recipients" | "bounce-simulator" => Status::Bounced,
        _ if name.starts_with("bounce-permanent") => Status::Bounced,
        _ => Status::Pending,
    }
}

#[tokio::test]
async fn accepted_files_do_what_their_names_say() {
    for file in in_folder("feedback/accepted") {
        let world = world(&file).await;
        assert_eq!(replay(&world, &file).await, (1, 0), "{}", file.name);
        assert_eq!(status(&world).await, expected(&file.name), "{}", file.name);
        let contact = world.contact(&file.recipient()).await;
        let suppressed = contact.is_some_and(|contact| contact.is_suppressed());
        let counts = world.counts().await;
        let found = (suppressed, counts.bounced, counts.complained);
        assert_eq!(found, suppresses_and_counts(&file.name), "{}", file.name);
    }
}

#[tokio::test]
async fn failed_files_are_kept_and_write_nothing() {
    for file in in_folder("feedback/failed") {
        let world = world(&file).await;
        let before = world.backends.items().await;
        assert_eq!(replay(&world, &file).await, (1, 1), "{}", file.name);
        assert_eq!(world.backends.items().await, before, "{}", file.name);
    }
}

#[tokio::test]
async fn a_poison_record_fails_alone() {
    for file in in_folder("feedback/partial") {
        let world = world(&file).await;
        let (records, failed) = replay(&world, &file).await;
        assert!(records > failed && failed == 1, "{}: {failed} of {records}", file.name);
        assert_ne!(status(&world).await, Status::Pending, "{}", file.name);
    }
}

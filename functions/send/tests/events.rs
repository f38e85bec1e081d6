//! The files of `events/send`, each through the handler: the contract as callers write it.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use std::time::Duration;

use posthorn_mail::ses::Ses;
use posthorn_table::project::{Project, Status};
use posthorn_testkit::{
    backends::{Answer, Backends},
    events::{EventFile, PROJECT, in_folder},
    gateway::invoke,
};
use send::{App, handle};

/// Every code that one request can bring about, given a project that is set up for it.
const REFUSALS: [&str; 12] = [
    "BAD_REQUEST",
    "BILLING_LIMIT_EXCEEDED",
    "IDEMPOTENCY_KEY_REUSED",
    "INVALID_API_KEY",
    "INVALID_REQUEST_BODY",
    "METHOD_NOT_ALLOWED",
    "MISSING_AUTH",
    "NOT_FOUND",
    "PROJECT_DISABLED",
    "SENDER_NOT_VERIFIED",
    "TEMPLATE_NOT_FOUND",
    "VALIDATION_ERROR",
];

struct World {
    backends: Backends,
    app: App,
}

/// The project that the files name, with their keys imported.
async fn world(change: impl FnOnce(&mut Project)) -> World {
    let backends = Backends::start().await;
    let stored = backends.project(|project| {
        project.facts.id = PROJECT.parse().unwrap();
        change(project);
    });
    backends.import_event_keys(stored.await.project).await;
    let ses = Ses::new(backends.ses_config.clone(), None);
    let app = App { edge: backends.edge.clone(), table: backends.table.clone(), ses };
    World { backends, app }
}

async fn replay(world: &World, file: &EventFile) -> Answer {
    invoke(&file.event, "lambda-request", Duration::from_secs(29), |request| handle(&world.app, request)).await.into()
}

/// What a refusal needs of the project, by the file's name.
fn prepare(name: &str, project: &mut Project) {
    match name {
        "PROJECT_DISABLED" => project.facts.status = Status::Disabled,
        "BILLING_LIMIT_EXCEEDED" => project.facts.monthly_limit = Some(1),
        _ => {}
    }
}

#[tokio::test]
async fn accepted_files_are_accepted() {
    for file in in_folder("send/accepted") {
        let world = world(|_| {}).await;
        let answer = replay(&world, &file).await;
        assert_eq!(answer.status, 200, "{}: {}", file.name, answer.text);
        let emails = answer.json["data"]["emails"].as_array().unwrap();
        assert!(emails.iter().all(|email| email["status"] == "SENT"), "{}: {}", file.name, answer.text);
        assert_eq!(world.backends.ses.mails().len(), emails.len(), "{}", file.name);
        assert!(world.backends.ses.mails().iter().all(|mail| !mail.subject.contains("{{")), "{}", file.name);
    }
}

#[tokio::test]
async fn refused_files_are_refused_with_the_code_they_are_named_for() {
    let files = in_folder("send/refused");
    assert_eq!(files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), REFUSALS);
    for file in files {
        let world = world(|project| prepare(&file.name, project)).await;
        // A key is reused only after its first use: the accepted twin with the same key goes before.
        if file.name == "IDEMPOTENCY_KEY_REUSED" {
            let twin = in_folder("send/accepted").into_iter().find(|file| file.name == "idempotency_key").unwrap();
            assert_eq!(replay(&world, &twin).await.status, 200);
        }
        let (items, calls) = (world.backends.items().await, world.backends.ses.calls());
        let answer = replay(&world, &file).await;
        assert_eq!(answer.code(), Some(file.name.as_str()), "{}", answer.text);
        assert_eq!(world.backends.items().await, items, "{} wrote something", file.name);
        assert_eq!(world.backends.ses.calls(), calls, "{} called SES", file.name);
    }
}

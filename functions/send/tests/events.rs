//! The files of `events/send`, each through the handler: the contract as callers write it.

use std::time::Duration;

use posthorn_mail::ses::Ses;
use posthorn_testkit::{
    backends::{Backends, TestResponse},
    events::{EventFile, in_folder},
    gateway::invoke,
    permissions::Permissions,
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

/// The function over the state that the file supposes.
async fn world(file: &EventFile) -> World {
    let backends = Backends::start().await;
    file.prepare(&backends).await;
    let function = backends.as_function(&Permissions::of("SendFunction"));
    let app = App { env: function.env, table: function.table, ses: Ses::new(function.ses_config, None) };
    World { backends, app }
}

async fn replay(world: &World, file: &EventFile) -> TestResponse {
    invoke(&file.event, "lambda-request", Duration::from_secs(29), |request| handle(&world.app, request)).await.into()
}

#[tokio::test]
async fn accepted_files_are_accepted() {
    for file in in_folder("send/accepted") {
        let world = world(&file).await;
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
        let world = world(&file).await;
        if let Some(before) = file.before() {
            assert_eq!(replay(&world, &before).await.status, 200);
        }
        let (items, calls) = (world.backends.items().await, world.backends.ses.calls());
        let answer = replay(&world, &file).await;
        assert_eq!(answer.code(), Some(file.name.as_str()), "{}", answer.text);
        assert_eq!(world.backends.items().await, items, "{} wrote something", file.name);
        assert_eq!(world.backends.ses.calls(), calls, "{} called SES", file.name);
    }
}

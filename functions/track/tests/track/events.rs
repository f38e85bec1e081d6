//! The files of `events/track`, each through the handler: the contract as callers write it.

use std::time::Duration;

use posthorn_testkit::{
    backends::{Backends, TestResponse},
    events::{EventFile, in_folder},
    gateway::invoke,
};
use track::handle;

use crate::support::World;

/// Every code that one request can bring about, given a project that is set up for it.
const REFUSALS: [&str; 9] = [
    "BAD_REQUEST",
    "IDEMPOTENCY_KEY_REUSED",
    "INVALID_API_KEY",
    "INVALID_REQUEST_BODY",
    "METHOD_NOT_ALLOWED",
    "MISSING_AUTH",
    "NOT_FOUND",
    "PROJECT_DISABLED",
    "VALIDATION_ERROR",
];

/// The function over the state that the file supposes.
async fn world(file: &EventFile) -> World {
    let backends = Backends::start().await;
    let project = file.prepare(&backends).await;
    World::over(backends, project)
}

async fn replay(world: &World, file: &EventFile) -> TestResponse {
    invoke(&file.event, "lambda-request", Duration::from_secs(29), |request| handle(&world.app, request)).await.into()
}

#[tokio::test]
async fn accepted_files_are_accepted() {
    for file in in_folder("track/accepted") {
        let world = world(&file).await;
        let answer = replay(&world, &file).await;
        assert!((200..300).contains(&answer.status), "{}: {}", file.name, answer.text);
        let expected = usize::from(!["preflight", "health", "health_head"].contains(&file.name.as_str()));
        assert_eq!(world.events().await.len(), expected, "{}", file.name);
    }
}

#[tokio::test]
async fn refused_files_are_refused_with_the_code_they_are_named_for() {
    let files = in_folder("track/refused");
    assert_eq!(files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), REFUSALS);
    for file in files {
        let world = world(&file).await;
        if let Some(before) = file.before() {
            assert_eq!(replay(&world, &before).await.status, 200);
        }
        let items = world.backends.items().await;
        let answer = replay(&world, &file).await;
        assert_eq!(answer.code(), Some(file.name.as_str()), "{}", answer.text);
        assert_eq!(world.backends.items().await, items, "{} wrote something", file.name);
        assert_eq!(world.backends.ses.calls(), 0);
    }
}

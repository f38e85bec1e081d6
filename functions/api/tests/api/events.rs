//! The files of `events/api`, each through the handler: the contract as callers write it.

use std::time::Duration;

use api::handle;
use posthorn_testkit::{
    backends::{Backends, TestResponse},
    events::{EventFile, in_folder},
    gateway::invoke,
};

use crate::support::World;

/// Every code that one request can bring about, given a project that is set up for it.
const REFUSALS: [&str; 6] =
    ["FORBIDDEN", "INVALID_API_KEY", "METHOD_NOT_ALLOWED", "MISSING_AUTH", "NOT_FOUND", "PROJECT_ACCESS_DENIED"];

/// The state that the file supposes, and the answer to its request.
async fn replay(file: &EventFile) -> (World, TestResponse) {
    let backends = Backends::start().await;
    let project = file.prepare(&backends).await;
    let world = World::over(backends, project);
    let answer =
        invoke(&file.event, "lambda-request", Duration::from_secs(29), |request| handle(&world.app, request)).await;
    (world, answer.into())
}

#[tokio::test]
async fn accepted_files_are_accepted() {
    for file in in_folder("api/accepted") {
        let (_world, answer) = replay(&file).await;
        let is_success = (200..300).contains(&answer.status) || file.name.ends_with("not_modified");
        assert!(is_success && answer.status < 400, "{}: {} {}", file.name, answer.status, answer.text);
    }
}

#[tokio::test]
async fn refused_files_are_refused_with_the_code_they_are_named_for() {
    let files = in_folder("api/refused");
    assert_eq!(files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), REFUSALS);
    for file in files {
        let (_world, answer) = replay(&file).await;
        assert_eq!(answer.code(), Some(file.name.as_str()), "{}", answer.text);
    }
}

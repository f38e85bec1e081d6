//! `POST /users/@me/projects/{id}/regenerate-keys`: replaces a project's keys.
//!
//! Calls one after the other: the key, the project, one transaction, and the announcement where a topic is configured.

mod announcement;
pub mod request;

use std::time::Duration;

use lambda_http::{Body, Request, Response};
use posthorn_alerts::Topic;
use posthorn_auth::{Caller, KeyClass, PlainKey, Rotation, authenticate, rotate};
use posthorn_errors::{Code, Failure, Result};
use posthorn_lambda::{
    Env,
    env::{monotonic_now, rfc3339},
    http::{Call, Reply, respond},
    telemetry,
};
use posthorn_routes::Function;
use posthorn_table::{
    Table, TableError,
    project::{Project, Status},
    retry_transient,
};
use serde_json::{Value, json};
use tokio::time::Instant;

use request::RotateRequest;

/// The time that an announcement may take.
const MAX_ANNOUNCEMENT: Duration = Duration::from_secs(3);
/// The time that an announcement leaves for the answer.
const ANSWER_RESERVE: Duration = Duration::from_millis(100);

/// The function's clients and settings.
#[derive(Debug, Clone)]
pub struct App {
    /// The clock and the random generator.
    pub env: Env,
    /// The table.
    pub table: Table,
    /// The topic on which rotations are announced, where one is configured.
    pub alerts: Option<Topic>,
}

/// Answers one request.
pub async fn handle(app: &App, request: Request) -> Response<Body> {
    respond(&app.env, Function::RegenerateKeys, request, |call| regenerate(app, call)).await
}

async fn regenerate(app: &App, call: Call) -> Result<Reply> {
    let attribute = |caller: &Caller| call.attribute(caller.project.id, caller.key.short_id());
    let caller = authenticate(&app.table, call.authorization(), call.route, call.now, attribute).await?;
    caller.must_own(call.path("id"))?;
    let request = RotateRequest::check(&call)?;

    let project = app.table.project(caller.project.id).await?.ok_or(Code::InvalidApiKey)?;
    let fill = &mut |buffer: &mut [u8]| app.env.fill(buffer);
    let rotation = rotate(&project, &caller.key, request.keys, request.grace_seconds, call.now, fill)?;
    let jitter = u32::from_be_bytes(app.env.random());
    let change = || app.table.change_project(Some(&project), &rotation.next, None);
    retry_transient(jitter, change).await.map_err(conflict_or_fault)?;

    if let Some(alerts) = &app.alerts
        && let Err(error) =
            announcement::publish(alerts, &rotation, request.keys, call.now, announce_by(call.answer_by)).await
    {
        telemetry::warn("a rotation was not announced", &error);
    }
    Ok(Reply::ok(answer(&rotation).to_string()))
}

/// The failure of a commit: a conflict if another change of the project came first.
fn conflict_or_fault(error: TableError) -> Failure {
    match error {
        TableError::Conflict(_) => Failure::new(Code::Conflict).because(error),
        error => error.into(),
    }
}

/// The time by which the announcement must have ended, so that a topic that does not answer cannot cost the caller the new keys.
fn announce_by(answer_by: Instant) -> Instant {
    let latest = answer_by.checked_sub(ANSWER_RESERVE).unwrap_or(answer_by);
    latest.min(monotonic_now() + MAX_ANNOUNCEMENT)
}

/// The project as Plunk shows it, with the new keys. A key that was not replaced is null, for it is stored nowhere in plain text.
fn answer(rotation: &Rotation) -> Value {
    let Project { facts, created_at, updated_at, .. } = &rotation.next;
    let key = |class: KeyClass| rotation.minted.iter().find(|key| key.class() == class).map(PlainKey::expose);
    json!({
        "id": facts.id,
        "name": facts.name,
        "public": key(KeyClass::Public),
        "secret": key(KeyClass::Secret),
        "createdAt": rfc3339(*created_at),
        "updatedAt": rfc3339(*updated_at),
        "disabled": facts.status == Status::Disabled,
        "previousKeysExpireAt": rotation.previous_keys_expire_at.map(rfc3339),
    })
}

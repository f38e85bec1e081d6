//! `POST /v1/track` and its 2023 path `POST /v1`: records that a contact did something, and creates or updates
//! the contact. Also answers `/health`, and whatever has no route (`$default`).
//!
//! Calls in a row: key; then contact and event at once. With an idempotency key a claim comes between, and its
//! settling last.

pub mod request;

use lambda_http::{Body, Request, Response};
use posthorn_auth::{Caller, KeyClass, authenticate};
use posthorn_errors::{Code, Failure, FieldCode, FieldErrors, Result};
use posthorn_lambda::{
    Env,
    env::rfc3339,
    http::{Call, Reply, respond},
};
use posthorn_routes::Function;
use posthorn_table::{
    Table, TableError, Timestamp,
    contact::{self, MAX_DATA_BYTES, Subscription},
    event::Event,
    idempotency::{Attempt, Claim, ClaimOutcome, Scope, Verdict},
};
use serde_json::json;
use ulid::Ulid;

use request::TrackRequest;

/// What the function works with.
#[derive(Debug, Clone)]
pub struct App {
    /// Clock and randomness.
    pub env: Env,
    /// The table.
    pub table: Table,
}

/// Answers one request.
pub async fn handle(app: &App, request: Request) -> Response<Body> {
    respond(&app.env, Function::Track, request, |call| track(app, call)).await
}

async fn track(app: &App, call: Call) -> Result<Reply> {
    let known = |caller: &Caller| call.attribute(caller.project.id, caller.key.short_id());
    let caller = authenticate(&app.table, call.authorization(), call.route, call.now, known).await?;
    let key = call.idempotency_key()?;
    let tracked = TrackRequest::check(&call.json()?)?;
    let id = event_id(&app.env, call.now);
    match key {
        None => record(app, &caller, &tracked, &id, call.now).await.map(Reply::ok),
        Some(key) => Box::pin(record_once(app, &caller, &tracked, &call, key, id)).await,
    }
}

fn event_id(env: &Env, now: Timestamp) -> String {
    let milliseconds = u64::try_from(now.as_millisecond()).unwrap_or(0);
    Ulid::from_parts(milliseconds, u128::from_be_bytes(env.random())).to_string()
}

/// Merges the contact and records the event, at once; gives the answer's body.
async fn record(app: &App, caller: &Caller, tracked: &TrackRequest, id: &str, at: Timestamp) -> Result<String> {
    let project = caller.project.id;
    let email = tracked.email.as_str();
    let event = Event {
        id,
        contact: contact::id(project, email),
        project,
        name: &tracked.event,
        data: &tracked.data.stored,
        created_at: at,
    };
    let subscription = subscription(caller.class, tracked.subscribed);
    let (contact, recorded) = tokio::join!(
        app.table.merge_contact(project, email, subscription, &tracked.data, at),
        app.table.record_event(&event),
    );
    let contact = match contact {
        Err(TableError::TooLarge) => {
            app.table.forget_event(event.contact, id).await?;
            return Err(too_large());
        }
        contact => contact?,
    };
    recorded?;
    Ok(Reply::envelope(&json!({
        "contact": contact.id,
        "event": id,
        "subscribed": contact.subscribed,
        "timestamp": rfc3339(at),
    })))
}

/// A public key may unsubscribe, but not undo what a contact or its mail server said.
fn subscription(class: KeyClass, wanted: Option<bool>) -> Subscription {
    match (class, wanted) {
        (_, None) => Subscription::Keep { when_new: true },
        (KeyClass::Public, Some(true)) => Subscription::SubscribeUnlessBarred,
        (_, Some(wanted)) => Subscription::Set(wanted),
    }
}

fn too_large() -> Failure {
    let mut fields = FieldErrors::default();
    let message = format!("A contact holds at most {MAX_DATA_BYTES} bytes of data; with this it would hold more.");
    fields.push("data", FieldCode::TooLarge, message);
    fields.finish().err().unwrap_or_else(|| Code::ValidationError.into())
}

/// The same under an idempotency key: a claim first, the answer kept with it last.
async fn record_once(
    app: &App,
    caller: &Caller,
    tracked: &TrackRequest,
    call: &Call,
    key: &str,
    id: String,
) -> Result<Reply> {
    let scope = Scope::new(caller.project.id, scope_of(caller.class), key);
    let attempt = Attempt::begin(app.env.random(), call.now);
    let request = call.route.label();
    let claim = match app.table.claim(&scope, Claim::new(request, call.body(), vec![id], &attempt)).await? {
        ClaimOutcome::Mine(claim) => claim,
        ClaimOutcome::Theirs(held) => match held.verdict(key, call.body(), call.now)? {
            Verdict::Replay(response) => return Ok(Reply::replay(response)),
            Verdict::TakeOver => match app.table.take_over(&scope, &held, &attempt).await? {
                ClaimOutcome::Mine(claim) => claim,
                ClaimOutcome::Theirs(rival) => {
                    return rival.stored_response(key, call.body(), call.now).map(Reply::replay);
                }
            },
        },
    };
    let id = claim.ids.first().ok_or_else(|| Failure::new(Code::InternalServerError).because("a claim without ids"))?;
    let result = record(app, caller, tracked, id, claim.created_at).await;
    settle(app, &scope, &attempt.nonce, &result).await;
    result.map(Reply::ok)
}

/// Where a key counts: what a page sends with a public key must not use up, nor tell of, what a server chose.
fn scope_of(class: KeyClass) -> &'static str {
    match class {
        KeyClass::Secret => "track",
        KeyClass::Public => "track-public",
    }
}

/// Keeps the answer. After a fault the claim is left as it is, so that a repeat records the event under the id it
/// may have already; a refusal frees the key. What fails here changes no answer: the claim's lease runs out.
async fn settle(app: &App, scope: &Scope, nonce: &str, result: &Result<String>) {
    let settled = match result {
        Ok(response) => app.table.settle_claim(scope, nonce, response).await.map(drop),
        Err(failure) if failure.code() == Code::ValidationError => app.table.release_claim(scope, nonce).await,
        Err(fault) => app.table.leave_claim(scope, nonce, fault.code()).await,
    };
    if let Err(error) = settled {
        posthorn_lambda::telemetry::warn("an idempotency key was not settled", &error);
    }
}

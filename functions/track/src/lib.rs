//! `POST /v1/track` and its 2023 path `POST /v1`: records that a contact did something, and creates or updates
//! the contact. Also answers `/health`.
//!
//! Calls in a row: key; then contact and event at once. With an idempotency key the claim comes between, and its end
//! last.

mod operation;
pub mod request;

use lambda_http::{Body, Request, Response};
use posthorn_auth::{Caller, KeyClass, authenticate};
use posthorn_errors::Result;
use posthorn_idempotency::{KeyedRequest, KeyedResponse, run_unkeyed};
use posthorn_lambda::{
    Env,
    http::{Call, Reply, respond},
};
use posthorn_routes::Function;
use posthorn_table::{
    Table,
    idempotency::{Attempt, IdempotencyScope},
};

use operation::TrackOperation;
use request::TrackRequest;

/// The function's clock and clients.
#[derive(Debug, Clone)]
pub struct App {
    /// The clock and the random generator.
    pub env: Env,
    /// The table.
    pub table: Table,
}

/// Answers one request.
pub async fn handle(app: &App, request: Request) -> Response<Body> {
    respond(&app.env, Function::Track, request, |call| track(app, call)).await
}

async fn track(app: &App, call: Call) -> Result<Reply> {
    let attribute = |caller: &Caller| call.attribute(caller.project.id, caller.key.short_id());
    let caller = authenticate(&app.table, call.authorization(), call.route, call.now, attribute).await?;
    let key = call.idempotency_key()?;
    let tracked = TrackRequest::check(&call.json()?)?;
    let operation =
        TrackOperation { env: &app.env, table: &app.table, caller: &caller, tracked: &tracked, now: call.now };
    match key {
        None => run_unkeyed(&operation, &(), call.now).await.map(Reply::ok),
        Some(key) => {
            let attempt = Attempt::begin(app.env.random(), call.now);
            let keyed = KeyedRequest {
                key,
                scope: IdempotencyScope::new(caller.project.id, scope_name(caller.class), key),
                request: &call.route.label(),
                body: call.body(),
                attempt: &attempt,
            };
            Box::pin(keyed.respond(&app.table, &operation, Ok(()))).await.map(reply)
        }
    }
}

fn reply(response: KeyedResponse) -> Reply {
    if response.is_replay { Reply::replay(response.body) } else { Reply::ok(response.body) }
}

/// The name of the scope in which an idempotency key counts: a page with a public key must not use up, nor learn of, the
/// keys that a server chose.
fn scope_name(class: KeyClass) -> &'static str {
    match class {
        KeyClass::Secret => "track",
        KeyClass::Public => "track-public",
    }
}

//! Everything that a key manages: a folder a noun, a file a verb. Also answers every path that has no route (`$default`).
//!
//! Calls in a row: key; then the verb's own.

mod app;
mod projects;

pub use app::App;

use lambda_http::{Body, Request, Response};
use posthorn_auth::{Caller, authenticate};
use posthorn_errors::{Code, Result};
use posthorn_lambda::http::{Call, Reply, respond};
use posthorn_routes::{Function, Operation};

/// Answers one request.
pub async fn handle(app: &App, request: Request) -> Response<Body> {
    respond(&app.env, Function::Api, request, |call| answer(app, call)).await
}

async fn answer(app: &App, call: Call) -> Result<Reply> {
    let attribute = |caller: &Caller| call.attribute(caller.project.id, caller.key.short_id());
    let caller = authenticate(&app.table, call.authorization(), call.route, call.now, attribute).await?;
    match call.route.operation {
        Operation::ListProjects => projects::list(app, &caller, &call).await,
        Operation::GetProject => projects::read(app, &caller, &call).await,
        // The routes of other functions, which `respond` does not give to this one.
        Operation::SendEmail
        | Operation::TrackEvent
        | Operation::TrackEventLegacy
        | Operation::RegenerateKeys
        | Operation::Health => Err(Code::NotFound.into()),
    }
}

//! `POST /v1/send`: transactional email, one message a recipient.
//!
//! Calls in a row: key; then contact and email record at once; SES; outcomes. With an idempotency key the claim
//! comes after the key, with a monthly limit its reservation after that; a claim ends with the outcomes.
//!
//! A request goes one way: `request`, `posthorn_idempotency`, `operation`, `posthorn_delivery`, `decide`, reply.

pub mod decide;
mod operation;
mod request;
mod sender;

use lambda_http::{Body, Request, Response};
use posthorn_auth::{Caller, PresentedKey};
use posthorn_delivery::Mailer;
use posthorn_errors::Result;
use posthorn_idempotency::{KeyedRequest, KeyedResponse, run_unkeyed};
use posthorn_lambda::{
    Env,
    env::monotonic_now,
    http::{Call, Reply, respond},
};
use posthorn_mail::ses::Ses;
use posthorn_routes::Function;
use posthorn_table::{
    Table,
    idempotency::{Attempt, IdempotencyScope},
};

use operation::{SendOperation, hand_over_by};
use request::SendRequest;

/// The function's clock and clients.
#[derive(Debug, Clone)]
pub struct App {
    /// The clock and the random generator.
    pub env: Env,
    /// The table.
    pub table: Table,
    /// The mail service.
    pub ses: Ses,
}

/// Answers one request.
pub async fn handle(app: &App, request: Request) -> Response<Body> {
    respond(&app.env, Function::Send, request, |call| send(app, call)).await
}

async fn send(app: &App, call: Call) -> Result<Reply> {
    let presented = PresentedKey::read(call.authorization(), call.route.key)?;
    reconnect_if_stale(&app.ses);
    let attribute = |caller: &Caller| call.attribute(caller.project.id, caller.key.short_id());
    let caller = presented.caller(&app.table, call.route, call.now, attribute).await?;
    let key = call.idempotency_key()?;
    let request = SendRequest::check(&call.json()?, caller.project.default_sender.as_deref())?;
    let attempt = Attempt::begin(app.env.random(), call.now);
    let hand_over_by = hand_over_by(call.answer_by);
    let operation = SendOperation {
        env: &app.env,
        table: &app.table,
        caller: &caller,
        request: &request,
        mailer: Mailer::new(&app.table, &app.ses, &caller.project, &attempt, hand_over_by),
        now: call.now,
        answer_by: call.answer_by,
    };
    let mail = operation.mail().await;
    match key {
        None => run_unkeyed(&operation, &mail?, call.now).await.map(Reply::ok),
        Some(key) => {
            let keyed = KeyedRequest {
                key,
                scope: IdempotencyScope::new(caller.project.id, "send", key),
                request: &call.route.label(),
                body: call.body(),
                attempt: &attempt,
            };
            Box::pin(keyed.respond(&app.table, &operation, mail)).await.map(reply)
        }
    }
}

/// Reconnects to the mail service beside other work, if the connection has idled too long.
fn reconnect_if_stale(ses: &Ses) {
    if ses.is_stale(monotonic_now()) {
        let ses = ses.clone();
        tokio::spawn(async move { ses.connect(monotonic_now()).await });
    }
}

fn reply(response: KeyedResponse) -> Reply {
    if response.is_replay { Reply::replay(response.body) } else { Reply::ok(response.body) }
}

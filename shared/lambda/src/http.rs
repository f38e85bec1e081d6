//! HTTP: how a request reaches a handler, and the only renderer of responses.

mod attribution;
mod call;
mod reply;

pub use call::Call;
pub use reply::{Reply, too_large};

use std::{future::Future, panic::AssertUnwindSafe};

use futures_util::FutureExt;
use lambda_http::{Body, Request, RequestExt, Response, http::Method, request::RequestContext};
use posthorn_errors::{Code, Failure, Result};
use posthorn_routes::{Function, Operation, Path, Resolved, nearest, resolve};
use tokio::time::{Instant, timeout_at};
use tracing::Instrument;

use self::attribution::Attribution;
use crate::{
    Env, env,
    telemetry::{self, Line, log},
};

/// Answers a request of `function`: finds the route, bounds size and time, turns whatever the handler gives, be it
/// a panic, into one response of the contract's shape, and logs one line.
pub async fn respond<'a, F, Fut>(env: &Env, function: Function, request: Request, handler: F) -> Response<Body>
where
    F: FnOnce(Call) -> Fut,
    Fut: Future<Output = Result<Reply>> + 'a,
{
    let started = env::monotonic_now();
    let request_id = request_id(env, &request);
    let deadline = request.lambda_context_ref().map_or(0, |context| context.deadline);
    let resolved = resolve(request.method(), request.raw_http_path());
    let method = request.method().clone();
    let attribution = Attribution::default();

    let result = match &resolved {
        Resolved::NotFound => Err(not_found(request.raw_http_path())),
        Resolved::WrongMethod(path) => Err(wrong_method(path)),
        Resolved::Preflight(_) => Ok(Reply::no_content()),
        Resolved::Route(found) if found.route.operation == Operation::Health => Ok(Reply::health()),
        Resolved::Route(found) if found.route.function != function => Err(Failure::new(Code::NotFound)),
        Resolved::Route(found) => {
            let answer_by = env::answer_by(deadline);
            let call = Call::new(found, request, env.now(), answer_by, attribution.clone());
            match call {
                Ok(call) => guarded(call, handler).instrument(telemetry::span(&request_id)).await,
                Err(failure) => Err(failure),
            }
        }
    };
    finish(env, &method, &resolved, &request_id, started, &attribution, result)
}

/// Answers a request that no function can be given, such as one that is too large for an event: as the function
/// that `path` leads to would, or says that there is none.
#[must_use]
pub fn refuse(env: &Env, method: &Method, path: &str, request_id: &str, failure: Failure) -> Response<Body> {
    let resolved = resolve(method, path);
    let failure = match &resolved {
        Resolved::NotFound => not_found(path),
        Resolved::WrongMethod(path) => wrong_method(path),
        Resolved::Preflight(_) | Resolved::Route(_) => failure,
    };
    finish(env, method, &resolved, request_id, env::monotonic_now(), &Attribution::default(), Err(failure))
}

/// Logs and renders.
fn finish(
    env: &Env,
    method: &Method,
    resolved: &Resolved,
    request_id: &str,
    started: Instant,
    attribution: &Attribution,
    result: Result<Reply>,
) -> Response<Body> {
    log(&Line {
        method: method_name(method),
        path: resolved.path().map_or("(unknown)", |path| path.pattern),
        request_id,
        project: attribution.project(),
        key: attribution.key(),
        milliseconds: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        status: reply::status(&result, resolved).as_u16(),
        result: result.as_ref().map(drop),
    });
    let mut response = reply::render(result, resolved, request_id, env.now());
    if *method == Method::HEAD {
        *response.body_mut() = Body::Empty;
    }
    response
}

/// Runs the handler: a panic is one 500, and no answer in time is one 503.
async fn guarded<'a, F, Fut>(call: Call, handler: F) -> Result<Reply>
where
    F: FnOnce(Call) -> Fut,
    Fut: Future<Output = Result<Reply>> + 'a,
{
    let answer_by = call.answer_by;
    let answer = Box::pin(AssertUnwindSafe(async { handler(call).await }).catch_unwind());
    let outcome = timeout_at(answer_by, answer).await;
    match outcome {
        Ok(Ok(result)) => result,
        Ok(Err(_panic)) => Err(Failure::new(Code::InternalServerError).because("the handler panicked")),
        Err(_elapsed) => Err(Failure::new(Code::ServiceUnavailable).because("no answer in time")),
    }
}

/// The path that was probably meant is one of the contract's own: what the caller wrote is not repeated.
fn not_found(path: &str) -> Failure {
    let failure = Failure::new(Code::NotFound);
    match nearest(path) {
        Some(route) => failure.suggestion(format!("Did you mean {}?", route.label())),
        None => failure,
    }
}

fn wrong_method(path: &Path) -> Failure {
    Failure::new(Code::MethodNotAllowed).suggestion(format!("Use {}.", path.allow))
}

/// The gateway's id of the request; a caller's own header is ignored. Without a gateway, Lambda's, or a new one.
fn request_id(env: &Env, request: &Request) -> String {
    let gateway = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.request_id.as_deref(),
        _ => None,
    };
    let lambda = request.lambda_context_ref().map(|context| context.request_id.as_str());
    let given = [gateway, lambda].into_iter().flatten().find(|id| !id.is_empty());
    given.map_or_else(|| format!("{:016x}", u64::from_be_bytes(env.random())), str::to_owned)
}

/// The name of a method for the log, which leaves out a name that the caller made up.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::PATCH => "PATCH",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}

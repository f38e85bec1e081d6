//! The API: the routes of API Gateway, with the functions in process.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderName, Request, Response, StatusCode, header},
    response::{IntoResponse, Redirect},
    routing::get,
};
use futures_util::StreamExt;
use posthorn_bundle::Bundle;
use posthorn_errors::{Code, Failure};
use posthorn_lambda::{
    Env,
    http::{refuse, too_large},
};
use posthorn_routes::{MAX_EVENT_BYTES, Operation, Resolved, resolve};
use posthorn_testkit::gateway::{Incoming, TIMEOUT, invoke};

use crate::demo::Demo;

/// The header that every response of the functions has.
const NO_STORE: (HeaderName, &str) = (header::CACHE_CONTROL, "no-store");

const INBOX: &str = "/_local/inbox";
/// The paths of the pages, without a slash at the end.
const PAGES: [&str; 3] = [INBOX, "/_local/health", "/_local/docs"];

/// The functions, and the demo project whose keys are kept.
#[derive(Clone)]
pub struct Api {
    /// The clock and the randomness.
    pub env: Env,
    /// The functions.
    pub functions: Arc<Bundle>,
    /// The demo project.
    pub demo: Demo,
}

impl Api {
    /// The routes of the contract, and redirects: from `/` to the inbox, and from the path of a page with a slash at its end to the page.
    pub fn router(self) -> Router {
        let to = |page: &'static str| get(move || async move { ([NO_STORE], Redirect::temporary(page)) });
        let routes = PAGES.iter().fold(Router::new(), |routes, page| routes.route(&format!("{page}/"), to(page)));
        routes.route("/", to(INBOX)).fallback(answer).with_state(self)
    }

    async fn answer(self, request: Request<Body>) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let request_id = format!("{:016x}", u64::from_be_bytes(self.env.random()));
        let Some((body, bytes)) = read(body).await else {
            let failure = Failure::new(Code::BadRequest).message("The request ended before its body did.");
            let refused = refuse(&self.env, &parts.method, parts.uri.path(), &request_id, failure);
            return refused.map(|body| Body::from(body.to_vec()));
        };
        let incoming = Incoming {
            request_id,
            at: self.env.now(),
            method: parts.method,
            uri: parts.uri,
            headers: parts.headers,
            body,
        };
        let event = incoming.event();
        let size = event.len() + (bytes - incoming.body.len());
        let resolved = resolve(&incoming.method, incoming.uri.path());
        if size > MAX_EVENT_BYTES {
            let failure = resolved.route().map_or(Code::PayloadTooLarge.into(), |route| {
                let counted = if route.max_body_bytes == MAX_EVENT_BYTES { size } else { bytes };
                too_large(route, counted)
            });
            return self.refuse(&incoming, failure);
        }
        let function = resolved.function();
        let handler = |request| self.functions.call(function, request);
        let response = invoke(&event, &incoming.request_id, TIMEOUT, handler).await;
        self.keep_rotated_keys(&resolved, &response);
        response.map(Body::from)
    }

    fn refuse(&self, incoming: &Incoming, failure: Failure) -> Response<Body> {
        let Incoming { method, uri, request_id, .. } = incoming;
        refuse(&self.env, method, uri.path(), request_id, failure).map(|body| Body::from(body.to_vec()))
    }

    /// Keeps the new keys after a rotation of the demo project's, so that it does not lock out the user of the stack. Keys of other
    /// projects are shown once and not kept.
    fn keep_rotated_keys(&self, resolved: &Resolved, response: &Response<Bytes>) {
        let Resolved::Route(found) = resolved else { return };
        if found.route.operation == Operation::RegenerateKeys
            && response.status() == StatusCode::OK
            && found.parameter("id").parse() == Ok(self.demo.id)
            && let Ok(answer) = serde_json::from_slice(response.body())
            && let Err(error) = self.demo.rotated(&answer)
        {
            posthorn_lambda::telemetry::warn("the demo project's new keys could not be kept", &error);
        }
    }
}

/// Answers on a task of its own, so that a caller that hangs up does not cut a request short. The gateway does not either.
async fn answer(State(api): State<Api>, request: Request<Body>) -> Response<Body> {
    match tokio::spawn(Box::pin(api.answer(request))).await {
        Ok(response) => response,
        Err(_panic) => {
            let headers = [NO_STORE, (header::CONTENT_TYPE, "application/json")];
            (StatusCode::BAD_GATEWAY, headers, "{\"message\":\"Bad Gateway\"}").into_response()
        }
    }
}

/// Reads a body to its end, for a caller reads the response only then. Gives the body, or the beginning of one that is too large for an
/// event, and the number of bytes that came; `None` if the caller hung up before the end.
async fn read(body: Body) -> Option<(Bytes, usize)> {
    let (mut kept, mut bytes) = (Vec::new(), 0);
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.ok()?;
        bytes += chunk.len();
        if kept.len() <= MAX_EVENT_BYTES {
            kept.extend_from_slice(&chunk);
        }
    }
    Some((kept.into(), bytes))
}

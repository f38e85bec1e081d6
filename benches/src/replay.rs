//! A proxy that answers calls to AWS at once: a back end's answer to the first call of a kind is the answer to all of them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use serde_json::Value;
use tokio::net::TcpListener;

/// Starts a proxy in front of an endpoint, and returns its address.
pub(crate) async fn in_front_of(endpoint: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let replay = Replay { endpoint: endpoint.to_owned(), client: reqwest::Client::new(), responses: Mutex::default() };
    let routes = Router::new().fallback(answer).layer(DefaultBodyLimit::disable()).with_state(Arc::new(replay));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    address
}

struct Replay {
    endpoint: String,
    client: reqwest::Client,
    responses: Mutex<HashMap<String, StoredResponse>>,
}

#[derive(Clone)]
struct StoredResponse {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl IntoResponse for StoredResponse {
    fn into_response(self) -> Response {
        (self.status, self.headers, self.body).into_response()
    }
}

async fn answer(
    State(replay): State<Arc<Replay>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let kind = kind(&method, &uri, &headers, &body);
    let known = replay.responses.lock().unwrap_or_else(PoisonError::into_inner).get(&kind).cloned();
    if let Some(known) = known {
        return known.into_response();
    }
    let request = replay.client.request(method, format!("{}{uri}", replay.endpoint)).headers(headers).body(body);
    let answered = request.send().await.expect("the back end answers");
    let (status, content_type) = (answered.status(), answered.headers().get(CONTENT_TYPE).cloned());
    let headers = content_type.map(|value: HeaderValue| (CONTENT_TYPE, value)).into_iter().collect();
    let response = StoredResponse { status, headers, body: answered.bytes().await.expect("an answer") };
    replay.responses.lock().unwrap_or_else(PoisonError::into_inner).insert(kind, response.clone());
    response.into_response()
}

/// The kind of a call: a read is known by its whole request, a write by its expressions, whatever values it writes.
fn kind(method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> String {
    let operation = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    if operation.is_empty() {
        return format!("{method} {uri}");
    }
    let mut body: Value = serde_json::from_slice(body).unwrap_or_default();
    // The SDK writes the entries of a map in any order.
    body.sort_all_objects();
    let write = ["UpdateExpression", "ConditionExpression"].map(|name| body[name].as_str().unwrap_or_default());
    let read = ["GetItem", "Query"].iter().any(|read| operation.ends_with(read)).then(|| body.to_string());
    format!("{method} {uri} {operation} {write:?} {read:?}")
}

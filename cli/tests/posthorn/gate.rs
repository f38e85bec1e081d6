//! A gate in front of the engine that closes after so many calls, as if the program had been killed there; or that holds
//! one call back, so that a rival comes first.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use aws_smithy_http_client::Connector;
use aws_smithy_runtime_api::client::{http::HttpConnector, orchestrator::HttpRequest};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use axum::{
    Json, Router,
    body::Bytes,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::serve::serve;

/// The answer of a closed gate, which the SDK does not try again.
const CLOSED: &str = r#"{"__type":"com.amazon.coral.service#AccessDeniedException","message":"User: arn:aws:iam::000000000000:user/ada is not authorized to perform: dynamodb:Anything on resource: *"}"#;

/// A gate. Clones share the counts.
#[derive(Clone, Default)]
pub(crate) struct Gate {
    /// Calls that still come through.
    calls: Arc<AtomicUsize>,
    /// Batches that are answered as left undone, and do not come through.
    undone: Arc<AtomicUsize>,
    /// The next call of this operation is held back.
    held: Arc<Mutex<Option<&'static str>>>,
    /// One is being held back, and it may go on.
    came: Arc<Notify>,
    goes_on: Arc<Notify>,
}

impl Gate {
    /// The gate that lets `calls` through to `engine`, and its URL.
    pub(crate) async fn before(engine: &str, calls: usize) -> (Self, String) {
        let gate = Self { calls: Arc::new(AtomicUsize::new(calls)), ..Self::default() };
        let (inner, engine) = (gate.clone(), engine.to_owned());
        let router = Router::new().fallback(move |headers: HeaderMap, body: Bytes| {
            let (gate, engine) = (inner.clone(), engine.clone());
            async move { gate.pass(&engine, &headers, body).await }
        });
        (gate, serve(router).await)
    }

    /// Leaves the next batched writes undone, as a throttled table does.
    pub(crate) fn leave_undone(&self, batches: usize) {
        self.undone.store(batches, Ordering::SeqCst);
    }

    /// Batches that are still to be left undone.
    pub(crate) fn to_leave_undone(&self) -> usize {
        self.undone.load(Ordering::SeqCst)
    }

    /// Holds the next call of an operation back, once: `rival` comes first.
    pub(crate) async fn before_next<T>(&self, operation: &'static str, rival: impl Future<Output = T>) -> T {
        *self.held.lock().unwrap() = Some(operation);
        self.came.notified().await;
        let done = rival.await;
        self.goes_on.notify_one();
        done
    }

    async fn hold(&self, target: &str) {
        let is_held = self.held.lock().unwrap().take_if(|operation| target.ends_with(*operation)).is_some();
        if is_held {
            self.came.notify_one();
            self.goes_on.notified().await;
        }
    }

    pub(crate) fn open(&self) {
        self.calls.store(usize::MAX, Ordering::SeqCst);
    }

    /// True if the program came to the end before the gate closed.
    pub(crate) fn is_open(&self) -> bool {
        self.calls.load(Ordering::SeqCst) > 0
    }

    async fn pass(&self, engine: &str, headers: &HeaderMap, body: Bytes) -> Response {
        let less_one = |left: usize| left.checked_sub(1);
        if self.calls.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less_one).is_err() {
            return (StatusCode::BAD_REQUEST, CLOSED).into_response();
        }
        let target = headers.get("x-amz-target").map_or("", |name| name.to_str().unwrap());
        self.hold(target).await;
        let is_batch = target == "DynamoDB_20120810.BatchWriteItem";
        if is_batch && self.undone.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less_one).is_ok() {
            let request: Value = serde_json::from_slice(&body).unwrap();
            return Json(json!({"UnprocessedItems": request["RequestItems"]})).into_response();
        }
        let mut request = HttpRequest::new(SdkBody::from(body.to_vec()));
        request.set_method("POST").unwrap();
        request.set_uri(engine).unwrap();
        for name in ["x-amz-target", "content-type", "authorization", "x-amz-date"] {
            if let Some(value) = headers.get(name) {
                request.headers_mut().insert(name, value.to_str().unwrap().to_owned());
            }
        }
        let mut response = Connector::builder().build_http().call(request).await.unwrap();
        let status = StatusCode::from_u16(response.status().as_u16()).unwrap();
        let body = ByteStream::new(response.take_body()).collect().await.unwrap().into_bytes();
        (status, body).into_response()
    }
}

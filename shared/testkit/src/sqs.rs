//! An SQS endpoint over HTTP, for the SDK's real client with its endpoint overridden: it tells how full queues in process
//! are. It answers `GetQueueAttributes`.
//!
//! Sources: the SQS API reference (`GetQueueAttributes`), AWS's JSON protocol 1.0, and the SDK's generated code.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::recording::recorded;

type Waiting = Arc<dyn Fn() -> usize + Send + Sync>;

/// One SQS account. Cheap to clone; clones share everything.
#[derive(Clone, Default)]
pub struct Sqs(Arc<Mutex<BTreeMap<String, Queue>>>);

#[derive(Clone)]
struct Queue {
    arn: String,
    waiting: Waiting,
}

impl fmt::Debug for Sqs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sqs")
    }
}

/// `GetQueueAttributes`'s input.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetQueueAttributes {
    queue_url: String,
    #[serde(default)]
    attribute_names: Vec<String>,
}

impl Sqs {
    /// An account with no queue.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a queue by its ARN; `waiting` says how many messages wait in it.
    pub fn create_queue(&self, arn: &str, waiting: impl Fn() -> usize + Send + Sync + 'static) {
        let queue = Queue { arn: arn.to_owned(), waiting: Arc::new(waiting) };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(path(arn), queue);
    }

    /// Serves plain HTTP on the listener until `shutdown` is done, and then until the requests under way are answered.
    ///
    /// # Errors
    ///
    /// What [`axum::serve()`] fails with; failed connections are not errors.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        self.serve_behind(|router| router, listener, shutdown).await
    }

    /// The same with something in front, such as a check of who calls.
    ///
    /// # Errors
    ///
    /// What [`axum::serve()`] fails with; failed connections are not errors.
    pub async fn serve_behind(
        self,
        front: impl FnOnce(Router) -> Router,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let (listener, _relay) = recorded(listener).await?;
        let router = front(Router::new().route("/", post(act)).with_state(self));
        axum::serve(listener, router).with_graceful_shutdown(shutdown).await
    }

    fn attributes(&self, request: &GetQueueAttributes) -> Option<Value> {
        let queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, queue) = queues.iter().find(|(path, _)| request.queue_url.ends_with(path.as_str()))?;
        let all = [
            ("QueueArn", queue.arn.clone()),
            ("ApproximateNumberOfMessages", (queue.waiting)().to_string()),
            ("ApproximateNumberOfMessagesNotVisible", "0".to_owned()),
            ("ApproximateNumberOfMessagesDelayed", "0".to_owned()),
        ];
        let asked = |name: &str| request.attribute_names.iter().any(|asked| asked == "All" || asked == name);
        Some(
            all.into_iter()
                .filter(|(name, _)| asked(name))
                .map(|(name, value)| (name.to_owned(), json!(value)))
                .collect(),
        )
    }
}

/// The end of a queue's URL, `/<account>/<name>`.
#[must_use]
pub fn path(arn: &str) -> String {
    let mut parts = arn.rsplit(':');
    let (name, account) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    format!("/{account}/{name}")
}

async fn act(State(sqs): State<Sqs>, headers: HeaderMap, body: String) -> Response {
    if headers.get("x-amz-target").is_none_or(|target| target != "AmazonSQS.GetQueueAttributes") {
        return refused(
            "com.amazon.coral.service#UnknownOperationException",
            "this local endpoint takes GetQueueAttributes",
        );
    }
    let Ok(request) = serde_json::from_str::<GetQueueAttributes>(&body) else {
        return refused("com.amazon.coral.service#SerializationException", "the body is not the operation's JSON");
    };
    if let Some(attributes) = sqs.attributes(&request) {
        return Json(json!({ "Attributes": attributes })).into_response();
    }
    // The code that it had in the query protocol, by which the SDKs still know it.
    let code = [("x-amzn-query-error", "AWS.SimpleQueueService.NonExistentQueue;Sender")];
    let refused = refused("com.amazonaws.sqs#QueueDoesNotExist", "The specified queue does not exist.");
    (code, refused).into_response()
}

fn refused(name: &str, message: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "__type": name, "message": message }))).into_response()
}

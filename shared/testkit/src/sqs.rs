//! An SQS endpoint over HTTP, for the SDK's real client with its endpoint overridden. It answers `GetQueueAttributes` with the
//! number of messages in queues in process.
//!
//! Sources: the SQS API reference (`GetQueueAttributes`), AWS's JSON protocol 1.0, and the SDK's generated code.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

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

    /// Creates a queue by its ARN. `waiting` gives the number of messages that wait in it.
    pub fn create_queue(&self, arn: &str, waiting: impl Fn() -> usize + Send + Sync + 'static) {
        let queue = Queue { arn: arn.to_owned(), waiting: Arc::new(waiting) };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(path(arn), queue);
    }

    /// The endpoint's route, for [`serve`](crate::server::serve).
    pub fn router(self) -> Router {
        Router::new().route("/", post(answer)).with_state(self)
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

async fn answer(State(sqs): State<Sqs>, headers: HeaderMap, body: String) -> Response {
    if headers.get("x-amz-target").is_none_or(|target| target != "AmazonSQS.GetQueueAttributes") {
        return error_response(
            "com.amazon.coral.service#UnknownOperationException",
            "this local endpoint takes GetQueueAttributes",
        );
    }
    let Ok(request) = serde_json::from_str::<GetQueueAttributes>(&body) else {
        return error_response(
            "com.amazon.coral.service#SerializationException",
            "the body is not the operation's JSON",
        );
    };
    if let Some(attributes) = sqs.attributes(&request) {
        return Json(json!({ "Attributes": attributes })).into_response();
    }
    // The SDKs know the error by the code that it had in the query protocol.
    let code = [("x-amzn-query-error", "AWS.SimpleQueueService.NonExistentQueue;Sender")];
    let response = error_response("com.amazonaws.sqs#QueueDoesNotExist", "The specified queue does not exist.");
    (code, response).into_response()
}

fn error_response(name: &str, message: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "__type": name, "message": message }))).into_response()
}

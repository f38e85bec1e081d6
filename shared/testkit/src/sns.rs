//! An SNS endpoint over HTTP, for the SDK's real client with its endpoint overridden. It keeps what is published, refuses
//! what SNS refuses, and delivers nothing.
//!
//! It answers `Publish` to a topic and `ListSubscriptionsByTopic`. A test asks for faults with [`Sns::fail_next`]. Sources: the
//! SNS API reference (`Publish`, "Common Errors"), AWS's query protocol, and the SDK's generated code.

mod error;
mod fault;
mod publish;
mod routes;
mod subscription;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use posthorn_lambda::Env;

use self::error::ErrorResponse;
pub use self::fault::Fault;
use self::publish::Publish;
pub use self::subscription::Subscription;

/// The largest number of messages that are kept beside a sink.
const MAX_KEPT: usize = 1_000;

type Sink = Arc<dyn Fn(&Published) -> io::Result<()> + Send + Sync>;

/// A message that the endpoint accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The id in the caller's answer, a UUID.
    pub id: String,
    /// The topic's ARN.
    pub topic: String,
    /// The subject: 1 to 100 printable ASCII characters.
    pub subject: Option<String>,
    /// The message: 1 to 262,144 bytes.
    pub message: String,
    /// The time at which it was accepted.
    pub at: Timestamp,
}

/// One SNS account. Cheap to clone; clones share everything but the sink.
#[derive(Clone)]
pub struct Sns {
    account: Arc<Mutex<Account>>,
    sink: Option<Sink>,
    env: Env,
}

#[derive(Default)]
struct Account {
    topics: BTreeMap<String, Vec<Subscription>>,
    faults: VecDeque<Fault>,
    calls: usize,
    published: VecDeque<Arc<Published>>,
}

impl fmt::Debug for Sns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sns").field("calls", &self.calls()).finish_non_exhaustive()
    }
}

impl Default for Sns {
    fn default() -> Self {
        Self { account: Arc::default(), sink: None, env: Env::system() }
    }
}

impl Sns {
    /// An account with no topic.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Hands every message that passes the checks to `sink`, on a thread that may block, before the request is answered.
    /// If the sink fails, the request is answered 500 and the message counts as not published. With a sink,
    /// [`Sns::published`] keeps the newest 1,000 messages.
    #[must_use]
    pub fn with_sink(self, sink: impl Fn(&Published) -> io::Result<()> + Send + Sync + 'static) -> Self {
        Self { sink: Some(Arc::new(sink)), ..self }
    }

    /// Creates a topic by its ARN. A request that names another is refused with `NotFound`.
    pub fn create_topic(&self, arn: &str) {
        self.account().topics.entry(arn.to_owned()).or_default();
    }

    /// Adds a subscription to a topic, which is created if it is new.
    pub fn subscribe(&self, arn: &str, subscription: Subscription) {
        self.account().topics.entry(arn.to_owned()).or_default().push(subscription);
    }

    /// The accepted messages, oldest first; with a sink only the newest ones.
    #[must_use]
    pub fn published(&self) -> Vec<Arc<Published>> {
        self.account().published.iter().cloned().collect()
    }

    /// The number of `Publish` requests that arrived, accepted or not, those with a [`Fault`] included.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.account().calls
    }

    /// Queues a fault: each `Publish` that arrives takes the oldest. The SDK's client tries three times unless its
    /// retries are off, each time taking one.
    pub fn fail_next(&self, fault: Fault) {
        self.account().faults.push_back(fault);
    }

    fn account(&self) -> MutexGuard<'_, Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new id, as SNS gives messages and requests.
    fn id(&self) -> String {
        uuid::Builder::from_random_bytes(self.env.random()).into_uuid().to_string()
    }

    /// Counts a `Publish` and gives the fault it takes.
    fn count_call(&self) -> Option<Fault> {
        let mut account = self.account();
        account.calls += 1;
        account.faults.pop_front()
    }

    fn subscriptions(&self, topic: &str) -> Result<Vec<Subscription>, ErrorResponse> {
        self.account().topics.get(topic).cloned().ok_or_else(ErrorResponse::not_found)
    }

    /// Checks a request, gives it to the sink, and keeps it.
    async fn publish(&self, request: Publish) -> Result<Arc<Published>, ErrorResponse> {
        let (topic, subject, message) = request.check()?;
        if !self.account().topics.contains_key(&topic) {
            return Err(ErrorResponse::not_found());
        }
        let published = Arc::new(Published { id: self.id(), topic, subject, message, at: self.env.now() });
        if let Some(sink) = self.sink.clone() {
            let published = Arc::clone(&published);
            let stored = tokio::task::spawn_blocking(move || sink(&published)).await;
            stored.ok().and_then(Result::ok).ok_or_else(ErrorResponse::internal_error)?;
        }
        self.record(Arc::clone(&published));
        Ok(published)
    }

    fn record(&self, published: Arc<Published>) {
        let messages = &mut self.account().published;
        messages.push_back(published);
        if self.sink.is_some() && messages.len() > MAX_KEPT {
            messages.pop_front();
        }
    }
}

//! An SNS endpoint over HTTP, for the SDK's real client with its endpoint overridden. It keeps what is published, refuses
//! what SNS refuses, and delivers nothing.
//!
//! It answers `Publish` to a topic and `ListSubscriptionsByTopic`. Faults are asked for with [`Sns::fail_next`]. Sources: the SNS API reference
//! (`Publish`, "Common Errors"), AWS's query protocol, and the SDK's generated code.

mod fault;
mod publish;
mod refusal;
mod routes;
mod subscription;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use jiff::Timestamp;
use posthorn_lambda::Env;
use tokio::net::TcpListener;

use crate::recording::recorded;

pub use self::fault::Fault;
use self::publish::Publish;
use self::refusal::Refusal;
pub use self::subscription::Subscription;

/// The most messages kept where a sink takes them.
const KEPT_MAX: usize = 1_000;

type Sink = Arc<dyn Fn(&Published) -> io::Result<()> + Send + Sync>;

/// A message that the endpoint took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The id that the caller was answered, a UUID.
    pub id: String,
    /// The topic's ARN.
    pub topic: String,
    /// The subject: 1 to 100 printable ASCII characters.
    pub subject: Option<String>,
    /// The message: 1 to 262,144 bytes.
    pub message: String,
    /// When it was taken.
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
    /// Where it fails the request is answered 500 and the message counts as not published. With a sink,
    /// [`Sns::published`] keeps the newest 1,000 messages.
    #[must_use]
    pub fn with_sink(self, sink: impl Fn(&Published) -> io::Result<()> + Send + Sync + 'static) -> Self {
        Self { sink: Some(Arc::new(sink)), ..self }
    }

    /// Creates a topic by its ARN. A request that names another is refused with `NotFound`.
    pub fn create_topic(&self, arn: &str) {
        self.account().topics.entry(arn.to_owned()).or_default();
    }

    /// Subscribes somebody to a topic, which is created if it is new.
    pub fn subscribe(&self, arn: &str, subscription: Subscription) {
        self.account().topics.entry(arn.to_owned()).or_default().push(subscription);
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
        axum::serve(listener, front(routes::router(self))).with_graceful_shutdown(shutdown).await
    }

    /// The messages taken, oldest first; with a sink only the newest ones.
    #[must_use]
    pub fn published(&self) -> Vec<Arc<Published>> {
        self.account().published.iter().cloned().collect()
    }

    /// How many `Publish` requests have arrived, taken or not, those of a [`Fault`] included.
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
    fn arrived(&self) -> Option<Fault> {
        let mut account = self.account();
        account.calls += 1;
        account.faults.pop_front()
    }

    fn subscriptions(&self, topic: &str) -> Result<Vec<Subscription>, Refusal> {
        self.account().topics.get(topic).cloned().ok_or_else(Refusal::not_found)
    }

    /// Checks a request, gives it to the sink, and keeps it.
    async fn publish(&self, request: Publish) -> Result<Arc<Published>, Refusal> {
        let (topic, subject, message) = request.check()?;
        if !self.account().topics.contains_key(&topic) {
            return Err(Refusal::not_found());
        }
        let published = Arc::new(Published { id: self.id(), topic, subject, message, at: self.env.now() });
        if let Some(sink) = self.sink.clone() {
            let published = Arc::clone(&published);
            let taken = tokio::task::spawn_blocking(move || sink(&published)).await;
            taken.ok().and_then(Result::ok).ok_or_else(Refusal::internal_error)?;
        }
        self.record(Arc::clone(&published));
        Ok(published)
    }

    fn record(&self, published: Arc<Published>) {
        let messages = &mut self.account().published;
        messages.push_back(published);
        if self.sink.is_some() && messages.len() > KEPT_MAX {
            messages.pop_front();
        }
    }
}

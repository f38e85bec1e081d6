//! A queue in process, in place of SNS, SQS and the poller that calls a function with batches of messages.
//!
//! It delivers as badly as SQS may: messages come at least once and some twice, late and out of order, in several batches at
//! once. A message that fails is tried again and in the end becomes a dead letter (Lambda developer guide, "Using Lambda with
//! Amazon SQS"; SQS developer guide, "Amazon SQS standard queues"). Everything is in memory.

mod state;
#[cfg(test)]
mod tests;

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use posthorn_lambda::{Env, env::monotonic_now};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

pub use self::state::DeadLetter;
use self::state::{Delivery, Message, State};
use crate::feedback::{sqs_event, sqs_record};

/// The largest number of batches at once. Lambda adds more while messages wait (developer guide, "Configuring scaling behavior
/// for SQS event source mappings"); this number keeps up with the mails that this machine can send.
const MAX_BATCHES: usize = 32;
/// The longest time from a push to the first delivery, in milliseconds, but for [`POLL_INTERVAL`] and the batches under way.
const MAX_DELAY: u64 = 800;
/// The time between two looks for messages that are due.
const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// One message in this many is delivered twice.
const DUPLICATE_EVERY: u64 = 8;
/// The longest time that the queue goes on after its shutdown.
const MAX_DRAIN: Duration = Duration::from_secs(5);

type Handler = Arc<dyn Fn(Value) -> BoxFuture<'static, Vec<String>> + Send + Sync>;

/// A queue. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Queue {
    state: Arc<Mutex<State>>,
    env: Env,
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue").field("waiting", &self.state().waiting()).finish_non_exhaustive()
    }
}

impl Queue {
    /// An empty queue. Ids, delays and which message comes twice come from the randomness of its `Env`: one with a seed
    /// ([`Clock::env`](crate::clock::Clock::env)) chooses the same in every run.
    #[must_use]
    pub fn new(env: Env) -> Self {
        Self { state: Arc::default(), env }
    }

    /// Pushes a message, to be delivered once [`Queue::run`] runs.
    pub fn push(&self, body: String) {
        let id = uuid::Builder::from_random_bytes(self.env.random()).into_uuid().to_string();
        let message = Arc::new(Message { id, body, pushed_at: self.env.now() });
        if self.random_below(DUPLICATE_EVERY) == 0 {
            self.deliver_soon(Delivery { message: Arc::clone(&message), tries: 0, is_copy: true });
        }
        self.deliver_soon(Delivery { message, tries: 0, is_copy: false });
    }

    /// Calls `handler` with batches, each an SQS event of 1 to 10 records, until `shutdown` is done. The handler answers with
    /// the ids of the messages that failed. If it panics or names an id that is not in the batch, the whole batch failed, as for
    /// Lambda.
    ///
    /// At the shutdown every message that waits is delivered once more without delay, those that fail become dead letters, and
    /// after at most 5 seconds this ends. A queue is run once.
    pub async fn run<F, Fut>(self, handler: F, shutdown: impl Future<Output = ()>)
    where
        F: Fn(Value) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Vec<String>> + Send + 'static,
    {
        let handler: Handler = Arc::new(move |event| handler(event).boxed());
        let (mut batches, mut shutdown) = (JoinSet::new(), pin!(shutdown));
        loop {
            self.start(&handler, &mut batches);
            tokio::select! {
                () = &mut shutdown => break,
                Some(_) = batches.join_next() => {}
                () = sleep(POLL_INTERVAL) => {}
            }
        }
        if timeout(MAX_DRAIN, self.drain(&handler, &mut batches)).await.is_err() {
            let (waiting, batches) = (self.state().waiting(), batches.len());
            tracing::error!(waiting, batches, "the queue ended with messages waiting and batches under way");
        }
    }

    /// The number of deliveries that wait to be made.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.state().waiting()
    }

    /// The dead letters, oldest first. The newest 100 are kept.
    #[must_use]
    pub fn dead(&self) -> Vec<Arc<DeadLetter>> {
        self.state().dead()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn random_below(&self, bound: u64) -> u64 {
        u64::from_le_bytes(self.env.random()) % bound
    }

    fn deliver_soon(&self, delivery: Delivery) {
        let delay = Duration::from_millis(self.random_below(MAX_DELAY + 1));
        self.state().wait(delivery, monotonic_now() + delay);
    }

    /// Starts batches of the messages that are due, as many as may run at once.
    fn start(&self, handler: &Handler, batches: &mut JoinSet<()>) {
        while batches.len() < MAX_BATCHES {
            let batch = self.state().take(monotonic_now());
            if batch.is_empty() {
                break;
            }
            batches.spawn(self.clone().deliver(Arc::clone(handler), batch));
        }
    }

    async fn drain(&self, handler: &Handler, batches: &mut JoinSet<()>) {
        self.state().drain();
        self.start(handler, batches);
        while batches.join_next().await.is_some() {
            self.start(handler, batches);
        }
    }

    async fn deliver(self, handler: Handler, batch: Vec<Delivery>) {
        let records: Vec<_> = batch.iter().map(record).collect();
        let answer = AssertUnwindSafe(async { handler(sqs_event(&records)).await }).catch_unwind().await;
        let is_known = |id: &String| batch.iter().any(|delivery| delivery.message.id == *id);
        let failed = answer.ok().filter(|failed| failed.iter().all(is_known));
        for delivery in batch {
            if failed.as_ref().is_none_or(|failed| failed.contains(&delivery.message.id)) {
                self.state().failed(delivery, monotonic_now());
            }
        }
    }
}

fn record(delivery: &Delivery) -> Value {
    let message = &delivery.message;
    let pushed_at = json!(message.pushed_at.as_millisecond().to_string());
    let mut record = sqs_record(&message.body, &message.id);
    let attributes = &mut record["attributes"];
    attributes["ApproximateReceiveCount"] = json!((delivery.tries + 1).to_string());
    attributes["SentTimestamp"] = pushed_at.clone();
    attributes["ApproximateFirstReceiveTimestamp"] = pushed_at;
    record
}

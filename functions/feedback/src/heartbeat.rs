//! Records, once a minute and sandbox, that events come; `posthorn status` looks at it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::SignedDuration;
use posthorn_lambda::telemetry;
use posthorn_table::{Table, Timestamp};
use tokio::time::timeout;

const FAILED: &str = "the heartbeat was not recorded";
const INTERVAL: SignedDuration = SignedDuration::from_secs(60);
/// The batch waits for no longer than this.
const TIMEOUT: Duration = Duration::from_secs(1);

/// The heartbeat could not be kept in time.
#[derive(Debug, thiserror::Error)]
#[error("the table did not answer in time")]
struct Elapsed;

/// The moment this sandbox last recorded that an event came. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Heartbeat(Arc<Mutex<Option<Timestamp>>>);

impl Heartbeat {
    /// Keeps that an event came, unless this sandbox did so within the last minute. A failure changes nothing for the
    /// event; the next minute's tells the same.
    pub(crate) async fn beat(&self, table: &Table, now: Timestamp) {
        if !self.is_due(now) {
            return;
        }
        match timeout(TIMEOUT, table.record_heartbeat(now)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => telemetry::warn(FAILED, &error),
            Err(_elapsed) => telemetry::warn(FAILED, &Elapsed),
        }
    }

    /// True once a minute.
    fn is_due(&self, now: Timestamp) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = last.is_none_or(|last| now >= last + INTERVAL);
        if is_due {
            *last = Some(now);
        }
        is_due
    }
}

//! The messages of a queue and the times of their deliveries.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::ops::Bound;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

/// The largest number of messages in a batch.
pub(super) const MAX_BATCH: usize = 10;
/// The largest number of dead letters that are kept.
pub(super) const MAX_DEAD_LETTERS: usize = 100;
/// The number of tries after which a message is a dead letter.
const MAX_TRIES: u32 = 5;
/// The time from a failure to the next try.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// A message that failed for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// The message's id, a UUID.
    pub id: String,
    /// The body that was pushed.
    pub body: String,
    /// The time at which it was pushed.
    pub pushed_at: Timestamp,
    /// The number of tries.
    pub tries: u32,
}

/// A message that was pushed.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) id: String,
    pub(super) body: String,
    pub(super) pushed_at: Timestamp,
}

/// A message's delivery to come.
#[derive(Debug)]
pub(super) struct Delivery {
    pub(super) message: Arc<Message>,
    /// The number of tries before.
    pub(super) tries: u32,
    /// True for the second delivery of a message that is delivered twice. It is not tried again: the first one is.
    pub(super) is_copy: bool,
}

/// The deliveries to come and the dead letters.
#[derive(Debug, Default)]
pub(super) struct State {
    /// The deliveries by the moment at which they are due and a number of their own.
    waiting: BTreeMap<(Instant, u64), Delivery>,
    last: u64,
    draining: bool,
    dead: VecDeque<Arc<DeadLetter>>,
}

impl State {
    /// The number of deliveries that wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// The dead letters, oldest first.
    pub(super) fn dead(&self) -> Vec<Arc<DeadLetter>> {
        self.dead.iter().cloned().collect()
    }

    /// Lets a delivery wait until it is due.
    pub(super) fn wait(&mut self, delivery: Delivery, due: Instant) {
        self.last += 1;
        self.waiting.insert((due, self.last), delivery);
    }

    /// Makes every delivery due, and lets none be tried again.
    pub(super) fn drain(&mut self) {
        self.draining = true;
    }

    /// A batch of the deliveries that are due, in which no message is twice.
    pub(super) fn take(&mut self, now: Instant) -> Vec<Delivery> {
        let until = if self.draining { Bound::Unbounded } else { Bound::Included((now, u64::MAX)) };
        let mut ids = HashSet::new();
        let is_new = |_: &_, delivery: &mut Delivery| ids.insert(delivery.message.id.clone());
        let due = self.waiting.extract_if((Bound::Unbounded, until), is_new);
        due.take(MAX_BATCH).map(|(_, delivery)| delivery).collect()
    }

    /// Lets a failed delivery be tried again, unless that was its last try.
    pub(super) fn failed(&mut self, delivery: Delivery, now: Instant) {
        let Delivery { message, tries, is_copy } = delivery;
        let tries = tries + 1;
        if is_copy {
            return;
        }
        if tries < MAX_TRIES && !self.draining {
            return self.wait(Delivery { message, tries, is_copy }, now + RETRY_AFTER);
        }
        tracing::error!(message_id = message.id, tries, "a message is dead");
        let (id, body) = (message.id.clone(), message.body.clone());
        self.dead.push_back(Arc::new(DeadLetter { id, body, pushed_at: message.pushed_at, tries }));
        if self.dead.len() > MAX_DEAD_LETTERS {
            self.dead.pop_front();
        }
    }
}

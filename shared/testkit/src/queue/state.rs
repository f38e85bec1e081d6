//! Which message is to be delivered when.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::ops::Bound;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::time::Instant;

use super::{BATCH_MAX, DEAD_MAX, Dead, RETRY_AFTER, TRIES_MAX};

/// What was pushed.
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
    /// How often it was tried before.
    pub(super) tries: u32,
    /// Whether it is the second of a message that is delivered twice. It is not tried again: the first one is.
    pub(super) is_copy: bool,
}

/// The deliveries to come and the dead messages.
#[derive(Debug, Default)]
pub(super) struct State {
    /// By the moment when they are due, and a number of their own.
    waiting: BTreeMap<(Instant, u64), Delivery>,
    last: u64,
    draining: bool,
    dead: VecDeque<Arc<Dead>>,
}

impl State {
    /// How many deliveries wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// The dead messages, oldest first.
    pub(super) fn dead(&self) -> Vec<Arc<Dead>> {
        self.dead.iter().cloned().collect()
    }

    /// Lets a delivery wait until it is due.
    pub(super) fn wait(&mut self, delivery: Delivery, due: Instant) {
        self.last += 1;
        self.waiting.insert((due, self.last), delivery);
    }

    /// From now on everything is due, and nothing is tried again.
    pub(super) fn drain(&mut self) {
        self.draining = true;
    }

    /// A batch of what is due; no message stands in it twice.
    pub(super) fn take(&mut self, now: Instant) -> Vec<Delivery> {
        let until = if self.draining { Bound::Unbounded } else { Bound::Included((now, u64::MAX)) };
        let mut ids = HashSet::new();
        let is_new = |_: &_, delivery: &mut Delivery| ids.insert(delivery.message.id.clone());
        let due = self.waiting.extract_if((Bound::Unbounded, until), is_new);
        due.take(BATCH_MAX).map(|(_, delivery)| delivery).collect()
    }

    /// Tries a failed delivery again, unless that was its last try.
    pub(super) fn failed(&mut self, delivery: Delivery, now: Instant) {
        let Delivery { message, tries, is_copy } = delivery;
        let tries = tries + 1;
        if is_copy {
            return;
        }
        if tries < TRIES_MAX && !self.draining {
            return self.wait(Delivery { message, tries, is_copy }, now + RETRY_AFTER);
        }
        tracing::error!(message_id = message.id, tries, "a message is dead");
        let (id, body) = (message.id.clone(), message.body.clone());
        self.dead.push_back(Arc::new(Dead { id, body, pushed_at: message.pushed_at, tries }));
        if self.dead.len() > DEAD_MAX {
            self.dead.pop_front();
        }
    }
}

//! A clock that stands still until it is told, and randomness that repeats.

use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use jiff::{SignedDuration, Timestamp};
use posthorn_lambda::Env;

/// A clock that a test sets. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Clock(Arc<AtomicI64>);

impl Clock {
    /// A clock that stands at this moment.
    #[must_use]
    pub fn at(moment: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(moment.as_millisecond())))
    }

    /// Moves on.
    pub fn advance(&self, by: SignedDuration) {
        self.0.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }

    /// The moment it shows.
    ///
    /// # Panics
    /// If it was moved out of the range of time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::SeqCst)).expect("a moment in range")
    }

    /// An [`Env`] with this clock, whose random bytes are the same in every run from the same seed.
    #[must_use]
    pub fn env(&self, seed: u64) -> Env {
        let clock = self.clone();
        let state = AtomicU64::new(seed);
        Env::new(move || clock.now(), move |buffer| buffer.iter_mut().for_each(|byte| *byte = splitmix(&state)))
    }
}

/// One byte of the SplitMix64 sequence.
fn splitmix(state: &AtomicU64) -> u8 {
    let mut z = state.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z.to_le_bytes()[7]
}

//! The clock and the random generator: what no test can repeat stands here alone, and everyone else is handed what they give.

use std::{fmt, sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::time::Instant;

type Clock = dyn Fn() -> Timestamp + Send + Sync;
type Random = dyn Fn(&mut [u8]) + Send + Sync;

/// The clock and the random generator. A cheap clone.
#[derive(Clone)]
pub struct Env {
    clock: Arc<Clock>,
    random: Arc<Random>,
}

impl Env {
    /// The system's clock and the operating system's randomness.
    ///
    /// # Panics
    /// Asking for randomness panics if the operating system has none: no key may be minted then.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    pub fn system() -> Self {
        Self::new(Timestamp::now, |buffer| {
            getrandom::fill(buffer).expect("the operating system gives randomness");
        })
    }

    /// A clock and a random generator of one's own, for tests.
    #[must_use]
    pub fn new(
        clock: impl Fn() -> Timestamp + Send + Sync + 'static,
        random: impl Fn(&mut [u8]) + Send + Sync + 'static,
    ) -> Self {
        Self { clock: Arc::new(clock), random: Arc::new(random) }
    }

    /// Now, to the millisecond.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let now = (self.clock)();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    /// Fills a buffer with randomness.
    pub fn fill(&self, buffer: &mut [u8]) {
        (self.random)(buffer);
    }

    /// So many random bytes.
    #[must_use]
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Env")
    }
}

/// A moment as the API writes it: RFC 3339, UTC, milliseconds.
#[must_use]
pub fn rfc3339(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// When a request must be answered: half a second before Lambda's timeout, so that the answer is ours.
const MARGIN: Duration = Duration::from_millis(500);
/// API Gateway's own limit, where Lambda sets no deadline.
const MAX_LENGTH: Duration = Duration::from_secs(29);

/// What no deadline is past by: `cargo lambda watch` gives the constant 600,000.
const A_DAY: Duration = Duration::from_hours(24);

/// The time by which to answer, from the deadline in Lambda's context: milliseconds since 1970. One of long ago is none.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
#[must_use]
pub(crate) fn answer_by(lambda_deadline: u64) -> Instant {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let deadline = Duration::from_millis(lambda_deadline);
    let left = if deadline + A_DAY < now { MAX_LENGTH } else { deadline.saturating_sub(now) };
    Instant::now() + left.min(MAX_LENGTH).saturating_sub(MARGIN)
}

/// A monotonic reading, for how long something took.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
#[must_use]
pub fn monotonic_now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_have_milliseconds_always() {
        let at = Timestamp::from_second(1_764_498_600).unwrap();
        assert_eq!(rfc3339(at), "2025-11-30T10:30:00.000Z");
    }

    #[test]
    fn a_deadline_that_passed_leaves_no_time_and_one_of_long_ago_is_none() {
        let now = u64::try_from(Env::system().now().as_millisecond()).unwrap();
        let left = |deadline| answer_by(deadline).duration_since(monotonic_now());
        for none in [0, 600_000] {
            assert!(left(none) > Duration::from_secs(28), "{none}");
        }
        assert_eq!(left(now - 1_000), Duration::ZERO);
        assert!((Duration::from_secs(8)..Duration::from_secs(10)).contains(&left(now + 10_000)));
    }

    #[test]
    fn now_is_cut_to_milliseconds() {
        let env = Env::new(|| Timestamp::from_nanosecond(1_234_567_890).unwrap(), |_| {});
        assert_eq!(env.now().as_nanosecond(), 1_234_000_000);
    }
}

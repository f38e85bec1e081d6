//! The only readers of the clock and the random generator. All other code gets values from here, so that tests can repeat them.

use std::{fmt, sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::time::Instant;

type ReadClock = dyn Fn() -> Timestamp + Send + Sync;
type FillRandom = dyn Fn(&mut [u8]) + Send + Sync;

/// The clock and the random generator. Cheap to clone.
#[derive(Clone)]
pub struct Env {
    clock: Arc<ReadClock>,
    random: Arc<FillRandom>,
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

    /// The given clock and random generator, for tests.
    #[must_use]
    pub fn new(
        clock: impl Fn() -> Timestamp + Send + Sync + 'static,
        random: impl Fn(&mut [u8]) + Send + Sync + 'static,
    ) -> Self {
        Self { clock: Arc::new(clock), random: Arc::new(random) }
    }

    /// The time, in whole milliseconds.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let now = (self.clock)();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    /// Fills a buffer with randomness.
    pub fn fill(&self, buffer: &mut [u8]) {
        (self.random)(buffer);
    }

    /// `N` random bytes.
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

/// The time between a response's deadline and Lambda's timeout, so that the response is ours.
const RESPONSE_MARGIN: Duration = Duration::from_millis(500);
/// API Gateway's own limit, where Lambda sets no deadline.
const GATEWAY_TIMEOUT: Duration = Duration::from_secs(29);

/// A deadline older than this is no deadline: `cargo lambda watch` always gives 600,000.
const STALE_DEADLINE_AGE: Duration = Duration::from_hours(24);

/// The deadline of the response, from the deadline in Lambda's context in milliseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
#[must_use]
pub(crate) fn answer_by(lambda_deadline: u64) -> Instant {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let deadline = Duration::from_millis(lambda_deadline);
    let left = if deadline + STALE_DEADLINE_AGE < now { GATEWAY_TIMEOUT } else { deadline.saturating_sub(now) };
    Instant::now() + left.min(GATEWAY_TIMEOUT).saturating_sub(RESPONSE_MARGIN)
}

/// A monotonic reading of the clock, to measure durations.
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
    fn a_past_deadline_leaves_no_time_and_a_stale_one_is_ignored() {
        let now = u64::try_from(Env::system().now().as_millisecond()).unwrap();
        let left = |deadline| answer_by(deadline).duration_since(monotonic_now());
        for stale in [0, 600_000] {
            assert!(left(stale) > Duration::from_secs(28), "{stale}");
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

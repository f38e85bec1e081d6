//! Decides how many calls an upgrade makes at once, and how long it waits after a failure, so that it gives way to other traffic on
//! the table and outlasts an outage.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff};
use tokio::time::sleep;

use super::error::{PATIENCE, UpgradeError};
use crate::{TableError, retry::pauses};

/// Items that are written at once where nothing fails.
const MAX_CONCURRENCY: usize = 32;

/// The pace of an upgrade. A round of calls without a failure raises the concurrency by one; a round with a failure halves it and is
/// followed by a pause, which doubles with each such round in a row up to a few seconds.
pub(super) struct Pace {
    concurrency: usize,
    pauses: ExponentialBackoff,
    jitter: u32,
    /// The sum of the pauses since the last success.
    waited: Duration,
}

/// True for an error after which the same call may succeed, if it may be made twice.
pub(super) fn passes(error: &TableError) -> bool {
    error.is_transient() || matches!(error, TableError::NoConnection | TableError::Unavailable(_))
}

impl Pace {
    /// `jitter` is any random number.
    pub(super) fn new(jitter: u32) -> Self {
        Self { concurrency: MAX_CONCURRENCY, pauses: endless(jitter), jitter, waited: Duration::ZERO }
    }

    /// The number of calls of the next round, at least 1.
    pub(super) fn concurrency(&self) -> usize {
        self.concurrency
    }

    /// Notes that a call of a round succeeded, whatever becomes of the others.
    pub(super) fn saw_success(&mut self) {
        self.waited = Duration::ZERO;
    }

    /// Notes that every call of a round succeeded.
    pub(super) fn succeeded(&mut self) {
        self.saw_success();
        self.concurrency = (self.concurrency + 1).min(MAX_CONCURRENCY);
        self.pauses = endless(self.jitter);
    }

    /// Notes that a call of a round failed with `error`, and waits before the next round.
    ///
    /// # Errors
    /// `error`, if it does not pass or the pauses since the last success add up to [`PATIENCE`].
    pub(super) async fn failed(&mut self, error: TableError) -> Result<(), UpgradeError> {
        if !passes(&error) {
            return Err(error.into());
        }
        if self.waited >= PATIENCE {
            return Err(UpgradeError::Stalled(error));
        }
        self.concurrency = (self.concurrency / 2).max(1);
        if let Some(pause) = self.pauses.next() {
            self.waited += pause;
            sleep(pause).await;
        }
        Ok(())
    }
}

fn endless(jitter: u32) -> ExponentialBackoff {
    pauses(jitter).without_max_times().build()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn throttled() -> TableError {
        TableError::Throttled("ThrottlingException".to_owned())
    }

    #[tokio::test]
    async fn a_failure_halves_the_concurrency_and_a_success_raises_it_by_one() {
        let mut pace = Pace::new(0);
        for expected in [16, 8, 4, 2, 1, 1] {
            pace.failed(throttled()).await.unwrap();
            assert_eq!(pace.concurrency(), expected);
        }
        for expected in [2, 3, 4] {
            pace.succeeded();
            assert_eq!(pace.concurrency(), expected);
        }
        for _ in 0..100 {
            pace.succeeded();
        }
        assert_eq!(pace.concurrency(), MAX_CONCURRENCY);
    }

    #[tokio::test]
    async fn an_upgrade_gives_up_after_five_minutes_without_a_success_and_at_once_for_an_error_that_does_not_pass() {
        let mut pace = Pace::new(0);
        pace.waited = PATIENCE;
        let error = pace.failed(throttled()).await.unwrap_err();
        assert_eq!(error.to_string(), "no call has succeeded for 5 minutes: DynamoDB throttles (ThrottlingException)");
        pace.saw_success();
        pace.failed(throttled()).await.unwrap();
        let denied = TableError::Denied("dynamodb:Scan".to_owned());
        assert!(matches!(pace.failed(denied).await, Err(UpgradeError::Table(TableError::Denied(_)))));
    }

    #[test]
    fn the_pauses_never_end_and_stay_under_three_seconds() {
        let pauses: Vec<_> = endless(7).take(1_000).collect();
        assert_eq!(pauses.len(), 1_000);
        assert!(pauses.iter().all(|pause| *pause < Duration::from_secs(3)));
    }
}

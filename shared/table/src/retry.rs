//! Calls that are made again, with pauses in between.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable as _};

use crate::TableError;

const MAX_RETRIES: usize = 7;
const MIN_PAUSE: Duration = Duration::from_millis(10);
/// The pause doubles up to this.
const MAX_PAUSE: Duration = Duration::from_millis(1280);

/// Makes a call again while its error is transient, with pauses that double and are spread by `jitter` (any random number):
/// at most 8 attempts and about 2.5 seconds. For calls that may be made twice.
///
/// # Errors
/// The error of the last attempt.
pub async fn retry_transient<T, F>(jitter: u32, call: impl FnMut() -> F) -> Result<T, TableError>
where
    F: Future<Output = Result<T, TableError>>,
{
    call.retry(pauses(jitter).with_max_times(MAX_RETRIES)).when(TableError::is_transient).await
}

/// Pauses of 10 to 20 milliseconds, then of twice as long, and so on up to 2.56 seconds. `jitter` is any random number.
pub(crate) fn pauses(jitter: u32) -> ExponentialBuilder {
    let pauses = ExponentialBuilder::new().with_min_delay(MIN_PAUSE).with_max_delay(MAX_PAUSE);
    pauses.with_jitter().with_jitter_seed(jitter.into())
}

#[cfg(test)]
mod tests {
    use backon::BackoffBuilder as _;

    use super::*;

    #[test]
    fn pauses_double_and_are_spread_from_half_to_all() {
        for jitter in [0, 1, 77, u32::MAX] {
            let pauses: Vec<_> = pauses(jitter).with_max_times(12).build().collect();
            assert_eq!(pauses.len(), 12);
            for (doublings, pause) in pauses.into_iter().enumerate() {
                let least = MIN_PAUSE * 2_u32.pow(u32::try_from(doublings).unwrap().min(7));
                assert!((least..=2 * least).contains(&pause), "{jitter}: {pause:?} after {doublings} doublings");
            }
        }
    }

    #[test]
    fn another_jitter_makes_other_pauses() {
        let pauses = |jitter| pauses(jitter).build().collect::<Vec<_>>();
        assert_ne!(pauses(1), pauses(2));
        assert_eq!(pauses(1), pauses(1));
    }
}

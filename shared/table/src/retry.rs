//! Patience with what passes.

use std::time::Duration;

use tokio::time::sleep;

use crate::TableError;

const ATTEMPTS: u32 = 8;
const FIRST_PAUSE: Duration = Duration::from_millis(20);
/// The pause has doubled as often as this when it doubles no more: 2.56 seconds.
const MAX_DOUBLINGS: u32 = 7;

/// Makes a call again while a rival changes the same items or the table throttles, with pauses that double and are
/// spread by `jitter` (any random number): at most 8 attempts and about 2.5 seconds. For calls that may be made
/// twice.
///
/// # Errors
/// What the last attempt failed with.
pub async fn retry_transient<T, F>(jitter: u32, mut call: impl FnMut() -> F) -> Result<T, TableError>
where
    F: Future<Output = Result<T, TableError>>,
{
    let mut attempt = 0;
    loop {
        match call().await {
            Err(error) if error.is_transient() && attempt + 1 < ATTEMPTS => {
                sleep(pause(attempt, jitter)).await;
                attempt += 1;
            }
            result => return result,
        }
    }
}

/// Half to all of a pause that doubles with every attempt, the first being 0. `jitter` is any random number.
pub(crate) fn pause(attempt: u32, jitter: u32) -> Duration {
    let full = FIRST_PAUSE * 2_u32.pow(attempt.min(MAX_DOUBLINGS));
    full / 2 + (full / 2) * (jitter.rotate_left(attempt % 8 * 4) % 1024) / 1024
}

//! Publishing recorded notices: each at least once, a second copy only after a lost answer.

use std::time::Duration;

use posthorn_table::{
    Table, TableError, Timestamp, Uuid,
    notice::{LEASE, Notice},
    retry_transient,
};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::{Topic, TopicError};

/// The pause before looking again whether a notice that another attempt leased is published.
const LEASE_POLL_INTERVAL: Duration = Duration::from_millis(200);

/// A notice was not published, and is to be tried again.
#[derive(Debug, thiserror::Error)]
pub enum NoticeError {
    /// The table failed.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The topic failed.
    #[error(transparent)]
    Topic(#[from] TopicError),
    /// Another attempt was about to publish and has not recorded that it did.
    #[error("a notice was still being published by somebody else")]
    Leased,
}

/// Publishes a project's notices that are recorded and not published. An attempt that publishes one holds a lease on it, so
/// that two that look at once do not send two copies; the other waits, for the first may have died. `nonce` is fresh
/// randomness, `now` the clock. Gives up at `until`.
///
/// # Errors
/// Any [`NoticeError`]. The caller has to try again.
pub async fn publish_notices(
    table: &Table,
    topic: &Topic,
    project: Uuid,
    nonce: [u8; 16],
    now: impl Fn() -> Timestamp,
    until: Instant,
) -> Result<(), NoticeError> {
    let nonce = hex::encode(nonce);
    let publish_all = async {
        loop {
            let pending = pending(table.notices(project).await?);
            let (mut leased_elsewhere, mut failed) = (false, None);
            for notice in &pending {
                match publish(table, topic, notice, &nonce, &now, until).await {
                    Ok(true) => {}
                    Ok(false) => leased_elsewhere = true,
                    Err(error) => failed = failed.or(Some(error)),
                }
            }
            match failed {
                Some(error) => return Err(error),
                None if leased_elsewhere => sleep(LEASE_POLL_INTERVAL).await,
                None => return Ok(()),
            }
        }
    };
    timeout_at(until, publish_all).await.unwrap_or(Err(NoticeError::Leased))
}

/// The notices that are not published, in the order in which they are to be: as they were decided, a warning before the stop that
/// it warned of.
#[must_use]
pub fn pending(mut notices: Vec<Notice>) -> Vec<Notice> {
    notices.retain(|notice| notice.published_at.is_none());
    notices.sort_by_key(|notice| (notice.at, !notice.is_warning()));
    notices
}

/// True if it is published; false if another attempt holds the lease. Ends well before the lease does.
async fn publish(
    table: &Table,
    topic: &Topic,
    notice: &Notice,
    nonce: &str,
    now: &impl Fn() -> Timestamp,
    until: Instant,
) -> Result<bool, NoticeError> {
    let published = timeout(LEASE.unsigned_abs() / 2, async {
        if !table.lease_notice(notice, nonce, now()).await? {
            return Ok(false);
        }
        topic.publish(&notice.title, &notice.message, until).await?;
        Ok(true)
    });
    match published.await.unwrap_or(Err(TopicError::NotInTime.into())) {
        Ok(true) => {
            retry_transient(0, || table.mark_published(notice, now())).await?;
            Ok(true)
        }
        Ok(false) => Ok(false),
        Err(error) => {
            // If this fails the lease runs out.
            let _ = table.release_notice(notice, nonce).await;
            Err(error)
        }
    }
}

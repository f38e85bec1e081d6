//! Publishing what is recorded: every notice at least once, a second copy only after a lost answer.

use std::time::Duration;

use posthorn_table::{
    Table, TableError, Timestamp, Uuid,
    notice::{LEASE, Notice},
};
use tokio::time::{Instant, sleep, timeout_at};

use crate::{NotPublished, Topic};

/// How often to look whether somebody else has published what is leased to them.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// Not everything is published: to be tried again.
#[derive(Debug, thiserror::Error)]
pub enum Unfinished {
    /// The table failed.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The topic failed.
    #[error(transparent)]
    Topic(#[from] NotPublished),
    /// Somebody else was about to publish and has not said that it is done.
    #[error("a notice was still being published by somebody else")]
    Leased,
}

/// Publishes a project's notices that are recorded and not published. Whoever publishes one holds a lease on it, so
/// that two who look at once do not send two copies; the other waits, for the first may have died. `nonce` is fresh
/// randomness, `now` the clock. Gives up at `until`.
///
/// # Errors
/// [`Unfinished`]: then somebody has to call it again.
pub async fn publish_notices(
    table: &Table,
    topic: &Topic,
    project: Uuid,
    nonce: [u8; 16],
    now: impl Fn() -> Timestamp,
    until: Instant,
) -> Result<(), Unfinished> {
    let nonce = hex::encode(nonce);
    let publish_all = async {
        loop {
            let notices = table.notices(project).await?;
            let pending: Vec<_> = notices.iter().filter(|notice| notice.published_at.is_none()).collect();
            if pending.is_empty() {
                return Ok(());
            }
            let mut published = 0;
            for notice in &pending {
                if table.lease_notice(notice, &nonce, now()).await? {
                    publish(table, topic, notice, &now, until).await?;
                    published += 1;
                }
            }
            if published == pending.len() {
                return Ok(());
            }
            sleep(LOOK_AGAIN).await;
        }
    };
    timeout_at(until, publish_all).await.unwrap_or(Err(Unfinished::Leased))
}

async fn publish(
    table: &Table,
    topic: &Topic,
    notice: &Notice,
    now: &impl Fn() -> Timestamp,
    until: Instant,
) -> Result<(), Unfinished> {
    // Well within the lease, or somebody else would publish it too.
    let soon = tokio::time::sleep(LEASE.unsigned_abs() / 2).deadline();
    let published = topic.publish(&notice.title, &notice.message, until.min(soon)).await;
    match published {
        Ok(()) => table.mark_published(notice, now()).await?,
        Err(error) => {
            // If this fails the lease runs out.
            let _ = table.release_notice(notice).await;
            return Err(error.into());
        }
    }
    Ok(())
}

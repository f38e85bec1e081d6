//! Tells the operators, on the alerts topic, that keys were replaced. Never which.

use posthorn_alerts::{NotPublished, Topic};
use posthorn_auth::{Rotation, Which};
use posthorn_table::Timestamp;
use tokio::time::Instant;

/// Announces a rotation. Gives up at `until`.
///
/// # Errors
/// [`NotPublished`]; the rotation stands all the same.
pub(crate) async fn keys_rotated(
    topic: &Topic,
    rotation: &Rotation,
    which: Which,
    at: Timestamp,
    until: Instant,
) -> Result<(), NotPublished> {
    let (subject, message) = rotation.announcement(which, at);
    topic.publish(subject, &message.to_string(), until).await
}

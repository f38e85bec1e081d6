//! Tells the operators, on the alerts topic, that keys were replaced. Never which.

use posthorn_alerts::{Topic, TopicError};
use posthorn_auth::{KeySelection, Rotation};
use posthorn_table::Timestamp;
use tokio::time::Instant;

/// Announces a rotation. Gives up at `until`.
///
/// # Errors
/// [`TopicError`]; the rotation stands all the same.
pub(crate) async fn keys_rotated(
    topic: &Topic,
    rotation: &Rotation,
    which: KeySelection,
    at: Timestamp,
    until: Instant,
) -> Result<(), TopicError> {
    let (subject, message) = rotation.announcement(which, at);
    topic.publish(subject, &message.to_string(), until).await
}

//! The announcement of a rotation to the operators, on the alerts topic. It never holds a key.

use posthorn_alerts::{Topic, TopicError};
use posthorn_auth::{KeySelection, Rotation};
use posthorn_table::Timestamp;
use tokio::time::Instant;

/// Publishes the announcement, and gives up at `until`.
///
/// # Errors
/// Any [`TopicError`]. The rotation stands all the same.
pub(crate) async fn publish(
    topic: &Topic,
    rotation: &Rotation,
    selection: KeySelection,
    at: Timestamp,
    until: Instant,
) -> Result<(), TopicError> {
    let (subject, message) = rotation.announcement(selection, at);
    topic.publish(subject, &message.to_string(), until).await
}

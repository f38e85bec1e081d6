//! Tells the operators, on the alerts topic, that keys were replaced. Never which.

use posthorn_alerts::{NotPublished, Topic};
use posthorn_auth::{Rotation, Which};
use posthorn_lambda::edge::rfc3339;
use posthorn_table::Timestamp;
use serde_json::json;
use tokio::time::Instant;

/// Announces a rotation, in JSON that a person can read too. Gives up at `until`.
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
    let facts = &rotation.next.facts;
    let keys = match which {
        Which::Both => "both",
        Which::Secret => "secret",
        Which::Public => "public",
    };
    let announcement = json!({
        "type": "keys_rotated",
        "project": {"id": facts.id, "name": facts.name},
        "keys": keys,
        "at": rfc3339(at),
        "previousKeysExpireAt": rotation.previous_keys_expire_at.map(rfc3339),
        "action": "If nobody of yours did this, the secret key has leaked. Stop it at once: posthorn project disable",
    });
    topic.publish("Posthorn: a project's API keys were replaced", &announcement.to_string(), until).await
}

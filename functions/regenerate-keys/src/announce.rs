//! Tells the operators, on the alerts topic, that keys were replaced. Never which.

use aws_sdk_sns::{Client, error::SdkError, operation::publish::PublishError};
use posthorn_auth::{Rotation, Which};
use posthorn_lambda::edge::rfc3339;
use posthorn_table::Timestamp;
use serde_json::json;
use tokio::time::{Instant, timeout_at};

/// The alerts topic. A cheap clone.
#[derive(Debug, Clone)]
pub struct Alerts {
    client: Client,
    topic: String,
}

/// The topic did not take an announcement.
#[derive(Debug)]
pub struct NotAnnounced(&'static str);

impl std::fmt::Display for NotAnnounced {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for NotAnnounced {}

impl From<SdkError<PublishError>> for NotAnnounced {
    fn from(error: SdkError<PublishError>) -> Self {
        Self(match error {
            SdkError::ServiceError(_) => "SNS refused",
            _ => "SNS did not answer",
        })
    }
}

impl Alerts {
    /// The topic with this ARN.
    #[must_use]
    pub fn new(client: Client, topic: String) -> Self {
        Self { client, topic }
    }

    /// Announces a rotation, in JSON that a person can read too. Gives up at `until`.
    ///
    /// # Errors
    /// [`NotAnnounced`]; the rotation stands all the same.
    pub async fn keys_rotated(
        &self,
        rotation: &Rotation,
        which: Which,
        at: Timestamp,
        until: Instant,
    ) -> Result<(), NotAnnounced> {
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
            "action": "If nobody of yours did this, the secret key has leaked: rotate it as the operator.",
        });
        let publish = self
            .client
            .publish()
            .topic_arn(&self.topic)
            .subject("Posthorn: a project's API keys were replaced")
            .message(announcement.to_string());
        timeout_at(until, publish.send()).await.map_err(|_elapsed| NotAnnounced("SNS did not answer in time"))??;
        Ok(())
    }
}

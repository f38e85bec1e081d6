//! What a project sent, bounced and complained, an hour at a time, spread over shards.

use crate::{
    Table, TableError, Timestamp, Uuid,
    item::{expiry, n, once},
    keys::{self, EXPIRES_AT},
};

/// Items a project and day are spread over, so that no partition takes more than its share (about 1,000 writes
/// a second each). At most 12, so that a window of seven days is one batched read.
pub const SHARDS: u8 = 4;

const RETENTION_DAYS: i64 = 35;

/// The shard that counts this email.
#[must_use]
pub fn shard_of(email: Uuid) -> u8 {
    email.as_bytes()[15] % SHARDS
}

/// The hour in which an email was created, which its counts belong to.
#[derive(Debug, Clone, Copy)]
pub struct Hour {
    /// The project's epoch at that time.
    pub epoch: u32,
    /// Any moment of the hour, UTC.
    pub at: Timestamp,
}

impl Hour {
    /// The day's sort key, `yyyy-mm-dd`.
    pub(crate) fn day(self) -> String {
        self.at.strftime("%Y-%m-%d").to_string()
    }

    /// The attribute that counts `metric`, `<epoch>:<hour>:<metric>`.
    pub(crate) fn attribute(self, metric: &str) -> String {
        format!("{}:{}:{metric}", self.epoch, self.at.strftime("%H"))
    }
}

impl Table {
    /// Adds `count` emails handed over to one shard. Never retried: a lost answer may lose the count, which errs
    /// towards stopping a project early.
    ///
    /// # Errors
    /// What DynamoDB answers.
    pub async fn count_sent(&self, project: Uuid, shard: u8, hour: Hour, count: u64) -> Result<(), TableError> {
        self.client
            .update_item()
            .table_name(&*self.name)
            .set_key(Some(keys::statistics(project, shard, &hour.day()).attributes()))
            .update_expression("ADD #sent :count SET #expires = :expires")
            .expression_attribute_names("#sent", hour.attribute("sent"))
            .expression_attribute_names("#expires", EXPIRES_AT)
            .expression_attribute_values(":count", n(count))
            .expression_attribute_values(":expires", n(expiry(hour.at, RETENTION_DAYS)))
            .customize()
            .config_override(once())
            .send()
            .await?;
        Ok(())
    }
}

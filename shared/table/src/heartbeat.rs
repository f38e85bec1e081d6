//! The heartbeat: when the last SES event came. Without it nobody could tell a chain that nothing comes through from one that
//! has nothing to bring.

use crate::{
    Table, TableError, Timestamp,
    item::{ignore_failed_condition, moment, no_retries},
    keys,
};

impl Table {
    /// Keeps that an event came at `at`, unless a later one is known.
    ///
    /// # Errors
    /// Any [`TableError`]. Tried once: the next event tells the same.
    pub async fn record_heartbeat(&self, at: Timestamp) -> Result<(), TableError> {
        let result = self
            .update(keys::heartbeat())
            .update_expression("SET last_event_at = :at")
            .condition_expression("attribute_not_exists(last_event_at) OR last_event_at < :at")
            .expression_attribute_values(":at", moment(at))
            .customize()
            .config_override(no_retries())
            .send()
            .await;
        ignore_failed_condition(result)
    }

    /// The moment of the last event, to the minute or so; `None` if there never was one.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn last_heartbeat(&self) -> Result<Option<Timestamp>, TableError> {
        let item = self.read(keys::heartbeat()).await?.unwrap_or_default();
        Ok(item.get("last_event_at").and_then(|at| at.as_s().ok()?.parse().ok()))
    }
}

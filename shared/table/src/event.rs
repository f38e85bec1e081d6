//! Tracked events.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::{Table, TableError, Timestamp, Uuid, item::to_item, keys};

/// Something that a contact did.
#[derive(Clone)]
pub struct Event<'a> {
    /// A ULID, so that a contact's events sort by time.
    pub id: &'a str,
    /// The contact who did it.
    pub contact: Uuid,
    /// The project.
    pub project: Uuid,
    /// The name, as the caller gave it.
    pub name: &'a str,
    /// The data that the caller gave with it to be kept.
    pub data: &'a Map<String, Value>,
    /// The moment it was tracked.
    pub created_at: Timestamp,
}

#[derive(Serialize)]
struct Attributes<'a> {
    project_id: Uuid,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<String>,
    #[serde(serialize_with = "crate::time::serialize")]
    created_at: Timestamp,
}

impl Table {
    /// Records an event. Recording the same one again changes nothing.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn record_event(&self, event: &Event<'_>) -> Result<(), TableError> {
        let attributes = Attributes {
            project_id: event.project,
            name: event.name,
            data: (!event.data.is_empty()).then(|| serde_json::to_string(event.data).unwrap_or_default()),
            created_at: event.created_at,
        };
        let item = to_item(keys::event(event.contact, event.id), &attributes)?;
        self.client.put_item().table_name(&*self.name).set_item(Some(item)).send().await?;
        Ok(())
    }

    /// Removes an event, if it was recorded.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn forget_event(&self, contact: Uuid, id: &str) -> Result<(), TableError> {
        let key = keys::event(contact, id).attributes();
        self.client.delete_item().table_name(&*self.name).set_key(Some(key)).send().await?;
        Ok(())
    }
}

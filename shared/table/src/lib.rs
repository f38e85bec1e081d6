//! The one DynamoDB table: its items, their keys, and every conditional write.
//!
//! One file a noun. Nobody outside this crate builds a key, an expression or an item; nobody inside it reads a
//! clock or mints an id. Times come in as [`jiff::Timestamp`] and are stored as RFC 3339 text with three fractional
//! digits, except `expires_at`, which DynamoDB's TTL wants as epoch seconds.

pub mod api_key;
pub mod contact;
pub mod data;
pub mod domain;
pub mod email;
mod error;
pub mod event;
mod heartbeat;
pub mod idempotency;
pub mod in_memory;
mod item;
mod keys;
pub mod list;
pub mod notice;
mod plain;
pub mod project;
pub mod project_data;
mod retry;
pub mod schema;
pub mod statistics;
mod time;
pub mod upgrade;
pub mod usage;

use std::{sync::Arc, time::Duration};

pub use error::{Conflict, TableError};
pub use jiff::Timestamp;
pub use keys::{Deletion, ItemKind, NOUNS, Noun, Owner, partitions};
pub use retry::retry_transient;
pub use uuid::Uuid;

const CONNECT_WITHIN: Duration = Duration::from_secs(1);

/// The table. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Table {
    client: aws_sdk_dynamodb::Client,
    name: Arc<str>,
}

impl Table {
    /// The table called `name`, reached through `client`.
    #[must_use]
    pub fn new(client: aws_sdk_dynamodb::Client, name: &str) -> Self {
        Self { client, name: name.into() }
    }

    /// Opens a connection, so that the handshake is no part of a caller's first request, by reading a key that
    /// cannot exist. A failure here comes again in a request, and is answered there. Takes at most one second.
    pub async fn connect(&self) {
        let _ = tokio::time::timeout(CONNECT_WITHIN, self.api_key("none")).await;
    }
}

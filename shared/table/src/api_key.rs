//! API keys: one item a key, found by its digest, with everything that a request must know.

use serde::{Deserialize, Serialize};

pub use crate::project::{KeyClass, KeyScope, short_id};
use crate::{
    Table, TableError, Timestamp, keys,
    project::{ProjectFacts, ProjectKey},
};

/// A key's item.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ApiKey {
    /// The calls that it may make.
    pub class: KeyClass,
    /// The part of those calls that it may make.
    #[serde(default, skip_serializing_if = "KeyScope::is_full")]
    pub scope: KeyScope,
    /// The moment it stops to work, if it was replaced.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "crate::time::serialize_optional")]
    pub retires_at: Option<Timestamp>,
    /// The moment from which DynamoDB may remove the item, in epoch seconds; only for a replaced key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
    /// The copy of the project's facts.
    #[serde(flatten)]
    pub project: ProjectFacts,
}

impl ApiKey {
    /// The item of `key` with a copy of the project's `facts`.
    pub(crate) fn of(key: &ProjectKey, facts: &ProjectFacts) -> Self {
        let expires_at = key.retires_at.map(|at| at.as_second() + 1);
        Self { class: key.class, scope: key.scope, retires_at: key.retires_at, expires_at, project: facts.clone() }
    }

    /// True once a replaced key's time is over.
    #[must_use]
    pub fn is_retired(&self, now: Timestamp) -> bool {
        self.retires_at.is_some_and(|at| at <= now)
    }
}

impl Table {
    /// The key with this digest (lower-case hex SHA-256), in one strongly consistent read: a rotation and a
    /// disabled project take effect with their commit.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn api_key(&self, digest: &str) -> Result<Option<ApiKey>, TableError> {
        self.get(keys::api_key(digest)).await
    }
}

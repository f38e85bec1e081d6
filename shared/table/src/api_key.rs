//! API keys: one item a key, found by its digest, with everything that a request must know.

use serde::{Deserialize, Serialize};

use crate::{
    Table, TableError, Timestamp,
    item::from_item,
    keys,
    project::{ProjectFacts, ProjectKey},
};

/// What a key may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyClass {
    /// `sk_`: everything.
    Secret,
    /// `pk_`: tracking alone.
    Public,
}

/// What a secret key may call, of what its class may (the HTTP contract of resources, "Keys"). A public key has none but
/// [`KeyScope::Full`], for its class allows it nothing but tracking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyScope {
    /// Everything. A key's item without a scope has this one.
    #[default]
    Full,
    /// Sending and tracking.
    Send,
    /// Everything that changes nothing.
    Read,
    /// Everything, for a person who is signed in to the console.
    Console,
}

impl KeyScope {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Full, Self::Send, Self::Read, Self::Console];

    /// The name, as stored and as answers say it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Send => "send",
            Self::Read => "read",
            Self::Console => "console",
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        *self == Self::Full
    }
}

/// Hex digits of a digest that name its key in logs and in the operator's tool.
const SHORT_ID_DIGITS: usize = 8;

/// A key's short id: the first eight hex digits of its digest. It tells a project's keys apart for people and helps nobody
/// to find a key, which has at least 192 bits of randomness; two keys of one project share an id by chance once in four
/// billion.
#[must_use]
pub fn short_id(digest: &str) -> &str {
    digest.get(..SHORT_ID_DIGITS).unwrap_or(digest)
}

/// A key's item.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ApiKey {
    /// What it may call.
    pub class: KeyClass,
    /// What of that.
    #[serde(default, skip_serializing_if = "KeyScope::is_full")]
    pub scope: KeyScope,
    /// When it stops to work, if it was replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retires_at: Option<Timestamp>,
    /// When DynamoDB may remove the item, in epoch seconds; only for a replaced key.
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
        let item = self.read(keys::api_key(digest)).await?;
        item.map(from_item).transpose()
    }
}

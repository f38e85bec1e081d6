//! The part of a project that each of its keys' items copies, and its keys as the project knows them.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Timestamp, Uuid};

/// A project's permission to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It may.
    Active,
    /// Every write is refused with `PROJECT_DISABLED`.
    Disabled,
}

impl Status {
    /// The name, as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }
}

/// The calls that a key may make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyClass {
    /// `sk_`: everything.
    Secret,
    /// `pk_`: tracking alone.
    Public,
}

/// The part of its class's calls that a secret key may make (the HTTP contract of resources, "Keys"). A public key has none but
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
    /// All scopes.
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

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference to the field")]
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

/// One of a project's keys, known by its digest alone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProjectKey {
    /// SHA-256 of the whole key, lower-case hex.
    pub digest: String,
    /// The calls that it may make.
    pub class: KeyClass,
    /// The part of those calls that it may make.
    #[serde(default, skip_serializing_if = "KeyScope::is_full")]
    pub scope: KeyScope,
    /// The moment it stops to work, if it was replaced; a live key has none.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "crate::time::serialize_optional")]
    pub retires_at: Option<Timestamp>,
}

impl ProjectKey {
    /// The name of the key in logs: see [`short_id`].
    #[must_use]
    pub fn short_id(&self) -> &str {
        short_id(&self.digest)
    }

    /// True while the key has not been replaced.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.retires_at.is_none()
    }

    /// True once a replaced key's time is over.
    #[must_use]
    pub fn is_retired(&self, now: Timestamp) -> bool {
        self.retires_at.is_some_and(|at| at <= now)
    }
}

/// The facts of a project that each request must know; each key item holds a copy. Its `Debug` shows no address.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProjectFacts {
    /// The project.
    #[serde(rename = "project_id")]
    pub id: Uuid,
    /// Shown as the sender's name unless the request or the default sender has one.
    pub name: String,
    /// Its permission to write.
    pub status: Status,
    /// The number of reinstatements; emails and statistics belong to one.
    pub epoch: u32,
    /// Domains it may send from, sub-domains included; lower case, Punycode.
    pub domains: Vec<String>,
    /// The address to send from if the request names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_sender: Option<String>,
    /// Emails a calendar month (UTC), if limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monthly_limit: Option<u64>,
}

impl fmt::Debug for ProjectFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, status, epoch, domains, monthly_limit, .. } = self;
        f.debug_struct("ProjectFacts")
            .field("id", id)
            .field("status", status)
            .field("epoch", epoch)
            .field("domains", domains)
            .field("monthly_limit", monthly_limit)
            .finish_non_exhaustive()
    }
}

//! From a presented key to a caller.

use posthorn_errors::{Code, Refused};
use posthorn_table::{
    Table, Timestamp,
    api_key::KeyClass,
    project::{ProjectFacts, Status},
};

use crate::{KeyDigest, Presented};

/// The keys that a route takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Secret keys alone.
    SecretKey,
    /// Public and secret keys.
    AnyKey,
}

impl Access {
    pub(crate) fn allows(self, class: KeyClass) -> bool {
        self == Self::AnyKey || class == KeyClass::Secret
    }
}

/// Who makes a request: a key that works, of a project that may write.
#[derive(Debug, Clone)]
pub struct Caller {
    /// What the request must know of its project.
    pub project: ProjectFacts,
    /// The class of the key.
    pub class: KeyClass,
    /// The key's digest.
    pub key: KeyDigest,
}

impl Presented {
    /// Finds out who presents the key, in one strongly consistent read.
    ///
    /// # Errors
    /// `INVALID_API_KEY`, the same for unknown and retired keys as for malformed ones; `PROJECT_DISABLED`; or what
    /// the read failed with.
    pub async fn caller(self, table: &Table, now: Timestamp) -> Refused<Caller> {
        let found = table.api_key(self.digest().as_str()).await?;
        let key = found.filter(|key| key.class == self.class() && !key.is_retired(now)).ok_or(Code::InvalidApiKey)?;
        if key.project.status == Status::Disabled {
            return Err(Code::ProjectDisabled.into());
        }
        Ok(Caller { project: key.project, class: key.class, key: self.digest().clone() })
    }
}

/// Finds out who makes a request, in at most one read. `header` is the value of `Authorization`, if there is one.
///
/// # Errors
/// Those of [`Presented::read`] and [`Presented::caller`].
pub async fn authenticate(table: &Table, header: Option<&[u8]>, access: Access, now: Timestamp) -> Refused<Caller> {
    Presented::read(header, access)?.caller(table, now).await
}

impl Caller {
    /// Checks that the project named in a path is the caller's. Says nothing of whether it exists.
    ///
    /// # Errors
    /// `PROJECT_ACCESS_DENIED`.
    pub fn must_own(&self, project: &str) -> Refused<()> {
        if project.parse() == Ok(self.project.id) { Ok(()) } else { Err(Code::ProjectAccessDenied.into()) }
    }
}

//! From a presented key to a caller.

use posthorn_errors::{Code, Result};
use posthorn_table::{
    Table, Timestamp,
    api_key::KeyClass,
    project::{ProjectFacts, Status},
};

use crate::{KeyDigest, PresentedKey};

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

impl PresentedKey {
    /// Finds out who presents the key, in one strongly consistent read. `known` is told as soon as it is clear whose key it
    /// is, also if the project is disabled: so that a refusal can be attributed.
    ///
    /// # Errors
    /// `INVALID_API_KEY`, the same for unknown and retired keys as for malformed ones; `PROJECT_DISABLED`; or what
    /// the read failed with.
    pub async fn caller(self, table: &Table, now: Timestamp, known: impl FnOnce(&Caller)) -> Result<Caller> {
        let found = table.api_key(self.digest().as_str()).await?;
        let key = found.filter(|key| key.class == self.class() && !key.is_retired(now)).ok_or(Code::InvalidApiKey)?;
        let caller = Caller { project: key.project, class: key.class, key: self.digest().clone() };
        known(&caller);
        if caller.project.status == Status::Disabled {
            return Err(Code::ProjectDisabled.into());
        }
        Ok(caller)
    }
}

/// Finds out who makes a request, in at most one read. `header` is the value of `Authorization`, if there is one; `known` is
/// as in [`Presented::caller`].
///
/// # Errors
/// Those of [`Presented::read`] and [`Presented::caller`].
pub async fn authenticate(
    table: &Table,
    header: Option<&[u8]>,
    access: Access,
    now: Timestamp,
    known: impl FnOnce(&Caller),
) -> Result<Caller> {
    PresentedKey::read(header, access)?.caller(table, now, known).await
}

impl Caller {
    /// Checks that the project named in a path is the caller's. Says nothing of whether it exists.
    ///
    /// # Errors
    /// `PROJECT_ACCESS_DENIED`.
    pub fn must_own(&self, project: &str) -> Result<()> {
        if project.parse() == Ok(self.project.id) { Ok(()) } else { Err(Code::ProjectAccessDenied.into()) }
    }
}

//! Taking a domain away: from its project first, so that nobody sends from it, then from SES, and the claim last, so that
//! doing it again finishes what was interrupted.

use posthorn_auth::{ChangeOutcome, change, remove_domain};
use posthorn_table::{Uuid, domain::DomainClaim, project::Project};

use crate::{domains::Domains, error::DomainError, identity};

/// A domain that is nobody's any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovedDomain {
    /// The project that could send from it until now; `None` if its project could not.
    pub project: Option<Box<Project>>,
    /// True if the project's default sender was there and is cleared.
    pub is_default_sender_cleared: bool,
    /// True if SES knew the domain and has forgotten it.
    pub is_identity_deleted: bool,
}

impl Domains<'_> {
    /// Takes a domain from the project that has claimed it, from SES unless `keep_identity`, and gives the claim up.
    ///
    /// # Errors
    /// [`DomainError::Table`], [`DomainError::Ses`].
    pub async fn remove(&self, claim: &DomainClaim, keep_identity: bool) -> Result<RemovedDomain, DomainError> {
        let (domain, project) = (claim.domain.as_str(), claim.project);
        let (until_now, is_default_sender_cleared) = self.forbid(domain, project).await?;
        let is_identity_deleted = !keep_identity && identity::delete(self.ses, domain).await?;
        self.table.release_domain(domain, project).await?;
        // Before the claim was given up somebody who checked the domain may have put it back; without the claim nobody can.
        self.forbid(domain, project).await?;
        Ok(RemovedDomain { project: until_now, is_default_sender_cleared, is_identity_deleted })
    }

    /// Keeps a project from sending from a domain: the project, if it could before, and true if its default sender was there.
    async fn forbid(&self, domain: &str, project: Uuid) -> Result<(Option<Box<Project>>, bool), DomainError> {
        let mut is_cleared = false;
        let next = |project: &Project| {
            let next = remove_domain(project, domain, self.now);
            let has_sender = |project: &Project| project.facts.default_sender.is_some();
            is_cleared = next.as_ref().is_some_and(|next| has_sender(project) && !has_sender(next));
            Ok::<_, DomainError>(next.map(|next| (next, None)))
        };
        match change(self.table, project, self.jitter, next).await? {
            ChangeOutcome::Changed(project) => Ok((Some(project), is_cleared)),
            ChangeOutcome::Already(_) | ChangeOutcome::NoSuchProject => Ok((None, false)),
        }
    }
}

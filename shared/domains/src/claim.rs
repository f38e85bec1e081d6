//! The claim to a domain, and a project's permission to send from it.

use posthorn_auth::{ChangeOutcome, add_domain, change};
use posthorn_mail::address::normalise_domain;
use posthorn_table::{
    TableError, Uuid,
    domain::{DomainClaim, DomainClaimOutcome},
    project::Project,
    retry_transient,
};

use crate::{domains::Domains, error::DomainError};

/// A domain as it is stored and as SES takes it: lower case, Punycode.
///
/// # Errors
/// [`DomainError::Invalid`].
pub fn normalise(domain: &str) -> Result<String, DomainError> {
    normalise_domain(domain.trim()).ok_or_else(|| DomainError::Invalid(domain.to_owned()))
}

impl Domains<'_> {
    /// Claims a domain for a project. A claim lets nobody send.
    ///
    /// # Errors
    /// [`DomainError::OfAnotherProject`], [`DomainError::NoSuchProject`], or any [`TableError`].
    pub async fn claim(&self, domain: &str, project: Uuid) -> Result<(), DomainError> {
        let claim = || self.table.claim_domain(domain, project, self.now);
        match retry_transient(self.jitter, claim).await? {
            DomainClaimOutcome::Ours => Ok(()),
            DomainClaimOutcome::Theirs(owner) => {
                Err(DomainError::OfAnotherProject { domain: domain.to_owned(), owner })
            }
            DomainClaimOutcome::NoSuchProject => Err(DomainError::NoSuchProject(project)),
        }
    }

    /// The claim to a domain.
    ///
    /// # Errors
    /// [`DomainError::NotClaimed`], or any [`TableError`].
    pub async fn claim_of(&self, domain: &str) -> Result<DomainClaim, DomainError> {
        self.table.domain(domain).await?.ok_or_else(|| DomainError::NotClaimed(domain.to_owned()))
    }

    /// Lets a project send from a domain that SES has verified; true if it could not before. The claim is checked in the
    /// same transaction: since the domain was claimed it may have become another project's.
    ///
    /// # Errors
    /// [`DomainError::NotClaimed`], [`DomainError::OfAnotherProject`], [`DomainError::NoSuchProject`],
    /// [`DomainError::Project`] for one domain too many, or any [`TableError`].
    pub async fn allow(&self, domain: &str, project: Uuid) -> Result<bool, DomainError> {
        let next =
            |project: &Project| Ok::<_, DomainError>(add_domain(project, domain, self.now)?.map(|next| (next, None)));
        match change(self.table, project, self.jitter, next).await {
            Ok(ChangeOutcome::Changed(_)) => Ok(true),
            Ok(ChangeOutcome::Already(_)) => Ok(false),
            Ok(ChangeOutcome::NoSuchProject) => Err(DomainError::NoSuchProject(project)),
            Err(DomainError::Table(conflict @ TableError::Conflict(_))) => {
                let claim = self.claim_of(domain).await?;
                if claim.project == project {
                    return Err(conflict.into());
                }
                Err(DomainError::OfAnotherProject { domain: claim.domain, owner: claim.project })
            }
            Err(error) => Err(error),
        }
    }
}

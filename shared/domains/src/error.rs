//! Errors of the steps.

use posthorn_auth::ProjectError;
use posthorn_table::{TableError, Uuid};

use crate::aws_error::AwsError;

/// The reason for which a domain was not added, looked up or removed.
#[derive(Debug, thiserror::Error)]
pub enum DomainError {
    /// The text is no domain name of at least two labels.
    #[error("{0} is no domain")]
    Invalid(String),
    /// Another project has claimed the domain.
    #[error("the domain {domain} belongs to another project, {owner}")]
    OfAnotherProject {
        /// The domain.
        domain: String,
        /// The project that has claimed it.
        owner: Uuid,
    },
    /// No project has claimed the domain.
    #[error("no project has claimed the domain {0}")]
    NotClaimed(String),
    /// There is no project with this id.
    #[error("there is no project {0}")]
    NoSuchProject(Uuid),
    /// The domain is claimed, and SES does not know it.
    #[error("SES does not know the domain {domain}")]
    NoIdentity {
        /// The domain.
        domain: String,
        /// The project that has claimed it.
        project: Uuid,
    },
    /// The project cannot have the domain.
    #[error(transparent)]
    Project(#[from] ProjectError),
    /// A call to SES failed.
    #[error(transparent)]
    Ses(#[from] AwsError),
    /// A call to the table failed.
    #[error(transparent)]
    Table(#[from] TableError),
}

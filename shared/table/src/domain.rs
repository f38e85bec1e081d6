//! Domains: one item each, so that only one project can claim a domain. A claim alone lets nobody send: the project's own
//! list does, to which a domain comes once SES has verified it.

use aws_sdk_dynamodb::types::{ConditionCheck, Delete, Put, TransactWriteItem};
use serde::{Deserialize, Serialize};

use crate::{
    Table, TableError, Timestamp, Uuid,
    item::{from_item, ignore_failed_condition, string, to_item},
    keys::{self, DOMAINS},
};

/// A project's claim of a domain: nobody else may send from it, and the project may once it is verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainClaim {
    /// The domain: lower case, Punycode.
    #[serde(rename = "sk", skip_serializing)]
    pub domain: String,
    /// The project that claimed it.
    #[serde(rename = "project_id")]
    pub project: Uuid,
    /// The moment of the claim.
    #[serde(serialize_with = "crate::time::serialize")]
    pub claimed_at: Timestamp,
}

/// The outcome of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DomainClaimOutcome {
    /// The domain is the project's, from now on or since before.
    Ours,
    /// It is another project's.
    Theirs(Uuid),
    /// There is no such project.
    NoSuchProject,
}

impl Table {
    /// Claims a domain for a project that exists, unless another project that exists has claimed it: of two that claim
    /// it at once one wins. Claiming it again changes nothing.
    ///
    /// A claim is of this exact name. One operator runs all projects, so one project may have `example.com` and another
    /// `mail.example.com`: mail from the sub-domain may then come from both, for a project's domain covers those below.
    ///
    /// # Errors
    /// Any [`TableError`]; a conflict with a rival's transaction passes.
    pub async fn claim_domain(
        &self,
        domain: &str,
        project: Uuid,
        now: Timestamp,
    ) -> Result<DomainClaimOutcome, TableError> {
        let found = self.domain(domain).await?;
        match &found {
            Some(claim) if claim.project == project => return Ok(DomainClaimOutcome::Ours),
            Some(claim) if self.project(claim.project).await?.is_some() => {
                return Ok(DomainClaimOutcome::Theirs(claim.project));
            }
            _ => {}
        }
        match self.put_claim(domain, project, found.map(|claim| claim.project), now).await {
            Ok(()) => Ok(DomainClaimOutcome::Ours),
            Err(error) => self.settle_claim_of(domain, project, error).await,
        }
    }

    /// Puts a claim on condition that the project exists and the domain is still free, or still `abandoned`'s: a project
    /// that is gone.
    async fn put_claim(
        &self,
        domain: &str,
        project: Uuid,
        abandoned: Option<Uuid>,
        now: Timestamp,
    ) -> Result<(), TableError> {
        let exists = ConditionCheck::builder()
            .table_name(&*self.name)
            .set_key(Some(keys::project(project).attributes()))
            .condition_expression("attribute_exists(pk)")
            .build()?;
        let claim = DomainClaim { domain: domain.to_owned(), project, claimed_at: now };
        let put = Put::builder().table_name(&*self.name).set_item(Some(to_item(keys::domain(domain), &claim)?));
        let put = match abandoned {
            None => put.condition_expression("attribute_not_exists(pk)"),
            Some(gone) => put
                .condition_expression("project_id = :gone")
                .expression_attribute_values(":gone", string(gone.to_string())),
        };
        let exists = TransactWriteItem::builder().condition_check(exists).build();
        self.transact(vec![exists, TransactWriteItem::builder().put(put.build()?).build()]).await
    }

    /// Finds out who holds the domain after a claim that failed with `error`.
    async fn settle_claim_of(
        &self,
        domain: &str,
        project: Uuid,
        error: TableError,
    ) -> Result<DomainClaimOutcome, TableError> {
        match self.domain(domain).await? {
            Some(claim) if claim.project == project => Ok(DomainClaimOutcome::Ours),
            Some(claim) if !error.is_transient() => Ok(DomainClaimOutcome::Theirs(claim.project)),
            None if self.project(project).await?.is_none() => Ok(DomainClaimOutcome::NoSuchProject),
            _ => Err(error),
        }
    }

    /// The claim of a domain, if there is one, read consistently.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn domain(&self, domain: &str) -> Result<Option<DomainClaim>, TableError> {
        self.get(keys::domain(domain)).await
    }

    /// Every claimed domain, in alphabetical order, read consistently.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn domains(&self) -> Result<Vec<DomainClaim>, TableError> {
        self.query_partition(DOMAINS).await?.into_iter().map(from_item).collect()
    }

    /// Gives a domain up, if it is still this project's.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn release_domain(&self, domain: &str, project: Uuid) -> Result<(), TableError> {
        let result = self
            .client
            .delete_item()
            .table_name(&*self.name)
            .set_key(Some(keys::domain(domain).attributes()))
            .condition_expression("project_id = :project")
            .expression_attribute_values(":project", string(project.to_string()))
            .send()
            .await;
        ignore_failed_condition(result)
    }

    /// The check that a project has claimed a domain, as part of a transaction.
    pub(crate) fn claim_check(&self, domain: &str, project: Uuid) -> Result<TransactWriteItem, TableError> {
        let check = ConditionCheck::builder()
            .table_name(&*self.name)
            .set_key(Some(keys::domain(domain).attributes()))
            .condition_expression("project_id = :project")
            .expression_attribute_values(":project", string(project.to_string()))
            .build()?;
        Ok(TransactWriteItem::builder().condition_check(check).build())
    }

    /// [`Self::release_domain`] as part of a transaction, which fails if the domain is somebody else's by now.
    pub(crate) fn claim_removal(&self, domain: &str, project: Uuid) -> Result<TransactWriteItem, TableError> {
        let delete = Delete::builder()
            .table_name(&*self.name)
            .set_key(Some(keys::domain(domain).attributes()))
            .condition_expression("attribute_not_exists(pk) OR project_id = :project")
            .expression_attribute_values(":project", string(project.to_string()))
            .build()?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }
}

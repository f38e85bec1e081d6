//! Notices: what is to be announced to the operators. Recorded exactly once, by the write that decides it; published
//! at least once, with its id.

use aws_sdk_dynamodb::types::{ConditionCheck, TransactWriteItem};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::{
    Conflict, Table, TableError, Timestamp, Uuid,
    item::{conditional, expiry, from_item, ignore_failed_condition, moment, number, string},
    keys,
    project::ProjectFacts,
};

const RETENTION_DAYS: i64 = 400;
/// The level of warnings.
pub const WARNING: &str = "warning";
/// The time that an attempt has to publish a notice before another may.
pub const LEASE: SignedDuration = SignedDuration::from_secs(6);

/// A notice.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Notice {
    /// Epoch, subject, level and number: what makes it one of its kind in its project.
    pub name: String,
    /// The project.
    #[serde(rename = "project_id")]
    pub project: Uuid,
    /// The moment of the decision.
    #[serde(serialize_with = "crate::time::serialize")]
    pub at: Timestamp,
    /// One line, for people.
    pub title: String,
    /// The published text: JSON with the notice's id. Every copy is this, byte for byte.
    pub message: String,
    /// The moment it was published, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "crate::time::serialize_optional")]
    pub published_at: Option<Timestamp>,
}

#[derive(Serialize)]
struct Record<'a> {
    #[serde(flatten)]
    notice: &'a Notice,
    expires_at: i64,
}

impl Notice {
    /// The name of the `number`th notice of a level about a subject, such as `bounce`, in an epoch. Names sort by
    /// number.
    #[must_use]
    pub fn name(epoch: u32, subject: &str, level: &str, number: u32) -> String {
        format!("{epoch:06}#{subject}#{level}#{number:06}")
    }

    /// True for a warning, which comes before what it warned of.
    #[must_use]
    pub fn is_warning(&self) -> bool {
        self.name.split('#').nth(2) == Some(WARNING)
    }

    /// The number at the end of its name.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.name.rsplit('#').next().and_then(|number| number.parse().ok()).unwrap_or(0)
    }
}

impl Table {
    /// Records a notice about a project as it was read, unless one of this name is recorded or the project has been
    /// disabled or reinstated since.
    ///
    /// # Errors
    /// Any [`TableError`]; a conflict with a rival's transaction passes.
    pub async fn record_notice(&self, notice: &Notice, project: &ProjectFacts) -> Result<(), TableError> {
        let unchanged = ConditionCheck::builder()
            .table_name(&*self.name)
            .set_key(Some(keys::project(project.id).attributes()))
            .condition_expression("epoch = :epoch AND #status = :status")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":epoch", number(project.epoch))
            .expression_attribute_values(":status", string(project.status.as_str()))
            .build()?;
        let unchanged = TransactWriteItem::builder().condition_check(unchanged).build();
        let writes = vec![unchanged, self.notice_write(notice)?];
        match self.transact(writes).await {
            Err(TableError::Conflict(Conflict::ConditionFailed)) => Ok(()),
            result => result,
        }
    }

    /// The record of a notice as part of a transaction, which fails if one of this name is recorded.
    pub(crate) fn notice_write(&self, notice: &Notice) -> Result<TransactWriteItem, TableError> {
        let record = Record { notice, expires_at: expiry(notice.at, RETENTION_DAYS) };
        self.creation(keys::notice(notice.project, &notice.name), &record)
    }

    /// Every notice of a project, by name, read consistently.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn notices(&self, project: Uuid) -> Result<Vec<Notice>, TableError> {
        let (partition, beginning) = keys::notices(project);
        let items = self
            .client
            .query()
            .table_name(&*self.name)
            .consistent_read(true)
            .key_condition_expression("pk = :project AND begins_with(sk, :notices)")
            .expression_attribute_values(":project", string(partition))
            .expression_attribute_values(":notices", string(beginning))
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await?;
        items.into_iter().map(from_item).collect()
    }

    /// Takes the lease to publish a notice, for an attempt known by `nonce`. False if another holds it, or it is
    /// published.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn lease_notice(&self, notice: &Notice, nonce: &str, now: Timestamp) -> Result<bool, TableError> {
        let result = self
            .update(keys::notice(notice.project, &notice.name))
            .update_expression("SET lease_until = :until, nonce = :nonce")
            .condition_expression("attribute_exists(pk) AND attribute_not_exists(published_at) AND (attribute_not_exists(lease_until) OR lease_until <= :now OR nonce = :nonce)")
            .expression_attribute_values(":nonce", string(nonce))
            .expression_attribute_values(":until", moment(now + LEASE))
            .expression_attribute_values(":now", moment(now))
            .send()
            .await;
        Ok(conditional(result)?.is_ok())
    }

    /// Keeps that a notice was published.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn mark_published(&self, notice: &Notice, now: Timestamp) -> Result<(), TableError> {
        let result = self
            .update(keys::notice(notice.project, &notice.name))
            .update_expression("SET published_at = :now REMOVE lease_until")
            .condition_expression("attribute_exists(pk) AND attribute_not_exists(published_at)")
            .expression_attribute_values(":now", moment(now))
            .send()
            .await;
        ignore_failed_condition(result)
    }

    /// Gives the lease back that the attempt `nonce` holds, so that the next one who looks publishes at once.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn release_notice(&self, notice: &Notice, nonce: &str) -> Result<(), TableError> {
        let result = self
            .update(keys::notice(notice.project, &notice.name))
            .update_expression("REMOVE lease_until")
            .condition_expression("nonce = :nonce")
            .expression_attribute_values(":nonce", string(nonce))
            .send()
            .await;
        ignore_failed_condition(result)
    }
}

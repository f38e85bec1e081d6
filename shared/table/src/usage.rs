//! Emails of a calendar month, for projects with a monthly limit.

use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;

use crate::{
    Table, TableError, Timestamp, Uuid,
    item::{Item, conditional, expiry, no_retries, number},
    keys::{self, EXPIRES_AT},
};

const RETENTION_DAYS: i64 = 400;

/// The month that `now` is in, UTC: `yyyy-mm`.
fn month(now: Timestamp) -> String {
    now.strftime("%Y-%m").to_string()
}

/// The answer to a request for room in a month.
#[derive(Debug, PartialEq, Eq)]
pub enum Reservation {
    /// It does, and is counted.
    Made,
    /// It does not, and nothing was counted; so many were used before.
    Exceeded {
        /// Emails of this month so far.
        used: u64,
    },
}

impl Table {
    /// Counts `emails` against the month's `limit`, all or none.
    ///
    /// # Errors
    /// Any [`TableError`]. Never retried by itself: after a lost answer too much may stay counted, never too little.
    pub async fn reserve_usage(
        &self,
        project: Uuid,
        now: Timestamp,
        emails: u64,
        limit: u64,
    ) -> Result<Reservation, TableError> {
        let fits_an_empty_month = if emails <= limit { "attribute_not_exists(emails) OR " } else { "" };
        let room = i128::from(limit) - i128::from(emails);
        let result = self
            .update(keys::usage(project, &month(now)))
            .update_expression("ADD emails :emails SET #expires = :expires")
            .condition_expression(format!("{fits_an_empty_month}emails <= :room"))
            .expression_attribute_names("#expires", EXPIRES_AT)
            .expression_attribute_values(":emails", number(emails))
            .expression_attribute_values(":room", number(room))
            .expression_attribute_values(":expires", number(expiry(now, RETENTION_DAYS)))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .customize()
            .config_override(no_retries())
            .send()
            .await;
        let Err(old) = conditional(result)? else { return Ok(Reservation::Made) };
        let counted = self.item_of_failed_condition(keys::usage(project, &month(now)), old).await?;
        Ok(Reservation::Exceeded { used: counted.map_or(0, |item| used(&item)) })
    }

    /// Emails counted against the limit in the month that `now` is in, UTC. Nothing is counted without a limit.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn usage(&self, project: Uuid, now: Timestamp) -> Result<u64, TableError> {
        Ok(self.read(keys::usage(project, &month(now))).await?.map_or(0, |item| used(&item)))
    }

    /// Takes back what was counted and then not handed over. Never retried: a second subtraction would undo what
    /// others counted.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn return_usage(&self, project: Uuid, now: Timestamp, emails: u64) -> Result<(), TableError> {
        self.update(keys::usage(project, &month(now)))
            .update_expression("ADD emails :emails")
            .condition_expression("emails >= :least")
            .expression_attribute_values(":emails", number(-i128::from(emails)))
            .expression_attribute_values(":least", number(emails))
            .customize()
            .config_override(no_retries())
            .send()
            .await?;
        Ok(())
    }
}

fn used(item: &Item) -> u64 {
    item.get("emails").and_then(|value| value.as_n().ok()).and_then(|number| number.parse().ok()).unwrap_or(0)
}

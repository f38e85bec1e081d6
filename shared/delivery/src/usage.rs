//! The monthly limit of a project.

use posthorn_errors::{Code, Failure, Result};
use posthorn_table::{Timestamp, retry_transient, usage::Reservation};

use crate::mailer::Mailer;

impl Mailer<'_> {
    /// Counts `emails` against the project's monthly limit, if it has one. The counter is one item, which DynamoDB gives
    /// a thousand writes a second, so a throttle is transient, and it certainly had no effect. `jitter` is any random number.
    ///
    /// # Errors
    /// `BILLING_LIMIT_EXCEEDED` if the limit has no room for them; any failure of the table.
    pub async fn reserve(&self, emails: u64, jitter: u32) -> Result<()> {
        let Some(limit) = self.project.monthly_limit else { return Ok(()) };
        let (table, project, now) = (self.table, self.project.id, self.now);
        match retry_transient(jitter, || table.reserve_usage(project, now, emails, limit)).await? {
            Reservation::Made => Ok(()),
            Reservation::Exceeded { used } => Err(Failure::new(Code::BillingLimitExceeded)
                .suggestion("Wait until the limit resets, or ask the operator to raise it.")
                .detail("limit", limit)
                .detail("used", used)
                .detail("resetsAt", next_month(now))),
        }
    }
}

/// The first moment of the next month, UTC, as the API writes it.
fn next_month(now: Timestamp) -> String {
    let text = now.strftime("%Y %m").to_string();
    let (year, month) = text.split_once(' ').unwrap_or_default();
    let (year, month): (u32, u32) = (year.parse().unwrap_or(0), month.parse().unwrap_or(0));
    let (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    format!("{year:04}-{month:02}-01T00:00:00.000Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_month_rolls_over_the_year() {
        for (now, next) in
            [("2026-12-31T23:59:59Z", "2027-01-01T00:00:00.000Z"), ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00.000Z")]
        {
            assert_eq!(next_month(now.parse().unwrap()), next);
        }
    }
}

//! The end of an attempt: outcomes, statistics, the emails of the monthly limit that were not used.

use std::sync::PoisonError;

use futures_util::future::join_all;
use posthorn_errors::Code;
use posthorn_lambda::telemetry::{self, Metric};
use posthorn_table::{
    TableError, Uuid,
    email::{Outcome, Status},
    retry_transient,
    statistics::{Hour, SHARDS, shard_of},
};
use tracing::Instrument;

use crate::{
    mailer::{Mailer, jitter},
    outcome::{Delivery, MailOutcome, RecipientOutcome},
};

impl Mailer<'_> {
    /// Starts to record an outcome, while other hand-overs go on.
    pub(crate) fn start_recording(
        &self,
        id: Uuid,
        outcome: RecipientOutcome,
        message_id: Option<String>,
        subject: Option<String>,
    ) {
        let (table, now, nonce) = (self.table.clone(), self.now, self.nonce.to_owned());
        let write = async move {
            let details = Outcome { message_id: message_id.as_deref(), error: None, subject: subject.as_deref() };
            retry_transient(jitter(id), || table.settle_email(id, &nonce, outcome.status(), &details, now)).await
        };
        self.writes.lock().unwrap_or_else(PoisonError::into_inner).spawn(write.in_current_span());
    }

    /// Ends the attempt, all at once: outcomes, statistics, the usage that was not used, and `settle`, which ends the caller's
    /// own record of the mail and whose result it gives. A write that fails is logged and changes nothing: it leaves what a
    /// crash at this point would.
    pub async fn record<T>(&self, outcome: &MailOutcome, settle: impl Future<Output = T>) -> T {
        let MailOutcome { deliveries, is_withdrawn, reserved } = outcome;
        self.count_in_telemetry(deliveries);
        if *is_withdrawn {
            // Before `settle`: whoever sends the mail next must not find the records.
            self.withdraw(deliveries).await;
        }
        let ((), (), (), settled) = tokio::join!(
            self.record_failures(deliveries, *is_withdrawn),
            self.count_sent(deliveries),
            self.return_usage(deliveries, *reserved),
            settle,
        );
        let mut writes = std::mem::take(&mut *self.writes.lock().unwrap_or_else(PoisonError::into_inner));
        while let Some(written) = writes.join_next().await {
            log_failure("an email's outcome was not recorded", written.unwrap_or(Ok(())));
        }
        settled
    }

    /// The figures of this attempt; earlier ones counted theirs.
    fn count_in_telemetry(&self, deliveries: &[Delivery]) {
        let count = |is: fn(&RecipientOutcome) -> bool| {
            deliveries.iter().filter(|delivery| !delivery.recorded && is(&delivery.outcome)).count() as u64
        };
        let counts = [
            (Metric::Sent, count(|outcome| *outcome == RecipientOutcome::Sent)),
            (Metric::Suppressed, count(|outcome| *outcome == RecipientOutcome::Suppressed)),
            (Metric::Failed, count(|outcome| outcome.status() == Status::Failed)),
            (Metric::DeliveryUnknown, count(|outcome| *outcome == RecipientOutcome::Unknown)),
        ];
        telemetry::count(&counts, self.now);
    }

    async fn withdraw(&self, deliveries: &[Delivery]) {
        let permitted = deliveries.iter().filter(|delivery| delivery.permitted);
        let withdrawals = permitted.map(|delivery| self.table.withdraw_email(delivery.id, self.nonce));
        for withdrawn in join_all(withdrawals).await {
            log_failure("an email's record was not withdrawn", withdrawn);
        }
    }

    /// Records the failures, unless their records were withdrawn.
    async fn record_failures(&self, deliveries: &[Delivery], is_withdrawn: bool) {
        let failed = deliveries.iter().filter(|delivery| !is_withdrawn && delivery.permitted);
        let failed = failed.filter(|delivery| delivery.outcome.status() == Status::Failed);
        let settled = failed.map(|delivery| async move {
            let outcome = Outcome { error: delivery.outcome.error().map(Code::as_str), ..Outcome::default() };
            self.table.settle_email(delivery.id, self.nonce, Status::Failed, &outcome, self.now).await
        });
        for settled in join_all(settled).await {
            log_failure("an email's failure was not recorded", settled);
        }
    }

    async fn count_sent(&self, deliveries: &[Delivery]) {
        let mut shards = [0_u64; SHARDS as usize];
        let sent =
            deliveries.iter().filter(|delivery| !delivery.recorded && delivery.outcome == RecipientOutcome::Sent);
        for delivery in sent.filter(|delivery| !delivery.to.is_simulator()) {
            shards[usize::from(shard_of(delivery.id))] += 1;
        }
        let (table, project) = (self.table, self.project);
        let hour = Hour { epoch: project.epoch, at: self.now };
        let counts = (0_u8..).zip(shards).filter(|(_, count)| *count > 0);
        let jitter = deliveries.first().map_or(0, |delivery| jitter(delivery.id));
        let counted = counts
            .map(|(shard, count)| retry_transient(jitter, move || table.count_sent(project.id, shard, hour, count)));
        for counted in join_all(counted).await {
            log_failure("emails were not counted", counted);
        }
    }

    /// The limit counts the emails that were handed over, or may have been.
    async fn return_usage(&self, deliveries: &[Delivery], reserved: u64) {
        let used = deliveries.iter().filter(|delivery| {
            !delivery.recorded && matches!(delivery.outcome, RecipientOutcome::Sent | RecipientOutcome::Unknown)
        });
        let unused = reserved - used.count() as u64;
        if self.project.monthly_limit.is_some() && unused > 0 {
            let returned = self.table.return_usage(self.project.id, self.now, unused).await;
            log_failure("unused emails of the monthly limit were not returned", returned);
        }
    }
}

/// Logs a failure that changes no outcome.
fn log_failure(message: &'static str, result: Result<(), TableError>) {
    if let Err(error) = result {
        telemetry::warn(message, &error);
    }
}

//! `feedback`: SES's reports on emails, in batches from SQS: their status, suppression, the counts, and the guard.
//!
//! Events arrive twice, late and in any order. Everything here may be done again: a status goes by its rank, a time
//! by the latest, a count by a mark on the email, a notice by its name. So a record that failed anywhere, at any
//! call, is given again as a whole. A duplicate skips only the count: the guard looks and publishes every time, for
//! whoever counted may have died before it did.

mod decide;
mod envelope;
mod heartbeat;

use std::panic::AssertUnwindSafe;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use futures_util::{FutureExt, future::join_all};
use posthorn_alerts::{NoticeError, Topic, publish_notices};
use posthorn_auth::{
    guard::{self, CountedEvent},
    reputation::Rule,
};
use posthorn_lambda::{
    Env,
    telemetry::{self, Metric},
};
use posthorn_mail::{
    address::Address,
    feedback::{EventError, EventKind, Origin, SesEvent, parse},
};
use posthorn_table::{Table, TableError, Uuid, email::Email, retry_transient, statistics::FeedbackMetric};
use tokio::time::{Instant, timeout_at};

use decide::{Effects, effects};
pub use heartbeat::Heartbeat;

/// The parts that the function works with.
#[derive(Debug, Clone)]
pub struct App {
    /// Clock and randomness.
    pub env: Env,
    /// The table.
    pub table: Table,
    /// The rule by which a project is warned of and disabled.
    pub rule: Rule,
    /// The topic on which that is announced, if there is one.
    pub alerts: Option<Topic>,
    /// Tells that events come.
    pub heartbeat: Heartbeat,
}

/// The reason for which a record is to be given again, and after five times kept in the dead-letter queue. Shows nothing of it.
#[derive(Debug, thiserror::Error)]
enum RecordError {
    #[error("not understood: {0}")]
    Event(#[from] EventError),
    #[error(transparent)]
    Table(#[from] TableError),
    #[error(transparent)]
    Notice(#[from] NoticeError),
    #[error("not done in time")]
    TimedOut,
    #[error("the handler panicked")]
    Panicked,
}

/// Handles a batch, every record by itself, until the time `until`. The answer lists those to be given again.
pub async fn handle(app: &App, event: SqsEvent, until: Instant) -> SqsBatchResponse {
    let records = event.records.into_iter().map(|record| async move {
        let result = guarded(app, &record, until).await;
        (record.message_id.unwrap_or_default(), result)
    });
    let mut response = SqsBatchResponse::default();
    for (id, result) in join_all(records).await {
        let Err(failed) = result else { continue };
        let figure = match failed {
            RecordError::Event(_) => Metric::EventsNotUnderstood,
            _ => Metric::EventsFailed,
        };
        telemetry::count(&[(figure, 1)], app.env.now());
        tracing::error!(message_id = id, cause = %failed, "an event is to be given again");
        response.add_failure(id);
    }
    response
}

/// One record under its own panic guard and deadline.
async fn guarded(app: &App, record: &SqsMessage, until: Instant) -> Result<(), RecordError> {
    let body = record.body.as_deref().unwrap_or_default();
    let applied = Box::pin(AssertUnwindSafe(apply(app, body, until)).catch_unwind());
    match timeout_at(until, applied).await {
        Ok(Ok(result)) => result,
        Ok(Err(_panic)) => Err(RecordError::Panicked),
        Err(_elapsed) => Err(RecordError::TimedOut),
    }
}

async fn apply(app: &App, body: &str, until: Instant) -> Result<(), RecordError> {
    let event = parse(&envelope::open(body))?;
    // SES's test of the topic is no sign that its reports on mail come.
    let beat = async {
        if event.origin != Origin::TopicValidation {
            app.heartbeat.beat(&app.table, app.env.now()).await;
        }
    };
    let (applied, ()) = tokio::join!(apply_event(app, &event, until), beat);
    applied
}

/// Applies an event of SES.
async fn apply_event(app: &App, event: &SesEvent, until: Instant) -> Result<(), RecordError> {
    let (project, id) = match event.origin {
        Origin::Tagged { project, email } => (project, email),
        Origin::TopicValidation => return Ok(()),
        Origin::Foreign => {
            telemetry::count(&[(Metric::ForeignEvents, 1)], app.env.now());
            return Ok(());
        }
        Origin::Unattributed => {
            telemetry::count(&[(Metric::UnattributedEvents, 1)], app.env.now());
            tracing::warn!(
                "a notification in the older dialect names no project: have SES publish through the configuration set instead"
            );
            return Ok(());
        }
    };
    let Some(effects) = effects(&event.kind) else {
        if let EventKind::Other(name) = &event.kind {
            telemetry::count(&[(Metric::UnknownEvents, 1)], app.env.now());
            tracing::info!(name, "an event that changes nothing");
        }
        return Ok(());
    };
    let tagged = TaggedEvent { app, project, id, event, effects };
    tagged.apply(until).await
}

/// An event that the tags of its mail attribute to an email of ours, and its effects.
struct TaggedEvent<'a> {
    app: &'a App,
    project: Uuid,
    id: Uuid,
    event: &'a SesEvent,
    effects: Effects,
}

impl TaggedEvent<'_> {
    async fn apply(&self, until: Instant) -> Result<(), RecordError> {
        let Effects { report, at, mark, metric } = self.effects;
        let table = &self.app.table;
        // Another record's transaction may be on the same email, or the same contact: that passes.
        let recorded =
            retry_transient(self.jitter(), || table.record_report(self.id, report, at, &self.event.message_id));
        if mark.is_none() {
            return Ok(recorded.await?);
        }
        let (email, ()) = tokio::try_join!(table.email(self.id), recorded)?;
        self.mark_contacts(email.as_ref()).await?;
        if let (Some(metric), Some(email)) = (metric, &email)
            && !is_simulated(&email.to)
        {
            self.guard(email, metric, until).await?;
        }
        Ok(())
    }

    /// Tells the contacts of everybody the event names. An email has one recipient, whom its record knows, however SES
    /// writes the address. Mail to SES's simulator suppresses nobody, as with SES.
    async fn mark_contacts(&self, email: Option<&Email>) -> Result<(), RecordError> {
        let Some(mark) = self.effects.mark else { return Ok(()) };
        let recipients = match &self.event.kind {
            EventKind::Bounce(bounce) => &bounce.recipients[..],
            EventKind::Complaint(complaint) => &complaint.recipients[..],
            _ => &[],
        };
        let named = recipients.iter().map(|address| address.as_str().to_owned());
        let mut addresses: Vec<String> = named.chain(email.map(|email| email.to.clone())).collect();
        addresses.sort();
        addresses.dedup();
        let project = email.map_or(self.project, |email| email.project);
        // Without a record, the email's retention is over, or its project was deleted and shall leave no trace.
        if email.is_none() && self.app.table.project(project).await?.is_none() {
            return Ok(());
        }
        for address in addresses.iter().filter(|address| !is_simulated(address)) {
            let App { table, env, .. } = self.app;
            let marked = || table.mark_contact(project, address, mark, self.effects.at, env.now());
            retry_transient(self.jitter(), marked).await?;
        }
        Ok(())
    }

    /// Counts the event, applies the rule, and publishes the notices.
    async fn guard(&self, email: &Email, metric: FeedbackMetric, until: Instant) -> Result<(), RecordError> {
        let App { env, table, rule, alerts, .. } = self.app;
        if retry_transient(self.jitter(), || table.count_once(email, metric)).await? {
            let figure = match metric {
                FeedbackMetric::Bounce => Metric::Bounced,
                FeedbackMetric::Complaint => Metric::Complained,
            };
            telemetry::count(&[(figure, 1)], env.now());
        }
        let counted = CountedEvent { project: email.project, epoch: email.epoch, metric };
        if guard::apply(table, rule, counted, env.now(), self.jitter()).await? {
            telemetry::count(&[(Metric::Disabled, 1)], env.now());
        }
        match alerts {
            Some(topic) => Ok(publish_notices(table, topic, email.project, env.random(), || env.now(), until).await?),
            None => Ok(()),
        }
    }

    /// Spreads the retries of records about several emails: an id is as random as anything.
    fn jitter(&self) -> u32 {
        self.id.as_fields().0
    }
}

fn is_simulated(address: &str) -> bool {
    Address::parse(address).is_ok_and(|address| address.is_simulator())
}

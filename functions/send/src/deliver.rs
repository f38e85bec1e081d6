//! One recipient after the other: contact and permit at once, rendering, the hand-over; then what became of it.

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use futures_util::{FutureExt, future::join_all};
use posthorn_errors::{Code, Failure, Result};
use posthorn_lambda::{
    env::monotonic_now,
    telemetry::{self, Metric},
};
use posthorn_mail::{
    attachment::Attachment,
    mailbox::Mailbox,
    ses::{Message, SendResult},
};
use posthorn_table::{
    TableError, Uuid,
    contact::{self, Contact, Subscription},
    email::{Email, Outcome, Permit, Status},
    idempotency::Attempt,
    retry_transient,
    statistics::{Hour, SHARDS, shard_of},
};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    task::JoinSet,
    time::timeout_at,
};
use tracing::Instrument;

use crate::{
    Draft, HeldClaim, Job,
    decide::{Delivery, RecipientOutcome, RenderFailures, SendResponse, is_withdrawn},
    templates::Texts,
    text::with_text,
};

/// Hand-overs under way at once, at most.
pub(crate) const MAX_AT_ONCE: usize = 8;
/// Bytes of messages in memory at once, about.
const BYTES_AT_ONCE: usize = 24 * 1024 * 1024;
const KILOBYTE: usize = 1024;
/// The outcome of a recipient whose turn came after the time to hand over.
const LATE: RecipientOutcome = RecipientOutcome::Failed(Code::RateLimitExceeded);

/// The messages of one attempt.
pub(crate) struct Outbox<'a> {
    job: &'a Job<'a>,
    draft: &'a Draft<'a>,
    reply_to: Mailbox,
    attempt: &'a Attempt,
    /// Held while a message is rendered and waits for room, so that no others lie about meanwhile.
    rendering: tokio::sync::Mutex<()>,
    /// Kilobytes that messages under way may still take: what a template makes of its data is known only when it is rendered.
    room: Semaphore,
    /// Outcomes being written while other hand-overs still run.
    writing: Mutex<JoinSet<Result<(), TableError>>>,
}

/// A rendered message's parts.
struct Rendered {
    subject: String,
    html: String,
    text: String,
}

impl Rendered {
    /// About how many kilobytes it takes, with its attachments and the JSON that is made of all that for SES, whose buffer
    /// doubles while it grows: at most all there are.
    fn kilobytes(&self, attachments: &[Attachment]) -> u32 {
        let attached: usize = attachments.iter().map(|attachment| attachment.content.len()).sum();
        let json = in_json(&self.html) + in_json(&self.text) + attached.div_ceil(3) * 4;
        let bytes = self.html.len() + self.text.len() + 2 * json;
        u32::try_from(bytes.min(BYTES_AT_ONCE) / KILOBYTE).unwrap_or(u32::MAX)
    }
}

/// The bytes of a text in JSON. It has no control characters but these.
fn in_json(text: &str) -> usize {
    text.len() + text.bytes().filter(|byte| matches!(byte, b'"' | b'\\' | b'\n' | b'\r' | b'\t')).count()
}

impl<'a> Outbox<'a> {
    pub(crate) fn new(job: &'a Job<'a>, draft: &'a Draft<'a>, attempt: &'a Attempt) -> Self {
        Self {
            job,
            draft,
            reply_to: job.request.reply.clone().unwrap_or_else(|| draft.sender.address.clone().into()),
            attempt,
            rendering: tokio::sync::Mutex::default(),
            room: Semaphore::new(BYTES_AT_ONCE / KILOBYTE),
            writing: Mutex::default(),
        }
    }

    /// Delivers to one recipient, or reports what the record of an earlier attempt says. A panic on the way is that
    /// recipient's failure, or doubt if SES was called.
    pub(crate) async fn deliver(&self, to: &Mailbox, id: Uuid, earlier: Option<&Email>) -> Delivery {
        let contact = contact::id(self.job.caller.project.id, to.address.as_str());
        if let Some(email) = earlier {
            return Delivery::recorded(to.address.clone(), email);
        }
        let mut delivery = Delivery::new(id, contact, to.address.clone(), LATE, self.job.call.now);
        if monotonic_now() >= self.job.hand_over_by() {
            return delivery;
        }
        let handed_over = AtomicBool::new(false);
        delivery.permitted = true;
        let outcome = AssertUnwindSafe(self.use_permit(to, id, contact, &handed_over)).catch_unwind().await;
        match outcome {
            Ok(Ok(outcome)) => delivery.outcome = outcome,
            Ok(Err(found)) => return Delivery::recorded(to.address.clone(), &found),
            Err(_panic) if handed_over.load(Ordering::SeqCst) => delivery.outcome = RecipientOutcome::Unknown,
            Err(_panic) => delivery.outcome = RecipientOutcome::Failed(Code::InternalServerError),
        }
        delivery
    }

    /// Takes the permit and uses it. `Err` is the record of an earlier attempt.
    async fn use_permit(
        &self,
        to: &Mailbox,
        id: Uuid,
        contact: Uuid,
        handed_over: &AtomicBool,
    ) -> Result<RecipientOutcome, Box<Email>> {
        let job = self.job;
        let project = &job.caller.project;
        let email = Email {
            id,
            project: project.id,
            epoch: project.epoch,
            contact,
            to: to.address.as_str().to_owned(),
            status: Status::Pending,
            error: None,
            message_id: None,
            nonce: self.attempt.nonce.clone(),
            created_at: job.call.now,
        };
        let subscription = job.request.subscribed.map_or(Subscription::Keep { when_new: false }, Subscription::Set);
        let (table, address) = (&job.app.table, to.address.as_str());
        let both = async {
            let merged = table.merge_contact(project.id, address, subscription, &job.request.data, job.call.now);
            let (merged, permit) = tokio::join!(merged, table.permit_email(&email));
            let contact = match merged {
                Err(error @ (TableError::TooLarge | TableError::Conflict(_))) => {
                    self.merge_without_data(address, subscription, &error).await
                }
                merged => merged,
            };
            (contact, permit)
        };
        let Ok((contact, permit)) = timeout_at(job.hand_over_by(), Box::pin(both)).await else {
            return Ok(RecipientOutcome::Failed(Code::ServiceUnavailable));
        };
        match permit {
            Ok(Permit::Taken) => {}
            Ok(Permit::Found(found)) => return Err(found),
            Err(error) => return Ok(RecipientOutcome::Failed(Failure::from(error).code())),
        }
        match contact {
            Ok(contact) if contact.is_suppressed() => {
                self.write(id, RecipientOutcome::Suppressed, None, None);
                Ok(RecipientOutcome::Suppressed)
            }
            Ok(contact) => Ok(self.hand_over(to, id, &contact, handed_over).await),
            Err(error) => Ok(RecipientOutcome::Failed(Failure::from(error).code())),
        }
    }

    /// Merges what else the request says, where its data does not fit or rivals change the contact all the time. A public key suffices
    /// for either: that must keep no mail from anybody.
    async fn merge_without_data(
        &self,
        address: &str,
        subscription: Subscription,
        error: &TableError,
    ) -> Result<Contact, TableError> {
        telemetry::warn("a contact's data was used and not kept", error);
        let (job, project) = (self.job, self.job.caller.project.id);
        let removals = job.request.data.removals();
        job.app.table.merge_contact(project, address, subscription, &removals, job.call.now).await
    }

    async fn hand_over(&self, to: &Mailbox, id: Uuid, contact: &Contact, handed_over: &AtomicBool) -> RecipientOutcome {
        let job = self.job;
        let rendered = timeout_at(job.hand_over_by(), self.rendered(to, contact)).await;
        let (rendered, _room) = match rendered.unwrap_or(Err(LATE)) {
            Ok(rendered) => rendered,
            Err(outcome) => return outcome,
        };
        let message = Message {
            project: &job.caller.project.id.to_string(),
            email: &id.to_string(),
            from: &self.draft.sender,
            to,
            reply_to: &self.reply_to,
            subject: &rendered.subject,
            html: &rendered.html,
            text: &rendered.text,
            headers: &job.request.headers,
            attachments: &job.request.attachments,
        };
        handed_over.store(true, Ordering::SeqCst);
        match job.app.ses.send(&message, jitter(id), monotonic_now(), job.hand_over_by()).await {
            SendResult::Sent(message_id) => {
                self.write(id, RecipientOutcome::Sent, Some(message_id), Some(rendered.subject));
                RecipientOutcome::Sent
            }
            SendResult::Unknown => {
                self.write(id, RecipientOutcome::Unknown, None, Some(rendered.subject));
                RecipientOutcome::Unknown
            }
            SendResult::NotSent(reason) => {
                telemetry::warn("an email was not handed over", &reason);
                RecipientOutcome::Failed(reason.code())
            }
        }
    }

    /// A message for one recipient, and the room that it takes until it is handed over. `Err` is what became of it otherwise.
    async fn rendered(
        &self,
        to: &Mailbox,
        contact: &Contact,
    ) -> Result<(Rendered, SemaphorePermit<'_>), RecipientOutcome> {
        let _one_at_a_time = self.rendering.lock().await;
        let in_time = || if monotonic_now() < self.job.hand_over_by() { Ok(()) } else { Err(LATE) };
        in_time()?;
        let rendered = self.render(to, contact).await.map_err(RecipientOutcome::NotRendered)?;
        let kilobytes = rendered.kilobytes(&self.job.request.attachments);
        let room = self.room.acquire_many(kilobytes).await.map_err(|_closed| LATE)?;
        in_time()?;
        Ok((rendered, room))
    }

    async fn render(&self, to: &Mailbox, contact: &Contact) -> Result<Rendered, RenderFailures> {
        let Draft { templates, variables, .. } = self.draft;
        let Texts { subject, html, text } = templates.render(variables, &to.address, contact).await?;
        let (html, text) = match text {
            Some(text) => (html, text),
            None => with_text(html).await,
        };
        Ok(Rendered { subject, html, text })
    }

    /// Starts to record an outcome, while other hand-overs go on.
    fn write(&self, id: Uuid, outcome: RecipientOutcome, message_id: Option<String>, subject: Option<String>) {
        let (table, now, nonce) = (self.job.app.table.clone(), self.job.call.now, self.attempt.nonce.clone());
        let mut writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let write = async move {
            let details = Outcome { message_id: message_id.as_deref(), error: None, subject: subject.as_deref() };
            retry_transient(jitter(id), || table.settle_email(id, &nonce, outcome.status(), &details, now)).await
        };
        writing.spawn(write.in_current_span());
    }

    /// Ends the attempt, all at once: outcomes, statistics, the usage that was not used, and the claim. What fails
    /// here is what a crash at this point would leave, and settled like that. False if that is the claim.
    pub(crate) async fn record(
        &self,
        deliveries: &[Delivery],
        result: &Result<SendResponse>,
        reserved: u64,
        held: Option<&HeldClaim<'_>>,
    ) -> bool {
        self.tell(deliveries);
        let withdrawn = is_withdrawn(result);
        if withdrawn {
            // The records go before the claim: whoever claims next must not find them.
            self.withdraw(deliveries).await;
        }
        let ((), (), (), is_settled) = tokio::join!(
            self.settle_failed(deliveries, withdrawn),
            self.count(deliveries),
            self.return_usage(deliveries, reserved),
            self.settle_claim(result, held),
        );
        let mut writing = std::mem::take(&mut *self.writing.lock().unwrap_or_else(PoisonError::into_inner));
        while let Some(written) = writing.join_next().await {
            log_failure("an email's outcome was not recorded", written.unwrap_or(Ok(())));
        }
        is_settled
    }

    /// The figures of this attempt; what earlier ones did they told.
    fn tell(&self, deliveries: &[Delivery]) {
        let count = |is: fn(&RecipientOutcome) -> bool| {
            deliveries.iter().filter(|delivery| !delivery.recorded && is(&delivery.outcome)).count() as u64
        };
        let counts = [
            (Metric::Sent, count(|outcome| *outcome == RecipientOutcome::Sent)),
            (Metric::Suppressed, count(|outcome| *outcome == RecipientOutcome::Suppressed)),
            (Metric::Failed, count(|outcome| outcome.status() == Status::Failed)),
            (Metric::DeliveryUnknown, count(|outcome| *outcome == RecipientOutcome::Unknown)),
        ];
        telemetry::count(&counts, self.job.call.now);
    }

    async fn withdraw(&self, deliveries: &[Delivery]) {
        let permitted = deliveries.iter().filter(|delivery| delivery.permitted);
        let withdrawals = permitted.map(|delivery| self.job.app.table.withdraw_email(delivery.id, &self.attempt.nonce));
        for withdrawn in join_all(withdrawals).await {
            log_failure("an email's record was not withdrawn", withdrawn);
        }
    }

    /// Records those that failed, unless their records were withdrawn.
    async fn settle_failed(&self, deliveries: &[Delivery], withdrawn: bool) {
        let failed = deliveries.iter().filter(|delivery| !withdrawn && delivery.permitted);
        let failed = failed.filter(|delivery| delivery.outcome.status() == Status::Failed);
        let settled = failed.map(|delivery| async move {
            let outcome = Outcome { error: delivery.outcome.error().map(Code::as_str), ..Outcome::default() };
            let (table, nonce) = (&self.job.app.table, &self.attempt.nonce);
            table.settle_email(delivery.id, nonce, Status::Failed, &outcome, self.job.call.now).await
        });
        for settled in join_all(settled).await {
            log_failure("an email's failure was not recorded", settled);
        }
    }

    async fn count(&self, deliveries: &[Delivery]) {
        let mut shards = [0_u64; SHARDS as usize];
        let sent =
            deliveries.iter().filter(|delivery| !delivery.recorded && delivery.outcome == RecipientOutcome::Sent);
        for delivery in sent.filter(|delivery| !delivery.to.is_simulator()) {
            shards[usize::from(shard_of(delivery.id))] += 1;
        }
        let project = &self.job.caller.project;
        let hour = Hour { epoch: project.epoch, at: self.job.call.now };
        let counts = (0_u8..).zip(shards).filter(|(_, count)| *count > 0);
        let table = &self.job.app.table;
        let jitter = deliveries.first().map_or(0, |delivery| jitter(delivery.id));
        let counted = counts
            .map(|(shard, count)| retry_transient(jitter, move || table.count_sent(project.id, shard, hour, count)));
        for counted in join_all(counted).await {
            log_failure("emails were not counted", counted);
        }
    }

    /// The limit counts what was handed over, or may have been.
    async fn return_usage(&self, deliveries: &[Delivery], reserved: u64) {
        let project = &self.job.caller.project;
        let used = deliveries.iter().filter(|delivery| {
            !delivery.recorded && matches!(delivery.outcome, RecipientOutcome::Sent | RecipientOutcome::Unknown)
        });
        let unused = reserved - used.count() as u64;
        if project.monthly_limit.is_some() && unused > 0 {
            let returned = self.job.app.table.return_usage(project.id, self.job.call.now, unused).await;
            log_failure("unused emails of the monthly limit were not returned", returned);
        }
    }

    async fn settle_claim(&self, result: &Result<SendResponse>, held: Option<&HeldClaim<'_>>) -> bool {
        match held {
            Some(held) => held.settle(self.job, result).await,
            None => true,
        }
    }
}

/// Spreads an email's retries: an id is as random as anything.
pub(crate) fn jitter(email: Uuid) -> u32 {
    email.as_fields().0
}

/// Logs what failed and changes no answer.
pub(crate) fn log_failure(what: &'static str, result: Result<(), TableError>) {
    if let Err(error) = result {
        telemetry::warn(what, &error);
    }
}

//! One attempt at a mail: the permit of each recipient, and its use.

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use futures_util::{FutureExt, StreamExt, stream};
use posthorn_errors::{Code, Failure};
use posthorn_lambda::{env::monotonic_now, telemetry};
use posthorn_mail::{
    mailbox::Mailbox,
    ses::{Message, SendResult, Ses},
};
use posthorn_table::{
    Table, TableError, Timestamp, Uuid,
    contact::{self, Contact},
    email::{Email, Permit, Status},
    idempotency::Attempt,
    project::ProjectFacts,
};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    task::JoinSet,
    time::{Instant, timeout_at},
};

use crate::{
    mail::Mail,
    message::{MAX_KILOBYTES, Rendered},
    outcome::{Delivery, RecipientOutcome},
    render_failures::RenderFailures,
    templates::Texts,
    text::with_text,
};

/// The maximum number of concurrent hand-overs.
const MAX_AT_ONCE: usize = 8;
/// The outcome of a recipient whose turn came after the deadline for hand-overs.
const OUTCOME_AFTER_DEADLINE: RecipientOutcome = RecipientOutcome::Failed(Code::RateLimitExceeded);

/// One attempt at delivering a mail for a project.
pub struct Mailer<'a> {
    pub(crate) table: &'a Table,
    ses: &'a Ses,
    pub(crate) project: &'a ProjectFacts,
    pub(crate) nonce: &'a str,
    pub(crate) now: Timestamp,
    pub(crate) hand_over_by: Instant,
    /// Held while a message is rendered and waits for memory, so that no other one takes memory meanwhile.
    rendering: tokio::sync::Mutex<()>,
    /// The kilobytes that concurrent messages may still take. The size of a message is known only when it is rendered.
    memory: Semaphore,
    /// The outcomes being recorded while other hand-overs still run.
    pub(crate) writes: Mutex<JoinSet<Result<(), TableError>>>,
}

impl<'a> Mailer<'a> {
    /// An attempt that hands nothing over after `hand_over_by`.
    #[must_use]
    pub fn new(
        table: &'a Table,
        ses: &'a Ses,
        project: &'a ProjectFacts,
        attempt: &'a Attempt,
        hand_over_by: Instant,
    ) -> Self {
        Self {
            table,
            ses,
            project,
            nonce: &attempt.nonce,
            now: attempt.now,
            hand_over_by,
            rendering: tokio::sync::Mutex::default(),
            memory: Semaphore::new(MAX_KILOBYTES),
            writes: Mutex::default(),
        }
    }

    /// Delivers to each recipient under the id of their email, unless `earlier` attempts left a record of it. The deliveries
    /// are in the recipients' order.
    pub async fn deliver_to_all(
        &self,
        mail: &Mail<'_>,
        recipients: &[Mailbox],
        ids: &[Uuid],
        earlier: &[Email],
    ) -> Vec<Delivery> {
        let everybody = recipients.iter().zip(ids).enumerate().map(|(place, (to, id))| {
            let earlier = earlier.iter().find(|email| email.id == *id);
            let delivery = Box::pin(self.deliver(mail, to, *id, earlier));
            async move { (place, delivery.await) }
        });
        let everybody: Vec<_> = everybody.collect();
        let mut deliveries: Vec<_> = stream::iter(everybody).buffer_unordered(MAX_AT_ONCE).collect().await;
        deliveries.sort_by_key(|(place, _)| *place);
        deliveries.into_iter().map(|(_, delivery)| delivery).collect()
    }

    /// Delivers to one recipient, unless there is a record of an earlier attempt. A panic on the way is that recipient's
    /// failure, or doubt if the mail service was called.
    pub async fn deliver(&self, mail: &Mail<'_>, to: &Mailbox, id: Uuid, earlier: Option<&Email>) -> Delivery {
        if let Some(email) = earlier {
            return Delivery::recorded(to.address.clone(), email);
        }
        let contact = contact::id(self.project.id, to.address.as_str());
        let mut delivery = Delivery::new(id, contact, to.address.clone(), OUTCOME_AFTER_DEADLINE, self.now);
        if monotonic_now() >= self.hand_over_by {
            return delivery;
        }
        let handed_over = AtomicBool::new(false);
        delivery.permitted = true;
        let outcome = AssertUnwindSafe(self.use_permit(mail, to, &delivery, &handed_over)).catch_unwind().await;
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
        mail: &Mail<'_>,
        to: &Mailbox,
        delivery: &Delivery,
        handed_over: &AtomicBool,
    ) -> Result<RecipientOutcome, Box<Email>> {
        let email = self.email(delivery);
        let both = async {
            let merged = self.merge_contact(mail, &email.to);
            let (merged, permit) = tokio::join!(merged, self.table.permit_email(&email));
            let contact = match merged {
                Err(error @ (TableError::TooLarge | TableError::Conflict(_))) => {
                    self.merge_without_data(mail, &email.to, &error).await
                }
                merged => merged,
            };
            (contact, permit)
        };
        let Ok((contact, permit)) = timeout_at(self.hand_over_by, Box::pin(both)).await else {
            return Ok(RecipientOutcome::Failed(Code::ServiceUnavailable));
        };
        match permit {
            Ok(Permit::Taken) => {}
            Ok(Permit::Found(found)) => return Err(found),
            Err(error) => return Ok(RecipientOutcome::Failed(Failure::from(error).code())),
        }
        match contact {
            Ok(contact) if contact.is_suppressed() => {
                self.start_recording(email.id, RecipientOutcome::Suppressed, None, None);
                Ok(RecipientOutcome::Suppressed)
            }
            Ok(contact) => Ok(self.hand_over(mail, to, email.id, &contact, handed_over).await),
            Err(error) => Ok(RecipientOutcome::Failed(Failure::from(error).code())),
        }
    }

    fn email(&self, delivery: &Delivery) -> Email {
        Email {
            id: delivery.id,
            project: self.project.id,
            epoch: self.project.epoch,
            contact: delivery.contact,
            to: delivery.to.as_str().to_owned(),
            status: Status::Pending,
            error: None,
            message_id: None,
            nonce: self.nonce.to_owned(),
            created_at: self.now,
        }
    }

    async fn merge_contact(&self, mail: &Mail<'_>, address: &str) -> Result<Contact, TableError> {
        let changes = mail.changes();
        self.table.merge_contact(self.project.id, address, changes.subscription(), changes.data, self.now).await
    }

    /// Makes the mail's other changes to a contact whose data does not fit, or that rivals change all the time. A public key
    /// suffices for either: that must keep no mail from anybody.
    async fn merge_without_data(
        &self,
        mail: &Mail<'_>,
        address: &str,
        error: &TableError,
    ) -> Result<Contact, TableError> {
        telemetry::warn("a contact's data was used and not kept", error);
        let changes = mail.changes();
        let removals = changes.data.removals();
        self.table.merge_contact(self.project.id, address, changes.subscription(), &removals, self.now).await
    }

    async fn hand_over(
        &self,
        mail: &Mail<'_>,
        to: &Mailbox,
        id: Uuid,
        contact: &Contact,
        handed_over: &AtomicBool,
    ) -> RecipientOutcome {
        let rendered = timeout_at(self.hand_over_by, self.render_with_memory(mail, to, contact)).await;
        let (rendered, _memory) = match rendered.unwrap_or(Err(OUTCOME_AFTER_DEADLINE)) {
            Ok(rendered) => rendered,
            Err(outcome) => return outcome,
        };
        let message = Message {
            project: &self.project.id.to_string(),
            email: &id.to_string(),
            from: &mail.sender,
            to,
            reply_to: &mail.reply_to,
            subject: &rendered.subject,
            html: &rendered.html,
            text: &rendered.text,
            headers: mail.headers,
            attachments: mail.attachments,
        };
        handed_over.store(true, Ordering::SeqCst);
        match self.ses.send(&message, jitter(id), monotonic_now(), self.hand_over_by).await {
            SendResult::Sent(message_id) => {
                self.start_recording(id, RecipientOutcome::Sent, Some(message_id), Some(rendered.subject));
                RecipientOutcome::Sent
            }
            SendResult::Unknown => {
                self.start_recording(id, RecipientOutcome::Unknown, None, Some(rendered.subject));
                RecipientOutcome::Unknown
            }
            SendResult::NotSent(reason) => {
                telemetry::warn("an email was not handed over", &reason);
                RecipientOutcome::Failed(reason.code())
            }
        }
    }

    /// Renders the message for one recipient. The permit is for its memory and is held until it is handed over. The error is the
    /// outcome of a recipient without a message.
    async fn render_with_memory(
        &self,
        mail: &Mail<'_>,
        to: &Mailbox,
        contact: &Contact,
    ) -> Result<(Rendered, SemaphorePermit<'_>), RecipientOutcome> {
        let _one_at_a_time = self.rendering.lock().await;
        let in_time = || if monotonic_now() < self.hand_over_by { Ok(()) } else { Err(OUTCOME_AFTER_DEADLINE) };
        in_time()?;
        let rendered = render(mail, to, contact).await.map_err(RecipientOutcome::NotRendered)?;
        let memory = self
            .memory
            .acquire_many(rendered.kilobytes(mail.attachments))
            .await
            .map_err(|_closed| OUTCOME_AFTER_DEADLINE)?;
        in_time()?;
        Ok((rendered, memory))
    }
}

async fn render(mail: &Mail<'_>, to: &Mailbox, contact: &Contact) -> Result<Rendered, RenderFailures> {
    let Texts { subject, html, text } = mail.templates.render(&mail.variables, &to.address, contact).await?;
    let (html, text) = match text {
        Some(text) => (html, text),
        None => with_text(html).await,
    };
    Ok(Rendered { subject, html, text })
}

/// The jitter of an email's retries, from its random id.
pub(crate) fn jitter(email: Uuid) -> u32 {
    email.as_fields().0
}

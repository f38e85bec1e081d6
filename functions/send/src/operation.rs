//! The operation of sending: at most one hand-over for an idempotency key and recipient, under any crash, retry or race.

use std::{fmt, time::Duration};

use posthorn_auth::Caller;
use posthorn_delivery::{ContactChanges, Mail, MailOutcome, MailVariables, Mailer, Templates, recorded_deliveries};
use posthorn_errors::{Code, Failure, Result};
use posthorn_idempotency::{EarlierProgress, Ending, FirstRequest, IdempotentOperation};
use posthorn_lambda::{Env, telemetry};
use posthorn_mail::mailbox::Mailbox;
use posthorn_table::{Table, TableError, Timestamp, Uuid, email::Email};
use tokio::time::{Instant, timeout_at};

use crate::{
    decide::{ending, is_withdrawn, may_yet_send, nobody_got_any, not_rendered, response},
    request::{SendRequest, content_of},
    sender::sender,
};

/// The time that is left after the last hand-over to record its outcome and answer.
const RECORD_RESERVE: Duration = Duration::from_secs(2);
/// The time that is left after that for the response, so that the response is the recorded one.
const ANSWER_RESERVE: Duration = Duration::from_millis(100);

/// The deadline for hand-overs of a request that must be answered by `answer_by`.
pub(crate) fn hand_over_by(answer_by: Instant) -> Instant {
    answer_by.checked_sub(RECORD_RESERVE).unwrap_or(answer_by)
}

/// One request to send, from one caller.
pub(crate) struct SendOperation<'a> {
    pub(crate) env: &'a Env,
    pub(crate) table: &'a Table,
    pub(crate) caller: &'a Caller,
    pub(crate) request: &'a SendRequest,
    pub(crate) mailer: Mailer<'a>,
    pub(crate) now: Timestamp,
    pub(crate) answer_by: Instant,
}

impl<'a> SendOperation<'a> {
    /// Checks templates, sender and rendering, in the contract's order, and writes nothing.
    pub(crate) async fn mail(&self) -> Result<Mail<'a>> {
        let request = self.request;
        let content = content_of(request)?;
        let sender = sender(request, &self.caller.project)?;
        let templates = Templates::parse(&content.subject, &content.body, content.text.as_deref());
        let changes = ContactChanges { subscribed: request.subscribed, data: &request.data };
        let mail = Mail {
            reply_to: request.reply.clone().unwrap_or_else(|| sender.address.clone().into()),
            sender,
            headers: &request.headers,
            attachments: &request.attachments,
            templates: templates.map_err(not_rendered)?,
            variables: MailVariables::new(changes, self.caller.project.id, self.now),
        };
        match self.mailer.check(&mail, &request.to).await? {
            Some(failures) => Err(not_rendered(failures)),
            None => Ok(mail),
        }
    }

    /// The response by the existing records, as of the first request. A recipient without a record failed with `missing`.
    fn report(&self, first: &FirstRequest<Uuid>, emails: &[Email], missing: Code) -> Result<String> {
        let recipients = self.request.to.iter().map(|to| &to.address).zip(first.ids.iter().copied());
        let deliveries = recorded_deliveries(self.caller.project.id, recipients, emails, missing, first.at);
        response(&deliveries, self.now, first.at)
    }
}

impl<'a> IdempotentOperation for SendOperation<'a> {
    type Id = Uuid;
    type Prepared = Mail<'a>;
    /// The records of emails: these are reported, the others handed over.
    type Earlier = Vec<Email>;
    type Outcome = MailOutcome;

    /// Makes a fresh id for every recipient's email.
    fn new_ids(&self) -> Vec<Uuid> {
        let id = |_: &Mailbox| uuid::Builder::from_random_bytes(self.env.random()).into_uuid();
        self.request.to.iter().map(id).collect()
    }

    async fn find_earlier(&self, first: &FirstRequest<Uuid>) -> Result<EarlierProgress<Vec<Email>>> {
        let jitter = u32::from_be_bytes(self.env.random());
        let emails = self.table.emails(&first.ids, jitter).await.map_err(|error| self.not_taken_over(error))?;
        if emails.len() < first.ids.len() {
            return Ok(EarlierProgress::Partial(emails));
        }
        Ok(EarlierProgress::Complete(ending(self.report(first, &emails, Code::DeliveryFailed), false)))
    }

    /// Keeps to the monthly limit and delivers to each recipient without a record.
    async fn run(&self, mail: &Mail<'a>, first: &FirstRequest<Uuid>, earlier: Vec<Email>) -> (Ending, MailOutcome) {
        let emails = (first.ids.len() - earlier.len()) as u64;
        let jitter = first.ids.first().map_or(0, |id| id.as_fields().0);
        if let Err(failure) = self.mailer.reserve(emails, jitter).await {
            return (self.stop(first, earlier, failure), MailOutcome::default());
        }
        let deliveries = self.mailer.deliver_to_all(mail, &self.request.to, &first.ids, &earlier).await;
        let result = response(&deliveries, self.now, self.now);
        let is_withdrawn = is_withdrawn(&result);
        let ending = ending(result, may_yet_send(&deliveries));
        (ending, MailOutcome { deliveries, is_withdrawn, reserved: emails })
    }

    /// Frees the key, unless a recipient may have got the mail before. Then the response is made from the records.
    fn stop(&self, first: &FirstRequest<Uuid>, earlier: Vec<Email>, failure: Failure) -> Ending {
        if nobody_got_any(&earlier) {
            return Ending { result: Err(failure), nothing_happened: true, unless_kept: None };
        }
        ending(self.report(first, &earlier, failure.code()), true)
    }

    async fn record(&self, outcome: MailOutcome, settle: impl Future<Output = bool> + Send) -> bool {
        let record_by = self.answer_by.checked_sub(ANSWER_RESERVE).unwrap_or(self.answer_by);
        let recorded = timeout_at(record_by, Box::pin(self.mailer.record(&outcome, settle))).await;
        recorded.unwrap_or_else(|_elapsed| {
            telemetry::warn("outcomes were not recorded in time", &Elapsed);
            false
        })
    }

    /// Gives doubt, since the request cannot find out what the attempt before it did.
    fn not_taken_over(&self, error: TableError) -> Failure {
        Failure::new(Code::DeliveryUnknown).because(error)
    }
}

/// The deadline passed before the outcomes were recorded.
#[derive(Debug)]
struct Elapsed;

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the deadline passed first")
    }
}

impl std::error::Error for Elapsed {}

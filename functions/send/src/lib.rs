//! `POST /v1/send`: transactional email, one message a recipient.
//!
//! Calls in a row: key; then contact and email record at once; SES; outcomes. With an idempotency key a claim
//! comes after the key, with a monthly limit its reservation after that; a claim is settled with the outcomes.
//!
//! The email record is the permit: only the attempt that created it may call SES, once. Whoever finds it reports
//! what it says.

mod background;
pub mod decide;
mod deliver;
mod once;
mod request;
mod sender;
mod templates;
mod text;
mod variables;

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt, stream};
use lambda_http::{Body, Request, Response};
use posthorn_auth::{Caller, PresentedKey};
use posthorn_errors::{Code, Failure, Result};
use posthorn_lambda::{
    Env,
    env::monotonic_now,
    http::{Call, Reply, respond},
    telemetry,
};
use posthorn_mail::{mailbox::Mailbox, ses::Ses};
use posthorn_routes::Function;
use posthorn_table::{
    Table, Timestamp, Uuid,
    email::Email,
    idempotency::{Attempt, Claim},
    retry_transient,
    usage::Reservation,
};
use tokio::time::{Instant, timeout_at};

use decide::{Delivery, SendResponse, answer, may_yet_send, recorded, unless_lost};
use deliver::{MAX_AT_ONCE, Outbox, jitter};
use request::{SendRequest, content_of};
use templates::Templates;
use variables::RequestVariables;

/// What is left after the last hand-over to record its outcome and answer.
const TO_RECORD: Duration = Duration::from_secs(2);
/// What is left after that for the answer, which then still is the true one.
const TO_ANSWER: Duration = Duration::from_millis(100);

/// What the function works with.
#[derive(Debug, Clone)]
pub struct App {
    /// Clock and randomness.
    pub env: Env,
    /// The table.
    pub table: Table,
    /// The mail service.
    pub ses: Ses,
}

/// Answers one request.
pub async fn handle(app: &App, request: Request) -> Response<Body> {
    respond(&app.env, Function::Send, request, |call| send(app, call)).await
}

async fn send(app: &App, call: Call) -> Result<Reply> {
    let presented = PresentedKey::read(call.authorization(), call.route.key)?;
    if app.ses.is_stale(monotonic_now()) {
        let ses = app.ses.clone();
        tokio::spawn(async move { ses.connect(monotonic_now()).await });
    }
    let known = |caller: &Caller| call.attribute(caller.project.id, caller.key.short_id());
    let caller = presented.caller(&app.table, call.route, call.now, known).await?;
    let key = call.idempotency_key()?;
    let request = SendRequest::check(&call.json()?, caller.project.default_sender.as_deref())?;
    let job = Job { app, caller: &caller, request: &request, call: &call };
    match key {
        None => {
            let attempt = Attempt::begin(app.env.random(), call.now);
            let ids = job.new_ids();
            let draft = job.draft().await?;
            job.run(&draft, &attempt, &ids, None).await.map(|answer| Reply::ok(answer.body))
        }
        Some(key) => Box::pin(once::send_once(&job, key)).await,
    }
}

/// One request to send, from one caller.
struct Job<'a> {
    app: &'a App,
    caller: &'a Caller,
    request: &'a SendRequest,
    call: &'a Call,
}

/// A request of which nothing is left to refuse but by the monthly limit.
struct Draft<'a> {
    sender: Mailbox,
    templates: Arc<Templates>,
    variables: RequestVariables<'a>,
}

/// The claim of a request with an idempotency key, while an attempt holds it.
struct HeldClaim<'a> {
    scope: &'a posthorn_table::idempotency::Scope,
    claim: &'a Claim,
    /// The records that earlier attempts left of its emails: these are reported, the others handed over.
    earlier: &'a [Email],
}

impl Job<'_> {
    /// A fresh id for every recipient's email.
    fn new_ids(&self) -> Vec<Uuid> {
        let id = |_: &Mailbox| uuid::Builder::from_random_bytes(self.app.env.random()).into_uuid();
        self.request.to.iter().map(id).collect()
    }

    /// Template, sender and rendering, in the contract's order. Nothing is written.
    async fn draft(&self) -> Result<Draft<'_>> {
        let content = content_of(self.request)?;
        let sender = sender::sender(self.request, &self.caller.project)?;
        let templates = Templates::parse(content)?;
        let variables = RequestVariables::new(self.request, self.caller.project.id, self.call.now);
        let draft = Draft { sender, templates, variables };
        self.check_templates(&draft).await?;
        Ok(draft)
    }

    fn hand_over_by(&self) -> Instant {
        self.call.answer_by.checked_sub(TO_RECORD).unwrap_or(self.call.answer_by)
    }

    /// Holds the monthly limit, delivers to everybody, records what became of it. `held` is the
    /// claim to settle beside the outcomes.
    ///
    /// After a failure nothing is left that would make a later attempt think an email was handed over, and the
    /// claim is free, or left in doubt where a hand-over is.
    async fn run(
        &self,
        draft: &Draft<'_>,
        attempt: &Attempt,
        ids: &[Uuid],
        held: Option<&HeldClaim<'_>>,
    ) -> Result<SendResponse> {
        let earlier = held.map_or(&[][..], |held| held.earlier);
        let emails = (ids.len() - earlier.len()) as u64;
        if let Err(failure) = self.reserve(ids, emails).await {
            let Some(held) = held else { return Err(failure) };
            return held.stop(self, ids, failure).await;
        }
        let outbox = Outbox::new(self, draft, attempt);
        let everybody = self.request.to.iter().zip(ids).enumerate().map(|(place, (to, id))| {
            let delivery = Box::pin(outbox.deliver(to, *id, earlier.iter().find(|email| email.id == *id)));
            async move { (place, delivery.await) }
        });
        let everybody: Vec<_> = everybody.collect();
        let mut deliveries: Vec<_> = stream::iter(everybody).buffer_unordered(MAX_AT_ONCE).collect().await;
        deliveries.sort_by_key(|(place, _)| *place);
        let deliveries: Vec<Delivery> = deliveries.into_iter().map(|(_, delivery)| delivery).collect();
        let result = answer(&deliveries, self.call.now, self.call.now);
        let record_by = self.call.answer_by.checked_sub(TO_ANSWER).unwrap_or(self.call.answer_by);
        let settled = timeout_at(record_by, Box::pin(outbox.record(&deliveries, &result, emails, held))).await;
        let is_settled = settled.unwrap_or_else(|_late| {
            telemetry::warn("outcomes were not recorded in time", &Late);
            held.is_none()
        });
        unless_lost(result, !is_settled && may_yet_send(&deliveries))
    }

    /// Answers from the records that there are, as of `at`; recipients without one failed with `missing`.
    fn report(&self, ids: &[Uuid], emails: &[Email], missing: Code, at: Timestamp) -> Result<SendResponse> {
        let recipients = self.request.to.iter().map(|to| &to.address).zip(ids.iter().copied());
        answer(&recorded(self.caller.project.id, recipients, emails, missing, at), self.call.now, at)
    }

    /// Counts against the monthly limit. Its counter is one item, which DynamoDB gives a thousand writes a second:
    /// a throttle passes, and was certainly without effect.
    async fn reserve(&self, ids: &[Uuid], emails: u64) -> Result<()> {
        let Some(limit) = self.caller.project.monthly_limit else { return Ok(()) };
        let (table, project) = (&self.app.table, self.caller.project.id);
        let jitter = ids.first().map_or(0, |id| jitter(*id));
        match retry_transient(jitter, || table.reserve_usage(project, self.call.now, emails, limit)).await? {
            Reservation::Made => Ok(()),
            Reservation::Exceeded { used } => Err(Failure::new(Code::BillingLimitExceeded)
                .suggestion("Wait until the limit resets, or ask the operator to raise it.")
                .detail("limit", limit)
                .detail("used", used)
                .detail("resetsAt", sender::next_month(self.call.now))),
        }
    }
}

/// The time to answer came first.
#[derive(Debug)]
struct Late;

impl std::fmt::Display for Late {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the time to answer came first")
    }
}

impl std::error::Error for Late {}

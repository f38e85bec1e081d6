//! Sending under an idempotency key: at most one hand-over a key and recipient, under any crash, retry or race.

use posthorn_errors::{Code, Failure, Refused};
use posthorn_lambda::http::Reply;
use posthorn_table::{
    Uuid,
    email::Email,
    idempotency::{Attempt, Claim, Claimed, Scope, Verdict},
};

use crate::{
    Held, Job,
    decide::{Answer, Fate, answer, missing},
    deliver::{Delivery, note},
};

/// Answers a request with an idempotency key.
pub(crate) async fn send_once(job: &Job<'_>, key: &str) -> Refused<Reply> {
    let scope = Scope::new(job.caller.project.id, "send", key);
    let attempt = Attempt::begin(job.app.edge.random(), job.call.now);
    let sender = match job.sender() {
        Ok(sender) => sender,
        Err(refusal) => return refused(job, &scope, key, refusal).await,
    };
    let ids = job.new_ids().iter().map(Uuid::to_string).collect();
    let request = format!("POST {}", job.call.route.pattern());
    let new = Claim::new(request, job.call.body(), ids, &attempt);
    let (claim, is_first) = match job.app.table.claim(&scope, new).await? {
        Claimed::Mine(claim) => (claim, true),
        Claimed::Held(held) => (held, false),
    };
    if is_first {
        return run(job, &sender, &attempt, &scope, &claim, &[]).await;
    }
    match claim.verdict(key, job.call.body(), job.call.now)? {
        Verdict::Replay(response) => Ok(Reply::replay(response)),
        Verdict::TakeOver => pick_up(job, &sender, &attempt, &scope, &claim, key).await,
    }
}

/// A request that is to be refused writes nothing; but if its key was used before, that comes first.
async fn refused(job: &Job<'_>, scope: &Scope, key: &str, refusal: Failure) -> Refused<Reply> {
    let Some(claim) = job.app.table.find_claim(scope, job.call.now).await? else { return Err(refusal) };
    match claim.verdict(key, job.call.body(), job.call.now)? {
        Verdict::Replay(response) => Ok(Reply::replay(response)),
        Verdict::TakeOver => Err(refusal),
    }
}

/// Continues a request whose first attempt ended in doubt or crashed: hands over what has no record, and reports
/// the rest from the records.
async fn pick_up(
    job: &Job<'_>,
    sender: &posthorn_mail::mailbox::Mailbox,
    attempt: &Attempt,
    scope: &Scope,
    held: &Claim,
    key: &str,
) -> Refused<Reply> {
    let ids = email_ids(held)?;
    let emails = job.app.table.emails(&ids).await?;
    if missing(&ids, &emails).is_empty() {
        let recorded = ids.iter().zip(&job.request.to).filter_map(|(id, to)| {
            let email = emails.iter().find(|email| email.id == *id)?;
            Some(Delivery::new(*id, email.contact, to.address.clone(), Fate::of(email)))
        });
        let result = answer(&recorded.collect::<Vec<_>>(), job.call.now, held.created_at);
        Held { scope, claim: held, earlier: &emails }.settle(job, &result).await;
        return result.map(|answer| Reply::replay(answer.body));
    }
    match job.app.table.take_over(scope, held, attempt).await? {
        Claimed::Mine(claim) => run(job, sender, attempt, scope, &claim, &emails).await,
        Claimed::Held(rival) => Err(rival.still_running(key)),
    }
}

async fn run(
    job: &Job<'_>,
    sender: &posthorn_mail::mailbox::Mailbox,
    attempt: &Attempt,
    scope: &Scope,
    claim: &Claim,
    earlier: &[Email],
) -> Refused<Reply> {
    let held = Held { scope, claim, earlier };
    let ids = email_ids(claim)?;
    let result = job.run(sender, attempt, &ids, claim.created_at, Some(&held)).await;
    result.map(|answer| Reply::ok(answer.body))
}

fn email_ids(claim: &Claim) -> Refused<Vec<Uuid>> {
    let ids = claim.ids.iter().map(|id| id.parse()).collect::<Result<Vec<_>, _>>();
    ids.map_err(|_| Failure::new(Code::InternalServerError).because("a claim's id is no UUID"))
}

impl Held<'_> {
    /// Ends an attempt that handed nothing over: frees the key, unless somebody may have got the mail before.
    pub(crate) async fn stop(&self, job: &Job<'_>, failure: &Failure) {
        let (table, nonce) = (&job.app.table, &self.claim.nonce);
        let nobody = self.earlier.iter().all(|email| matches!(Fate::of(email), Fate::Failed(_)));
        let stopped = if nobody {
            table.release_claim(self.scope, nonce).await
        } else {
            table.leave_claim(self.scope, nonce, failure.code()).await
        };
        note("an idempotency key was not settled", stopped);
    }

    /// Keeps an answer; leaves what is in doubt to the next repeat; frees the key where nobody got anything.
    pub(crate) async fn settle(&self, job: &Job<'_>, result: &Refused<Answer>) {
        let (table, nonce) = (&job.app.table, &self.claim.nonce);
        let settled = match result {
            Ok(answer) => table.settle_claim(self.scope, nonce, &answer.body).await,
            Err(failure) if failure.code().nothing_happened() => table.release_claim(self.scope, nonce).await,
            Err(in_doubt) => table.leave_claim(self.scope, nonce, in_doubt.code()).await,
        };
        note("an idempotency key was not settled", settled);
    }
}

//! Sending under an idempotency key: at most one hand-over a key and recipient, under any crash, retry or race.

use posthorn_errors::{Code, Failure, Result};
use posthorn_idempotency::{Verdict, stored_response, verdict};
use posthorn_lambda::http::Reply;
use posthorn_table::{
    TableError, Uuid,
    email::Email,
    idempotency::{Attempt, Claim, ClaimOutcome, Scope},
};

use crate::{
    Draft, HeldClaim, Job,
    decide::{ClaimEnd, SendResponse, nobody_got_any, unless_lost},
    deliver::log_failure,
};

/// Answers a request with an idempotency key. One that is to be refused writes nothing; but if its key was used before,
/// that comes first.
pub(crate) async fn send_once(job: &Job<'_>, key: &str) -> Result<Reply> {
    let scope = Scope::new(job.caller.project.id, "send", key);
    let attempt = Attempt::begin(job.app.env.random(), job.call.now);
    let (draft, found) = match job.draft().await {
        Ok(draft) => match claim(job, &scope, &attempt).await? {
            ClaimOutcome::Mine(claim) => return run(job, &draft, &attempt, &scope, &claim, &[]).await,
            ClaimOutcome::Theirs(found) => (Ok(draft), found),
        },
        Err(refusal) => match job.app.table.find_claim(&scope, job.call.now).await? {
            Some(found) => (Err(refusal), Box::new(found)),
            None => return Err(refusal),
        },
    };
    match verdict(&found, key, job.call.body(), job.call.now)? {
        Verdict::Replay(response) => Ok(Reply::replay(response)),
        Verdict::TakeOver => pick_up(job, draft, &attempt, &scope, &found, key).await,
    }
}

async fn claim(job: &Job<'_>, scope: &Scope, attempt: &Attempt) -> Result<ClaimOutcome> {
    let ids = job.new_ids().iter().map(Uuid::to_string).collect();
    let request = job.call.route.label();
    Ok(job.app.table.claim(scope, Claim::new(request, job.call.body(), ids, attempt)).await?)
}

/// What a repeat is answered that cannot find out what the attempt before it did.
fn in_doubt(error: TableError) -> Failure {
    Failure::new(Code::DeliveryUnknown).because(error)
}

/// Continues a request whose first attempt ended in doubt or crashed: hands over what has no record, unless the request
/// is to be refused now, and reports the rest from the records.
async fn pick_up(
    job: &Job<'_>,
    draft: Result<Draft<'_>>,
    attempt: &Attempt,
    scope: &Scope,
    held: &Claim,
    key: &str,
) -> Result<Reply> {
    let ids = email_ids(held)?;
    let emails = job.app.table.emails(&ids, u32::from_be_bytes(job.app.env.random())).await.map_err(in_doubt)?;
    if emails.len() == ids.len() {
        let result = job.report(&ids, &emails, Code::DeliveryFailed, held.created_at);
        HeldClaim { scope, claim: held, earlier: &emails }.settle(job, &result).await;
        return result.map(|answer| Reply::replay(answer.body));
    }
    match job.app.table.take_over(scope, held, attempt).await.map_err(in_doubt)? {
        ClaimOutcome::Mine(claim) => match draft {
            Ok(draft) => run(job, &draft, attempt, scope, &claim, &emails).await,
            Err(refusal) => {
                let result = HeldClaim { scope, claim: &claim, earlier: &emails }.stop(job, &ids, refusal).await;
                result.map(|answer| Reply::replay(answer.body))
            }
        },
        ClaimOutcome::Theirs(rival) => stored_response(&rival, key, job.call.body(), job.call.now).map(Reply::replay),
    }
}

async fn run(
    job: &Job<'_>,
    draft: &Draft<'_>,
    attempt: &Attempt,
    scope: &Scope,
    claim: &Claim,
    earlier: &[Email],
) -> Result<Reply> {
    let held = HeldClaim { scope, claim, earlier };
    let ids = email_ids(claim)?;
    let result = job.run(draft, attempt, &ids, Some(&held)).await;
    result.map(|answer| Reply::ok(answer.body))
}

fn email_ids(claim: &Claim) -> Result<Vec<Uuid>> {
    let ids = claim.ids.iter().map(|id| id.parse()).collect::<Result<Vec<_>, _>>();
    ids.map_err(|_| Failure::new(Code::InternalServerError).because("a claim's id is no UUID"))
}

impl HeldClaim<'_> {
    /// Ends an attempt that handed nothing over, because of `failure`: frees the key, unless somebody may have got
    /// the mail before; then the answer is what the records say.
    pub(crate) async fn stop(&self, job: &Job<'_>, ids: &[Uuid], failure: Failure) -> Result<SendResponse> {
        if nobody_got_any(self.earlier) {
            log_failure(
                "an idempotency key was not freed",
                job.app.table.release_claim(self.scope, &self.claim.nonce).await,
            );
            return Err(failure);
        }
        let result = job.report(ids, self.earlier, failure.code(), self.claim.created_at);
        let settled = self.settle(job, &result).await;
        unless_lost(result, !settled)
    }

    /// Keeps an answer; leaves what is in doubt to the next repeat; frees the key where nobody got anything. False if that
    /// is not certain.
    pub(crate) async fn settle(&self, job: &Job<'_>, result: &Result<SendResponse>) -> bool {
        let (table, nonce) = (&job.app.table, &self.claim.nonce);
        let settled = match ClaimEnd::of(result) {
            ClaimEnd::Keep(body) => table.settle_claim(self.scope, nonce, body).await,
            ClaimEnd::Free => table.release_claim(self.scope, nonce).await.map(|()| true),
            ClaimEnd::Leave(code) => table.leave_claim(self.scope, nonce, code).await.map(|()| true),
        };
        let is_settled = matches!(settled, Ok(true));
        log_failure("an idempotency key was not settled", settled.map(drop));
        is_settled
    }
}

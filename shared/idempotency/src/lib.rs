//! Requests with an idempotency key: the first one is carried out, and its repeats get its response.
//!
//! A request claims its key by a conditional write, carries out its [`IdempotentOperation`], and keeps the response in the claim. A
//! repeat that finds the claim gets the response; is refused while the first attempt may still run; or takes the claim
//! over, if that attempt ended without a response that holds, and carries the operation on with the same ids. A request
//! that is to be refused claims nothing, but if its key was used before, that comes first.

mod operation;
mod verdict;

use std::{fmt::Display, future::ready};

use posthorn_errors::{Code, Failure, Result};
use posthorn_table::{
    Table, Timestamp,
    idempotency::{Attempt, Claim, ClaimOutcome, IdempotencyScope},
};

pub use operation::{ClaimEnd, EarlierProgress, Ending, FirstRequest, IdempotentOperation};
pub use verdict::{Verdict, stored_response, verdict};

/// A request with an idempotency key.
pub struct KeyedRequest<'a> {
    /// The caller's key.
    pub key: &'a str,
    /// The scope of the key.
    pub scope: IdempotencyScope,
    /// Method and path, such as `POST /v1/send`, for the error of a caller who reuses the key.
    pub request: &'a str,
    /// The body's bytes: a repeat has the same.
    pub body: &'a [u8],
    /// This attempt at the request.
    pub attempt: &'a Attempt,
}

/// The response to a request with an idempotency key.
pub struct KeyedResponse {
    /// The body's text.
    pub body: String,
    /// True if an earlier request with the key brought it about.
    pub is_replay: bool,
}

impl KeyedResponse {
    fn first(body: String) -> Self {
        Self { body, is_replay: false }
    }

    fn replay(body: String) -> Self {
        Self { body, is_replay: true }
    }
}

impl KeyedRequest<'_> {
    /// Carries out `operation`, or gives the response of the request that did. `prepared` is all that is checked and derived without
    /// a write, or the failure for which the request is to be refused.
    ///
    /// # Errors
    /// `IDEMPOTENCY_KEY_REUSED` if the key was used with another body, or an earlier request with it may still run;
    /// the failure of `prepared`; any failure of the operation; a failure of the table, after which nothing was carried out.
    pub async fn respond<O: IdempotentOperation>(
        &self,
        table: &Table,
        operation: &O,
        prepared: Result<O::Prepared>,
    ) -> Result<KeyedResponse> {
        let (prepared, found) = match prepared {
            Ok(prepared) => {
                let first = FirstRequest { ids: operation.new_ids(), at: self.attempt.now };
                match table.claim(&self.scope, self.claim(&first.ids)).await? {
                    ClaimOutcome::Mine(claim) => {
                        return self.run(table, operation, &prepared, &claim, &first, O::Earlier::default()).await;
                    }
                    ClaimOutcome::Theirs(found) => (Ok(prepared), found),
                }
            }
            Err(refusal) => match table.find_claim(&self.scope, self.attempt.now).await? {
                Some(found) => (Err(refusal), Box::new(found)),
                None => return Err(refusal),
            },
        };
        match verdict(&found, self.key, self.body, self.attempt.now)? {
            Verdict::Replay(body) => Ok(KeyedResponse::replay(body)),
            Verdict::TakeOver => self.take_over(table, operation, prepared, &found).await,
        }
    }

    fn claim<I: Display>(&self, ids: &[I]) -> Claim {
        let ids = ids.iter().map(I::to_string).collect();
        Claim::new(self.request.to_owned(), self.body, ids, self.attempt)
    }

    /// Carries on an operation whose attempt, `found`, ended without a response that holds.
    async fn take_over<O: IdempotentOperation>(
        &self,
        table: &Table,
        operation: &O,
        prepared: Result<O::Prepared>,
        found: &Claim,
    ) -> Result<KeyedResponse> {
        let first = first_request(found)?;
        let earlier = match operation.find_earlier(&first).await? {
            EarlierProgress::Complete(ending) => return self.close(table, found, ending).await,
            EarlierProgress::Partial(earlier) => earlier,
        };
        let taken_over = table.take_over(&self.scope, found, self.attempt).await;
        match taken_over.map_err(|error| operation.not_taken_over(error))? {
            ClaimOutcome::Mine(claim) => match prepared {
                Ok(prepared) => self.run(table, operation, &prepared, &claim, &first, earlier).await,
                Err(refusal) => self.close(table, &claim, operation.stop(&first, earlier, refusal)).await,
            },
            ClaimOutcome::Theirs(rival) => {
                stored_response(&rival, self.key, self.body, self.attempt.now).map(KeyedResponse::replay)
            }
        }
    }

    async fn run<O: IdempotentOperation>(
        &self,
        table: &Table,
        operation: &O,
        prepared: &O::Prepared,
        claim: &Claim,
        first: &FirstRequest<O::Id>,
        earlier: O::Earlier,
    ) -> Result<KeyedResponse> {
        let (ending, outcome) = operation.run(prepared, first, earlier).await;
        let is_settled = operation.record(outcome, settle(table, &self.scope, claim, &ending)).await;
        ending.response(is_settled).map(KeyedResponse::first)
    }

    /// Ends a claim whose operation has nothing else to record.
    async fn close(&self, table: &Table, claim: &Claim, ending: Ending) -> Result<KeyedResponse> {
        let is_settled = settle(table, &self.scope, claim, &ending).await;
        ending.response(is_settled).map(KeyedResponse::replay)
    }
}

/// Carries out the operation of a request made `now` without an idempotency key: no claim is made, and no repeat is
/// recognised.
///
/// # Errors
/// Any failure of the operation.
pub async fn run_unkeyed<O: IdempotentOperation>(
    operation: &O,
    prepared: &O::Prepared,
    now: Timestamp,
) -> Result<String> {
    let first = FirstRequest { ids: operation.new_ids(), at: now };
    let (ending, outcome) = operation.run(prepared, &first, O::Earlier::default()).await;
    operation.record(outcome, ready(true)).await;
    ending.result
}

/// The first request by the claim, which keeps its ids and its time when another request takes it over.
fn first_request<I: std::str::FromStr>(claim: &Claim) -> Result<FirstRequest<I>> {
    let ids = claim.ids.iter().map(|id| id.parse()).collect::<Result<_, _>>();
    let ids = ids.map_err(|_| Failure::new(Code::InternalServerError).because("a claim's id does not parse"))?;
    Ok(FirstRequest { ids, at: claim.created_at })
}

/// Ends a claim. Gives false if that is uncertain: then the claim's lease runs out, and the next request with the key looks the
/// outcome up.
async fn settle(table: &Table, scope: &IdempotencyScope, claim: &Claim, ending: &Ending) -> bool {
    let settled = match ending.claim_end() {
        ClaimEnd::Keep(body) => table.settle_claim(scope, &claim.nonce, body).await,
        ClaimEnd::Free => table.release_claim(scope, &claim.nonce).await.map(|()| true),
        ClaimEnd::Leave(code) => table.leave_claim(scope, &claim.nonce, code).await.map(|()| true),
    };
    settled.unwrap_or_else(|error| {
        tracing::warn!(%error, "an idempotency key was not settled");
        false
    })
}

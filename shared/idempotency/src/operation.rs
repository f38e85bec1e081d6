//! The operation of a request with an idempotency key.

use std::{fmt::Display, str::FromStr};

use posthorn_errors::{Code, Failure, Result};
use posthorn_table::{TableError, Timestamp};

/// The first request with a key: its repeats carry its operation on under its ids and its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstRequest<I> {
    /// The ids of the operation's effects.
    pub ids: Vec<I>,
    /// The time of the request.
    pub at: Timestamp,
}

/// The progress of an operation by earlier attempts.
pub enum EarlierProgress<E> {
    /// Nothing of it is left to do, and this is its end.
    Complete(Ending),
    /// The rest is to be done; this is there already.
    Partial(E),
}

/// The end of an attempt at an operation.
pub struct Ending {
    /// The response's body, or the failure.
    pub result: Result<String>,
    /// True if a failure certainly left no effect, so that the key is free. Otherwise the next request with the key looks the
    /// outcome up.
    pub nothing_happened: bool,
    /// The failure in place of a response that the claim may not have kept, if such a response may not stay true.
    pub unless_kept: Option<Code>,
}

/// The end of a claim.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ClaimEnd<'a> {
    /// It keeps the response: this body.
    Keep(&'a str),
    /// It is removed, and the key is free.
    Free,
    /// It is left to the next request with the key, with the failure of this one.
    Leave(Code),
}

impl Ending {
    /// The end of the claim.
    #[must_use]
    pub fn claim_end(&self) -> ClaimEnd<'_> {
        match &self.result {
            Ok(body) => ClaimEnd::Keep(body),
            Err(_) if self.nothing_happened => ClaimEnd::Free,
            Err(failure) => ClaimEnd::Leave(failure.code()),
        }
    }

    /// The body of the response. `is_settled` is false if the claim may not have ended as it should.
    ///
    /// # Errors
    /// The failure of the operation, or the one in place of its response.
    pub fn response(self, is_settled: bool) -> Result<String> {
        match (self.result, self.unless_kept) {
            (Ok(_), Some(code)) if !is_settled => Err(code.into()),
            (result, _) => result,
        }
    }
}

/// An operation that must not be carried out twice for one idempotency key.
pub trait IdempotentOperation: Sync {
    /// The id of an effect. Its text is kept in the claim.
    type Id: Display + FromStr + Send + Sync;
    /// The request once it is checked: nothing is left for which it is refused.
    type Prepared: Send + Sync;
    /// The effects that earlier attempts left.
    type Earlier: Default + Send;
    /// The outcome of the operation, which [`Self::record`] records.
    type Outcome: Send;

    /// Fresh ids for all effects of the operation.
    fn new_ids(&self) -> Vec<Self::Id>;

    /// Looks up the progress of earlier attempts. The default does the whole operation again, under the same ids.
    ///
    /// # Errors
    /// The failure of a request that cannot look it up.
    fn find_earlier(
        &self,
        _first: &FirstRequest<Self::Id>,
    ) -> impl Future<Output = Result<EarlierProgress<Self::Earlier>>> + Send {
        async { Ok(EarlierProgress::Partial(Self::Earlier::default())) }
    }

    /// Carries out what earlier attempts left of the operation to do.
    fn run(
        &self,
        prepared: &Self::Prepared,
        first: &FirstRequest<Self::Id>,
        earlier: Self::Earlier,
    ) -> impl Future<Output = (Ending, Self::Outcome)> + Send;

    /// Ends the operation without carrying it on, because of `failure`. Without an implementation the claim is left to the next
    /// request with the key.
    fn stop(&self, _first: &FirstRequest<Self::Id>, _earlier: Self::Earlier, failure: Failure) -> Ending {
        Ending { result: Err(failure), nothing_happened: false, unless_kept: None }
    }

    /// Records the outcome, and awaits `settle`, which ends the claim, at once with the writes that are independent of it. Gives
    /// the result of `settle`, or false if there was no time for it. Without an implementation nothing else is recorded.
    fn record(
        &self,
        _outcome: Self::Outcome,
        settle: impl Future<Output = bool> + Send,
    ) -> impl Future<Output = bool> + Send {
        settle
    }

    /// The failure of a request that could not take the claim over.
    fn not_taken_over(&self, error: TableError) -> Failure {
        error.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ending(result: Result<String>) -> Ending {
        Ending { result, nothing_happened: false, unless_kept: Some(Code::DeliveryUnknown) }
    }

    #[test]
    fn a_claim_keeps_a_response_and_is_freed_only_where_nothing_happened() {
        let failed = || Err(Code::ServiceUnavailable.into());
        assert!(ending(Ok("1".to_owned())).claim_end() == ClaimEnd::Keep("1"));
        assert!(ending(failed()).claim_end() == ClaimEnd::Leave(Code::ServiceUnavailable));
        assert!(Ending { nothing_happened: true, ..ending(failed()) }.claim_end() == ClaimEnd::Free);
    }

    #[test]
    fn a_response_that_must_be_kept_is_given_only_if_it_is() {
        let code = |ending: Ending, is_settled| ending.response(is_settled).map_err(|failure| failure.code());
        let kept = || ending(Ok("1".to_owned()));
        assert_eq!(code(kept(), true), Ok("1".to_owned()));
        assert_eq!(code(kept(), false), Err(Code::DeliveryUnknown));
        assert_eq!(code(Ending { unless_kept: None, ..kept() }, false), Ok("1".to_owned()));
        assert_eq!(code(ending(Err(Code::DeliveryFailed.into())), false), Err(Code::DeliveryFailed));
    }
}

//! The verdict on a request whose key another has claimed. Pure.

use posthorn_errors::{Code, Failure, Result};
use posthorn_table::{
    Timestamp,
    idempotency::{Claim, ClaimState},
};

/// The course of a request that finds a claim.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It gives the response of the first: this body.
    Replay(String),
    /// It takes the claim over, whose attempt ended without a response that holds.
    TakeOver,
}

/// The verdict on a request made `now`, with this key and body.
///
/// # Errors
/// `IDEMPOTENCY_KEY_REUSED` if the claim is of another body, or its attempt may still run.
pub fn verdict(claim: &Claim, key: &str, body: &[u8], now: Timestamp) -> Result<Verdict> {
    if !claim.is_for_body(body) {
        return Err(reused(claim, key, "This Idempotency-Key was already used with another request body."));
    }
    match (claim.state, &claim.response) {
        (ClaimState::Done, Some(response)) => Ok(Verdict::Replay(response.clone())),
        (ClaimState::Running, _) if claim.lease_until > now => Err(still_running(claim, key)),
        _ => Ok(Verdict::TakeOver),
    }
}

/// The body of the response to a request that came second to this claim in taking an earlier one over.
///
/// # Errors
/// `IDEMPOTENCY_KEY_REUSED` unless the claim keeps a response already.
pub fn stored_response(claim: &Claim, key: &str, body: &[u8], now: Timestamp) -> Result<String> {
    match verdict(claim, key, body, now)? {
        Verdict::Replay(response) => Ok(response),
        Verdict::TakeOver => Err(still_running(claim, key)),
    }
}

fn still_running(claim: &Claim, key: &str) -> Failure {
    reused(claim, key, "A request with this Idempotency-Key is still running.")
        .suggestion("Wait a moment, then send the same request again.")
}

fn reused(claim: &Claim, key: &str, message: &'static str) -> Failure {
    let status = match claim.state {
        ClaimState::Running => None,
        ClaimState::Done => Some(200),
        ClaimState::Unknown => claim.status_code,
    };
    Failure::new(Code::IdempotencyKeyReused)
        .message(message)
        .suggestion("Use a new Idempotency-Key for a new request.")
        .detail("key", key)
        .detail("originalRequest", claim.request.as_str())
        .detail("originalRequestAt", format!("{:.3}", claim.created_at))
        .detail("originalStatusCode", status)
}

#[cfg(test)]
mod tests {
    use posthorn_table::idempotency::Attempt;

    use super::*;

    const BODY: &[u8] = b"{}";
    const OTHER: &[u8] = b"[]";

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    /// A claim of a request made at the beginning of 1970, whose lease is a minute.
    fn claim(state: ClaimState, response: Option<&str>) -> Claim {
        let attempt = Attempt::begin([0; 16], at(0));
        let claim = Claim::new("POST /v1/send".to_owned(), BODY, vec![], &attempt);
        Claim { state, response: response.map(str::to_owned), ..claim }
    }

    #[test]
    fn a_claim_is_replayed_once_it_keeps_a_response_and_taken_over_once_its_attempt_has_ended() {
        let reused = || Err(Code::IdempotencyKeyReused);
        for (claim, body, seconds, expected) in [
            (claim(ClaimState::Running, None), BODY, 59, reused()),
            (claim(ClaimState::Running, None), BODY, 60, Ok(Verdict::TakeOver)),
            (claim(ClaimState::Unknown, None), BODY, 1, Ok(Verdict::TakeOver)),
            (claim(ClaimState::Done, Some("1")), BODY, 1, Ok(Verdict::Replay("1".to_owned()))),
            (claim(ClaimState::Done, Some("1")), OTHER, 1, reused()),
            (claim(ClaimState::Running, None), OTHER, 60, reused()),
        ] {
            let found = verdict(&claim, "k", body, at(seconds)).map_err(|failure| failure.code());
            assert_eq!(found, expected, "{claim:?} after {seconds} s");
        }
    }

    #[test]
    fn a_rival_that_was_too_late_to_take_over_gets_the_kept_response_or_none() {
        let stored = |claim: &Claim| stored_response(claim, "k", BODY, at(90)).map_err(|failure| failure.code());
        assert_eq!(stored(&claim(ClaimState::Done, Some("1"))), Ok("1".to_owned()));
        for state in [ClaimState::Running, ClaimState::Unknown] {
            assert_eq!(stored(&claim(state, None)), Err(Code::IdempotencyKeyReused));
        }
    }
}

//! Maps the outcomes of recipients to the HTTP response and the claim's end. Pure.

use std::borrow::Cow;

use jiff::SignedDuration;
use posthorn_delivery::{Delivery, RecipientOutcome, RenderFailures};
use posthorn_errors::{Code, Failure, FieldCode, FieldError, Result};
use posthorn_idempotency::Ending;
use posthorn_lambda::{env::rfc3339, http::Reply};
use posthorn_liquid::RenderError;
use posthorn_table::{
    Timestamp,
    email::{Email, Status},
};
use serde_json::{Value, json};

/// The time without an event of the mail service after which a mail in doubt is presumed not to have gone out.
const DOUBT_ENDS_AFTER: SignedDuration = SignedDuration::from_mins(15);
/// The message for a record that says only that templates exceeded a limit.
const NOT_RENDERED: &str = "The templates exceed a limit with this recipient's data.";

/// The body of a 200. The request fails as a whole only if every recipient failed or is in doubt. It is then in doubt if any
/// recipient is. Otherwise it has the code of the first recipient whose code is not `VALIDATION_ERROR`, or `VALIDATION_ERROR` if
/// all have that.
///
/// `answered_at` is the time in the body.
///
/// # Errors
/// The failure of the request as a whole.
pub fn response(deliveries: &[Delivery], now: Timestamp, answered_at: Timestamp) -> Result<String> {
    let outcomes = || deliveries.iter().map(|delivery| delivery.outcome);
    if outcomes().any(|outcome| matches!(outcome, RecipientOutcome::Sent | RecipientOutcome::Suppressed)) {
        return Ok(body(deliveries, answered_at));
    }
    let doubts = deliveries.iter().filter(|delivery| delivery.outcome == RecipientOutcome::Unknown);
    if let Some(youngest) = doubts.map(|delivery| delivery.since).max() {
        return Err(in_doubt(now, youngest, may_yet_send(deliveries)));
    }
    let first = outcomes().find(|outcome| outcome.error() != Some(Code::ValidationError)).or(outcomes().next());
    Err(first.map_or_else(
        || Failure::new(Code::InternalServerError).because("a request without recipients"),
        |outcome| failure(outcome).because("no recipient's email was handed over"),
    ))
}

/// True if a recipient failed who may have no record: unless the claim keeps a response, a later attempt with the key may send
/// to them.
#[must_use]
pub fn may_yet_send(deliveries: &[Delivery]) -> bool {
    deliveries.iter().any(|delivery| delivery.outcome.status() == Status::Failed && !delivery.recorded)
}

/// The end of a request with this result. If it `must_be_kept`, it is in doubt unless the claim keeps it: the response may not
/// stay true.
#[must_use]
pub fn ending(result: Result<String>, must_be_kept: bool) -> Ending {
    let nothing_happened = result.as_ref().is_err_and(|failure| failure.code().nothing_happened());
    Ending { result, nothing_happened, unless_kept: must_be_kept.then_some(Code::DeliveryUnknown) }
}

/// True if nobody got anything of these emails, for certain: a request that stops may free its key.
#[must_use]
pub fn nobody_got_any(emails: &[Email]) -> bool {
    emails.iter().all(|email| RecipientOutcome::of(email).status() == Status::Failed)
}

/// True if a request that ends so leaves no email record: it can be made again as if it never was.
#[must_use]
pub fn is_withdrawn(result: &Result<String>) -> bool {
    let keeps_records = |code| matches!(code, Code::DeliveryFailed | Code::DeliveryUnknown);
    result.as_ref().is_err_and(|failure| !keeps_records(failure.code()))
}

/// `VALIDATION_ERROR` with every field that has no text.
#[must_use]
pub fn not_rendered(failures: RenderFailures) -> Failure {
    let error = |(field, error): (&str, RenderError)| FieldError {
        field: field.to_owned(),
        message: error.to_string().into(),
        code: FieldCode::TooLarge,
    };
    Failure::new(Code::ValidationError).fields(failures.errors().map(error).collect())
}

/// The failure of a request of which nobody got anything, by the outcome of this recipient. An email's record keeps
/// a code alone, and only templates make it `VALIDATION_ERROR`.
fn failure(outcome: RecipientOutcome) -> Failure {
    match outcome {
        RecipientOutcome::NotRendered(failures) => not_rendered(failures),
        RecipientOutcome::Failed(Code::ValidationError) => Failure::new(Code::ValidationError).message(NOT_RENDERED),
        _ => Failure::new(outcome.error().unwrap_or(Code::InternalServerError)),
    }
}

/// The text of a recipient's error.
fn message(outcome: RecipientOutcome, code: Code) -> Cow<'static, str> {
    match outcome {
        RecipientOutcome::NotRendered(failures) => failures.to_string().into(),
        RecipientOutcome::Failed(Code::ValidationError) => NOT_RENDERED.into(),
        _ => code.message().into(),
    }
}

/// The failure of a request in doubt since `since`, its last possible hand-over. Doubt does not end while a repeat may still send.
fn in_doubt(now: Timestamp, since: Timestamp, may_yet_send: bool) -> Failure {
    let failure = Failure::new(Code::DeliveryUnknown);
    if may_yet_send || now.duration_since(since) < DOUBT_ENDS_AFTER {
        return failure;
    }
    failure.detail("presumed", "not_sent").suggestion("To send it anyway, use a new Idempotency-Key.")
}

fn body(deliveries: &[Delivery], at: Timestamp) -> String {
    let emails: Vec<Value> = deliveries.iter().map(entry).collect();
    Reply::envelope(&json!({"emails": emails, "timestamp": rfc3339(at)}))
}

fn entry(delivery: &Delivery) -> Value {
    let Delivery { id, contact, to, outcome, .. } = delivery;
    let mut entry = json!({
        "contact": {"id": contact, "email": to.as_str()},
        "email": id,
        "status": outcome.status().as_str(),
    });
    if let Some(code) = outcome.error() {
        entry["error"] = json!({"code": code.as_str(), "message": message(*outcome, code)});
    }
    entry
}

#[cfg(test)]
mod tests {
    use posthorn_mail::address::Address;
    use posthorn_table::Uuid;

    use super::*;

    fn deliveries(outcomes: &[RecipientOutcome]) -> Vec<Delivery> {
        let to = Address::parse("ada@example.org").unwrap();
        outcomes.iter().map(|outcome| Delivery::new(Uuid::nil(), Uuid::nil(), to.clone(), *outcome, at(0))).collect()
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[test]
    fn a_request_fails_only_if_nobody_got_anything() {
        use RecipientOutcome::{Failed, Sent, Suppressed, Unknown};
        let throttled = Failed(Code::RateLimitExceeded);
        let refused = Failed(Code::DeliveryFailed);
        let not_rendered = RecipientOutcome::NotRendered(RenderFailures {
            body: Some(RenderError::Steps),
            ..RenderFailures::default()
        });
        for (outcomes, expected) in [
            (&[Sent][..], None),
            (&[Suppressed], None),
            (&[throttled, Suppressed], None),
            (&[Unknown, Sent], None),
            (&[throttled], Some(Code::RateLimitExceeded)),
            (&[refused, throttled], Some(Code::DeliveryFailed)),
            (&[throttled, Unknown], Some(Code::DeliveryUnknown)),
            (&[not_rendered], Some(Code::ValidationError)),
            (&[not_rendered, Failed(Code::ValidationError)], Some(Code::ValidationError)),
            (&[not_rendered, throttled], Some(Code::RateLimitExceeded)),
            (&[not_rendered, Suppressed], None),
        ] {
            let code = response(&deliveries(outcomes), at(0), at(0)).err().map(|failure| failure.code());
            assert_eq!(code, expected, "{outcomes:?}");
        }
    }

    #[test]
    fn doubt_ends_after_a_quarter_of_an_hour() {
        let presumed = |now: i64| {
            let failure = response(&deliveries(&[RecipientOutcome::Unknown]), at(now), at(0)).unwrap_err();
            failure.details().get("presumed").cloned()
        };
        assert_eq!(presumed(899), None);
        assert_eq!(presumed(900), Some("not_sent".into()));
    }

    #[test]
    fn a_template_without_a_text_is_wrong_in_each_of_its_fields() {
        let not_rendered = RenderFailures {
            subject: Some(RenderError::Output { bytes: 8_192 }),
            body: None,
            text: Some(RenderError::Steps),
        };
        let failure = response(&deliveries(&[RecipientOutcome::NotRendered(not_rendered)]), at(0), at(0)).unwrap_err();
        let fields: Vec<_> = failure.field_errors().iter().map(|error| (error.field.as_str(), error.code)).collect();
        assert_eq!(fields, [("subject", FieldCode::TooLarge), ("text", FieldCode::TooLarge)]);
        assert!(is_withdrawn(&Err(failure)));
    }

    #[test]
    fn every_recipient_has_an_entry() {
        let body = response(&deliveries(&[RecipientOutcome::Sent, RecipientOutcome::Unknown]), at(0), at(0)).unwrap();
        let body: Value = serde_json::from_str(&body).unwrap();
        let emails = body["data"]["emails"].as_array().unwrap();
        assert_eq!(emails[0]["status"], "SENT");
        assert_eq!(emails[0].get("error"), None);
        assert_eq!(emails[1]["error"]["code"], "DELIVERY_UNKNOWN");
        assert_eq!(body["data"]["timestamp"], "1970-01-01T00:00:00.000Z");
    }

    #[test]
    fn a_doubt_does_not_end_while_a_later_attempt_may_send() {
        let presumed = |deliveries: &[Delivery]| {
            let failure = response(deliveries, at(3_600), at(3_600)).unwrap_err();
            failure.details().contains_key("presumed")
        };
        let mut both = deliveries(&[RecipientOutcome::Unknown, RecipientOutcome::Failed(Code::SenderNotVerified)]);
        assert!(!presumed(&both));
        both[1].recorded = true;
        assert!(presumed(&both));
    }
}

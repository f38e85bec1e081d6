//! What a request is answered, from what became of each recipient, and what is left of it: pure.

use std::{borrow::Cow, fmt};

use jiff::SignedDuration;
use posthorn_errors::{Code, Failure, FieldCode, FieldError, Result};
use posthorn_lambda::{env::rfc3339, http::Reply};
use posthorn_liquid::RenderError;
use posthorn_mail::address::Address;
use posthorn_table::{
    Timestamp, Uuid, contact,
    email::{Email, Status},
};
use serde_json::{Value, json};

/// After so long without an event of the mail service, a mail in doubt is presumed not to have gone out.
const DOUBT_ENDS_AFTER: SignedDuration = SignedDuration::from_mins(15);

/// What became of one recipient, as the API says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecipientOutcome {
    /// The mail service took it.
    Sent,
    /// A bounce or a complaint is on record; nothing was handed over.
    Suppressed,
    /// Nothing was handed over, for certain.
    Failed(Code),
    /// Nothing was handed over: the templates exceed a limit over this recipient's data.
    NotRendered(RenderFailures),
    /// The mail service's answer was lost.
    Unknown,
}

impl RecipientOutcome {
    /// From an email's record, whoever wrote it last.
    #[must_use]
    pub fn of(email: &Email) -> Self {
        match email.status {
            Status::Pending | Status::Unknown => Self::Unknown,
            Status::Suppressed => Self::Suppressed,
            Status::Failed => {
                let code = email.error.as_deref().and_then(|code| code.parse().ok());
                Self::Failed(code.unwrap_or(Code::DeliveryFailed))
            }
            Status::Sent
            | Status::Delivered
            | Status::Opened
            | Status::Clicked
            | Status::Bounced
            | Status::Complained => Self::Sent,
        }
    }

    /// The status that an email's record gets.
    #[must_use]
    pub fn status(self) -> Status {
        match self {
            Self::Sent => Status::Sent,
            Self::Suppressed => Status::Suppressed,
            Self::Failed(_) | Self::NotRendered(_) => Status::Failed,
            Self::Unknown => Status::Unknown,
        }
    }

    /// The code of its error, if it has one.
    #[must_use]
    pub fn error(self) -> Option<Code> {
        match self {
            Self::Sent | Self::Suppressed => None,
            Self::Failed(code) => Some(code),
            Self::NotRendered(_) => Some(Code::ValidationError),
            Self::Unknown => Some(Code::DeliveryUnknown),
        }
    }

    /// The failure of a request of which nobody got anything, by what became of this recipient. An email's record keeps
    /// a code alone, and only templates make it `VALIDATION_ERROR`.
    fn failure(self) -> Failure {
        match self {
            Self::NotRendered(not_rendered) => not_rendered.refusal(),
            Self::Failed(Code::ValidationError) => Failure::new(Code::ValidationError).message(NOT_RENDERED),
            _ => Failure::new(self.error().unwrap_or(Code::InternalServerError)),
        }
    }

    /// The text of its error.
    fn message(self, code: Code) -> Cow<'static, str> {
        match self {
            Self::NotRendered(not_rendered) => not_rendered.to_string().into(),
            Self::Failed(Code::ValidationError) => NOT_RENDERED.into(),
            _ => code.message().into(),
        }
    }
}

/// The message where it is no longer known what exceeded which limit.
const NOT_RENDERED: &str = "The templates exceed a limit with this recipient's data.";

/// Why the templates of a request have no texts for a recipient, by field.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct RenderFailures {
    /// The subject's mistake, if it has one.
    pub subject: Option<RenderError>,
    /// The HTML's mistake, if it has one.
    pub body: Option<RenderError>,
    /// The plain text's mistake, if it has one.
    pub text: Option<RenderError>,
}

impl RenderFailures {
    fn errors(self) -> impl Iterator<Item = (&'static str, RenderError)> {
        let fields = [("subject", self.subject), ("body", self.body), ("text", self.text)];
        fields.into_iter().filter_map(|(field, error)| Some((field, error?)))
    }

    /// The failure of a request in which nobody's mail can be rendered: `VALIDATION_ERROR` with every field that has no
    /// text.
    #[must_use]
    pub fn refusal(self) -> Failure {
        let error = |(field, error): (&str, RenderError)| FieldError {
            field: field.to_owned(),
            message: error.to_string().into(),
            code: FieldCode::TooLarge,
        };
        Failure::new(Code::ValidationError).fields(self.errors().map(error).collect())
    }
}

impl fmt::Display for RenderFailures {
    /// Every field with what is wrong with it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let errors: Vec<_> = self.errors().map(|(field, error)| format!("{field}: {error}")).collect();
        f.write_str(&errors.join(" "))
    }
}

/// What became of one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Delivery {
    /// The email.
    pub id: Uuid,
    /// The recipient.
    pub contact: Uuid,
    /// The recipient's address.
    pub to: Address,
    /// What became of it.
    pub outcome: RecipientOutcome,
    /// When its permit was taken, if it was.
    pub since: Timestamp,
    /// True if an earlier attempt's record says so.
    pub recorded: bool,
    /// True if this attempt may have created the email's record.
    pub permitted: bool,
}

impl Delivery {
    /// What became of a recipient without a hand-over of this attempt.
    #[must_use]
    pub fn new(id: Uuid, contact: Uuid, to: Address, outcome: RecipientOutcome, since: Timestamp) -> Self {
        Self { id, contact, to, outcome, since, recorded: false, permitted: false }
    }

    /// What a record of an earlier attempt says.
    #[must_use]
    pub fn recorded(to: Address, email: &Email) -> Self {
        let delivery = Self::new(email.id, email.contact, to, RecipientOutcome::of(email), email.created_at);
        Self { recorded: true, ..delivery }
    }
}

/// What became of a project's recipients by the records that there are; those without one failed with `missing`, as of
/// `at`.
#[must_use]
pub fn recorded<'a>(
    project: Uuid,
    recipients: impl IntoIterator<Item = (&'a Address, Uuid)>,
    emails: &[Email],
    missing: Code,
    at: Timestamp,
) -> Vec<Delivery> {
    let delivery = |(to, id): (&Address, Uuid)| match emails.iter().find(|email| email.id == id) {
        Some(email) => Delivery::recorded(to.clone(), email),
        None => Delivery::new(id, contact::id(project, to.as_str()), to.clone(), RecipientOutcome::Failed(missing), at),
    };
    recipients.into_iter().map(delivery).collect()
}

/// A 200.
#[derive(Debug, PartialEq, Eq)]
pub struct SendResponse {
    /// The body's JSON text.
    pub body: String,
}

/// Decides. A request fails as a whole only if every recipient is failed or in doubt: in doubt if any is, else
/// with the code of the first, but `VALIDATION_ERROR`, which is nothing that a repeat could change, only if it is the code of all.
///
/// `answered_at` is the moment that a success names.
///
/// # Errors
/// The failure of the request as a whole.
pub fn answer(deliveries: &[Delivery], now: Timestamp, answered_at: Timestamp) -> Result<SendResponse> {
    let outcomes = || deliveries.iter().map(|delivery| delivery.outcome);
    if outcomes().any(|outcome| matches!(outcome, RecipientOutcome::Sent | RecipientOutcome::Suppressed)) {
        return Ok(SendResponse { body: body(deliveries, answered_at) });
    }
    let doubts = deliveries.iter().filter(|delivery| delivery.outcome == RecipientOutcome::Unknown);
    if let Some(youngest) = doubts.map(|delivery| delivery.since).max() {
        return Err(in_doubt(now, youngest, may_yet_send(deliveries)));
    }
    let first = outcomes().find(|outcome| outcome.error() != Some(Code::ValidationError)).or(outcomes().next());
    Err(first.map_or_else(
        || Failure::new(Code::InternalServerError).because("a request without recipients"),
        |outcome| outcome.failure().because("no recipient's email was handed over"),
    ))
}

/// True if a recipient failed who may have no record: unless the claim keeps an answer, a later attempt with the key may send
/// to them.
#[must_use]
pub fn may_yet_send(deliveries: &[Delivery]) -> bool {
    deliveries.iter().any(|delivery| delivery.outcome.status() == Status::Failed && !delivery.recorded)
}

/// What is answered if the claim keeps no answer that must be kept: what was to be said may not stay true.
///
/// # Errors
/// The failure of the request, in doubt if there was an answer.
pub fn unless_lost(result: Result<SendResponse>, is_lost: bool) -> Result<SendResponse> {
    if is_lost { result.and(Err(Code::DeliveryUnknown.into())) } else { result }
}

/// How the claim of a request ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimEnd<'a> {
    /// The answer is kept: this body.
    Keep(&'a str),
    /// The key is free: nobody got anything, for certain.
    Free,
    /// The next request with the key finds out: the code that this one was answered.
    Leave(Code),
}

impl<'a> ClaimEnd<'a> {
    /// Of a request that was answered so.
    #[must_use]
    pub fn of(result: &'a Result<SendResponse>) -> Self {
        match result {
            Ok(answer) => Self::Keep(&answer.body),
            Err(failure) if failure.code().nothing_happened() => Self::Free,
            Err(in_doubt) => Self::Leave(in_doubt.code()),
        }
    }
}

/// True if nobody got anything of these emails, for certain: a request that stops may free its key.
#[must_use]
pub fn nobody_got_any(emails: &[Email]) -> bool {
    emails.iter().all(|email| RecipientOutcome::of(email).status() == Status::Failed)
}

/// True if a request that ends so leaves no email record: it can be made again as if it never was.
#[must_use]
pub fn is_withdrawn(result: &Result<SendResponse>) -> bool {
    let kept = |code| matches!(code, Code::DeliveryFailed | Code::DeliveryUnknown);
    result.as_ref().is_err_and(|failure| !kept(failure.code()))
}

/// The doubt is as old as the last hand-over that may have been made. It does not end while the key may yet send.
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
        entry["error"] = json!({"code": code.as_str(), "message": outcome.message(code)});
    }
    entry
}

#[cfg(test)]
mod tests {
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
            let code = answer(&deliveries(outcomes), at(0), at(0)).err().map(|failure| failure.code());
            assert_eq!(code, expected, "{outcomes:?}");
        }
    }

    #[test]
    fn doubt_ends_after_a_quarter_of_an_hour() {
        let presumed = |now: i64| {
            let failure = answer(&deliveries(&[RecipientOutcome::Unknown]), at(now), at(0)).unwrap_err();
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
        let failure = answer(&deliveries(&[RecipientOutcome::NotRendered(not_rendered)]), at(0), at(0)).unwrap_err();
        let fields: Vec<_> = failure.field_errors().iter().map(|error| (error.field.as_str(), error.code)).collect();
        assert_eq!(fields, [("subject", FieldCode::TooLarge), ("text", FieldCode::TooLarge)]);
        assert!(is_withdrawn(&Err(failure)));
    }

    #[test]
    fn every_recipient_has_an_entry() {
        let answer = answer(&deliveries(&[RecipientOutcome::Sent, RecipientOutcome::Unknown]), at(0), at(0)).unwrap();
        let body: Value = serde_json::from_str(&answer.body).unwrap();
        let emails = body["data"]["emails"].as_array().unwrap();
        assert_eq!(emails[0]["status"], "SENT");
        assert_eq!(emails[0].get("error"), None);
        assert_eq!(emails[1]["error"]["code"], "DELIVERY_UNKNOWN");
        assert_eq!(body["data"]["timestamp"], "1970-01-01T00:00:00.000Z");
    }

    #[test]
    fn a_doubt_does_not_end_while_a_later_attempt_may_send() {
        let presumed = |deliveries: &[Delivery]| {
            let failure = answer(deliveries, at(3_600), at(3_600)).unwrap_err();
            failure.details().contains_key("presumed")
        };
        let mut both = deliveries(&[RecipientOutcome::Unknown, RecipientOutcome::Failed(Code::SenderNotVerified)]);
        assert!(!presumed(&both));
        both[1].recorded = true;
        assert!(presumed(&both));
    }
}

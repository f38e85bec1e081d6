//! The body of `POST /v1/track`, which `openapi.yaml` describes as `Event`.

use std::fmt;

use posthorn_errors::{FieldCode, FieldErrors, Limit, Object, Result, Text};
use posthorn_mail::{address::Address, fields};
use posthorn_table::data::Data;
use serde_json::{Map, Value};

const EVENT: Text = Text { limit: Limit::characters(1, 255), control: false };

/// A checked request to track an event. Its `Debug` shows nothing of it.
pub struct TrackRequest {
    /// The event's name, as given.
    pub event: String,
    /// The address of the contact.
    pub email: Address,
    /// The new subscription of the contact; `None` leaves it as it is.
    pub subscribed: Option<bool>,
    /// The data of the event and the contact.
    pub data: Data,
}

impl fmt::Debug for TrackRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrackRequest").finish_non_exhaustive()
    }
}

impl TrackRequest {
    /// Checks a body.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` with every wrong field.
    pub fn check(body: &Map<String, Value>) -> Result<Self> {
        let mut errors = FieldErrors::default();
        let body = Object::body(body);
        let checked = (
            event(&body, &mut errors),
            email(&body, &mut errors),
            body.boolean("subscribed", &mut errors),
            Data::check(body.map("data"), &mut errors),
        );
        errors.finish()?;
        let (Some(event), Some(email), subscribed, data) = checked else {
            return Err(posthorn_errors::Code::ValidationError.into());
        };
        Ok(Self { event, email, subscribed, data })
    }
}

fn email(body: &Object<'_>, errors: &mut FieldErrors) -> Option<Address> {
    if body.get("email").is_none() {
        body.required("email", errors);
    }
    fields::address(body, "email", errors)
}

fn event(body: &Object<'_>, errors: &mut FieldErrors) -> Option<String> {
    if body.get("event").is_none() {
        body.required("event", errors);
    }
    let event = body.text("event", EVENT, errors)?;
    if is_reserved(event) {
        errors.push("event", FieldCode::ReservedEvent, "This name is kept for the platform; choose another.");
        return None;
    }
    Some(event.to_owned())
}

/// True for the names of the events that Posthorn itself emits. Case counts.
fn is_reserved(event: &str) -> bool {
    event.starts_with("email.")
        || matches!(event, "contact.subscribed" | "contact.unsubscribed")
        || event.strip_prefix("segment").is_some_and(|rest| {
            rest.starts_with('.') && rest.rsplit('.').next().is_some_and(|last| matches!(last, "entry" | "exit"))
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn errors(body: &Value) -> Vec<(String, FieldCode)> {
        let failure = TrackRequest::check(body.as_object().unwrap()).unwrap_err();
        failure.field_errors().iter().map(|error| (error.field.clone(), error.code)).collect()
    }

    #[test]
    fn every_wrong_field_is_listed() {
        assert_eq!(errors(&json!({})), [("event".into(), FieldCode::Required), ("email".into(), FieldCode::Required)]);
        assert_eq!(
            errors(&json!({"event": 1, "email": ["a@x.co"], "subscribed": "yes", "data": [1]})),
            ["event", "email", "subscribed", "data"].map(|field| (field.to_owned(), FieldCode::InvalidType))
        );
        assert_eq!(errors(&json!({"event": "a\u{0}", "email": "a@x.co"})), [("event".into(), FieldCode::InvalidValue)]);
        assert_eq!(errors(&json!({"event": "", "email": "a@x.co"})), [("event".into(), FieldCode::TooShort)]);
        assert_eq!(
            errors(&json!({"event": "ü".repeat(256), "email": "a"})),
            [("event".into(), FieldCode::TooLong), ("email".into(), FieldCode::InvalidEmail)]
        );
    }

    #[test]
    fn the_platforms_names_are_reserved() {
        for event in ["email.sent", "contact.subscribed", "segment.vip.entry", "segment.x.exit"] {
            assert_eq!(errors(&json!({"event": event, "email": "a@x.co"}))[0].1, FieldCode::ReservedEvent, "{event}");
        }
        for event in ["Email.sent", "contact.created", "segment.vip", "e.segment.entry", "email"] {
            let body = json!({"event": event, "email": "a@x.co", "subscribed": null, "data": null, "type": "x"});
            assert_eq!(TrackRequest::check(body.as_object().unwrap()).unwrap().event, event);
        }
    }
}

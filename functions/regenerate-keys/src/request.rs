//! The optional body of a rotation (contract section 2.2).

use posthorn_auth::KeySelection;
use posthorn_errors::{FieldCode, FieldErrors, Object, Result};
use posthorn_lambda::http::Call;
use serde_json::{Map, Value};

/// Seven days.
const MAX_GRACE_SECONDS: u32 = 604_800;

/// What to replace, and how long the old keys go on.
#[derive(Debug, PartialEq, Eq)]
pub struct RotateRequest {
    /// The keys to replace.
    pub keys: KeySelection,
    /// Seconds for which the replaced keys go on working.
    pub grace_seconds: u32,
}

impl RotateRequest {
    /// Checks a request's body; none asks for the pair, without grace.
    ///
    /// # Errors
    /// `INVALID_REQUEST_BODY`, or `VALIDATION_ERROR` with every wrong field.
    pub fn check(call: &Call) -> Result<Self> {
        let body = if call.body().is_empty() { Map::new() } else { call.json()? };
        Self::read(&body)
    }

    fn read(body: &Map<String, Value>) -> Result<Self> {
        let mut errors = FieldErrors::default();
        let body = Object::body(body);
        let wanted = Self { keys: keys(&body, &mut errors), grace_seconds: grace(&body, &mut errors) };
        errors.finish().map(|()| wanted)
    }
}

fn keys(body: &Object<'_>, errors: &mut FieldErrors) -> KeySelection {
    match body.string("keys", errors) {
        None | Some("both") => KeySelection::Both,
        Some("secret") => KeySelection::Secret,
        Some("public") => KeySelection::Public,
        Some(_) => {
            errors.push("keys", FieldCode::InvalidValue, "Must be \"both\", \"secret\" or \"public\".");
            KeySelection::Both
        }
    }
}

fn grace(body: &Object<'_>, errors: &mut FieldErrors) -> u32 {
    const FIELD: &str = "gracePeriodSeconds";
    let Some(value) = body.get(FIELD) else { return 0 };
    if !value.is_number() {
        errors.push(FIELD, FieldCode::InvalidType, "Must be a number.");
        return 0;
    }
    whole(value).filter(|seconds| *seconds <= MAX_GRACE_SECONDS).unwrap_or_else(|| {
        errors.push(FIELD, FieldCode::InvalidValue, "Must be a whole number of seconds from 0 to 604800.");
        0
    })
}

/// A whole number, however it is written: JSON knows one kind of number, so `60.0` and `6e1` are `60`.
fn whole(value: &Value) -> Option<u32> {
    let number = value.as_f64().filter(|number| number.fract() == 0.0)?;
    (0.0..=f64::from(u32::MAX)).contains(&number).then(|| exact(number))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number within the range of u32")]
fn exact(number: f64) -> u32 {
    number as u32
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_absent_has_its_default() {
        for (body, keys, grace_seconds) in [
            (json!({}), KeySelection::Both, 0),
            (json!({"keys": null, "gracePeriodSeconds": null, "other": 1}), KeySelection::Both, 0),
            (json!({"keys": "public", "gracePeriodSeconds": 604_800}), KeySelection::Public, 604_800),
            (json!({"gracePeriodSeconds": 60.0}), KeySelection::Both, 60),
            (json!({"gracePeriodSeconds": -0.0}), KeySelection::Both, 0),
        ] {
            assert_eq!(RotateRequest::read(body.as_object().unwrap()).unwrap(), RotateRequest { keys, grace_seconds });
        }
    }

    #[test]
    fn every_wrong_field_is_listed() {
        for (body, expected) in [
            (json!({"keys": "all", "gracePeriodSeconds": -1}), vec![FieldCode::InvalidValue; 2]),
            (json!({"keys": 1, "gracePeriodSeconds": "60"}), vec![FieldCode::InvalidType; 2]),
            (json!({"gracePeriodSeconds": 604_801}), vec![FieldCode::InvalidValue]),
            (json!({"gracePeriodSeconds": 1e300}), vec![FieldCode::InvalidValue]),
            (json!({"gracePeriodSeconds": 1.5}), vec![FieldCode::InvalidValue]),
        ] {
            let failure = RotateRequest::read(body.as_object().unwrap()).unwrap_err();
            let codes: Vec<_> = failure.field_errors().iter().map(|error| error.code).collect();
            assert_eq!(codes, expected, "{body}");
        }
    }
}

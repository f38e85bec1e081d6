//! The optional body of a rotation, which `openapi.yaml` describes as `Rotation`.

use posthorn_auth::KeySelection;
use posthorn_errors::{FieldErrors, Limit, Object, Result, WholeNumber};
use posthorn_lambda::http::Call;
use serde_json::{Map, Value};

/// The grace period in seconds, at most seven days.
const GRACE: Limit = Limit::seconds(0, 604_800);

/// The keys to replace, and the time for which they go on working.
#[derive(Debug, PartialEq, Eq)]
pub struct RotateRequest {
    /// The keys to replace.
    pub keys: KeySelection,
    /// The number of seconds for which the replaced keys go on working.
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
        let request = Self {
            keys: body.choice("keys", &mut errors).unwrap_or(KeySelection::Both),
            grace_seconds: grace_seconds(&body, &mut errors),
        };
        errors.finish().map(|()| request)
    }
}

fn grace_seconds(body: &Object<'_>, errors: &mut FieldErrors) -> u32 {
    let seconds = body.read("gracePeriodSeconds", &WholeNumber(GRACE), errors);
    seconds.and_then(|seconds| u32::try_from(seconds).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use posthorn_errors::FieldCode;
    use serde_json::json;

    use super::*;

    #[test]
    fn absent_fields_have_their_defaults() {
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

//! The body of an SQS message: SES's event, as it is (raw delivery) or in SNS's envelope.

use serde::Deserialize;

/// SNS's envelope (developer guide, "HTTP/HTTPS notification JSON format"), as far as it concerns us.
#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "Type")]
    kind: String,
    #[serde(rename = "Message")]
    message: String,
}

/// SES's event, out of the envelope if it is in one.
pub(crate) fn open(body: &str) -> String {
    match serde_json::from_str::<Envelope>(body) {
        Ok(envelope) if envelope.kind == "Notification" => envelope.message,
        _ => body.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_envelope_is_opened_and_anything_else_left_alone() {
        assert_eq!(open(r#"{"Type":"Notification","Message":"{}","MessageId":"1"}"#), "{}");
        for raw in [r#"{"eventType":"Send"}"#, "not JSON", "", r#"{"Type":"SubscriptionConfirmation","Message":"x"}"#] {
            assert_eq!(open(raw), raw);
        }
    }
}

//! The envelopes of an event: SNS's notification, SQS's record around it, and Lambda's event around all records.

use jiff::Timestamp;
use posthorn_lambda::env::rfc3339;
use serde_json::{Value, json};

/// The account of every event.
pub(super) const ACCOUNT: &str = "000000000000";
/// The region of every event.
pub(super) const REGION: &str = "us-east-1";

/// SNS's notification of an event, as the text that SQS carries without raw message delivery. The signature is not a valid one.
#[must_use]
pub fn sns_envelope(event: &Value, id: &str, at: Timestamp) -> String {
    let sns = format!("https://sns.{REGION}.amazonaws.com");
    let topic = format!("arn:aws:sns:{REGION}:{ACCOUNT}:posthorn-feedback");
    json!({
        "Type": "Notification",
        "MessageId": id,
        "TopicArn": topic,
        "Subject": "Amazon SES Email Event Notification",
        "Message": event.to_string(),
        "Timestamp": rfc3339(at),
        "SignatureVersion": "1",
        "Signature": "bm9uZQ==",
        "SigningCertURL": format!("{sns}/SimpleNotificationService-00000000000000000000000000000000.pem"),
        "UnsubscribeURL": format!("{sns}/?Action=Unsubscribe&SubscriptionArn={topic}:{id}"),
    })
    .to_string()
}

/// A message as Lambda hands it over, received for the first time, at 2025-11-30T10:30:00Z. Its `md5OfBody` is zeros.
#[must_use]
pub fn sqs_record(body: &str, id: &str) -> Value {
    json!({
        "messageId": id,
        "receiptHandle": format!("AQEB{id}"),
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": "1764498600000",
            "SenderId": "AIDAIT2UOQQY3AUEKVGXU",
            "ApproximateFirstReceiveTimestamp": "1764498600000",
        },
        "messageAttributes": {},
        "md5OfBody": "0".repeat(32),
        "eventSource": "aws:sqs",
        "eventSourceARN": format!("arn:aws:sqs:{REGION}:{ACCOUNT}:posthorn-feedback"),
        "awsRegion": REGION,
    })
}

/// The event that Lambda calls a function with for these records.
#[must_use]
pub fn sqs_event(records: &[Value]) -> Value {
    json!({ "Records": records })
}

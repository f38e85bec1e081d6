//! The events that SES would publish about a mail that the local SES accepted, and the envelopes in which they reach a
//! function: SES's event in an SNS notification in an SQS record. Pure.
//!
//! Sources: the SES developer guide, "Examples of event data that Amazon SES publishes to Amazon SNS" and "Sending test
//! emails in Amazon SES with the simulator"; the Lambda developer guide, "Using Lambda with Amazon SQS".

mod envelope;
mod outcome;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use posthorn_lambda::env::rfc3339;
use serde_json::{Map, Value, json};

use self::envelope::{ACCOUNT, REGION};
pub use self::envelope::{sns_envelope, sqs_event, sqs_record};
use self::outcome::DeliveryOutcome;
use crate::ses::Mail;

/// The events about a mail, in the order in which they happen: for each recipient in turn a `Send`, and then the events that
/// its address asks for. The simulator's addresses ask with or without a `+label` and in any case:
///
/// | Recipient | Events |
/// | --- | --- |
/// | `bounce@simulator.amazonses.com`, `bounce…@example.com` | `Bounce`, Permanent, General |
/// | `complaint@simulator.amazonses.com`, `complaint…@example.com` | `Delivery`, `Complaint`, abuse |
/// | `ooto@simulator.amazonses.com` | `Delivery`, `Bounce`, Transient, General |
/// | `suppressionlist@simulator.amazonses.com` | `Bounce`, Permanent, Suppressed |
/// | any other | `Delivery` |
///
/// They all happen at `now`, and those that have a feedback id take it from `random`, which fills a buffer. A mail without a
/// configuration set is reported too, without that tag.
pub fn events_about(mail: &Mail, now: Timestamp, random: &mut dyn FnMut(&mut [u8])) -> Vec<Value> {
    let (subject, mut events) = (mail_object(mail), Vec::new());
    let mut feedback_id = || new_feedback_id(now, random);
    for recipient in mail.recipients().map(mailbox) {
        events.push(event("Send", &subject, json!({})));
        let delivery = || event("Delivery", &subject, delivery(mail, recipient, now));
        let bounce = |reason: Value| event("Bounce", &subject, reason);
        match DeliveryOutcome::of(recipient) {
            DeliveryOutcome::Delivered => events.push(delivery()),
            DeliveryOutcome::Bounced => events.push(bounce(unknown_user(recipient, now, &feedback_id()))),
            DeliveryOutcome::Suppressed => events.push(bounce(on_suppression_list(recipient, now, &feedback_id()))),
            DeliveryOutcome::OutOfOffice => {
                events.extend([delivery(), bounce(out_of_office(recipient, now, &feedback_id()))]);
            }
            DeliveryOutcome::Complained => {
                let complaint = event("Complaint", &subject, complaint(recipient, now, &feedback_id()));
                events.extend([delivery(), complaint]);
            }
        }
    }
    events
}

fn event(kind: &str, mail: &Value, detail: Value) -> Value {
    let mut event = json!({ "eventType": kind, "mail": mail });
    event[kind.to_ascii_lowercase()] = detail;
    event
}

/// An id in SES's shape, as [`Mail::message_id`].
fn new_feedback_id(now: Timestamp, random: &mut dyn FnMut(&mut [u8])) -> String {
    let mut bytes = [0; 16];
    random(&mut bytes);
    let milliseconds = now.as_millisecond().unsigned_abs() & 0xffff_ffff_ffff;
    format!("0100{milliseconds:012x}-{}-000000", uuid::Builder::from_random_bytes(bytes).into_uuid())
}

fn delivery(mail: &Mail, recipient: &str, now: Timestamp) -> Value {
    json!({
        "timestamp": rfc3339(now),
        "processingTimeMillis": now.duration_since(mail.received_at).as_millis().max(0),
        "recipients": [recipient],
        "smtpResponse": "250 2.6.0 Message received",
        "remoteMtaIp": "127.0.0.1",
        "reportingMTA": "a1-1.smtp-out.amazonses.com",
    })
}

fn unknown_user(recipient: &str, now: Timestamp, feedback_id: &str) -> Value {
    json!({
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "bouncedRecipients": [{
            "emailAddress": recipient,
            "action": "failed",
            "status": "5.1.1",
            "diagnosticCode": "smtp; 550 5.1.1 user unknown",
        }],
        "timestamp": rfc3339(now),
        "feedbackId": feedback_id,
        "remoteMtaIp": "127.0.0.1",
        "reportingMTA": "dns; a1-1.smtp-out.amazonses.com",
    })
}

fn on_suppression_list(recipient: &str, now: Timestamp, feedback_id: &str) -> Value {
    json!({
        "bounceType": "Permanent",
        "bounceSubType": "Suppressed",
        "bouncedRecipients": [{
            "emailAddress": recipient,
            "action": "failed",
            "status": "5.1.1",
            "diagnosticCode": "Amazon SES has suppressed sending to this address because it has a recent history of \
                               bouncing as an invalid address.",
        }],
        "timestamp": rfc3339(now),
        "feedbackId": feedback_id,
        "reportingMTA": "dns; amazonses.com",
    })
}

/// An automatic answer comes the way that bounces do, without the parts of a delivery report (developer guide, "Amazon
/// SES notifications").
fn out_of_office(recipient: &str, now: Timestamp, feedback_id: &str) -> Value {
    json!({
        "bounceType": "Transient",
        "bounceSubType": "General",
        "bouncedRecipients": [{ "emailAddress": recipient }],
        "timestamp": rfc3339(now),
        "feedbackId": feedback_id,
    })
}

fn complaint(recipient: &str, now: Timestamp, feedback_id: &str) -> Value {
    json!({
        "complainedRecipients": [{ "emailAddress": recipient }],
        "timestamp": rfc3339(now),
        "feedbackId": feedback_id,
        "complaintSubType": null,
        "userAgent": "Amazon SES Mailbox Simulator",
        "complaintFeedbackType": "abuse",
        "arrivalDate": rfc3339(now),
    })
}

/// The `mail` object, which all events of a mail share.
fn mail_object(mail: &Mail) -> Value {
    let domain = domain(mailbox(&mail.from));
    json!({
        "timestamp": rfc3339(mail.received_at),
        "source": mail.from,
        "sourceArn": format!("arn:aws:ses:{REGION}:{ACCOUNT}:identity/{domain}"),
        "sendingAccountId": ACCOUNT,
        "messageId": mail.message_id,
        "destination": mail.recipients().map(mailbox).collect::<Vec<_>>(),
        "headersTruncated": false,
        "headers": headers(mail),
        "commonHeaders": common_headers(mail),
        "tags": tags(mail, domain),
    })
}

fn headers(mail: &Mail) -> Vec<Value> {
    let header = |name: &str, value: &str| json!({ "name": name, "value": value });
    let list = |name: &str, addresses: &[String]| (!addresses.is_empty()).then(|| header(name, &addresses.join(", ")));
    let addresses = [
        list("From", std::slice::from_ref(&mail.from)),
        list("Reply-To", &mail.reply_to),
        list("To", &mail.to),
        list("Cc", &mail.cc),
    ];
    let texts = [header("Subject", &mail.subject), header("MIME-Version", "1.0")];
    let own = mail.headers.iter().map(|(name, value)| header(name, value));
    addresses.into_iter().flatten().chain(texts).chain(own).collect()
}

fn common_headers(mail: &Mail) -> Value {
    let mut headers = json!({ "from": [mail.from], "messageId": mail.message_id, "subject": mail.subject });
    for (name, addresses) in [("replyTo", &mail.reply_to), ("to", &mail.to), ("cc", &mail.cc)] {
        if !addresses.is_empty() {
            headers[name] = json!(addresses);
        }
    }
    headers
}

/// The mail's own tags and SES's, each name with all its values.
fn tags(mail: &Mail, domain: &str) -> Map<String, Value> {
    let set = mail.configuration_set.iter().map(|set| ("ses:configuration-set", set.as_str()));
    let automatic = [("ses:source-ip", "127.0.0.1"), ("ses:from-domain", domain), ("ses:caller-identity", "posthorn")];
    let own = mail.tags.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let mut tags = Map::new();
    for (name, value) in set.chain(automatic).chain(own) {
        if let Value::Array(values) = tags.entry(name).or_insert_with(|| json!([])) {
            values.push(value.into());
        }
    }
    tags
}

/// The `local@domain` of an address that SES has accepted.
fn mailbox(address: &str) -> &str {
    let address = address.trim();
    match address.strip_suffix('>').and_then(|rest| rest.rsplit_once('<')) {
        Some((_, mailbox)) => mailbox,
        None => address,
    }
}

fn domain(mailbox: &str) -> &str {
    mailbox.rsplit_once('@').map_or("", |(_, domain)| domain)
}

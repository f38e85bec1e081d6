use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    event::{MAX_TYPE_LENGTH, address_of},
    *,
};
use crate::address::Address;

const PROJECT: &str = "00000000-0000-4000-8000-00000000de30";
const EMAIL: &str = "00000000-0000-4000-8000-0000000e3a11";
const SENT: &str = "2025-11-30T10:00:00.000Z";
const REPORTED: &str = "2025-11-30T10:00:05.250Z";

/// A tagged event whose object of this name is the given one.
fn event(kind: &str, name: &str, object: &Value) -> Value {
    let tags =
        json!({ "ses:configuration-set": ["posthorn"], "posthorn-project": [PROJECT], "posthorn-email": [EMAIL] });
    let mail = json!({ "timestamp": SENT, "messageId": "m-1", "destination": ["ada@example.org"], "tags": tags });
    json!({ "eventType": kind, "mail": mail, name: object })
}

fn bounce(kind: &str, sub_type: Option<&str>) -> Value {
    let object = json!({
        "bounceType": kind,
        "bounceSubType": sub_type,
        "bouncedRecipients": [{ "emailAddress": "ada@example.org", "status": "5.1.1" }, {}],
        "timestamp": REPORTED,
        "feedbackId": "f-1",
    });
    event("Bounce", "bounce", &object)
}

fn complaint(feedback: Option<&str>, sub_type: Option<&str>) -> Value {
    let object = json!({
        "complaintFeedbackType": feedback,
        "complaintSubType": sub_type,
        "complainedRecipients": [{ "emailAddress": "ada@example.org" }],
        "timestamp": REPORTED,
        "feedbackId": "f-1",
    });
    event("Complaint", "complaint", &object)
}

fn read(event: &Value) -> Result<SesEvent, EventError> {
    parse(&event.to_string())
}

/// The event without `field` of the object at the JSON pointer `parent`.
fn without(mut event: Value, parent: &str, field: &str) -> Value {
    event.pointer_mut(parent).and_then(Value::as_object_mut).unwrap().remove(field).unwrap();
    event
}

/// The event with another value at a JSON pointer.
fn with(mut event: Value, pointer: &str, value: Value) -> Value {
    *event.pointer_mut(pointer).unwrap() = value;
    event
}

fn timestamp(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn every_type_has_its_own_time() {
    let (own, sent) = (timestamp(REPORTED), timestamp(SENT));
    for (kind, name, expected) in [
        ("Send", "send", EventKind::Send { at: sent }),
        ("Delivery", "delivery", EventKind::Delivery { at: own }),
        ("Open", "open", EventKind::Open { at: own }),
        ("Click", "click", EventKind::Click { at: own }),
        ("DeliveryDelay", "deliveryDelay", EventKind::Delay { at: own }),
        ("Reject", "reject", EventKind::Reject { at: sent }),
        ("Rendering Failure", "failure", EventKind::RenderingFailure { at: sent }),
    ] {
        let event = read(&event(kind, name, &json!({ "timestamp": REPORTED, "new": [1] }))).unwrap();
        let origin = Origin::Tagged { project: PROJECT.parse().unwrap(), email: EMAIL.parse().unwrap() };
        assert_eq!(event, SesEvent { kind: expected, message_id: "m-1".to_owned(), origin });
    }
}

#[test]
fn the_time_of_the_mail_replaces_one_that_cannot_be_read() {
    for (given, expected) in [
        (json!("2025-11-30T12:00:05.25+02:00"), REPORTED),
        (json!("2025-11-30T10:00:05.250Z"), REPORTED),
        (json!("yesterday"), SENT),
        (json!(1_764_496_805), SENT),
        (Value::Null, SENT),
    ] {
        let opened = event("Open", "open", &json!({ "timestamp": given }));
        assert_eq!(read(&opened).unwrap().kind, EventKind::Open { at: timestamp(expected) }, "{given}");
    }
    let bare = without(event("Open", "open", &Value::Null), "/mail", "timestamp");
    assert_eq!(read(&bare), Err(EventError::NoTimestamp));
}

#[test]
fn bounces_are_classified() {
    for (kind, sub_type, expected) in [
        ("Permanent", Some("General"), BounceKind::Permanent),
        ("Permanent", Some("NoEmail"), BounceKind::Permanent),
        ("Permanent", Some("Suppressed"), BounceKind::Permanent),
        ("Permanent", Some("Novel"), BounceKind::Permanent),
        ("Permanent", None, BounceKind::Permanent),
        ("Permanent", Some("OnAccountSuppressionList"), BounceKind::Suppressed),
        ("Permanent", Some("OnTenantSuppressionList"), BounceKind::Suppressed),
        ("Permanent", Some("EmailValidationSuppressed"), BounceKind::Suppressed),
        ("Permanent", Some("UnsubscribedRecipient"), BounceKind::Suppressed),
        ("Transient", Some("General"), BounceKind::Transient),
        ("Transient", Some("MailboxFull"), BounceKind::Transient),
        ("Transient", Some("MessageTooLarge"), BounceKind::Transient),
        ("Transient", Some("CustomTimeoutExceeded"), BounceKind::Transient),
        ("Transient", Some("ContentRejected"), BounceKind::Transient),
        ("Transient", Some("AttachmentRejected"), BounceKind::Transient),
        ("Transient", Some("OnAccountSuppressionList"), BounceKind::Transient),
        ("Undetermined", Some("Undetermined"), BounceKind::Transient),
        ("Novel", None, BounceKind::Transient),
        ("", None, BounceKind::Transient),
    ] {
        let expected = Bounce {
            kind: expected,
            at: timestamp(REPORTED),
            recipients: vec![Address::parse("ada@example.org").unwrap()],
        };
        assert_eq!(read(&bounce(kind, sub_type)).unwrap().kind, EventKind::Bounce(expected), "{kind} {sub_type:?}");
    }
}

#[test]
fn complaints_are_classified() {
    for (feedback, sub_type, expected) in [
        (Some("abuse"), None, ComplaintKind::Spam),
        (Some("fraud"), None, ComplaintKind::Spam),
        (Some("novel"), Some("Novel"), ComplaintKind::Spam),
        (None, None, ComplaintKind::Spam),
        (Some("not-spam"), None, ComplaintKind::NotSpam),
        (None, Some("OnAccountSuppressionList"), ComplaintKind::Suppressed),
        (Some("not-spam"), Some("OnAccountSuppressionList"), ComplaintKind::Suppressed),
    ] {
        let expected = Complaint {
            kind: expected,
            at: timestamp(REPORTED),
            recipients: vec![Address::parse("ada@example.org").unwrap()],
        };
        let kind = read(&complaint(feedback, sub_type)).unwrap().kind;
        assert_eq!(kind, EventKind::Complaint(expected), "{feedback:?} {sub_type:?}");
    }
}

#[test]
fn lists_that_are_null_or_missing_are_empty() {
    let recipients = |event: &Value| match read(event).unwrap().kind {
        EventKind::Bounce(bounce) => bounce.recipients.len(),
        EventKind::Complaint(complaint) => complaint.recipients.len(),
        other => panic!("{other:?}"),
    };
    assert_eq!(recipients(&with(bounce("Permanent", None), "/bounce/bouncedRecipients", Value::Null)), 0);
    assert_eq!(recipients(&without(bounce("Permanent", None), "/bounce", "bouncedRecipients")), 0);
    assert_eq!(recipients(&with(complaint(None, None), "/complaint/complainedRecipients", Value::Null)), 0);
    assert_eq!(recipients(&without(complaint(None, None), "/complaint", "complainedRecipients")), 0);
}

#[test]
fn a_mail_is_tagged_only_with_both_tags_and_ids_in_them() {
    let sent = || event("Send", "send", &json!({}));
    let project = "/mail/tags/posthorn-project";
    for event in [
        without(sent(), "/mail", "tags"),
        with(sent(), "/mail/tags", Value::Null),
        without(sent(), "/mail/tags", "posthorn-project"),
        without(sent(), "/mail/tags", "posthorn-email"),
        with(sent(), project, json!(["acme"])),
        with(sent(), project, json!([])),
        with(sent(), project, Value::Null),
    ] {
        assert_eq!(read(&event).unwrap().origin, Origin::Foreign, "{event}");
    }
}

#[test]
fn the_older_dialect_is_unattributed() {
    let mut older = without(bounce("Permanent", Some("General")), "/mail", "tags");
    let kind = older.as_object_mut().unwrap().remove("eventType").unwrap();
    older["notificationType"] = kind;
    let event = read(&older).unwrap();
    assert_eq!(event.origin, Origin::Unattributed);
    assert!(matches!(event.kind, EventKind::Bounce(Bounce { kind: BounceKind::Permanent, .. })));
}

#[test]
fn other_types_have_a_name_that_can_be_logged() {
    let long = "a".repeat(MAX_TYPE_LENGTH + 1);
    for (given, expected) in [
        ("Subscription", "Subscription"),
        ("Brand New", "Brand New"),
        ("AmazonSnsSubscriptionSucceeded", "AmazonSnsSubscriptionSucceeded"),
        ("ada@example.org", "(unknown)"),
        ("two\nlines", "(unknown)"),
        (" ", "(unknown)"),
        ("", "(unknown)"),
        (&long, "(unknown)"),
    ] {
        let expected = EventKind::Other(expected.to_owned());
        assert_eq!(read(&json!({ "eventType": given })).unwrap().kind, expected, "{given:?}");
        assert_eq!(read(&json!({ "notificationType": given })).unwrap().kind, expected, "{given:?}");
    }
    let validated = parse("Successfully validated SNS topic for Amazon SES event publishing.\n").unwrap();
    assert_eq!(validated.kind, EventKind::Other("Topic validated".to_owned()));
}

#[test]
fn an_incomplete_event_is_an_error() {
    for (text, expected) in [
        ("", "not JSON"),
        ("hello", "not JSON"),
        ("{\"eventType\":", "not JSON"),
        ("7", "not shaped like an event of SES"),
        ("{\"eventType\":7}", "not shaped like an event of SES"),
        ("{}", "neither eventType nor notificationType"),
        ("{\"eventType\":null}", "neither eventType nor notificationType"),
        ("{\"eventType\":\"Delivery\",\"delivery\":{}}", "no mail object"),
        ("{\"eventType\":\"Bounce\",\"mail\":{}}", "no bounce object"),
        ("{\"eventType\":\"Complaint\",\"mail\":{}}", "no complaint object"),
        ("{\"eventType\":\"Send\",\"mail\":{}}", "no timestamp"),
    ] {
        assert_eq!(parse(text).unwrap_err().to_string(), expected, "{text}");
    }
}

#[test]
fn an_address_is_found_in_angle_brackets() {
    for (raw, expected) in [
        ("ada@example.org", Some("ada@example.org")),
        (" Ada@Example.ORG\n", Some("ada@example.org")),
        ("<ada@example.org>", Some("ada@example.org")),
        ("\"Ada\" <ada@example.org>", Some("ada@example.org")),
        ("\"Ada <Lovelace>\" <ada@example.org> ", Some("ada@example.org")),
        ("ada@example.org>", None),
        ("<ada@example.org", None),
        ("<>", None),
        ("", None),
        ("Ada", None),
    ] {
        assert_eq!(address_of(raw).as_ref().map(Address::as_str), expected, "{raw}");
    }
}

#[test]
fn a_printed_event_shows_no_address() {
    for event in [bounce("Permanent", None), complaint(None, None)] {
        let shown = format!("{:?}", read(&event).unwrap());
        assert!(!shown.contains("ada") && shown.contains("recipients: 1"), "{shown}");
    }
}

/// JSON of any shape with the names of an event's fields.
fn json_like_an_event() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        Just(SENT.to_owned()),
        Just(PROJECT.to_owned()),
        "Bounce|Complaint|Delivery|Send|Open|Rendering Failure|Permanent|General|not-spam",
        "\\PC{0,12}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    let names = "eventType|notificationType|mail|bounce|complaint|open|timestamp|messageId|tags|posthorn-project\
        |posthorn-email|bounceType|bounceSubType|bouncedRecipients|complainedRecipients|emailAddress|feedbackId";
    leaf.prop_recursive(4, 48, 8, move |inner| {
        let object = proptest::collection::btree_map(names, inner.clone(), 0..8);
        prop_oneof![
            proptest::collection::vec(inner, 0..3).prop_map(Value::from),
            object.prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = (parse(&text), address_of(&text));
    }

    #[test]
    fn no_json_panics(value in json_like_an_event()) {
        let _ = read(&value);
    }

    #[test]
    fn no_damage_to_an_event_panics(at in 0_usize..900, length in 0_usize..40, put in "\\PC{0,5}|[{}\\[\\]\",:0-9]{0,5}") {
        for event in [bounce("Permanent", Some("General")), complaint(Some("abuse"), None)] {
            let mut text = event.to_string();
            let at = at.min(text.len());
            let end = (at + length).min(text.len());
            text.replace_range(at..end, &put);
            let _ = parse(&text);
        }
    }

    #[test]
    fn fields_that_are_not_read_have_no_effect(name in "x[a-zA-Z]{0,12}", value in json_like_an_event()) {
        let plain = bounce("Permanent", Some("General"));
        let mut more = plain.clone();
        for parent in ["", "/mail", "/bounce"] {
            more.pointer_mut(parent).and_then(Value::as_object_mut).unwrap().insert(name.clone(), value.clone());
        }
        prop_assert_eq!(read(&more), read(&plain));
    }

    #[test]
    fn no_type_fails_a_bounce(kind in any::<String>(), sub_type in any::<String>()) {
        prop_assert!(read(&bounce(&kind, Some(&sub_type))).is_ok());
        prop_assert!(read(&complaint(Some(&kind), Some(&sub_type))).is_ok());
    }
}

#[test]
fn a_report_names_only_recipients_of_the_mail() {
    let reported = json!([
        {"emailAddress": "victim@example.org"},
        {"emailAddress": "\"Ada\" <Ada@EXAMPLE.org>"},
        {"emailAddress": "no address"},
        {},
    ]);
    let event = with(bounce("Permanent", None), "/bounce/bouncedRecipients", reported);
    let event = with(event, "/mail/destination", json!(["ADA <ada@example.org>", null, "bob@example.org"]));
    let EventKind::Bounce(bounce) = read(&event).unwrap().kind else { panic!("a bounce") };
    assert_eq!(bounce.recipients.iter().map(Address::as_str).collect::<Vec<_>>(), ["ada@example.org"]);
}

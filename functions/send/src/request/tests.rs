use serde_json::json;

use super::*;

fn with(extra: &Value) -> Value {
    let mut body = json!({"to": "ada@example.org", "subject": "Hi", "body": "<p>Hi</p>"});
    body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    body
}

fn accept(extra: &Value) -> SendRequest {
    SendRequest::check(with(extra).as_object().unwrap(), true).map_err(|f| format!("{:?}", f.field_errors())).unwrap()
}

/// Checks that exactly these fields are wrong, in this order.
fn check(extra: &Value, expected: &[(&str, FieldCode)]) {
    let body = with(extra);
    let Err(failure) = SendRequest::check(body.as_object().unwrap(), true) else { panic!("accepted: {body}") };
    let wrong: Vec<_> = failure.field_errors().iter().map(|error| (error.field.as_str(), error.code)).collect();
    assert_eq!(wrong, expected, "{body}");
}

#[test]
fn recipients_may_be_written_in_every_way() {
    for (to, count) in [
        (json!("ada@example.org"), 1),
        (json!({"email": "ada@example.org", "name": "Ada"}), 1),
        (json!(["ada@example.org", {"email": "bob@example.org"}]), 2),
        (json!(["ada@example.org", "ADA@Example.org ", {"email": "ada@example.org"}]), 1),
        (Value::Array((0..50).map(|i| json!(format!("a{i}@example.org"))).collect()), 50),
    ] {
        assert_eq!(accept(&json!({"to": to})).to.len(), count);
    }
}

#[test]
fn wrong_recipients_are_named_by_their_place() {
    use FieldCode::{InvalidEmail, InvalidType, InvalidValue, Required, TooMany, TooShort};
    check(&json!({"to": null}), &[("to", Required)]);
    check(&json!({"to": []}), &[("to", TooShort)]);
    check(&json!({"to": 1}), &[("to", InvalidType)]);
    check(&json!({"to": "Ada <ada@example.org>"}), &[("to", InvalidEmail)]);
    check(
        &json!({"to": ["ada@example.org", "bob", {"email": "x"}, {}, {"email": "a@x.co", "name": "a\r\nb"}, 5]}),
        &[
            ("to.1", InvalidEmail),
            ("to.2.email", InvalidEmail),
            ("to.3.email", Required),
            ("to.4.name", InvalidValue),
            ("to.5", InvalidType),
        ],
    );
    let many: Vec<_> = (0..51).map(|i| json!(format!("a{i}@example.org"))).collect();
    check(&json!({"to": many}), &[("to", TooMany)]);
}

#[test]
fn content_is_needed_unless_a_template_is_named() {
    use FieldCode::{InvalidType, InvalidValue, Required, TooLong, TooShort};
    check(&json!({"subject": null, "body": null}), &[("subject", Required), ("body", Required)]);
    check(&json!({"subject": "", "body": ""}), &[("subject", TooShort), ("body", TooShort)]);
    check(&json!({"subject": "a\nb", "text": 1}), &[("subject", InvalidValue), ("text", InvalidType)]);
    check(&json!({"subject": "ü".repeat(999)}), &[("subject", TooLong)]);
    check(&json!({"subject": "a\u{0}"}), &[("subject", InvalidValue)]);
    assert!(accept(&json!({"subject": "ü".repeat(998), "body": "a\0\r\n"})).content.is_some());
    let template = accept(&json!({"template": "t", "subject": null, "body": null}));
    assert_eq!(content_of(&template).err().map(|failure| failure.code()), Some(Code::TemplateNotFound));
}

#[test]
fn a_sender_is_needed_where_the_project_has_none() {
    let body = with(&json!({}));
    let failure = SendRequest::check(body.as_object().unwrap(), false).err().unwrap();
    assert_eq!(failure.field_errors()[0].field, "from");
    assert!(SendRequest::check(with(&json!({"from": {"email": "a@x.co"}})).as_object().unwrap(), false).is_ok());
}

#[test]
fn fields_of_other_apis_are_answered_with_ours() {
    use FieldCode::UnknownField;
    check(
        &json!({"html": "x", "replyTo": "x", "cc": [], "bcc": "x"}),
        &[("html", UnknownField), ("replyTo", UnknownField), ("cc", UnknownField), ("bcc", UnknownField)],
    );
    accept(&json!({"type": "transactional", "cc": null, "whatever": 1}));
}

#[test]
fn headers_are_checked() {
    use FieldCode::{InvalidType, InvalidValue, TooLong, TooMany};
    assert_eq!(accept(&json!({"headers": {"X-Order": "42", "X-Name": "Zoë"}})).headers.len(), 2);
    check(&json!({"headers": []}), &[("headers", InvalidType)]);
    check(
        &json!({"headers": {"X-A": 1, "Bcc": "a@x.co", "X-B": "a\r\nBcc: b"}}),
        &[("headers.Bcc", InvalidValue), ("headers.X-A", InvalidType), ("headers.X-B", InvalidValue)],
    );
    check(&json!({"headers": {"X-A": "1", "x-a": "2"}}), &[("headers.x-a", InvalidValue)]);
    check(&json!({"headers": {"X-A": "a".repeat(994)}}), &[("headers.X-A", TooLong)]);
    let many: Map<_, _> = (0..16).map(|i| (format!("X-{i}"), json!("x"))).collect();
    check(&json!({"headers": many}), &[("headers", TooMany)]);
}

#[test]
fn attachments_are_checked() {
    use FieldCode::{InvalidType, InvalidValue, Required, TooMany};
    let file = json!({"filename": "a.txt", "content": "aGk="});
    let accepted = accept(&json!({"attachments": [file, {
        "filename": "b.png", "content": "", "contentType": "image/png", "contentId": "logo", "disposition": "inline",
    }]}));
    assert_eq!((accepted.attachments[0].content.as_slice(), accepted.attachments.len()), (&b"hi"[..], 2));
    check(&json!({"attachments": vec![file.clone(); 11]}), &[("attachments", TooMany)]);
    check(
        &json!({"attachments": [1, {}, {"filename": "a/b", "content": "*"}, {
        "filename": "a", "content": "aGk=", "contentType": "x", "disposition": "inline",
    }, {"filename": "a", "content": "aGk=", "disposition": "other"}]}),
        &[
            ("attachments.0", InvalidType),
            ("attachments.1.filename", Required),
            ("attachments.1.content", Required),
            ("attachments.2.filename", InvalidValue),
            ("attachments.2.content", InvalidValue),
            ("attachments.3.contentType", InvalidValue),
            ("attachments.3.contentId", Required),
            ("attachments.4.disposition", InvalidValue),
        ],
    );
}

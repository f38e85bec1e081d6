use serde_json::json;

use super::*;

const DEFAULT_SENDER: Option<&str> = Some("hello@example.com");

fn with(extra: &Value) -> Value {
    let mut body = json!({"to": "ada@example.org", "subject": "Hi", "body": "<p>Hi</p>"});
    body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    body
}

fn accept(extra: &Value) -> SendRequest {
    SendRequest::check(with(extra).as_object().unwrap(), DEFAULT_SENDER)
        .map_err(|f| format!("{:?}", f.field_errors()))
        .unwrap()
}

/// Checks that exactly these fields are wrong, in this order.
fn check(extra: &Value, expected: &[(&str, FieldCode)]) {
    let body = with(extra);
    let Err(failure) = SendRequest::check(body.as_object().unwrap(), DEFAULT_SENDER) else {
        panic!("accepted: {body}")
    };
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
    let failure = SendRequest::check(body.as_object().unwrap(), None).err().unwrap();
    assert_eq!(failure.field_errors()[0].field, "from");
    assert!(SendRequest::check(with(&json!({"from": {"email": "a@x.co"}})).as_object().unwrap(), None).is_ok());
}

#[test]
fn fields_of_other_apis_are_answered_with_ours() {
    use FieldCode::UnknownField;
    check(
        &json!({"html": "x", "replyTo": [], "cc": ["x"], "bcc": "x"}),
        &[("html", UnknownField), ("replyTo", UnknownField), ("cc", UnknownField), ("bcc", UnknownField)],
    );
    accept(&json!({"type": "transactional", "cc": null, "bcc": [], "whatever": 1}));
}

#[test]
fn headers_are_checked() {
    use FieldCode::{InvalidType, InvalidValue, TooLong, TooMany};
    assert_eq!(accept(&json!({"headers": {"X-Order": "42", "X-Name": "Zoë"}})).headers.len(), 2);
    assert_eq!(accept(&json!({"headers": []})).headers.len(), 0);
    check(&json!({"headers": [[]]}), &[("headers", InvalidType)]);
    check(
        &json!({"headers": {"X-A": 1, "Bcc": "a@x.co", "X-B": "a\r\nBcc: b"}}),
        &[("headers.X-A", InvalidType), ("headers.Bcc", InvalidValue), ("headers.X-B", InvalidValue)],
    );
    check(&json!({"headers": {"X-A": "1", "x-a": "2"}}), &[("headers.x-a", InvalidValue)]);
    check(&json!({"headers": {"X-A": "a".repeat(994)}}), &[("headers.X-A", TooLong)]);
    let many: Map<_, _> = (0..16).map(|i| (format!("X-{i}"), json!("x"))).collect();
    check(&json!({"headers": many}), &[("headers", TooMany)]);
}

#[test]
fn headers_that_are_set_anyway_or_empty_are_left_out() {
    let headers = json!({
        "Return-Path": "a@x.co", "SENDER": "a@x.co", "message-id": "<a@x.co>", "Date": "\r\nBcc: b@x.co",
        "MIME-Version": "x".repeat(2_000), "X-Empty": "", "X Blank": "  ", "Bcc": "", "X-Kept": "1",
    });
    let kept: Vec<_> = accept(&json!({"headers": headers})).headers.iter().map(|h| h.name().to_owned()).collect();
    assert_eq!(kept, ["X-Kept"]);
    check(&json!({"headers": {"Date": 1}}), &[("headers.Date", FieldCode::InvalidType)]);
}

#[test]
fn reply_to_is_reply_where_that_is_not_given() {
    let reply = |fields: Value| accept(&fields).reply.map(|mailbox| mailbox.to_header());
    let given = |address: &str| json!({"reply-to": address});
    assert_eq!(reply(json!({"headers": given("B@x.co")})).as_deref(), Some("b@x.co"));
    assert_eq!(reply(json!({"headers": given("b@x.co"), "reply": null})).as_deref(), Some("b@x.co"));
    for dropped in ["b@x.co", "Support <s@x.co>", "Bob", "b@x.co\r\nBcc: c@x.co"] {
        assert_eq!(reply(json!({"headers": given(dropped), "reply": "a@x.co"})).as_deref(), Some("a@x.co"));
    }
    assert_eq!(reply(json!({"headers": given("Support <s@x.co>")})).as_deref(), Some("\"Support\" <s@x.co>"));
    assert_eq!(reply(json!({"headers": given("Zoë <z@x.co>")})).as_deref(), Some("=?UTF-8?B?Wm/Dqw==?= <z@x.co>"));
    assert_eq!(reply(json!({"headers": given(" ")})), None);
    for address in ["Bob", "Bob <b@x.co>, c@x.co", "b@x.co, c@x.co", "b@x.co\r\nBcc: c@x.co"] {
        check(&json!({"headers": {"Reply-To": address}}), &[("headers.Reply-To", FieldCode::InvalidEmail)]);
    }
    let long = format!("{} <b@x.co>", "n".repeat(320));
    check(&json!({"headers": given(&long)}), &[("headers.reply-to", FieldCode::TooLong)]);
    let twice = json!({"Reply-To": "a@x.co", "reply-to": "b@x.co"});
    check(&json!({"headers": twice}), &[("headers.reply-to", FieldCode::InvalidValue)]);
    check(&json!({"headers": given("b@x.co"), "reply": "Ada"}), &[("reply", FieldCode::InvalidEmail)]);
}

#[test]
fn an_empty_name_is_no_name() {
    let accepted = accept(&json!({
        "to": [{"email": "a@x.co", "name": ""}, {"email": "b@x.co", "name": "B"}],
        "from": {"email": "c@x.co", "name": ""},
        "name": "",
    }));
    assert_eq!((&accepted.to[0].name, accepted.to[1].name.as_deref()), (&None, Some("B")));
    assert_eq!((accepted.from.unwrap().name, accepted.name), (None, None));
    check(&json!({"name": ["", ""]}), &[("name", FieldCode::InvalidType)]);
}

#[test]
fn the_type_of_a_file_has_three_names() {
    let kind = |fields: &Value| {
        let mut file = json!({"filename": "Ada's plan.pdf", "content": "aGk="});
        file.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        accept(&json!({"attachments": [file]})).attachments[0].content_type.clone()
    };
    assert_eq!(kind(&json!({"type": "a/b"})).as_deref(), Some("a/b"));
    assert_eq!(kind(&json!({"mimeType": "a/b"})).as_deref(), Some("a/b"));
    assert_eq!(kind(&json!({"mimeType": "e/f", "type": "c/d", "contentType": "a/b"})).as_deref(), Some("a/b"));
    assert_eq!(kind(&json!({"mimeType": "e/f", "type": "c/d", "contentType": null})).as_deref(), Some("c/d"));
    let wrong = |name: &str| json!({"attachments": [{"filename": "a", "content": "", name: "\r\n"}]});
    check(&wrong("type"), &[("attachments.0.type", FieldCode::InvalidValue)]);
    check(&wrong("mimeType"), &[("attachments.0.mimeType", FieldCode::InvalidValue)]);
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

//! Strings of a caller never become header structure.

use base64::{Engine, engine::general_purpose::STANDARD};
use posthorn_testkit::ses::Mail;
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::support::World;

/// Texts of every kind, among them those that would start a new header or recipient.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\r\nBcc: eve@evil.example".to_owned()),
        Just("\nX: y".to_owned()),
        Just("\" <eve@evil.example>, \"".to_owned()),
        Just("eve@evil.example,".to_owned()),
        Just("=?UTF-8?Q?=0D=0ABcc:_eve?=".to_owned()),
        Just("\u{85}\u{2028}\u{202e}".to_owned()),
        Just("{{ name }}".to_owned()),
        "\\PC{1,20}",
        any::<String>(),
    ];
    prop::collection::vec(piece, 1..4).prop_map(|pieces| pieces.concat())
}

fn request() -> impl Strategy<Value = Value> {
    let fields = [hostile(), hostile(), hostile(), hostile(), hostile(), hostile()];
    (fields, "[A-Za-z-]{1,10}").prop_map(|([subject, name, from, to, value, data], header)| {
        json!({
            "to": {"email": "ada@example.org", "name": to},
            "from": {"email": "hello@example.com", "name": from},
            "name": name,
            "subject": format!("{subject}{{{{ injected }}}}"),
            "body": "<p>Hi</p>",
            "headers": {format!("X-{header}"): value},
            "data": {"injected": data},
        })
    })
}

/// A request without the fields that the API refuses, so that the others are seen.
fn without_refused(mut body: Value, refusal: &Value) -> Value {
    for error in refusal["error"]["errors"].as_array().unwrap() {
        let field = error["field"].as_str().unwrap();
        match field.split_once('.') {
            Some((object, inner)) => drop(body[object].as_object_mut().unwrap().remove(inner)),
            None => body[field] = json!("{{ injected }}"),
        }
    }
    body
}

/// Every header string of a mail is one line of printable ASCII (the subject, which SES encodes, has no control
/// character), and the mail has one recipient.
fn holds(mail: &Mail) -> Result<(), TestCaseError> {
    prop_assert_eq!(mail.recipients().count(), 1);
    prop_assert!(!mail.subject.contains(char::is_control), "{:?}", mail.subject);
    let headers = mail.headers.iter().flat_map(|(name, value)| [name, value]);
    let tags = mail.tags.iter().flat_map(|(name, value)| [name, value]);
    for text in headers.chain(tags).chain(&mail.to).chain(&mail.reply_to).chain([&mail.from]) {
        prop_assert!(text.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{:?}", text);
    }
    for (mailbox, address) in [(&mail.to[0], "ada@example.org"), (&mail.from, "hello@example.com")] {
        let name = mailbox.strip_suffix(&format!("<{address}>")).or_else(|| mailbox.strip_suffix(address));
        let name = name.map(str::trim).unwrap_or_default();
        prop_assert!(is_one_phrase(name), "{:?}", mailbox);
    }
    Ok(())
}

/// One quoted string, or encoded words whose text has no control character that a reader would act on.
fn is_one_phrase(name: &str) -> bool {
    match name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) => !inner.replace("\\\\", "").replace("\\\"", "").contains('"'),
        None => name.split(' ').filter(|word| !word.is_empty()).all(|word| {
            let encoded = word.strip_prefix("=?UTF-8?B?").and_then(|rest| rest.strip_suffix("?="));
            let decoded =
                encoded.and_then(|text| STANDARD.decode(text).ok()).and_then(|text| String::from_utf8(text).ok());
            decoded.is_some_and(|text| !text.contains(char::is_control))
        }),
    }
}

#[test]
fn no_string_adds_a_header_or_a_recipient() {
    let runtime = Runtime::new().unwrap();
    let world = runtime.block_on(World::new());
    let config = ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() };
    let outcome = TestRunner::new(config).run(&request(), |body| {
        let before = world.backends.ses.mails().len();
        let answer = runtime.block_on(world.send(&body));
        let answer = match answer.status {
            422 => runtime.block_on(world.send(&without_refused(body, &answer.json))),
            _ => answer,
        };
        prop_assert_eq!(answer.status, 200, "{}", answer.text);
        let mails = world.backends.ses.mails();
        prop_assert_eq!(mails.len(), before + 1);
        holds(&mails[before])
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

#[tokio::test]
async fn data_that_a_public_key_stored_is_text_in_a_mail() {
    let world = World::new().await;
    let evil = "</p><img src=x onerror='y'>\r\nBcc: eve@evil.example\r\n\r\n{{ email }}";
    let mut fields = posthorn_errors::FieldErrors::default();
    let data = posthorn_table::data::Data::check(Some(&json!({"name": evil})), &mut fields);
    let keep = posthorn_table::contact::Subscription::Keep { when_new: true };
    world.backends.table.merge_contact(world.id(), "ada@example.org", keep, &data, world.now()).await.unwrap();
    let body = json!({"to": "ada@example.org", "subject": "Hi {{ name }}", "body": "<p>Hi {{ name }}</p>"});
    assert_eq!(world.send(&body).await.status, 200);
    let mail = world.backends.ses.mails().pop().unwrap();
    let shown = "&lt;/p&gt;&lt;img src=x onerror=&#39;y&#39;&gt;\r\nBcc: eve@evil.example\r\n\r\n{{ email }}";
    assert_eq!(mail.html.as_deref(), Some(format!("<p>Hi {shown}</p>").as_str()));
    assert_eq!(mail.subject, format!("Hi {}", evil.replace(['\r', '\n'], " ")));
    assert!(mail.text.as_deref().is_some_and(|text| text.contains("<img src=x")), "in plain text it is what it is");
    assert_eq!(mail.recipients().collect::<Vec<_>>(), ["ada@example.org"]);
}

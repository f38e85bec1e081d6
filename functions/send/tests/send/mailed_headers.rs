//! Names, addresses, headers and files: as the mail service gets them, or refused.

use serde_json::{Value, json};

use crate::support::{World, email, outcomes};

/// The one field that is wrong and its code, after the refusal was held to leave nothing.
async fn refused(world: &World, fields: &Value) -> (String, String) {
    let answer = world.refuses(world.request(&email(fields)), 422, "VALIDATION_ERROR").await;
    let errors = answer.json["error"]["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{}", answer.text);
    let text = |name: &str| errors[0][name].as_str().unwrap().to_owned();
    (text("field"), text("code"))
}

#[tokio::test]
async fn a_name_that_the_mail_service_does_not_take_is_refused_where_it_was_given() {
    let world = World::new().await;
    let long = "株".repeat(66);
    for (fields, field) in [
        (json!({"to": {"email": "ada@example.org", "name": long}}), "to.name"),
        (json!({"to": ["bob@example.org", {"email": "ada@example.org", "name": long}]}), "to.1.name"),
        (json!({"from": {"email": "hello@example.com", "name": long}}), "from.name"),
        (json!({"from": "hello@example.com", "name": long}), "name"),
        (json!({"name": long}), "name"),
        (json!({"name": "\"".repeat(160)}), "name"),
    ] {
        assert_eq!(refused(&world, &fields).await, (field.to_owned(), "too_long".to_owned()));
    }
}

#[tokio::test]
async fn the_longest_names_that_fit_are_mailed() {
    let world = World::new().await;
    let long_address = format!("{}@{}.com", "a".repeat(64), ["b".repeat(60), "c".repeat(60), "d".repeat(60)].join("."));
    let left = 320 - long_address.len() - "\"\" <>".len();
    for (address, name, bytes) in [
        ("ada@example.org", "株".repeat(57), 320),
        ("ada@example.org", "n".repeat(256), 276),
        (&long_address, "n".repeat(left), 320),
    ] {
        let answer = world.send(&email(&json!({"to": {"email": address, "name": name}}))).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let to = world.backends.ses.mails().pop().unwrap().to[0].clone();
        assert!(to.len() <= bytes && to.ends_with(&format!("<{address}>")), "{} bytes: {to}", to.len());
    }
    let over = json!({"to": {"email": long_address, "name": "n".repeat(left + 1)}});
    assert_eq!(refused(&world, &over).await, ("to.name".to_owned(), "too_long".to_owned()));
}

#[tokio::test]
async fn a_projects_name_that_is_too_long_is_left_out() {
    let world = World::with(|project| project.facts.name = "株".repeat(66)).await;
    assert_eq!(outcomes(&world.send(&email(&json!({}))).await), ["SENT"]);
    assert_eq!(outcomes(&world.send(&email(&json!({"name": "Ada"}))).await), ["SENT"]);
    let from: Vec<_> = world.backends.ses.mails().iter().map(|mail| mail.from.clone()).collect();
    assert_eq!(from, ["hello@example.com", "\"Ada\" <hello@example.com>"]);
}

#[tokio::test]
async fn a_name_is_mailed_without_what_would_show_it_as_another() {
    let world = World::new().await;
    let name = "\u{202e}moc.elpmaxe\u{202c} Ada\u{2028}\u{200f}";
    let fields = json!({"to": {"email": "ada@example.org", "name": name}, "name": name});
    assert_eq!(world.send(&email(&fields)).await.status, 200);
    let mail = world.backends.ses.mails().pop().unwrap();
    assert_eq!(mail.to, ["\"moc.elpmaxe Ada \" <ada@example.org>"]);
    assert_eq!(mail.from, "\"moc.elpmaxe Ada \" <hello@example.com>");
}

#[tokio::test]
async fn headers_reach_the_mail_service_as_they_were_given() {
    for (name, value, mailed) in [
        ("List-Unsubscribe", "<https://example.com/u/dXNlcg=?l=3>", "<https://example.com/u/dXNlcg=?l=3>"),
        ("List-Unsubscribe", "<https://example.com/ü>", "<https://example.com/%C3%BC>"),
        ("List-Unsubscribe", "<https://bücher.example/u>", "<https://xn--bcher-kva.example/u>"),
        ("List-Id", "Bücher <books.example.com>", "=?UTF-8?B?QsO8Y2hlcg==?= <books.example.com>"),
        ("References", "<a=?@example.com> <b@example.com>", "<a=?@example.com> <b@example.com>"),
        ("X-Note", "=?UTF-8?Q?x?= (\"a\", <b>)", "=?UTF-8?Q?x?= (\"a\", <b>)"),
        ("X-Note", "Zoë", "=?UTF-8?B?Wm/Dqw==?="),
    ] {
        let world = World::new().await;
        let answer = world.send(&email(&json!({"headers": {name: value}}))).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let mail = world.backends.ses.mails().pop().unwrap();
        assert_eq!(mail.headers, [(name.to_owned(), mailed.to_owned())]);
    }
}

#[tokio::test]
async fn headers_that_others_write_or_that_have_no_form_are_refused() {
    let world = World::new().await;
    for (name, value) in [
        ("Received", "from mx.example.org by mx.example.com"),
        ("received-spf", "pass"),
        ("Authentication-Results", "mx.example.com; dkim=pass"),
        ("X-Authentication-Results", "mx.example.com; dkim=pass"),
        ("Envelope-From", "a@example.com"),
        ("X-Spam-Status", "No"),
        ("ARC-Seal", "i=1"),
        ("ARC-Authentication-Results", "i=1; dkim=pass"),
        ("Resent-From", "a@example.com"),
        ("RESENT-MESSAGE-ID", "<a@example.com>"),
        ("Delivered-To", "a@example.com"),
        ("X-Original-To", "a@example.com"),
        ("DomainKey-Signature", "a=rsa-sha1"),
        ("List-Unsubscribe", "https://example.com/ü"),
        ("References", "<ü@example.com>"),
    ] {
        let expected = (format!("headers.{name}"), "invalid_value".to_owned());
        assert_eq!(refused(&world, &json!({"headers": {name: value}})).await, expected);
    }
}

#[tokio::test]
async fn a_content_type_reaches_the_mail_service_as_it_was_given() {
    let types = ["text/calendar; method=REQUEST; charset=\"UTF-8\"", "TEXT/Calendar;METHOD=REQUEST;x=\"a; b\""];
    let world = World::new().await;
    let file = |kind: &str| json!({"filename": "a.ics", "content": "aGk=", "contentType": kind});
    let files: Vec<_> = types.into_iter().map(file).collect();
    assert_eq!(world.send(&email(&json!({"attachments": files}))).await.status, 200);
    let mail = world.backends.ses.mails().pop().unwrap();
    let mailed: Vec<_> = mail.attachments.iter().map(|file| file.content_type.as_deref().unwrap()).collect();
    assert_eq!(mailed, types);
    for kind in ["text/calendar; charset=\"UTF-8", "text/calendar; method"] {
        let expected = ("attachments.0.contentType".to_owned(), "invalid_value".to_owned());
        assert_eq!(refused(&world, &json!({"attachments": [file(kind)]})).await, expected);
    }
}

#[tokio::test]
async fn a_file_name_that_is_shown_as_another_is_refused() {
    let world = World::new().await;
    for unseen in ["\u{202e}", "\u{2066}", "\u{200f}", "\u{61c}", "\u{2028}", "\u{2029}"] {
        let file = json!({"filename": format!("invoice{unseen}fdp.txt"), "content": "aGk="});
        let expected = ("attachments.0.filename".to_owned(), "invalid_value".to_owned());
        assert_eq!(refused(&world, &json!({"attachments": [file]})).await, expected, "{unseen:?}");
    }
}

#[tokio::test]
async fn an_address_of_megabytes_is_refused() {
    let world = World::new().await;
    for domain in ["ü.".repeat(500_000), format!("x{}.co", "\u{ad}".repeat(500_000)), "ü".repeat(500_000) + ".co"] {
        let expected = ("to".to_owned(), "invalid_email".to_owned());
        assert_eq!(refused(&world, &json!({"to": format!("a@{domain}")})).await, expected);
    }
}

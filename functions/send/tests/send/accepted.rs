//! Requests that are accepted: the message that SES gets, the response, the records.

use posthorn_auth::import;
use posthorn_table::{contact, statistics::shard_of};
use posthorn_testkit::{
    backends::TestRequest,
    events::SECRET_KEY,
    gateway::{TIMEOUT, invoke},
};
use serde_json::{Value, json};

use crate::support::{World, addresses, email, outcomes, plain, text};

#[tokio::test]
async fn a_plain_email_is_answered_in_the_contracts_shape() {
    let world = World::new().await;
    let answer = world.send(&plain()).await;
    let id = &answer.json["data"]["emails"][0]["email"];
    assert_eq!(answer.status, 200, "{}", answer.text);
    let emails = json!([{
        "contact": {"id": contact::id(world.id(), "ada@example.org"), "email": "ada@example.org"},
        "email": id,
        "status": "SENT",
    }]);
    let timestamp = "2025-11-30T10:30:00.000Z";
    let data = json!({"emails": emails, "timestamp": timestamp});
    // The older generation of clients reads the fields of `data` at the top level.
    assert_eq!(answer.json, json!({"success": true, "data": data, "emails": emails, "timestamp": timestamp}));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("x-request-id"), Some("test-request"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("idempotency-replayed"), None);
    assert!(!answer.headers.keys().any(|name| name.as_str().starts_with("access-control-")));
}

#[tokio::test]
async fn a_plain_email_reaches_ses_with_the_projects_defaults() {
    let world = World::new().await;
    let answer = world.send(&plain()).await;
    let mails = world.backends.ses.mails();
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!(mail.from, "\"Acme\" <hello@example.com>");
    assert_eq!(mail.recipients().collect::<Vec<_>>(), ["ada@example.org"]);
    assert_eq!(mail.reply_to, ["hello@example.com"]);
    assert_eq!((mail.subject.as_str(), mail.html.as_deref()), ("Hello", Some("<p>Hi</p>")));
    assert_eq!(mail.text.as_deref().map(str::trim), Some("Hi"));
    assert!(mail.headers.is_empty() && mail.attachments.is_empty());
    assert_eq!(mail.configuration_set, None);
    let id = answer.json["data"]["emails"][0]["email"].as_str().unwrap();
    let tag = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(mail.tags, [tag("posthorn-project", &world.id().to_string()), tag("posthorn-email", id)]);
}

#[tokio::test]
async fn the_text_is_derived_from_the_html_however_large_it_is() {
    let world = World::new().await;
    let hidden = "<div style='display:none'>Preview &#847;&zwnj;&nbsp;</div>";
    let paragraph = "<p style='font-family:Helvetica,Arial,sans-serif;font-size:16px'>Code <b>4</b><b>{{ n }}</b></p>";
    let link = "<a href='https://example.com/c'><img alt=''></a>";
    for times in [1, 4_000] {
        let html = format!("{hidden}{}{link}", paragraph.repeat(times));
        let answer = world.send(&email(&json!({"body": html, "data": {"n": 8}}))).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let expected = format!("{}https://example.com/c", "Code 48\n\n".repeat(times));
        assert_eq!(world.backends.ses.mails().last().unwrap().text.as_deref(), Some(&*expected));
    }
}

#[tokio::test]
async fn every_field_reaches_ses() {
    let world = World::new().await;
    let body = json!({
        "to": {"email": "Ada@Example.ORG", "name": "Ada, \"Countess\""},
        "from": {"email": "shop@mail.example.com", "name": "Zoë"},
        "reply": "help@elsewhere.example",
        "subject": "Grüße",
        "body": "<p>Hi</p>",
        "text": "by hand",
        "headers": {"X-Order": "42", "List-Unsubscribe": "<https://example.com/u>"},
        "attachments": [
            {"filename": "a.bin", "content": "/wABgA==", "contentType": "application/octet-stream"},
            {"filename": "l.png", "content": "aGk", "contentId": "logo", "disposition": "inline"},
        ],
        "type": "transactional",
    });
    let answer = world.send(&body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let mail = world.backends.ses.mails().remove(0);
    assert_eq!(mail.from, "=?UTF-8?B?Wm/Dqw==?= <shop@mail.example.com>");
    assert_eq!(mail.to, ["\"Ada, \\\"Countess\\\"\" <ada@example.org>"]);
    assert_eq!(mail.reply_to, ["help@elsewhere.example"]);
    assert_eq!((mail.subject.as_str(), mail.text.as_deref()), ("Grüße", Some("by hand")));
    let mut headers = mail.headers.clone();
    headers.sort();
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(headers, [header("List-Unsubscribe", "<https://example.com/u>"), header("X-Order", "42")]);
    let [binary, inline] = mail.attachments.as_slice() else { panic!("{mail:?}") };
    assert_eq!((binary.filename.as_str(), binary.content.as_slice()), ("a.bin", &[0xff, 0, 1, 0x80][..]));
    assert_eq!(binary.content_type.as_deref(), Some("application/octet-stream"));
    assert!(!binary.is_inline() && inline.is_inline());
    assert_eq!((inline.content_id.as_deref(), inline.content.as_slice()), (Some("logo"), &b"hi"[..]));
    // SES takes files for 7-bit text unless it is told otherwise.
    assert_eq!(binary.transfer_encoding.as_deref(), Some("BASE64"));
}

#[tokio::test]
async fn the_nearest_sender_and_name_win() {
    for (fields, expected) in [
        (json!({"name": "Ada"}), "\"Ada\" <hello@example.com>"),
        (json!({"from": "a@example.com"}), "\"Acme\" <a@example.com>"),
        (json!({"from": {"email": "a@example.com", "name": "A"}, "name": "B"}), "\"A\" <a@example.com>"),
        (json!({"from": null, "name": null}), "\"Acme\" <hello@example.com>"),
    ] {
        let world = World::new().await;
        assert_eq!(world.send(&email(&fields)).await.status, 200, "{fields}");
        let mail = world.backends.ses.mails().remove(0);
        assert_eq!(mail.from, expected);
        assert!(mail.from.contains(&mail.reply_to[0]));
    }
}

#[tokio::test]
async fn every_recipient_gets_a_message_of_its_own_once_and_is_answered_in_order() {
    let world = World::new().await;
    let to = json!([
        "bob@example.org",
        {"email": "ada@example.org", "name": "Ada"},
        " BOB@example.org ",
        "zoe@BÜCHER.example",
        "ada@example.org",
    ]);
    let answer = world.send(&email(&json!({"to": to}))).await;
    let answered: Vec<_> = answer.json["data"]["emails"].as_array().unwrap().iter().collect();
    let answered: Vec<_> = answered.iter().map(|email| email["contact"]["email"].as_str().unwrap()).collect();
    assert_eq!(answered, ["bob@example.org", "ada@example.org", "zoe@xn--bcher-kva.example"]);
    let mails = world.backends.ses.mails();
    assert!(mails.iter().all(|mail| mail.recipients().count() == 1));
    let mut recipients: Vec<_> = mails.iter().flat_map(|mail| mail.to.clone()).collect();
    recipients.sort();
    assert_eq!(recipients, ["\"Ada\" <ada@example.org>", "bob@example.org", "zoe@xn--bcher-kva.example"]);
}

#[tokio::test]
async fn fifty_recipients_fit_in_one_request() {
    let world = World::new().await;
    let to = addresses(50);
    let answer = world.send(&email(&json!({"to": to}))).await;
    assert_eq!(outcomes(&answer), ["SENT"; 50]);
    let answered = answer.json["data"]["emails"].as_array().unwrap().iter();
    let answered: Vec<_> = answered.map(|email| email["contact"]["email"].as_str().unwrap()).collect();
    assert_eq!(answered, to);
    assert_eq!(world.mails_and_calls(), (50, 50));
    assert_eq!(world.statuses().await, [("SENT".to_owned(), 50)].into());
    assert_eq!(world.counted().await, 50);
}

#[tokio::test]
async fn an_email_is_recorded_as_sent_under_sess_own_id() {
    let world = World::new().await;
    let answer = world.send(&email(&json!({"subject": "Hello {{ email }}"}))).await;
    let record = world.email(&answer.json["data"]["emails"][0]["email"]).await.unwrap();
    assert_eq!(text(&record, "status"), "SENT");
    assert_eq!(text(&record, "message_id"), world.backends.ses.mails()[0].message_id);
    assert_eq!(text(&record, "to"), "ada@example.org");
    assert_eq!(text(&record, "subject"), "Hello ada@example.org");
    assert_eq!(text(&record, "project_id"), world.id().to_string());
    assert_eq!(text(&record, "contact_id"), contact::id(world.id(), "ada@example.org").to_string());
    assert_eq!(record["rank"].as_n().unwrap(), "2");
    let ninety_days_on = world.now().as_second() + 90 * 86_400;
    assert_eq!(record["expires_at"].as_n().unwrap(), &ninety_days_on.to_string());
}

#[tokio::test]
async fn an_email_that_was_sent_is_counted_in_its_shard_and_hour() {
    let world = World::with(|project| project.facts.epoch = 3).await;
    let answer = world.send(&plain()).await;
    let id = answer.json["data"]["emails"][0]["email"].as_str().unwrap().parse().unwrap();
    let items = world.items("STATS#").await;
    let expected = format!("STATS#{}#{} 2025-11-30", world.id(), shard_of(id));
    assert_eq!(items.keys().collect::<Vec<_>>(), [&expected]);
    assert_eq!(items[&expected]["3:10:sent"].as_n().unwrap(), "1");
}

#[tokio::test]
async fn mail_to_the_simulator_is_sent_and_not_counted() {
    let world = World::new().await;
    let to = json!(["bounce@simulator.amazonses.com", "ada@example.org"]);
    let answer = world.send(&email(&json!({"to": to}))).await;
    assert_eq!(outcomes(&answer), ["SENT", "SENT"]);
    assert_eq!(world.mails_and_calls(), (2, 2));
    assert_eq!(world.counted().await, 1);
}

#[tokio::test]
async fn a_key_imported_from_plunk_works_unchanged() {
    let world = World::new().await;
    let next = import(&world.project.project, SECRET_KEY, world.now()).unwrap();
    world.backends.table.change_project(Some(&world.project.project), &next, None).await.unwrap();
    let request = TestRequest::new(lambda_http::http::Method::POST, "/v1/send")
        .header("authorization", &format!("Bearer {SECRET_KEY}"))
        .body(plain().to_string());
    assert_eq!(world.call(request).await.status, 200);
    assert_eq!(world.mails_and_calls(), (1, 1));
}

#[tokio::test]
async fn a_body_that_the_gateway_encoded_is_decoded() {
    use base64::{Engine, engine::general_purpose::STANDARD};

    let world = World::new().await;
    let event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/v1/send",
        "rawQueryString": "",
        "headers": {"authorization": format!("bearer \t {}", world.project.secret.expose())},
        "requestContext": {
            "accountId": "000000000000", "apiId": "local", "domainName": "localhost", "domainPrefix": "localhost",
            "http": {"method": "POST", "path": "/v1/send", "protocol": "HTTP/1.1", "sourceIp": "::1", "userAgent": ""},
            "requestId": "r-1", "routeKey": "$default", "stage": "$default",
            "time": "30/Nov/2025:10:30:00 +0000", "timeEpoch": 1_764_498_600_000_i64,
        },
        "body": STANDARD.encode(email(&json!({"subject": "Grüße"})).to_string()),
        "isBase64Encoded": true,
    });
    let answer = invoke(&event.to_string(), "r-1", TIMEOUT, |request| send::handle(&world.app, request)).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(world.backends.ses.mails()[0].subject, "Grüße");
}

#[tokio::test]
async fn templates_see_the_contact_and_the_request_and_html_is_escaped() {
    let world = World::new().await;
    world.send(&email(&json!({"data": {"plan": "Free", "name": "<Ada>"}}))).await;
    let body = email(&json!({
        "to": ["ada@example.org", "bob@example.org"],
        "subject": "{{ name ?? 'you' }}: {{ plan ?? none }}",
        "body": "<p>{{ name ?? \"<you>\" }} {{ email }} {{ data.once }} {{ once | raw }} {{ nothing }}</p>",
        "text": "{{ name ?? you }} & {{ once }}",
        "data": {"once": {"value": "a&b", "persistent": false}},
    }));
    assert_eq!(world.send(&body).await.status, 200);
    let mut mails = world.backends.ses.mails().split_off(1);
    mails.sort_by(|a, b| a.to.cmp(&b.to));
    let read = |index: usize| {
        (mails[index].subject.as_str(), mails[index].html.as_deref().unwrap(), mails[index].text.as_deref().unwrap())
    };
    assert_eq!(read(0), ("<Ada>: Free", "<p>&lt;Ada&gt; ada@example.org a&amp;b a&b </p>", "<Ada> & a&b"));
    assert_eq!(read(1), ("you: none", "<p>&lt;you&gt; bob@example.org a&amp;b a&b </p>", "you & a&b"));
    let item = world.contact("ada@example.org").await;
    assert!(!item.contains_key("data:once"), "{item:?}");
}

#[tokio::test]
async fn a_path_with_a_slash_at_its_end_is_the_path_without() {
    let world = World::new().await;
    let answer = world.call(TestRequest::post("/v1/send/", &world.project.secret, &plain())).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(world.mails_and_calls(), (1, 1));
}

/// Fields that other clients write where ours has nothing, or has it elsewhere.
#[tokio::test]
async fn fields_without_a_meaning_here_are_accepted_where_nothing_is_lost() {
    let world = World::new().await;
    let fields = json!({
        "to": {"email": "ada@example.org", "name": ""},
        "from": {"email": "a@example.com", "name": ""},
        "name": "", "data": [], "cc": [], "bcc": [],
        "headers": {
            "Reply-To": "Help please <help@example.net>", "Date": "x", "Sender": "x", "Return-Path": "x", "Message-ID": "x",
            "MIME-Version": "x", "X-Empty": "", "X-Order": "42",
        },
        "attachments": [{"filename": "Ada's plan.txt", "content": "aGk=", "mimeType": "text/plain"}],
    });
    let answer = world.send(&email(&fields)).await;
    assert_eq!((answer.status, outcomes(&answer)), (200, vec!["SENT"]), "{}", answer.text);
    let mail = world.backends.ses.mails().remove(0);
    assert_eq!(
        (mail.to.as_slice(), mail.from.as_str()),
        (&["ada@example.org".to_owned()][..], "\"Acme\" <a@example.com>")
    );
    assert_eq!(mail.reply_to, ["\"Help please\" <help@example.net>"]);
    assert_eq!(mail.headers, [("X-Order".to_owned(), "42".to_owned())]);
    let file = &mail.attachments[0];
    assert_eq!((file.filename.as_str(), file.content_type.as_deref()), ("Ada's plan.txt", Some("text/plain")));
    assert_eq!(world.send(&email(&json!({"headers": []}))).await.status, 200);
}

/// The published Node client sends these.
#[tokio::test]
async fn nulls_and_unknown_fields_are_no_mistake() {
    let world = World::new().await;
    let fields = json!({
        "from": null, "reply": null, "headers": null, "attachments": null, "subscribed": null, "data": null,
        "text": null, "template": null, "type": "html", "whatever": Value::Null, "campaign": 7,
    });
    let answer = world.send(&email(&fields)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

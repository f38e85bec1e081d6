//! Templates that exceed a limit: nothing is ever mailed as template source, and what a contact holds keeps no mail.

use posthorn_errors::FieldErrors;
use posthorn_table::{
    contact::{Mark, Subscription},
    data::Data,
    email::ReportedStatus,
};
use posthorn_testkit::{backends::TestResponse, ses::Fault};
use serde_json::{Value, json};

use crate::{
    crash_recovery::lease_ends,
    support::{World, email, outcomes, text},
};

const STEPS: &str = "The template exceeds the limit of 200,000 steps with this data.";
const ENDLESS: &str = "{% for i in (1..20000000) %}x{% endfor %}";
/// A body of which nothing but the texts around the tags may be mailed.
const BODY: &str = "{% comment %}internal note{% endcomment %}Hi {{ name ?? there }},\
    {% if vip %}secret offer{% else %}welcome{% endif %}\
    {% for item in items %}{% for i in (1..30) %}x{% endfor %}{% endfor %}";

/// Stores data in a contact, as a public key can.
async fn store(world: &World, address: &str, data: &Value) {
    let data = Data::check(Some(data), &mut FieldErrors::default());
    let keep = Subscription::Keep { when_new: true };
    world.backends.table.merge_contact(world.id(), address, keep, &data, world.now()).await.unwrap();
}

fn many_items() -> Value {
    json!({"items": vec![1; 8_000], "name": "Mallory"})
}

/// The fields of a refusal with their codes and messages, after it was held to leave nothing.
async fn refused(world: &World, fields: &Value) -> Vec<(String, String, String)> {
    let answer = world.refuses(world.request(&email(fields)), 422, "VALIDATION_ERROR").await;
    let text = |error: &Value, name: &str| error[name].as_str().unwrap().to_owned();
    let errors = answer.json["error"]["errors"].as_array().unwrap();
    errors.iter().map(|error| (text(error, "field"), text(error, "code"), text(error, "message"))).collect()
}

fn errors(field: &str, message: &str) -> (String, String, String) {
    (field.to_owned(), "too_large".to_owned(), message.to_owned())
}

#[tokio::test]
async fn a_contacts_data_is_left_out_where_it_exceeds_a_limit() {
    for (stored, field, source, expected) in [
        (many_items(), "body", BODY, "Hi there,welcome"),
        (many_items(), "text", BODY, "Hi there,welcome"),
        (many_items(), "subject", BODY, "Hi there,welcome"),
        (
            json!({"name": "n".repeat(9_000)}),
            "subject",
            "Hi {{ name ?? there }}{% comment %}x{% endcomment %}",
            "Hi there",
        ),
        (json!({"name": "n".repeat(30_000)}), "body", "{% for i in (1..150) %}{{ name }}{% endfor %}Bye", "Bye"),
        (
            json!({"last": 20_000_000}),
            "text",
            "{% for i in (1..last) %}{% if a %}a{% else %}b{% endif %}{% endfor %}Bye",
            "Bye",
        ),
    ] {
        let world = World::new().await;
        store(&world, "ada@example.org", &stored).await;
        let answer = world.send(&email(&json!({field: source}))).await;
        assert_eq!((answer.status, outcomes(&answer)), (200, vec!["SENT"]), "{field}: {}", answer.text);
        let mail = world.backends.ses.mails().pop().unwrap();
        let mailed =
            [("subject", &mail.subject), ("body", mail.html.as_ref().unwrap()), ("text", mail.text.as_ref().unwrap())];
        let (_, mailed) = mailed.into_iter().find(|(name, _)| *name == field).unwrap();
        assert_eq!(mailed, expected, "{field}");
        assert_eq!(world.mails_and_calls(), (1, 1));
    }
}

#[tokio::test]
async fn the_requests_own_data_stays_where_the_contacts_is_left_out() {
    let world = World::new().await;
    store(&world, "ada@example.org", &many_items()).await;
    let data = json!({"name": "Ada", "vip": {"value": true, "persistent": false}});
    let answer = world.send(&email(&json!({"subject": "To {{ name }}", "body": BODY, "data": data}))).await;
    assert_eq!(outcomes(&answer), ["SENT"]);
    let mail = world.backends.ses.mails().pop().unwrap();
    assert_eq!((mail.subject.as_str(), mail.html.as_deref()), ("To Ada", Some("Hi Ada,secret offer")));
}

#[tokio::test]
async fn a_filled_contact_beside_a_clean_one_changes_nothing_for_either() {
    let world = World::new().await;
    store(&world, "ada@example.org", &many_items()).await;
    store(&world, "bob@example.org", &json!({"name": "Bob", "items": [1]})).await;
    let answer = world.send(&email(&json!({"to": ["ada@example.org", "bob@example.org"], "body": BODY}))).await;
    assert_eq!(outcomes(&answer), ["SENT", "SENT"]);
    let mut mails = world.backends.ses.mails();
    mails.sort_by_key(|mail| mail.to.clone());
    let bodies: Vec<_> = mails.iter().map(|mail| mail.html.as_deref().unwrap().to_owned()).collect();
    assert_eq!(bodies, ["Hi there,welcome".to_owned(), format!("Hi Bob,welcome{}", "x".repeat(30))]);
}

#[tokio::test]
async fn a_request_that_exceeds_a_limit_by_itself_is_refused_on_its_fields() {
    let world = World::new().await;
    let large = json!({"name": "n".repeat(30_000)});
    let over = |part: &str, bytes: &str| {
        errors(part, &format!("The template exceeds the limit of {bytes} bytes of output with this data."))
    };
    for (fields, expected) in [
        (json!({"body": BODY, "data": many_items()}), vec![errors("body", STEPS)]),
        (json!({"body": ENDLESS}), vec![errors("body", STEPS)]),
        (json!({"text": ENDLESS}), vec![errors("text", STEPS)]),
        (json!({"subject": ENDLESS.replace('x', "")}), vec![errors("subject", STEPS)]),
        (json!({"subject": ENDLESS}), vec![over("subject", "8,192")]),
        (json!({"subject": "{{ name }}", "data": large}), vec![over("subject", "8,192")]),
        (
            json!({"body": "{% for i in (1..150) %}{{ name }}{% endfor %}", "data": large}),
            vec![over("body", "4,194,304")],
        ),
        (
            json!({"subject": "{{ name }}", "body": ENDLESS, "text": ENDLESS, "data": large}),
            vec![over("subject", "8,192")],
        ),
        (json!({"to": ["ada@example.org", "bob@example.org"], "body": ENDLESS}), vec![errors("body", STEPS)]),
    ] {
        assert_eq!(refused(&world, &fields).await, expected, "{fields}");
    }
    store(&world, "ada@example.org", &json!({"name": "Ada"})).await;
    assert_eq!(refused(&world, &json!({"body": ENDLESS, "data": {"name": "Eve"}})).await, [errors("body", STEPS)]);
}

#[tokio::test]
async fn more_liquid_than_is_read_is_refused_before_anything_is_read() {
    let world = World::new().await;
    let too_large = |part: &str, limit: &str| errors(part, &format!("The template exceeds the limit of {limit}."));
    let deep = format!("{}x{}", "{% if vip %}".repeat(49), "{% endif %}".repeat(49));
    let long = format!("{{{{ name ?? '{}' }}}}", "x".repeat(8_192));
    let brackets = format!("{{{{ name{}1{} }}}}", "[name".repeat(9), "]".repeat(9));
    for (fields, expected) in [
        (json!({ "body": deep }), vec![too_large("body", "48 blocks inside each other")]),
        (json!({ "body": long }), vec![too_large("body", "8,192 bytes in one tag")]),
        (json!({"body": "{{ name }}".repeat(16_001)}), vec![too_large("body", "16,000 tags and texts between them")]),
        (
            json!({"subject": brackets, "body": deep, "text": long}),
            vec![
                too_large("subject", "8 brackets inside each other"),
                too_large("body", "48 blocks inside each other"),
                too_large("text", "8,192 bytes in one tag"),
            ],
        ),
    ] {
        assert_eq!(refused(&world, &fields).await, expected);
    }
    let _ = world.backends.calls.take();
    assert_eq!(world.call(world.request(&email(&json!({ "body": deep })))).await.status, 422);
    assert_eq!(world.backends.calls.take(), ["GetItem"], "the key, and nothing else");
}

#[tokio::test]
async fn plain_replacement_leaves_out_what_a_contact_holds_beyond_a_limit() {
    let world = World::new().await;
    store(&world, "ada@example.org", &json!({"name": "n".repeat(9_000)})).await;
    let subject = "{{ name }}: code {{ code }} {% nonsense %}";
    let answer = world.send(&email(&json!({"subject": subject, "data": {"code": 42}}))).await;
    assert_eq!(outcomes(&answer), ["SENT"], "{}", answer.text);
    let mail = world.backends.ses.mails().pop().unwrap();
    assert_eq!(mail.subject, ": code 42 {% nonsense %}");
    let too_much = json!({"name": "n".repeat(9_000)});
    let message = "The template exceeds the limit of 8,192 bytes of output with this data.";
    let expected = [errors("subject", message)];
    assert_eq!(refused(&world, &json!({"subject": subject, "data": too_much})).await, expected);
}

#[tokio::test]
async fn a_refused_request_leaves_its_key_free() {
    let world = World::with(|project| project.facts.monthly_limit = Some(1)).await;
    for _ in 0..2 {
        world.refuses(world.request(&email(&json!({"body": ENDLESS}))).once("k"), 422, "VALIDATION_ERROR").await;
    }
    let other = world.once("k", &email(&json!({}))).await;
    assert_eq!((other.status, outcomes(&other)), (200, vec!["SENT"]), "another body may use the key");
    world.refuses(world.request(&email(&json!({"body": ENDLESS}))).once("k"), 409, "IDEMPOTENCY_KEY_REUSED").await;
}

#[tokio::test]
async fn a_recipient_whose_mail_exceeds_a_limit_fails_beside_the_others() {
    let world = World::with(|project| project.facts.monthly_limit = Some(10)).await;
    let body = format!("{{% if email == 'bob@example.org' %}}{ENDLESS}{{% endif %}}Hi");
    for to in [["bob@example.org", "ada@example.org"], ["ada@example.org", "bob@example.org"]] {
        let key = to[0];
        let request = email(&json!({"to": to, "body": body, "subject": "{{ x }}"}));
        let answer = world.once(key, &request).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        check_bob_failed(&world, &answer).await;
        assert_eq!(world.once(key, &request).await.text, answer.text);
    }
    assert_eq!(world.mails_and_calls(), (2, 2));
    assert!(world.backends.ses.mails().iter().all(|mail| mail.to == ["ada@example.org"]));
    assert_eq!((world.counted().await, world.used().await.as_deref()), (2, Some("2")));
}

/// Bob failed for the limit and Ada's mail was sent, in the answer and in the records.
async fn check_bob_failed(world: &World, answer: &TestResponse) {
    for entry in answer.json["data"]["emails"].as_array().unwrap() {
        let record = world.email(&entry["email"]).await.unwrap();
        if entry["contact"]["email"] == "ada@example.org" {
            assert_eq!((entry["status"].as_str(), text(&record, "status")), (Some("SENT"), "SENT"));
            continue;
        }
        let error = json!({"code": "VALIDATION_ERROR", "message": format!("body: {STEPS}")});
        assert_eq!((entry["status"].as_str(), &entry["error"]), (Some("FAILED"), &error));
        assert_eq!((text(&record, "status"), text(&record, "error")), ("FAILED", "VALIDATION_ERROR"));
    }
}

#[tokio::test]
async fn a_contacts_data_can_keep_a_template_within_its_limits() {
    let world = World::new().await;
    store(&world, "ada@example.org", &json!({"short": true})).await;
    let body = format!("{{% unless short %}}{ENDLESS}{{% endunless %}}Hi");
    assert_eq!(outcomes(&world.send(&email(&json!({"body": body}))).await), ["SENT"]);
    let both = json!({"to": ["bob@example.org", "ada@example.org"], "body": body});
    assert_eq!(outcomes(&world.send(&email(&both)).await), ["FAILED", "SENT"]);
    assert_eq!(world.mails_and_calls(), (2, 2));
}

#[tokio::test]
async fn data_that_a_request_removes_keeps_no_template_within_its_limits() {
    let world = World::new().await;
    store(&world, "ada@example.org", &json!({"skip": true})).await;
    let body = format!("{{% unless skip %}}{ENDLESS}{{% endunless %}}Hi");
    let once = json!({"value": null, "persistent": false});
    for data in [json!({"skip": null}), json!({"skip": false}), json!({ "skip": once })] {
        assert_eq!(refused(&world, &json!({"body": body, "data": data})).await, [errors("body", STEPS)], "{data}");
    }
    assert!(world.contact("ada@example.org").await.contains_key("data:skip"));
    assert_eq!(outcomes(&world.send(&email(&json!({"body": body, "data": {"other": null}}))).await), ["SENT"]);
}

#[tokio::test]
async fn a_suppressed_recipient_is_told_to_be_suppressed_whatever_the_template() {
    let world = World::new().await;
    let (table, now) = (&world.backends.table, world.now());
    table.mark_contact(world.id(), "ada@example.org", Mark::Bounced, now, now).await.unwrap();
    assert_eq!(outcomes(&world.send(&email(&json!({"body": ENDLESS}))).await), ["SUPPRESSED"]);
    assert_eq!(world.mails_and_calls(), (0, 0));
}

#[tokio::test]
async fn a_template_that_is_not_liquid_goes_out_with_names_replaced() {
    let world = World::new().await;
    store(&world, "ada@example.org", &many_items()).await;
    let source = "{% if vip %}{{ name }}, {{ items | nonsense }}";
    let answer = world.send(&email(&json!({"body": source, "data": {"name": "Ada"}}))).await;
    assert_eq!(outcomes(&answer), ["SENT"]);
    let mail = world.backends.ses.mails().pop().unwrap();
    assert_eq!(mail.html.as_deref(), Some("{% if vip %}Ada, {{ items | nonsense }}"));
}

/// The other recipient's mail is in doubt at first, so that the answer comes from the records.
#[tokio::test]
async fn a_repeat_that_answers_from_the_records_says_the_same() {
    let world = World::new().await;
    let body = format!("{{% if email == 'bob@example.org' %}}{ENDLESS}{{% endif %}}Hi");
    let request = email(&json!({"to": ["bob@example.org", "ada@example.org"], "body": body}));
    world.backends.ses.fail_next(Fault::LoseAnswer);
    let first = world.once("k", &request).await;
    assert_eq!((first.status, first.code()), (502, Some("DELIVERY_UNKNOWN")), "{}", first.text);
    lease_ends(&world);
    let records = world.items("EMAIL#").await;
    let unknown = records.values().find(|record| text(record, "status") == "UNKNOWN").unwrap();
    let id = text(unknown, "pk").strip_prefix("EMAIL#").unwrap().parse().unwrap();
    world.backends.table.record_report(id, ReportedStatus::Sent, world.now(), "ses-1").await.unwrap();
    let again = world.once("k", &request).await;
    assert_eq!((again.status, outcomes(&again)), (200, vec!["FAILED", "SENT"]), "{}", again.text);
    let error = json!({
        "code": "VALIDATION_ERROR",
        "message": "The templates exceed a limit with this recipient's data.",
    });
    assert_eq!(again.json["data"]["emails"][0]["error"], error);
    assert_eq!(world.mails_and_calls(), (1, 1));
}

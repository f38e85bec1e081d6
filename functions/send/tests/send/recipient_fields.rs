//! The recipient's own fields are names in every template.

use jiff::SignedDuration;
use posthorn_errors::FieldErrors;
use posthorn_table::{
    contact::{self, Mark, Subscription},
    data::Data,
};
use posthorn_testkit::backends::TestResponse;
use serde_json::{Value, json};

use crate::support::{World, email, outcomes};

const ENDLESS: &str = "{% for i in (1..20000000) %}x{% endfor %}";

/// Ada's contact, as a public key leaves it, an hour ago.
async fn store(world: &World, data: &Value) {
    let data = Data::check(Some(data), &mut FieldErrors::default());
    let keep = Subscription::Keep { when_new: true };
    world.backends.table.merge_contact(world.id(), "ada@example.org", keep, &data, world.now()).await.unwrap();
    world.backends.clock.advance(SignedDuration::from_hours(1));
}

/// The HTML of the mail that Ada got.
async fn html(world: &World, fields: &Value) -> String {
    let answer = world.send(&email(fields)).await;
    assert_eq!((answer.status, outcomes(&answer)), (200, vec!["SENT"]), "{}", answer.text);
    world.backends.ses.mails().pop().unwrap().html.clone().unwrap()
}

#[tokio::test]
async fn a_new_recipient_has_them_all() {
    let world = World::new().await;
    let id = contact::id(world.id(), "ada@example.org");
    for (body, expected) in [
        ("{{ subscribed }}", "false".to_owned()),
        (
            "{{ data.subscribed }}{% unless subscribed %} not subscribed{% endunless %}",
            "false not subscribed".to_owned(),
        ),
        ("{{ email }} {{ data.email }} {{ plunk_email }} {{ data.plunk_email }}", ["ada@example.org"; 4].join(" ")),
        ("{{ id }} {{ data.id }} {{ plunk_id }} {{ data.plunk_id }}", vec![id.to_string(); 4].join(" ")),
        ("{{ createdAt }} {{ data.createdAt }}", ["2025-11-30T10:30:00.000Z"; 2].join(" ")),
        ("{{ updatedAt | date: '%d.%m.%Y %H:%M' }}", "30.11.2025 10:30".to_owned()),
        ("[{{ locale }}]{{ locale ?? en }}", "[]en".to_owned()),
    ] {
        assert_eq!(html(&world, &json!({ "body": body })).await, expected, "{body}");
    }
}

#[tokio::test]
async fn the_state_is_the_one_after_the_request() {
    for (stored, asked, expected) in [
        (true, json!(null), "true"),
        (true, json!(false), "false"),
        (true, json!(true), "true"),
        (false, json!(null), "false"),
        (false, json!(true), "true"),
        (false, json!(false), "false"),
    ] {
        let world = World::new().await;
        if stored {
            store(&world, &json!({})).await;
        }
        let fields = json!({"body": "{{ subscribed }}", "subject": "{{ subscribed }}", "subscribed": asked});
        assert_eq!(html(&world, &fields).await, expected, "{stored} {asked}");
        assert_eq!(world.backends.ses.mails()[0].subject, expected);
    }
}

#[tokio::test]
async fn a_contact_keeps_the_time_of_its_creation() {
    let world = World::new().await;
    store(&world, &json!({"locale": "de"})).await;
    let body = "{{ createdAt }} {{ updatedAt }} {{ locale }}";
    let expected = "2025-11-30T10:30:00.000Z 2025-11-30T11:30:00.000Z de";
    assert_eq!(html(&world, &json!({ "body": body })).await, expected);
}

/// Plunk reserves the names of the address and the id. The others are a caller's as well, and callers have used them. A contact's
/// data is no caller's: anybody with the public key can write it.
#[tokio::test]
async fn the_requests_data_hides_the_state_and_not_the_identity() {
    let own = json!({"subscribed": "weekly", "createdAt": "May", "updatedAt": "June", "locale": "de"});
    let once: Value = own
        .as_object()
        .unwrap()
        .iter()
        .map(|(key, value)| (key.clone(), json!({"value": value, "persistent": false})))
        .collect();
    let body = "{{ subscribed }} {{ createdAt }} {{ updatedAt }} {{ locale }} {{ data.subscribed }}";
    for given in [own.clone(), once] {
        let world = World::new().await;
        store(&world, &json!({})).await;
        assert_eq!(html(&world, &json!({"body": body, "data": given})).await, "weekly May June de weekly", "{given}");
    }
    let world = World::new().await;
    store(&world, &own).await;
    let state = "true 2025-11-30T10:30:00.000Z 2025-11-30T11:30:00.000Z de true";
    assert_eq!(html(&world, &json!({ "body": body })).await, state, "the contact's data hides nothing");
    let forged = json!({"email": "eve@example.org", "id": 1, "plunk_id": 2, "plunk_email": "eve@example.org"});
    let body = "{{ email }} {{ plunk_email }} {{ id | size }} {{ plunk_id | size }}";
    assert_eq!(html(&world, &json!({"body": body, "data": forged})).await, "ada@example.org ada@example.org 36 36");
}

#[tokio::test]
async fn the_state_stays_where_a_contacts_data_is_left_out() {
    let world = World::new().await;
    store(&world, &json!({"items": vec![1; 8_000]})).await;
    let body = "{% for i in items %}{% for j in (1..30) %}x{% endfor %}{% endfor %}{{ subscribed }} {{ createdAt }}";
    assert_eq!(html(&world, &json!({ "body": body })).await, "true 2025-11-30T10:30:00.000Z");
}

/// A public key can subscribe a contact, so that must keep no mail from it either.
#[tokio::test]
async fn a_state_with_which_a_template_exceeds_a_limit_is_left_out() {
    let world = World::new().await;
    store(&world, &json!({})).await;
    let body = format!("{{% if subscribed %}}{ENDLESS}{{% endif %}}Hi");
    assert_eq!(html(&world, &json!({ "body": body })).await, "Hi");
}

#[tokio::test]
async fn a_template_is_tried_with_the_time_of_creation_that_a_new_contact_gets() {
    let world = World::new().await;
    let body = format!("{{% unless createdAt %}}{ENDLESS}{{% endunless %}}Hi");
    assert_eq!(html(&world, &json!({ "body": body })).await, "Hi");
}

#[tokio::test]
async fn a_template_is_tried_with_the_state_that_it_will_see() {
    let world = World::new().await;
    let body = format!("{{% unless subscribed %}}{ENDLESS}{{% endunless %}}Hi");
    let refused = world.refuses(world.request(&email(&json!({ "body": body }))), 422, "VALIDATION_ERROR").await;
    assert_eq!(first_field(&refused), "body");
    assert_eq!(html(&world, &json!({"body": body, "subscribed": true})).await, "Hi", "the request subscribes");
    assert_eq!(html(&world, &json!({ "body": body })).await, "Hi", "the contact is subscribed");
    let unsubscribes = world.request(&email(&json!({"body": body, "subscribed": false})));
    assert_eq!(first_field(&world.refuses(unsubscribes, 422, "VALIDATION_ERROR").await), "body");
}

#[tokio::test]
async fn a_contact_that_only_an_event_made_has_a_time_of_creation() {
    let world = World::new().await;
    let (table, now) = (&world.backends.table, world.now());
    table.mark_contact(world.id(), "ada@example.org", Mark::NotSpam, now, now).await.unwrap();
    world.backends.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(
        html(&world, &json!({"body": "{{ createdAt }} {{ subscribed }}"})).await,
        "2025-11-30T10:30:00.000Z false"
    );
}

fn first_field(answer: &TestResponse) -> &str {
    answer.json["error"]["errors"][0]["field"].as_str().unwrap()
}

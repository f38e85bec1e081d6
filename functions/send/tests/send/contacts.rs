//! The contact that a send leaves.

use posthorn_testkit::faults::Fault;
use serde_json::{Value, json};

use crate::support::{World, email, outcomes, plain, text};

#[tokio::test]
async fn a_contact_starts_unsubscribed_and_changes_only_if_told_so() {
    for (bodies, subscribed, barred) in [
        (&[json!({})][..], false, None),
        (&[json!({"subscribed": true})], true, None),
        (&[json!({"subscribed": true}), json!({})], true, None),
        (&[json!({"subscribed": false})], false, Some(false)),
        (&[json!({"subscribed": false}), json!({"subscribed": true})], true, None),
        (&[json!({"subscribed": true}), json!({"subscribed": false}), json!({"subscribed": null})], false, Some(false)),
    ] {
        let world = World::new().await;
        for fields in bodies {
            assert_eq!(world.send(&email(fields)).await.status, 200);
        }
        let item = world.contact("ada@example.org").await;
        assert_eq!(item["subscribed"].as_bool(), Ok(&subscribed), "{bodies:?}");
        assert_eq!(item.get("barred").map(|value| *value.as_bool().unwrap()), barred, "{bodies:?}");
        assert_eq!(world.backends.ses.calls(), bodies.len(), "transactional mail goes to unsubscribed contacts");
    }
}

#[tokio::test]
async fn data_is_merged_key_by_key() {
    let world = World::new().await;
    let first = json!({"plan": "Pro", "seats": 3, "tags": ["a"], "gone": 1, "id": "mine", "email": "other@x.co"});
    let second = json!({
        "seats": 4,
        "gone": null,
        "plan": "",
        "once": {"value": 1, "persistent": false},
        "kept": {"value": {"deep": null}, "persistent": true},
    });
    for data in [first, second] {
        assert_eq!(world.send(&email(&json!({"data": data}))).await.status, 200);
    }
    let item = world.contact("ada@example.org").await;
    let data: serde_json::Map<String, Value> = item
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix("data:")?, value.as_s().unwrap())))
        .map(|(name, value)| (name.to_owned(), serde_json::from_str(value).unwrap()))
        .collect();
    assert_eq!(Value::Object(data), json!({"plan": "Pro", "seats": 4, "tags": ["a"], "kept": {"deep": null}}));
    assert_eq!(text(&item, "email"), "ada@example.org");
}

#[tokio::test]
async fn a_contact_belongs_to_one_project() {
    let world = World::new().await;
    let other = world.backends.project(|_| {}).await;
    world.send(&plain()).await;
    let request = posthorn_testkit::backends::TestRequest::post("/v1/send", &other.secret, &plain());
    assert_eq!(world.call(request).await.status, 200);
    assert_eq!(world.items("CONTACT#").await.len(), 2);
}

/// Ada's contact, as full as it can be: by requests, or with the data of a contact from before there was a limit.
async fn full(is_older: bool) -> World {
    let world = World::new().await;
    for key in ["a", "b"] {
        let data = json!({"data": {key: "x".repeat(32_000)}});
        assert_eq!(world.send(&email(&data)).await.status, 200);
    }
    if is_older {
        world.backends.fill_contact(posthorn_table::contact::id(world.id(), "ada@example.org")).await;
    }
    world
}

#[tokio::test]
async fn data_that_a_contact_cannot_hold_is_used_for_the_mail_and_not_kept() {
    for is_older in [false, true] {
        let world = full(is_older).await;
        let before = world.contact("ada@example.org").await;
        let data = json!({"link": "https://example.com/reset", "c": "x".repeat(32_000)});
        let answer = world.once("k", &email(&json!({"body": "{{ link }}", "data": data}))).await;
        assert_eq!((answer.status, outcomes(&answer)), (200, vec!["SENT"]), "{}", answer.text);
        let mails = world.backends.ses.mails();
        assert!(mails.last().unwrap().html.as_deref().unwrap().contains("https://example.com/reset"));
        assert_eq!(world.contact("ada@example.org").await, before);
    }
}

/// A rival seems to have the contact counted before every write.
#[tokio::test]
async fn a_mail_goes_out_with_its_data_where_rivals_change_the_contact_all_the_time() {
    for subscribed in [json!(null), json!(true), json!(false)] {
        let world = World::new().await;
        assert_eq!(world.send(&email(&json!({"subscribed": true, "data": {"kept": 1}}))).await.status, 200);
        world.backends.faults.fail("UpdateItem", "data_bytes", Fault::FailsCondition, usize::MAX);
        let body =
            json!({"body": "{{ link }}", "data": {"link": "https://example.com/reset"}, "subscribed": subscribed});
        let answer = world.once("k", &email(&body)).await;
        assert_eq!((answer.status, outcomes(&answer)), (200, vec!["SENT"]), "{}", answer.text);
        let mails = world.backends.ses.mails();
        assert!(mails.last().unwrap().html.as_deref().unwrap().contains("https://example.com/reset"));
        let contact = world.contact("ada@example.org").await;
        assert_eq!(contact["subscribed"].as_bool(), Ok(&(subscribed != false)));
        assert!(contact.contains_key("data:kept") && !contact.contains_key("data:link"));
    }
}

/// DynamoDB's API does not promise the item on which a condition failed.
#[tokio::test]
async fn a_contact_that_the_answer_lacks_is_read_before_its_data_is_counted() {
    let world = World::new().await;
    assert_eq!(world.send(&plain()).await.status, 200);
    world.backends.fill_contact(posthorn_table::contact::id(world.id(), "ada@example.org")).await;
    let before = world.contact("ada@example.org").await;
    world.backends.faults.fail("UpdateItem", "CONTACT#", Fault::OmitsItem, 1);
    let answer = world.send(&email(&json!({"body": "{{ code }}", "data": {"code": 42}}))).await;
    assert_eq!((answer.status, outcomes(&answer)), (200, vec!["SENT"]), "{}", answer.text);
    assert_eq!(world.backends.ses.mails().last().unwrap().html.as_deref(), Some("42"));
    assert_eq!(world.contact("ada@example.org").await, before);
}

#[tokio::test]
async fn an_opt_out_succeeds_whatever_the_contact_holds() {
    for is_older in [false, true] {
        for data in [json!({}), json!({"c": "x".repeat(32_000)}), json!({"c": "x".repeat(32_000), "a": null})] {
            let world = full(is_older).await;
            let fits = !is_older && data.get("a").is_some();
            let answer = world.send(&email(&json!({"subscribed": false, "data": data}))).await;
            assert_eq!((answer.status, outcomes(&answer)), (200, vec!["SENT"]), "{}", answer.text);
            let contact = world.contact("ada@example.org").await;
            assert_eq!((contact["subscribed"].as_bool(), contact["barred"].as_bool()), (Ok(&false), Ok(&false)));
            assert_eq!(contact.contains_key("data:c"), fits);
        }
    }
}

/// Data that an older contact may hold: a value of 11 bytes takes hundreds in memory.
#[tokio::test]
async fn data_that_no_template_can_see_is_left_out_and_the_rest_is_there() {
    let world = World::new().await;
    assert_eq!(world.send(&plain()).await.status, 200);
    let maps = |levels: usize| format!("{}1{}", r#"{"":"#.repeat(levels), "}".repeat(levels));
    let many = format!("[{}1]", format!("{},", maps(100)).repeat(400));
    let data = [("deep", maps(200)), ("many", many), ("odd", "{".to_owned()), ("plan", r#""Pro""#.to_owned())];
    let contact = posthorn_table::contact::id(world.id(), "ada@example.org");
    world.backends.store_data(contact, data.map(|(key, text)| (key.to_owned(), text))).await;
    let body = "{{ plan }}|{{ deep }}|{{ many }}|{{ odd }}";
    assert_eq!(world.send(&email(&json!({ "body": body }))).await.status, 200);
    assert_eq!(world.backends.ses.mails().last().unwrap().html.as_deref(), Some("Pro|||"));
    let gone = json!({"deep": null, "many": null, "odd": null});
    assert_eq!(world.send(&email(&json!({"data": gone}))).await.status, 200);
    let item = world.contact("ada@example.org").await;
    assert_eq!(item.keys().filter(|name| name.starts_with("data:")).collect::<Vec<_>>(), ["data:plan"]);
}

//! What a send leaves with the contact.

use serde_json::{Value, json};

use crate::support::{World, email, fates, plain, text};

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

/// Fills Ada's contact with about 320 KB.
async fn fill(world: &World) {
    for index in 0..10 {
        let data = json!({"data": {format!("k{index}"): "x".repeat(32_000)}});
        assert_eq!(world.send(&email(&data)).await.status, 200, "{index}");
    }
}

#[tokio::test]
async fn data_that_a_contact_cannot_hold_is_used_for_the_mail_and_not_kept() {
    let world = World::new().await;
    fill(&world).await;
    for index in 0..3 {
        let fields = email(&json!({"data": {format!("m{index}"): "x".repeat(25_000)}}));
        assert_eq!(world.send(&fields).await.status, 200);
    }
    let before = world.contact("ada@example.org").await;
    let reset = json!({"body": "{{ link }}", "data": {"link": "https://example.com/reset", "a": "x".repeat(32_000)}});
    let answer = world.once("k", &email(&reset)).await;
    assert_eq!((answer.status, fates(&answer)), (200, vec!["SENT"]), "{}", answer.text);
    let mails = world.backends.ses.mails();
    assert!(mails.last().unwrap().html.as_deref().unwrap().contains("https://example.com/reset"));
    assert_eq!(world.contact("ada@example.org").await, before);
}

//! Contact data: merged key by key (contract section 7).

use serde_json::{Value, json};

use crate::support::{ADA, World, event, text};

impl World {
    async fn merge(&self, data: Value) {
        self.accepts(self.public(&event(&json!({"data": data})))).await;
    }
}

/// One request after the other, and what is known about the contact afterwards.
async fn check(requests: &[Value], known: &Value) {
    let world = World::new().await;
    for data in requests {
        world.merge(data.clone()).await;
    }
    assert_eq!(world.data(ADA).await, *known, "{requests:?}");
}

#[tokio::test]
async fn data_is_merged_key_by_key() {
    for (requests, known) in [
        (vec![json!({"a": 1, "b": 1}), json!({"b": 2, "c": 3})], json!({"a": 1, "b": 2, "c": 3})),
        (vec![json!({"a": {"x": 1}}), json!({"a": {"y": 2}})], json!({"a": {"y": 2}})),
        (vec![json!({"a": 1, "b": 2}), json!({"a": null, "never": null})], json!({"b": 2})),
        (vec![json!({"a": 1}), json!({"a": ""})], json!({"a": 1})),
        (vec![json!({"a": 1}), json!(null), json!({})], json!({"a": 1})),
        (vec![json!({"a": {"value": 7, "persistent": true}})], json!({"a": 7})),
        (vec![json!({"a": 1}), json!({"a": {"value": 7, "persistent": false}})], json!({"a": 1})),
    ] {
        check(&requests, &known).await;
    }
}

#[tokio::test]
async fn any_json_comes_back_as_it_went_in() {
    let data = json!({
        "big": 12_345_678_901_234_567_890_u64, "small": 1e-300, "no": false, "deep": [[{"": [null, "ü"]}]], "zero": "\u{0}",
    });
    check(std::slice::from_ref(&data), &data).await;
}

#[tokio::test]
async fn a_key_may_have_any_name() {
    let data = json!({
        "__proto__": 1, "a.b": 2, "#": 3, ":now": 4, "a b": 5, "data:": 6, "subscribed": 7, "pk": 8, "[0]": 9,
        "ü".repeat(128): 10, "🎉".repeat(128): 11,
    });
    check(&[json!({"a": {"b": 0}}), json!({"a": null}), data.clone()], &data).await;
}

#[tokio::test]
async fn a_hundred_keys_are_merged_at_once() {
    let keys = |value: Value| Value::Object((0..100).map(|i| (format!("k{i}"), value.clone())).collect());
    check(&[keys(json!(1))], &keys(json!(1))).await;
    check(&[keys(json!(1)), keys(json!(null))], &json!({})).await;
}

#[tokio::test]
async fn the_platforms_keys_are_ignored() {
    let reserved = ["id", "email", "plunk_id", "plunk_email", "unsubscribeUrl", "subscribeUrl", "manageUrl"];
    let mut data = json!({"Email": 1});
    for key in reserved {
        data[key] = json!("theirs");
    }
    check(&[data], &json!({"Email": 1})).await;
}

#[tokio::test]
async fn what_is_not_persistent_is_stored_nowhere() {
    let world = World::new().await;
    world.merge(json!({"otp": {"value": "815093", "persistent": false}, "plan": "pro"})).await;
    let items = world.backends.items().await;
    assert!(!format!("{items:?}").contains("815093"));
    let event = world.events().await.into_values().next().unwrap();
    assert_eq!(text(&event, "data"), r#"{"plan":"pro"}"#);
}

#[tokio::test]
async fn a_contact_that_would_outgrow_its_item_stays_as_it_is() {
    let world = World::new().await;
    let chunk = |i: usize| event(&json!({"data": {format!("k{i}"): "x".repeat(32_000)}}));
    for i in 0..12 {
        world.accepts(world.public(&chunk(i))).await;
    }
    for request in [world.public(&chunk(12)), world.public(&chunk(12)).once("too much")] {
        let answer = world.refuses(request, 422, "VALIDATION_ERROR").await;
        let errors = answer.json["error"]["errors"].as_array().unwrap();
        assert_eq!((&errors[0]["field"], &errors[0]["code"]), (&json!("data"), &json!("too_large")));
        assert_eq!(errors.len(), 1);
    }
    world.accepts(world.public(&event(&json!({"data": {"k0": null}}))).once("too much")).await;
    world.accepts(world.public(&chunk(12))).await;
}

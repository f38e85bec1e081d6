//! Contact data: merged key by key (contract section 7).

use posthorn_testkit::faults::Fault;
use serde_json::{Value, json};

use crate::support::{ADA, World, event, plain, text};

impl World {
    async fn merge(&self, data: Value) {
        self.accepts(self.public(&event(&json!({"data": data})))).await;
    }
}

/// Makes one request after the other, and gives the contact's data.
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
async fn data_that_is_not_persistent_is_stored_nowhere() {
    let world = World::new().await;
    world.merge(json!({"otp": {"value": "815093", "persistent": false}, "plan": "pro"})).await;
    let items = world.backends.items().await;
    assert!(!format!("{items:?}").contains("815093"));
    let event = world.events().await.into_values().next().unwrap();
    assert_eq!(text(&event, "data"), r#"{"plan":"pro"}"#);
}

/// A key, and a value with which both take so many bytes: the attribute of a key has five more, and the JSON text quotes.
fn sized(key: &str, bytes: usize) -> Value {
    event(&json!({"data": {key: "x".repeat(bytes - "data:".len() - key.len() - 2)}}))
}

/// A contact of 65,536 bytes, less these.
async fn nearly_full(less: usize) -> World {
    let world = World::new().await;
    for (key, bytes) in [("a", 32_000), ("b", 32_000), ("c", 1_536 - less)] {
        world.accepts(world.public(&sized(key, bytes))).await;
    }
    world
}

impl World {
    async fn refuses_as_too_large(&self, body: &Value) {
        for request in [self.public(body), self.secret(body), self.public(body).once("too much")] {
            let answer = self.refuses(request, 422, "VALIDATION_ERROR").await;
            let message = "A contact holds at most 65536 bytes of data; with this it would hold more.";
            let errors = json!([{"field": "data", "code": "too_large", "message": message}]);
            assert_eq!(answer.json["error"]["errors"], errors);
        }
    }
}

#[tokio::test]
async fn a_contact_holds_64_kb_and_not_a_byte_more() {
    let world = nearly_full(10).await;
    world.refuses_as_too_large(&sized("d", 11)).await;
    world.accepts(world.public(&sized("d", 10))).await;
    world.refuses_as_too_large(&sized("e", 9)).await;
    world.refuses_as_too_large(&sized("d", 11)).await;
    for _again in 0..5 {
        world.accepts(world.public(&sized("d", 10))).await;
        world.accepts(world.public(&sized("a", 32_000))).await;
    }
    world.accepts(world.public(&event(&json!({"data": {"b": null}})))).await;
    world.accepts(world.public(&sized("e", 32_000))).await;
    world.refuses_as_too_large(&sized("f", 9)).await;
    world.accepts(world.public(&event(&json!({"data": {"d": null, "f": "xx"}})))).await;
}

#[tokio::test]
async fn the_same_keys_may_be_written_again_and_again_in_two_writes_at_most() {
    let world = World::new().await;
    let mut writes = Vec::new();
    for _again in 0..12 {
        let _before = world.backends.calls.take();
        world.accepts(world.public(&sized("a", 20_000))).await;
        writes.push(world.backends.calls.take().iter().filter(|call| *call == "UpdateItem").count());
    }
    // The bound has room for three of them, and is then exact again.
    assert_eq!(writes, [1, 1, 1, 2, 1, 1, 2, 1, 1, 2, 1, 1]);
}

#[tokio::test]
async fn however_many_write_at_once_a_contact_stays_within_its_limit() {
    let world = World::new().await;
    let keys: Vec<String> = (0..24).map(|number| format!("k{:02}", number % 16)).collect();
    let requests = keys.iter().map(|key| world.call(world.public(&sized(key, 6_000))));
    let answers = futures_util::future::join_all(requests).await;
    let mut stored: Vec<&str> = Vec::new();
    for (answer, key) in answers.iter().zip(&keys) {
        match answer.status {
            200 => stored.push(key),
            status => assert_eq!((status, answer.code()), (422, Some("VALIDATION_ERROR")), "{}", answer.text),
        }
    }
    stored.sort_unstable();
    stored.dedup();
    let known = world.data(ADA).await;
    let held: Vec<&String> = known.as_object().unwrap().keys().collect();
    assert_eq!(held, stored);
    assert!((1..=10).contains(&held.len()), "{held:?}");
}

/// The bound of what is there leaves no room, so that most of them have to count.
#[tokio::test]
async fn requests_at_once_are_accepted_where_there_is_room_for_all() {
    let world = World::new().await;
    for _twice in 0..2 {
        world.accepts(world.public(&sized("a", 30_000))).await;
    }
    let keys: Vec<String> = (0..24).map(|number| format!("k{number:02}")).collect();
    let requests = keys.iter().map(|key| world.accepts(world.public(&sized(key, 1_400))));
    futures_util::future::join_all(requests).await;
    let known = world.data(ADA).await;
    assert!(keys.iter().all(|key| known[key].is_string()));
}

/// A rival seems to have the contact counted before every write.
#[tokio::test]
async fn an_opt_out_counts_without_its_data_where_rivals_change_the_contact_all_the_time() {
    let world = World::new().await;
    world.accepts(world.public(&event(&json!({"data": {"old": 1, "kept": 2}})))).await;
    world.backends.faults.fail("UpdateItem", "data_bytes", Fault::FailsCondition, usize::MAX);
    let body = event(&json!({"subscribed": false, "data": {"new": 1, "old": null}}));
    let answer = world.accepts(world.public(&body)).await;
    assert_eq!(answer.json["data"]["subscribed"], false);
    assert_eq!(world.data(ADA).await, json!({"kept": 2}));
    let contact = world.contact(ADA).await;
    assert_eq!((contact["subscribed"].as_bool(), contact["barred"].as_bool()), (Ok(&false), Ok(&false)));
}

#[tokio::test]
async fn a_full_contact_loses_data_to_an_opt_out_alone() {
    let world = World::new().await;
    world.accepts(world.public(&plain())).await;
    world.backends.fill_contact(posthorn_table::contact::id(world.id(), ADA)).await;
    let before = world.contact(ADA).await;
    // The time has more digits than the one that is stored, for which there is no room.
    world.backends.clock.advance(jiff::SignedDuration::from_micros(1));
    let merges = [json!({}), json!({"subscribed": true}), json!({"data": {"never": null}})];
    for body in merges.map(|more| event(&more)) {
        world.accepts(world.public(&body)).await;
        world.accepts(world.secret(&body)).await;
        assert_eq!(world.contact(ADA).await, before, "{body}");
    }
    world.accepts(world.public(&event(&json!({"subscribed": false})))).await;
    let held = |item: &posthorn_testkit::backends::Item| item.keys().filter(|name| name.starts_with("data:")).count();
    assert_eq!(held(&world.contact(ADA).await), held(&before) - 1);
}

#[tokio::test]
async fn a_contact_from_before_there_was_a_limit_can_be_emptied_and_not_grow() {
    let world = World::new().await;
    world.accepts(world.public(&plain())).await;
    let contact = posthorn_table::contact::id(world.id(), ADA);
    let text = |size: usize| format!("\"{}\"", "x".repeat(size));
    world.backends.store_data(contact, (0..12).map(|number| (format!("k{number:02}"), text(30_000)))).await;
    world.refuses_as_too_large(&sized("new", 20)).await;
    world.refuses_as_too_large(&event(&json!({"data": {"k00": "x".repeat(30_001)}}))).await;
    world.accepts(world.public(&plain())).await;
    world.accepts(world.public(&event(&json!({"data": {"k00": "x".repeat(30_000)}})))).await;
    world.accepts(world.public(&event(&json!({"data": {"k00": 1, "k01": "x".repeat(29_000)}})))).await;
    let gone = |keys: std::ops::Range<usize>| {
        keys.map(|key| (format!("k{key:02}"), Value::Null)).collect::<serde_json::Map<_, _>>()
    };
    world.accepts(world.public(&event(&json!({"data": gone(1..11)})))).await;
    world.accepts(world.public(&sized("new", 32_000))).await;
    world.refuses_as_too_large(&sized("more", 32_000)).await;
    assert_eq!(world.data(ADA).await.as_object().unwrap().keys().collect::<Vec<_>>(), ["k00", "k11", "new"]);
}

/// DynamoDB's API does not promise the item on which a condition failed, and without it nothing is known of its size.
#[tokio::test]
async fn a_contact_that_the_answer_lacks_is_read_before_its_data_is_counted() {
    let omitted = |world: &World| world.backends.faults.fail("UpdateItem", "CONTACT#", Fault::OmitsItem, 1);
    let world = World::new().await;
    world.accepts(world.public(&plain())).await;
    let contact = posthorn_table::contact::id(world.id(), ADA);
    let text = format!("\"{}\"", "x".repeat(30_000));
    world.backends.store_data(contact, (0..12).map(|number| (format!("k{number:02}"), text.clone()))).await;
    omitted(&world);
    let answer = world.refuses(world.public(&sized("new", 20)), 422, "VALIDATION_ERROR").await;
    assert_eq!(answer.json["error"]["errors"][0]["code"], "too_large");

    let world = nearly_full(10).await;
    for (bytes, status) in [(11, 422), (10, 200), (10, 200)] {
        omitted(&world);
        assert_eq!(world.call(world.public(&sized("d", bytes))).await.status, status);
    }
}

#[tokio::test]
async fn a_contact_that_is_gone_when_it_is_read_is_made_and_not_for_ever() {
    let world = World::new().await;
    world.backends.faults.fail("UpdateItem", "CONTACT#", Fault::FailsCondition, 1);
    world.accepts(world.public(&sized("a", 100))).await;
    assert!(world.data(ADA).await["a"].is_string());
    world.backends.faults.fail("UpdateItem", "CONTACT#", Fault::FailsCondition, usize::MAX);
    let answer = world.call(world.public(&sized("b", 100))).await;
    assert_eq!((answer.status, answer.code()), (503, Some("SERVICE_UNAVAILABLE")));
}

#[tokio::test]
async fn a_contact_may_be_emptied_whatever_it_holds() {
    let world = World::new().await;
    world.accepts(world.public(&plain())).await;
    world.backends.fill_contact(posthorn_table::contact::id(world.id(), ADA)).await;
    world.refuses_as_too_large(&sized("new", 20)).await;
    world.accepts(world.public(&event(&json!({"data": {"k00": null}})))).await;
    assert!(!world.data(ADA).await.as_object().unwrap().contains_key("k00"));
}

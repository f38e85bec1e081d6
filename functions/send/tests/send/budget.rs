//! The calls to AWS that a request makes, those in a row as `ARCHITECTURE.md` names them, and DynamoDB's units.

use posthorn_auth::{KeyClass, PlainKey};
use posthorn_testkit::{backends::TestRequest, calls::Calls, capacity::Units};
use serde_json::json;

use crate::support::{World, addresses, email, plain};

/// The calls that sending one email made.
async fn sent(limit: Option<u64>, key: Option<&str>) -> Calls {
    let world = World::with(|project| project.facts.monthly_limit = limit).await;
    let request = world.request(&plain());
    let request = match key {
        Some(key) => request.once(key),
        None => request,
    };
    assert_eq!(world.call(request).await.status, 200);
    world.backends.calls
}

/// Sends one email, and compares its calls in a row, and all of its calls, sorted.
async fn check(limit: Option<u64>, key: Option<&str>, in_a_row: &[&str], in_all: &[&str]) {
    let row = sent(limit, key).await.take_in_a_row();
    assert_eq!(row.len(), in_a_row.len(), "{row:?}");
    for (operation, expected) in row.iter().zip(in_a_row) {
        assert!(expected.split('|').any(|expected| expected == operation), "{row:?}");
    }
    let world = World::with(|project| project.facts.monthly_limit = limit).await;
    assert_eq!(
        world
            .call(match key {
                Some(key) => world.request(&plain()).once(key),
                None => world.request(&plain()),
            })
            .await
            .status,
        200
    );
    let mut all = world.backends.calls.take();
    all.sort();
    assert_eq!(all, in_all);
}

#[tokio::test]
async fn a_plain_send_is_four_calls_in_a_row_and_six_in_all() {
    let row = ["GetItem", "UpdateItem|PutItem", "SendEmail", "UpdateItem"];
    let all = ["GetItem", "PutItem", "SendEmail", "UpdateItem", "UpdateItem", "UpdateItem"];
    check(None, None, &row, &all).await;
}

#[tokio::test]
async fn an_idempotency_key_costs_one_call_more_in_a_row() {
    let row = ["GetItem", "PutItem", "UpdateItem|PutItem", "SendEmail", "UpdateItem"];
    let all = ["GetItem", "PutItem", "PutItem", "SendEmail", "UpdateItem", "UpdateItem", "UpdateItem", "UpdateItem"];
    check(None, Some("k"), &row, &all).await;
}

#[tokio::test]
async fn a_monthly_limit_costs_one_call_more() {
    let row = ["GetItem", "UpdateItem", "UpdateItem|PutItem", "SendEmail", "UpdateItem"];
    let all = ["GetItem", "PutItem", "SendEmail", "UpdateItem", "UpdateItem", "UpdateItem", "UpdateItem"];
    check(Some(9), None, &row, &all).await;
}

#[tokio::test]
async fn with_both_there_are_six_in_a_row() {
    let row = ["GetItem", "PutItem", "UpdateItem", "UpdateItem|PutItem", "SendEmail", "UpdateItem"];
    let all = [
        "GetItem",
        "PutItem",
        "PutItem",
        "SendEmail",
        "UpdateItem",
        "UpdateItem",
        "UpdateItem",
        "UpdateItem",
        "UpdateItem",
    ];
    check(Some(9), Some("k"), &row, &all).await;
}

#[tokio::test]
async fn a_repeat_is_two_calls() {
    let world = World::new().await;
    world.once("k", &plain()).await;
    let _first = world.backends.calls.take();
    assert_eq!(world.once("k", &plain()).await.status, 200);
    assert_eq!(world.backends.calls.take(), ["GetItem", "PutItem"]);
}

#[tokio::test]
async fn many_recipients_cost_four_calls_each_and_one_for_the_key() {
    let world = World::new().await;
    assert_eq!(world.send(&email(&json!({"to": addresses(20)}))).await.status, 200);
    let all = world.backends.calls.take();
    let count = |operation: &str| all.iter().filter(|call| *call == operation).count();
    assert_eq!((count("GetItem"), count("PutItem"), count("SendEmail")), (1, 20, 20));
    let statistics = count("UpdateItem") - 40;
    assert!((1..=4).contains(&statistics), "{all:?}");
}

#[tokio::test]
async fn an_item_is_a_unit_and_the_counter_of_a_monthly_limit_one_more() {
    for (limit, writes) in [(None, 4.0), (Some(1_000), 5.0)] {
        let world = World::with(|project| project.facts.monthly_limit = limit).await;
        let nobodys = PlainKey::mint(KeyClass::Secret, &mut |buffer| world.backends.env.fill(buffer));
        for (case, request, status, units) in [
            ("a contact's first email", world.request(&plain()), 200, Units::new(1.0, writes)),
            ("its second", world.request(&plain()), 200, Units::new(1.0, writes)),
            ("with an idempotency key", world.request(&plain()).once("k"), 200, Units::new(1.0, writes + 2.0)),
            ("repeated", world.request(&plain()).once("k"), 200, Units::new(1.0, 1.0)),
            ("a key that is nobody's", TestRequest::post("/v1/send", &nobodys, &plain()), 401, Units::new(1.0, 0.0)),
            ("no key", TestRequest::new(lambda_http::http::Method::POST, "/v1/send"), 401, Units::default()),
        ] {
            let _before = world.backends.capacity.take();
            assert_eq!(world.call(request).await.status, status, "{case}");
            assert_eq!(world.backends.capacity.take(), units, "{case}, limit {limit:?}");
        }
    }
}

/// With thirty recipients as with fifty, emails are counted in all of the project's shards.
#[tokio::test]
async fn a_recipient_more_is_three_units() {
    let mut units = Vec::new();
    for recipients in [30, 50] {
        let world = World::new().await;
        let _before = world.backends.capacity.take();
        assert_eq!(world.send(&email(&json!({"to": addresses(recipients)}))).await.status, 200);
        units.push(world.backends.capacity.take());
    }
    assert_eq!(units[1] - units[0], Units::new(0.0, 20.0 * 3.0));
}

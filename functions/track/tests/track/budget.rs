//! The calls to AWS that a request makes, those in a row as `ARCHITECTURE.md` names them, and DynamoDB's units.

use posthorn_auth::{KeyClass, PlainKey};
use posthorn_testkit::{backends::TestRequest, capacity::Units};
use serde_json::json;

use crate::support::{World, plain};

#[tokio::test]
async fn a_request_makes_two_calls_in_a_row() {
    let world = World::new().await;
    world.accepts(world.public(&plain())).await;
    let _cold = world.backends.calls.take();
    world.accepts(world.public(&plain())).await;
    let row = world.backends.calls.take_in_a_row();
    assert_eq!((row.len(), row[0].as_str()), (2, "GetItem"), "{row:?}");
    world.accepts(world.public(&plain())).await;
    let mut all = world.backends.calls.take();
    all.sort_unstable();
    assert_eq!(all, ["GetItem", "PutItem", "UpdateItem"]);
}

#[tokio::test]
async fn an_idempotency_key_adds_two() {
    let world = World::new().await;
    world.accepts(world.public(&plain())).await;
    let _cold = world.backends.calls.take();
    world.accepts(world.public(&plain()).once("k")).await;
    let row = world.backends.calls.take_in_a_row();
    assert_eq!((row.len(), row[0].as_str(), row[1].as_str()), (4, "GetItem", "PutItem"), "{row:?}");
    assert_eq!(row[3], "UpdateItem");
    world.accepts(world.public(&plain()).once("k")).await;
    assert_eq!(world.backends.calls.take(), ["GetItem", "PutItem"], "a replay reads and fails its claim");
}

#[tokio::test]
async fn a_refusal_makes_no_call_that_it_does_not_need() {
    let world = World::new().await;
    for value in ["", "Bearer", "Bearer pk_nonsense", "Bearer xk_5ec0de5ec0de5ec0de5ec0de5ec0de5ec0de5ec0de5ec0de"] {
        let request = TestRequest::new(lambda_http::http::Method::POST, "/v1/track").header("authorization", value);
        assert_eq!(world.call(request).await.status, 401);
        assert!(world.backends.calls.take().is_empty(), "{value}");
    }
    assert_eq!(world.call(world.public(&json!({})).once("k")).await.status, 422);
    assert_eq!(world.backends.calls.take(), ["GetItem"]);
}

#[tokio::test]
async fn an_item_is_a_unit() {
    let world = World::new().await;
    let nobodys = PlainKey::mint(KeyClass::Public, &mut |buffer| world.backends.env.fill(buffer));
    let body = plain();
    for (case, request, status, units) in [
        ("a contact's first event", world.public(&body), 200, Units::new(1.0, 2.0)),
        ("its second", world.public(&body), 200, Units::new(1.0, 2.0)),
        ("with an idempotency key", world.public(&body).once("k"), 200, Units::new(1.0, 4.0)),
        ("repeated", world.public(&body).once("k"), 200, Units::new(1.0, 1.0)),
        ("refused for its body", world.public(&json!({})), 422, Units::new(1.0, 0.0)),
        ("a key that is nobody's", TestRequest::post("/v1/track", &nobodys, &body), 401, Units::new(1.0, 0.0)),
        ("no key", TestRequest::new(lambda_http::http::Method::POST, "/v1/track"), 401, Units::default()),
    ] {
        let _before = world.backends.capacity.take();
        assert_eq!(world.call(request).await.status, status, "{case}");
        assert_eq!(world.backends.capacity.take(), units, "{case}");
    }
}

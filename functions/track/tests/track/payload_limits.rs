//! Bodies that could become something large, and bodies as careless clients write them.

use posthorn_testkit::backends::TestRequest;
use serde_json::{Map, Value, json};

use crate::support::{ADA, World, event, plain, text};

/// Ada's event in so many bytes.
fn body_of(bytes: usize) -> String {
    let body = event(&json!({"ignored": ""})).to_string();
    body.replace(r#""ignored":"""#, &format!(r#""ignored":"{}""#, "x".repeat(bytes - body.len())))
}

#[tokio::test]
async fn a_body_over_64_kb_is_refused_before_its_key_is_looked_at() {
    let world = World::new().await;
    for path in ["/v1/track", "/v1"] {
        let request = |bytes| TestRequest::post(path, &world.project.public, &plain()).body(body_of(bytes));
        world.accepts(request(65_536)).await;
        let _accepted = world.backends.calls.take();
        for bytes in [65_537, 1_000_000, 6_291_457] {
            let answer = world.call(request(bytes)).await;
            assert_eq!((answer.status, answer.code()), (413, Some("PAYLOAD_TOO_LARGE")));
            let error = &answer.json["error"];
            assert_eq!(error["message"], format!("The body is {bytes} bytes; at most 65536 are possible here."));
            assert_eq!(error["details"], json!({"bytes": bytes, "maximum": 65_536}));
        }
        assert!(world.backends.calls.take().is_empty());
    }
}

#[tokio::test]
async fn deep_bodies_are_refused_by_their_field() {
    let world = World::new().await;
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    // The object `data` is a level itself.
    for (field, value) in [
        ("data", format!(r#"{{"a":{}}}"#, nested(32))),
        ("data", format!(r#"{{"a":{}}}"#, nested(128))),
        ("data", format!(r#"{{"a":{}"#, "[".repeat(60_000))),
        ("other", nested(33)),
    ] {
        let body = format!(r#"{{"event":"e","email":"a@x.co","{field}":{value}}}"#);
        let answer = world.refuses(world.public(&plain()).body(body), 422, "VALIDATION_ERROR").await;
        let errors = json!([{"field": field, "code": "too_large", "message": "Must not nest deeper than 32 levels."}]);
        assert_eq!(answer.json["error"]["errors"], errors);
    }
    let deepest = format!(r#"{{"event":"e","email":"{ADA}","data":{{"a":{}}}}}"#, nested(31));
    world.accepts(world.public(&plain()).body(deepest)).await;
}

#[tokio::test]
async fn many_keys_are_one_mistake() {
    let world = World::new().await;
    for bad in ["", "\n"] {
        let keys = (0..4_000).map(|number| (format!("{bad}k{number}"), json!(1)));
        let wide = event(&json!({"data": keys.collect::<Map<_, _>>()}));
        let answer = world.refuses(world.public(&wide), 422, "VALIDATION_ERROR").await;
        assert_eq!(answer.json["error"]["errors"][0]["code"], "too_many");
        assert!(answer.text.len() < 1_000, "{} bytes", answer.text.len());
    }
    let mut wide = plain();
    wide.as_object_mut().unwrap().extend((0..4_000).map(|number| (format!("k{number}"), json!(1))));
    world.accepts(world.public(&wide)).await;
}

#[tokio::test]
async fn small_values_are_bounded_in_number() {
    let world = World::new().await;
    let body = |values: usize| format!(r#"{{"event":"e","email":"{ADA}","other":[{}1]}}"#, "1,".repeat(values - 1));
    // The body, its fields and the list are values, too.
    world.accepts(world.public(&plain()).body(body(20_000 - 4))).await;
    let answer = world.refuses(world.public(&plain()).body(body(20_000 - 3)), 422, "VALIDATION_ERROR").await;
    let message = "The request must have at most 20000 JSON values in all.";
    let errors = json!([{"field": "other", "code": "too_many", "message": message}]);
    assert_eq!(answer.json["error"]["errors"], errors);
}

#[tokio::test]
async fn half_a_surrogate_pair_is_kept_as_the_replacement_character() {
    for path in ["/v1/track", "/v1"] {
        let world = World::new().await;
        let body =
            format!(r#"{{"event":"cut \ud83d","email":"{ADA}","data":{{"\ude00":["\ud83dx"],"ok":"\ud83d\ude00"}}}}"#);
        world.accepts(TestRequest::post(path, &world.project.public, &Value::Null).body(body)).await;
        assert_eq!(world.data(ADA).await, json!({"\u{fffd}": ["\u{fffd}x"], "ok": "😀"}));
        assert_eq!(text(&world.events().await.into_values().next().unwrap(), "name"), "cut \u{fffd}");
    }
}

#[tokio::test]
async fn a_byte_order_mark_is_skipped() {
    let world = World::new().await;
    let marked = |text: &str| [b"\xef\xbb\xbf", text.as_bytes()].concat();
    world.accepts(world.public(&plain()).body(marked(&plain().to_string()))).await;
    for body in [marked(""), marked(&format!("\u{feff}{}", plain())), b"\xef\xbb".to_vec()] {
        world.refuses(world.public(&plain()).body(body), 400, "INVALID_REQUEST_BODY").await;
    }
}

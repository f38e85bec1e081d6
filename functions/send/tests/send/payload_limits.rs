//! Requests that could become something large: values, messages, answers.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::support::{World, addresses, email, plain};

#[tokio::test]
async fn large_messages_go_one_after_the_other_and_small_ones_at_once() {
    let world = World::new().await;
    let large = "{% for i in (1..110) %}{{ data.filler }}{% endfor %}";
    for (body, at_once) in [(large, 1), ("{{ data.filler }}", 4)] {
        let data = json!({"filler": "x".repeat(32_000)});
        let request = email(&json!({"to": addresses(4), "body": body, "text": body, "data": data}));
        assert_eq!(sent_at_once(&world, &request).await, at_once, "{body}");
    }
    let sizes: Vec<usize> = world.backends.ses.mails().iter().map(|mail| mail.html.as_ref().unwrap().len()).collect();
    assert_eq!(sizes, [[110 * 32_000; 4], [32_000; 4]].concat());
    for (bytes, at_once) in [(4_000_000, 2), (100_000, 4)] {
        let file =
            json!({"filename": "a.txt", "contentType": "text/plain", "content": STANDARD.encode(vec![b'x'; bytes])});
        let request = email(&json!({"to": addresses(4), "attachments": [file]}));
        assert_eq!(sent_at_once(&world, &request).await, at_once, "{bytes}");
    }
}

/// The most hand-overs of a request that ran at once.
async fn sent_at_once(world: &World, request: &Value) -> usize {
    let answer = world.send(request).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    world.backends.calls.take_most_at_once("SendEmail")
}

#[tokio::test]
async fn no_refusal_repeats_a_long_name() {
    let world = World::new().await;
    let request = world.request(&email(&json!({"headers": {"\"".repeat(1_000_000): "x"}})));
    let answer = world.refuses(request, 422, "VALIDATION_ERROR").await;
    let field = answer.json["error"]["errors"][0]["field"].as_str().unwrap();
    assert_eq!(field, format!("headers.{}", "\"".repeat(126)));
}

#[tokio::test]
async fn a_body_of_many_values_is_refused_by_the_field_that_has_them() {
    let world = World::new().await;
    for (text, levels, field, code) in [
        (r#"{"":{"":{}}}"#, 1, "data", "too_many"),
        ("1", 1, "to", "too_many"),
        ("[[]]", 1, "unknown", "too_many"),
        ("1", 33, "data", "too_large"),
        ("1", 5_000, "headers", "too_large"),
    ] {
        let value =
            if code == "too_many" { format!("[{}1]", format!("{text},").repeat(400_000)) } else { text.to_owned() };
        let value = format!("{}{value}{}", "[".repeat(levels), "]".repeat(levels));
        let body = format!(r#"{{"subject":"s","body":"b","{field}":{value}}}"#);
        let answer = world.refuses(world.request(&plain()).body(body), 422, "VALIDATION_ERROR").await;
        let errors = answer.json["error"]["errors"].as_array().unwrap();
        assert_eq!((errors.len(), &errors[0]["field"], &errors[0]["code"]), (1, &json!(field), &json!(code)));
    }
    let rows = json!({"rows": vec![1; 14_000]});
    assert_eq!(world.send(&email(&json!({"data": rows}))).await.status, 200);
}

#[tokio::test]
async fn half_a_surrogate_pair_is_sent_as_the_replacement_character() {
    let world = World::new().await;
    let body = concat!(
        "\u{feff}",
        r#"{"to":"ada@example.org","subject":"cut \ud83d","body":"{{ name }}\udc00","data":{"name":"\ud83d\ude00 \ude00"}}"#
    );
    let answer = world.call(world.request(&plain()).body(body)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let mail = world.backends.ses.mails().remove(0);
    assert_eq!((mail.subject.as_str(), mail.html.as_deref()), ("cut \u{fffd}", Some("😀 \u{fffd}\u{fffd}")));
}

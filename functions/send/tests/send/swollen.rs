//! Small requests that could become something large: messages, answers.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::support::{World, addresses, email};

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

/// How many hand-overs of a request ran at once, at most.
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

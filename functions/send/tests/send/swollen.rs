//! Small requests that could become something large: messages, answers.

use serde_json::json;

use crate::support::{World, addresses, email};

#[tokio::test]
async fn large_messages_go_one_after_the_other_and_small_ones_at_once() {
    let world = World::new().await;
    let large = "{% for i in (1..170) %}{{ data.filler }}{% endfor %}";
    for (body, at_once) in [(large, 1), ("{{ data.filler }}", 4)] {
        let data = json!({"filler": "x".repeat(32_000)});
        let request = email(&json!({"to": addresses(4), "body": body, "text": body, "data": data}));
        assert_eq!(world.send(&request).await.status, 200);
        assert_eq!(world.backends.calls.take_most_at_once("SendEmail"), at_once, "{body}");
    }
    let sizes: Vec<usize> = world.backends.ses.mails().iter().map(|mail| mail.html.as_ref().unwrap().len()).collect();
    assert_eq!(sizes, [[170 * 32_000; 4], [32_000; 4]].concat());
}

#[tokio::test]
async fn no_refusal_repeats_a_long_name() {
    let world = World::new().await;
    let request = world.request(&email(&json!({"headers": {"\"".repeat(1_000_000): "x"}})));
    let answer = world.refuses(request, 422, "VALIDATION_ERROR").await;
    let field = answer.json["error"]["errors"][0]["field"].as_str().unwrap();
    assert_eq!(field, format!("headers.{}", "\"".repeat(126)));
}

//! The lines that tell of templates: the place, and nothing of the mail.

use posthorn_testkit::logs::Logs;
use serde_json::{Value, json};

use crate::support::{World, addresses, email};

const PLAIN: &str = "a template is not Liquid and goes out with plain replacement";

/// The lines that a deployed function would write: nothing below `info`, and nothing of the engine's.
fn written(logs: &Logs) -> Vec<Value> {
    let mut lines = logs.take();
    let is_written = |line: &Value| !matches!(line["level"].as_str(), Some("TRACE" | "DEBUG"));
    lines.retain(|line| is_written(line) && !line["target"].as_str().unwrap().starts_with("dynoxide"));
    lines
}

/// The part, line and column of each warning with this message, and every line together as text.
async fn warnings(world: &World, fields: &Value, status: u16) -> (Vec<Value>, String) {
    let logs = Logs::listen();
    let answer = world.send(&email(fields)).await;
    assert_eq!(answer.status, status, "{}", answer.text);
    let lines = written(&logs);
    let warnings = lines.iter().filter(|line| line["message"] == PLAIN);
    let place = |line: &Value| {
        assert_eq!((&line["level"], &line["span"]["request_id"]), (&json!("WARN"), &json!("test-request")), "{line}");
        json!([line["part"], line["line"], line["column"]])
    };
    let places = warnings.map(place).collect();
    (places, Value::from(lines).to_string())
}

#[tokio::test]
async fn a_template_that_is_not_liquid_is_logged_once_a_request_by_its_place() {
    let world = World::new().await;
    let secret = "Sesame4711";
    let broken = format!("Dear {{{{ name }}}},\n{secret} {{% if name %}}");
    for (fields, expected) in [
        (json!({"to": addresses(5), "body": broken}), json!([["html", 2, 12]])),
        (json!({"subject": format!("{secret} {{{{ 'x }}}}")}), json!([["subject", 1, 15]])),
        (json!({"text": format!("{secret}\n\n  {{% nonsense %}}")}), json!([["text", 3, 3]])),
        (
            json!({"subject": "{% if %}", "body": broken, "text": "{% endif %}"}),
            json!([["subject", 1, 7], ["html", 2, 12], ["text", 1, 1]]),
        ),
        (json!({"body": format!("{secret} {{{{ name | nonsense }}}} {{{{ gone }}}}")}), json!([])),
    ] {
        let (places, lines) = warnings(&world, &fields, 200).await;
        assert_eq!(Value::from(places), expected, "{fields}");
        assert!(!lines.contains(secret) && !lines.contains("example.org"), "{lines}");
    }
}

#[tokio::test]
async fn a_template_that_is_refused_or_within_its_limits_is_not_said_to_go_out() {
    let world = World::new().await;
    let deep = format!("{}x{}", "{% if vip %}".repeat(49), "{% endif %}".repeat(49));
    for (body, status) in [(deep.as_str(), 422), ("{{ name }}", 200)] {
        assert_eq!(warnings(&world, &json!({ "body": body }), status).await.0, Vec::<Value>::new(), "{body}");
    }
}

#[tokio::test]
async fn a_template_without_a_text_is_logged_by_its_part_and_limit() {
    let world = World::new().await;
    let secret = "Sesame4711";
    let logs = Logs::listen();
    let body = format!("{secret}{{% for i in (1..20000000) %}}{secret}{{% endfor %}}");
    assert_eq!(world.send(&email(&json!({ "body": body }))).await.status, 422);
    let lines = written(&logs);
    let line = lines.iter().find(|line| line["message"] == "a template has no text for this data").unwrap();
    assert_eq!((&line["level"], &line["part"]), (&json!("WARN"), &json!("html")));
    assert!(!Value::from(lines).to_string().contains(secret));
}

//! The log lines of a target, and the texts that may never be in them.

use std::{
    io::{self, Write},
    sync::{Mutex, Once, PoisonError},
};

use posthorn_errors::Code;
use posthorn_routes::ROUTES;
use posthorn_table::Uuid;
use serde_json::{Map, Value};
use tracing_subscriber::{Layer, filter::LevelFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// The gateway's id of every request here.
pub(crate) const REQUEST_ID: &str = "fuzz-request";

/// Shorter texts are in a line by chance.
const MIN_TEXT: usize = 8;
const METHODS: [&str; 8] = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "OTHER"];
const MESSAGES: [&str; 9] = [
    "answered",
    "refused",
    "failed",
    "a template is not Liquid and goes out with plain replacement",
    "a template has no text for this data",
    "an event is to be given again",
    "an event that changes nothing",
    "a notification in the older dialect names no project: have SES publish through the configuration set instead",
    "an idempotency key was not settled",
];

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Lines;

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Begins to collect the lines that the functions' own set-up would write, and drops those from before.
pub(crate) fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let lines = fmt::layer().json().flatten_event(true).with_current_span(true).with_span_list(false);
        let lines = lines.with_writer(|| Lines).with_filter(LevelFilter::INFO);
        tracing_subscriber::registry().with(lines).init();
    });
    LINES.lock().unwrap_or_else(PoisonError::into_inner).clear();
}

/// Our own causes, whose words an event may have too.
const CAUSES: [&str; 2] = ["not understood: neither eventType nor notificationType", "not understood: not JSON"];

/// Holds each line to being one JSON object whose constants are ours, and in which no other text repeats a text of the input, an
/// address or a key.
pub(crate) fn check(input: &Value) {
    let lines = std::mem::take(&mut *LINES.lock().unwrap_or_else(PoisonError::into_inner));
    let lines = String::from_utf8(lines).expect("a log line that is text");
    let mut input_texts = Vec::new();
    collect(input, &mut input_texts);
    for line in lines.lines() {
        let line: Map<String, Value> = serde_json::from_str(line).expect("a log line that is a JSON object");
        let is_of_engine = line["target"].as_str().is_some_and(|target| target.starts_with("dynoxide"));
        for (name, value) in line.iter().filter(|_| !is_of_engine) {
            check_field(name, value, &input_texts);
        }
    }
}

fn check_field(name: &str, value: &Value, input_texts: &[String]) {
    let Some(text) = value.as_str() else { return check_span(name, value) };
    let is_ours = match name {
        "message" => MESSAGES.contains(&text),
        "method" => METHODS.contains(&text),
        "path" => text == "(unknown)" || ROUTES.iter().any(|route| route.pattern == text),
        "code" => text.parse::<Code>().is_ok(),
        "request_id" => text == REQUEST_ID,
        "level" | "target" | "timestamp" => true,
        // The caller's own project, whose id is in a route's path as well.
        "project" => text.parse::<Uuid>().is_ok(),
        // The type of an event of SES.
        "name" => text.len() <= 40 && text.bytes().all(|byte| byte.is_ascii_alphabetic() || b" ()".contains(&byte)),
        "cause" if CAUSES.contains(&text) => true,
        _ => !text.contains(['@', '\n', '\r']) && !input_texts.iter().any(|input| text.contains(input.as_str())),
    };
    assert!(is_ours, "a log line has {name}: {text:?}");
}

/// Holds the one field that may be an object to naming the request.
fn check_span(name: &str, value: &Value) {
    if let Some(span) = value.as_object() {
        assert_eq!(name, "span");
        assert_eq!(span.get("request_id").and_then(Value::as_str), Some(REQUEST_ID));
    }
}

/// Collects the texts of the input that are long enough to be recognised, names of objects' fields among them. A text that is JSON,
/// as bodies and events are, is searched as well.
fn collect(input: &Value, texts: &mut Vec<String>) {
    match input {
        Value::String(text) => {
            if text.len() >= MIN_TEXT {
                texts.push(text.clone());
            }
            if let Ok(inner @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text) {
                collect(&inner, texts);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            collect(&Value::String(name.clone()), texts);
            collect(value, texts);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

//! The shape that every answer of a function has (contract section 3).

use posthorn_errors::Code;
use posthorn_testkit::backends::TestResponse;
use serde_json::Value;

use crate::log::REQUEST_ID;

const FIELD_CODES: [&str; 10] = [
    "required",
    "invalid_type",
    "invalid_email",
    "invalid_value",
    "too_short",
    "too_long",
    "too_many",
    "too_large",
    "reserved_event",
    "unknown_field",
];

/// Holds an answer to the contract's shape, and to not being a fault: nothing failed but the input. True if it is a
/// success.
pub(crate) fn check(answer: &TestResponse) -> bool {
    check_headers(answer);
    match answer.status {
        204 => assert_eq!(answer.text, ""),
        200 => assert!(answer.json.is_object(), "{}", answer.text),
        _ => refusal(answer),
    }
    answer.status < 300
}

/// Holds the answer to a HEAD to having no body. True if it is a success.
pub(crate) fn check_head(answer: &TestResponse) -> bool {
    check_headers(answer);
    assert_eq!(answer.text, "");
    answer.status < 300
}

fn check_headers(answer: &TestResponse) {
    assert_eq!(answer.header("x-request-id"), Some(REQUEST_ID));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

fn refusal(answer: &TestResponse) {
    let (body, error) = (&answer.json, &answer.json["error"]);
    let told = answer.code().and_then(|code| code.parse::<Code>().ok());
    let code = told.unwrap_or_else(|| panic!("{} without a code of ours: {}", answer.status, answer.text));
    let is_legacy = code == Code::ValidationError && answer.status == 400;
    assert!(answer.status == code.status() || is_legacy, "{} for {code}", answer.status);
    assert!((400..500).contains(&answer.status), "a fault: {}", answer.text);
    assert_eq!((&body["success"], &error["statusCode"]), (&false.into(), &answer.status.into()));
    assert_eq!(error["requestId"], REQUEST_ID);
    assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{}", answer.text);
    let summary = body["message"].as_str().unwrap_or_default();
    assert!(summary.starts_with(error["message"].as_str().unwrap_or_default()), "{}", answer.text);
    assert!(body["timestamp"].is_string());
    names(body, &["success", "error", "message", "timestamp"]);
    names(error, &["code", "message", "statusCode", "requestId", "errors", "details", "suggestion"]);
    let errors = error["errors"].as_array();
    assert_eq!(errors.is_some(), code == Code::ValidationError, "{}", answer.text);
    for wrong in errors.into_iter().flatten().take(1) {
        assert!(summary.ends_with(wrong["message"].as_str().unwrap_or_default()), "{}", answer.text);
    }
    for wrong in errors.into_iter().flatten() {
        names(wrong, &["field", "message", "code"]);
        assert!(wrong["field"].is_string() && wrong["message"].is_string());
        assert!(wrong["code"].as_str().is_some_and(|code| FIELD_CODES.contains(&code)), "{wrong}");
    }
}

fn names(object: &Value, known: &[&str]) {
    let object = object.as_object().unwrap_or_else(|| panic!("no object: {object}"));
    assert!(object.keys().all(|name| known.contains(&name.as_str())), "{:?}", object.keys());
}

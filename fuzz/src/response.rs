//! The shape of a function's response (contract section 3).

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

/// Holds a response to the contract's shape, and to not being a fault, for nothing fails but the input. True for a success.
pub(crate) fn check(response: &TestResponse) -> bool {
    check_headers(response);
    match response.status {
        204 | 304 => assert_eq!(response.text, ""),
        200..300 => assert!(response.json.is_object() || response.json.is_array(), "{}", response.text),
        _ => check_refusal(response),
    }
    response.status < 400
}

/// Holds the response to a HEAD to having no body. True for a success.
pub(crate) fn check_head(response: &TestResponse) -> bool {
    check_headers(response);
    assert_eq!(response.text, "");
    response.status < 400
}

fn check_headers(response: &TestResponse) {
    assert_eq!(response.header("x-request-id"), Some(REQUEST_ID));
    let cache = if response.header("etag").is_some() { "private, no-cache" } else { "no-store" };
    assert_eq!(response.header("cache-control"), Some(cache));
}

fn check_refusal(response: &TestResponse) {
    let (body, error) = (&response.json, &response.json["error"]);
    let known = response.code().and_then(|code| code.parse::<Code>().ok());
    let code = known.unwrap_or_else(|| panic!("{} without a code of ours: {}", response.status, response.text));
    let is_legacy = code == Code::ValidationError && response.status == 400;
    assert!(response.status == code.status() || is_legacy, "{} for {code}", response.status);
    assert!((400..500).contains(&response.status), "a fault: {}", response.text);
    assert_eq!((&body["success"], &error["statusCode"]), (&false.into(), &response.status.into()));
    assert_eq!(error["requestId"], REQUEST_ID);
    assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{}", response.text);
    let summary = body["message"].as_str().unwrap_or_default();
    assert!(summary.starts_with(error["message"].as_str().unwrap_or_default()), "{}", response.text);
    assert!(body["timestamp"].is_string());
    check_names(body, &["success", "error", "message", "timestamp"]);
    check_names(error, &["code", "message", "statusCode", "requestId", "errors", "details", "suggestion"]);
    let errors = error["errors"].as_array();
    assert_eq!(errors.is_some(), code == Code::ValidationError, "{}", response.text);
    for field_error in errors.into_iter().flatten().take(1) {
        assert!(summary.ends_with(field_error["message"].as_str().unwrap_or_default()), "{}", response.text);
    }
    for field_error in errors.into_iter().flatten() {
        check_names(field_error, &["field", "message", "code"]);
        assert!(field_error["field"].is_string() && field_error["message"].is_string());
        assert!(field_error["code"].as_str().is_some_and(|code| FIELD_CODES.contains(&code)), "{field_error}");
    }
}

/// Holds an object to having no other names than these.
fn check_names(object: &Value, known: &[&str]) {
    let object = object.as_object().unwrap_or_else(|| panic!("no object: {object}"));
    assert!(object.keys().all(|name| known.contains(&name.as_str())), "{:?}", object.keys());
}

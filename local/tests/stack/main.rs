//! The stack as a user has it: the program itself, started in an empty folder.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod docs_page;
#[cfg(unix)]
mod private_state;
mod support;
mod web_pages;

use std::{fs, time::Duration};

use serde_json::json;
use support::{Stack, folder, get, post, request};

#[test]
fn a_later_start_has_the_same_keys_even_after_a_crash() {
    let folder = folder();
    let first = Stack::start(&folder, &[]);
    let keys = first.keys();
    assert_eq!(first.send(&keys.0).status, 200);
    first.kill();
    let second = Stack::start(&folder, &[]);
    assert!(!second.printed().contains("sk_"), "a later start prints no key");
    assert_eq!(second.keys(), keys);
    assert_eq!(second.send(&keys.0).status, 200);
    assert!(second.mail_count() >= 2);
}

#[test]
fn a_rotation_rewrites_the_kept_keys() {
    let folder = folder();
    let stack = Stack::start(&folder, &[]);
    let old = stack.keys();
    let path = format!("/users/@me/projects/{}/regenerate-keys", posthorn_testkit::events::PROJECT);
    assert_eq!(post(&stack.url, &path, &old.0, &json!({"keys": "secret"}).to_string()).status, 200);
    let new = stack.keys();
    assert_ne!(new.0, old.0);
    assert_eq!(new.1, old.1);
    assert_eq!(stack.send(&old.0).status, 401);
    assert_eq!(stack.send(&new.0).status, 200);
}

#[test]
fn memory_changes_nothing_in_the_folder() {
    let folder = folder();
    let stack = Stack::start(&folder, &["--memory"]);
    assert!(stack.printed().contains("Secret key  sk_"));
    assert!(fs::read_dir(&folder).unwrap().all(|entry| entry.unwrap().file_name() != ".posthorn"));
}

#[test]
fn fresh_removes_the_state_of_earlier_starts() {
    let folder = folder();
    let keys = {
        let stack = Stack::start(&folder, &[]);
        stack.stop();
        Stack::start(&folder, &[]).keys()
    };
    let stack = Stack::start(&folder, &["--fresh"]);
    assert_ne!(stack.keys(), keys);
    assert_eq!(stack.send(&keys.0).status, 401);
}

#[test]
fn a_port_in_use_has_a_clear_message() {
    let folder = folder();
    let stack = Stack::start(&folder, &["--memory"]);
    let port = stack.url.rsplit(':').next().unwrap().to_owned();
    let (success, error) = Stack::run_to_end(&folder, &["--memory", "--port", &port]);
    assert!(!success);
    assert!(error.contains(&format!("port {port} is in use")), "{error}");
}

#[test]
fn a_request_that_is_too_large_is_read_and_gets_413() {
    let folder = folder();
    let stack = Stack::start(&folder, &["--memory"]);
    let body = |bytes: usize| json!({"to": "a@example.org", "subject": "s", "body": "x".repeat(bytes)}).to_string();
    let key = stack.secret_key_printed();
    assert_eq!(post(&stack.url, "/v1/send", &key, &body(5_900_000)).status, 200);
    let refused = post(&stack.url, "/v1/send", &key, &body(6_300_000));
    assert_eq!((refused.status, refused.json["error"]["code"].as_str()), (413, Some("PAYLOAD_TOO_LARGE")));
    assert!(refused.json["error"]["details"]["bytes"].as_u64().unwrap() > 6_300_000);
    assert_eq!(post(&stack.url, "/nowhere", &key, &body(6_300_000)).status, 404);
}

#[test]
fn a_slash_at_the_end_and_head_are_accepted_and_no_response_may_be_cached() {
    let folder = folder();
    let stack = Stack::start(&folder, &["--memory"]);
    let key = stack.secret_key_printed();
    let mail = json!({"to": "ada@example.org", "subject": "Hi", "body": "<p>Hi</p>"}).to_string();
    for (response, status) in [
        (post(&stack.url, "/v1/send/", &key, &mail), 200),
        (post(&stack.url, "//v1/send", &key, &mail), 404),
        (get(&stack.url, "/health/"), 200),
        (request(&stack.url, "HEAD", "/health"), 200),
        (request(&stack.url, "HEAD", "/v1/send"), 405),
        (get(&stack.url, "/v1/send"), 405),
        (request(&stack.url, "OPTIONS", "/v1/"), 204),
        (get(&stack.url, "/"), 307),
        (get(&stack.url, "/_local/inbox/"), 307),
        (request(&stack.url, "HEAD", "/_local/health/"), 307),
        (get(&stack.url, "/_local/docs/"), 307),
        (get(&stack.url, "/_local/inbox//"), 404),
    ] {
        assert_eq!(response.status, status, "{}", response.head);
        assert!(response.head.contains("\ncache-control: no-store"), "{}", response.head);
    }
    assert_eq!(request(&stack.url, "HEAD", "/health").body, "");
    assert!(get(&stack.url, "/_local/docs/").head.contains("\nlocation: /_local/docs\r\n"));
}

#[test]
fn a_request_under_way_is_finished_before_the_stack_stops() {
    let folder = folder();
    let stack = Stack::start(&folder, &["--memory"]);
    let key = stack.secret_key_printed();
    let url = stack.url.clone();
    let body = json!({"to": "a@example.org", "subject": "s", "body": "x".repeat(2_000_000)}).to_string();
    let sending = std::thread::spawn(move || post(&url, "/v1/send", &key, &body).status);
    std::thread::sleep(Duration::from_millis(30));
    assert!(stack.stop());
    assert_eq!(sending.join().unwrap(), 200);
}

#[test]
fn every_request_has_one_readable_line() {
    let folder = folder();
    let stack = Stack::start(&folder, &["--memory"]);
    assert_eq!(get(&stack.url, "/v1/nothing").status, 404);
    let line = stack.line_with("NOT_FOUND");
    let words: Vec<_> = line.split(' ').collect();
    assert_eq!(words[..4], ["GET", "(unknown)", "404", "NOT_FOUND"], "{line}");
    assert_eq!((words[5], words[6].len()), ("ms", 16), "{line}");
    let stack = Stack::start(&folder, &["--memory", "--json"]);
    assert_eq!(get(&stack.url, "/v1/send").status, 405);
    let line: serde_json::Value = serde_json::from_str(&stack.line_with("METHOD_NOT_ALLOWED")).unwrap();
    assert_eq!((line["status"].as_u64(), line["path"].as_str()), (Some(405), Some("/v1/send")));
}

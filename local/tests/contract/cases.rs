//! Bodies and parameters as callers give them, and whether each fits its schema: what just fits, and what just does not.

use axum::http::Method;
use serde_json::{Map, Value, json};

pub(crate) const SEND: &str = "/v1/send";
pub(crate) const TRACK: &str = "/v1/track";
const TRACK_LEGACY: &str = "/v1";
pub(crate) const ROTATION: &str = "/users/@me/projects/{id}/regenerate-keys";

/// A value, and whether it fits.
pub(crate) type Case = (Value, bool);

/// Bodies of a route, those that just fit and those that just do not among them.
pub(crate) fn bodies(method: &Method, path: &str) -> Vec<Case> {
    match (method, path) {
        (&Method::POST, SEND) => {
            [of_recipients(), of_content(), of_senders(), of_headers(), of_attachments(), of_data(email)].concat()
        }
        (&Method::POST, TRACK | TRACK_LEGACY) => [of_events(), of_data(event)].concat(),
        (&Method::POST, ROTATION) => of_rotation(),
        _ => Vec::new(),
    }
}

/// Values of a parameter, those that just fit and those that just do not among them.
pub(crate) fn parameters(name: &str) -> Vec<Case> {
    match name {
        "Idempotency-Key" => of_idempotency_keys(),
        _ => Vec::new(),
    }
}

fn with(base: Value, fields: &Value) -> Value {
    let Value::Object(mut base) = base else { panic!("an object") };
    base.extend(fields.as_object().unwrap().clone());
    base.into()
}

fn email(fields: &Value) -> Value {
    with(json!({"to": "ada@example.org", "subject": "Hello", "body": "<p>Hi</p>"}), fields)
}

pub(crate) fn event(fields: &Value) -> Value {
    with(json!({"event": "signed_up", "email": "ada@example.org"}), fields)
}

pub(crate) fn attachment(fields: &Value) -> Value {
    email(&json!({"attachments": [with(json!({"filename": "a.txt", "content": "aGk="}), fields)]}))
}

pub(crate) fn x(count: usize) -> String {
    "x".repeat(count)
}

fn keys(prefix: &str, count: usize) -> Value {
    (0..count).map(|n| (format!("{prefix}{n}"), "x".into())).collect::<Map<_, _>>().into()
}

fn addresses(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("r{n}@example.org")).collect()
}

fn of_recipients() -> Vec<Case> {
    let to = |to: Value| email(&json!({ "to": to }));
    vec![
        (to(json!("Ada@Example.org ")), true),
        (to(json!("a@bücher.example")), true),
        (to(json!(format!("{}@example.org", x(64)))), true),
        (to(json!(format!("{}@example.org", x(65)))), false),
        (to(json!("Ada <ada@example.org>")), false),
        (to(json!({"email": "ada@example.org", "name": "Ada", "other": 1})), true),
        (to(json!({"email": "ada@example.org", "name": null})), true),
        (to(json!({"email": "ada@example.org", "name": ""})), true),
        (to(json!({"name": "Ada"})), false),
        (to(json!(addresses(1))), true),
        (to(json!(addresses(50))), true),
        (to(json!(addresses(51))), false),
        (to(json!([])), false),
        (to(json!(null)), false),
        (to(json!(7)), false),
    ]
}

fn of_content() -> Vec<Case> {
    vec![
        (email(&json!({"subject": x(1)})), true),
        (email(&json!({"subject": x(998)})), true),
        (email(&json!({"subject": x(999)})), false),
        (email(&json!({"subject": ""})), false),
        (email(&json!({"subject": "a\nb"})), false),
        (email(&json!({"subject": "a\u{9f}"})), false),
        (email(&json!({"subject": "ü".repeat(998)})), true),
        (email(&json!({"subject": null})), false),
        (email(&json!({"subject": null, "template": "welcome"})), true),
        (email(&json!({"body": "", "template": "welcome"})), false),
        (json!({"to": "ada@example.org", "template": ""}), true),
        (json!({"to": "ada@example.org", "template": null}), false),
        (email(&json!({"body": ""})), false),
        (email(&json!({"body": "\u{0}"})), true),
        (email(&json!({"text": ""})), true),
        (email(&json!({"text": 1})), false),
        (email(&json!({"html": "<p>Hi</p>"})), false),
        (email(&json!({"html": null, "replyTo": null, "cc": null, "bcc": null})), true),
        (email(&json!({"replyTo": "ada@example.org"})), false),
        (email(&json!({"cc": "ada@example.org"})), false),
        (email(&json!({"bcc": "ada@example.org"})), false),
        (email(&json!({"cc": [], "bcc": []})), true),
        (email(&json!({"cc": ["ada@example.org"]})), false),
        (email(&json!({"bcc": [""]})), false),
        (email(&json!({"html": []})), false),
        (email(&json!({"type": "x", "anything": {}})), true),
    ]
}

fn of_senders() -> Vec<Case> {
    vec![
        (email(&json!({"from": {"email": "a@example.com", "name": x(256)}})), true),
        (email(&json!({"from": {"email": "a@example.com", "name": x(257)}})), false),
        (email(&json!({"from": ["a@example.com"]})), false),
        (email(&json!({"name": x(256), "from": null})), true),
        (email(&json!({"name": x(257)})), false),
        (email(&json!({"name": "", "from": {"email": "a@example.com", "name": ""}})), true),
        (email(&json!({"name": "a\u{7f}"})), false),
        (email(&json!({"reply": "a@example.net"})), true),
        (email(&json!({"reply": {"email": "a@example.net"}})), false),
        (email(&json!({"subscribed": "yes"})), false),
        (email(&json!({"subscribed": null})), true),
    ]
}

fn of_headers() -> Vec<Case> {
    let headers = |headers: Value| email(&json!({ "headers": headers }));
    let mut cases = vec![
        (headers(keys("X-", 15)), true),
        (headers(keys("X-", 16)), false),
        (headers(json!({x(126): "x"})), true),
        (headers(json!({x(127): "x"})), false),
        (headers(json!({"X": x(995)})), true),
        (headers(json!({"X": x(996)})), false),
        (headers(json!({"X": "", "X Y": " ", "Bcc": "", "Reply-To": ""})), true),
        (headers(json!({"X": "\t"})), false),
        (headers(json!({"Date": 1})), false),
        (headers(json!({"reply-to": "a@example.net", "DATE": "\r\n"})), true),
        (headers(json!({"Reply-To": "Ada <a@example.net>"})), true),
        (headers(json!({"Reply-To": 1})), false),
        (email(&json!({"headers": {"Reply-To": "Ada"}, "reply": "a@example.net"})), true),
        (headers(json!({"X": 1})), false),
        (headers(json!({"X": "a\r\nb"})), false),
        (headers(json!({"X Y": "x"})), false),
        (headers(json!({"X:": "x"})), false),
        (headers(json!({"": "x"})), false),
        (headers(json!({"X!#$%&'*+-.^_`|~": "Zoë"})), true),
        (headers(json!(null)), true),
        (headers(json!([])), true),
        (headers(json!([1])), false),
        (
            headers(
                json!({"List-Unsubscribe": "<https://example.com/u/dXNlcg=?l=3>", "List-Help": "<https://x.co/ü>"}),
            ),
            true,
        ),
        (headers(json!({"Receive": "x", "X-Received": "x"})), false),
        (
            headers(json!({"Receive": "x", "X-Date": "x", "X-To": "x", "Arc": "x", "Resents": "x", "Spam-Free": "x"})),
            true,
        ),
        (headers(json!({"Tomorrow": "x", "Ccc": "x", "References": "x", "X-Sess": "x", "Mime": "x"})), true),
    ];
    let on_the_way = [
        "Received",
        "received-spf",
        "X-Received",
        "Authentication-Results",
        "authentication-results-original",
        "X-Authentication-Results",
        "Apparently-To",
        "X-Delivered-To",
        "Delivery-Date",
        "Envelope-From",
        "X-Envelope-To",
        "X-DKIM-Signature",
        "X-Return-Path",
        "X-Google-DKIM-Signature",
        "x-ms-exchange-organization-scl",
        "X-Spam-Status",
        "ARC-Seal",
        "resent-to",
        "DELIVERED-TO",
        "X-Original-To",
        "Envelope-To",
        "Original-Recipient",
        "BIMI-Indicator",
        "DomainKey-Signature",
    ];
    let structural = ["From", "to", "CC", "Bcc", "SUBJECT"];
    let families = ["MIME-Versions", "mime-", "Content-Type", "content-", "dkim-x", "X-SES-TAGS"];
    let dropped = ["date", "Message-ID", "return-path", "Sender", "MIME-Version"];
    cases.extend(dropped.map(|name| (headers(json!({name: "x"})), true)));
    cases.extend(
        structural.iter().chain(&families).chain(&on_the_way).map(|name| (headers(json!({*name: "x"})), false)),
    );
    cases
}

fn of_attachments() -> Vec<Case> {
    let some = |count| email(&json!({"attachments": vec![json!({"filename": "a.txt", "content": ""}); count]}));
    let mut cases = vec![
        (some(10), true),
        (some(11), false),
        (email(&json!({"attachments": null})), true),
        (email(&json!({"attachments": ["a.txt"]})), false),
        (attachment(&json!({"filename": null})), false),
        (attachment(&json!({"content": null})), false),
        (attachment(&json!({"contentType": null, "contentId": null, "disposition": null})), true),
        (attachment(&json!({"contentType": format!("text/{}", x(73))})), true),
        (attachment(&json!({"contentType": format!("text/{}", x(74))})), false),
        (attachment(&json!({"type": "text/plain"})), true),
        (attachment(&json!({"type": "text"})), false),
        (attachment(&json!({"type": null, "mimeType": "text/plain"})), true),
        (attachment(&json!({"mimeType": 1})), false),
        (attachment(&json!({"contentType": "text/plain", "type": 1, "mimeType": ""})), true),
        (attachment(&json!({"contentType": "text", "type": "text/plain"})), false),
        (attachment(&json!({"type": "text/plain", "mimeType": "text"})), true),
        (attachment(&json!({"contentId": ""})), false),
        (attachment(&json!({"contentId": x(78)})), true),
        (attachment(&json!({"contentId": x(79)})), false),
        (attachment(&json!({"contentId": "<a>"})), false),
        (attachment(&json!({"disposition": "inline"})), false),
        (attachment(&json!({"disposition": "inline", "contentId": null})), false),
        (attachment(&json!({"disposition": "inline", "contentId": "a"})), true),
        (attachment(&json!({"disposition": "attachment"})), true),
        (attachment(&json!({"disposition": "Inline", "contentId": "a"})), false),
    ];
    let names =
        [(x(1), true), (x(255), true), (x(256), false), (x(0), false), ("Ada's plan".to_owned(), true)].into_iter();
    let names = names.chain(
        ["a/b", "a\\b", "a\"b", "a\nb", "a\u{202e}b", "a\u{2028}b", "\u{61c}", "\u{2069}", "\u{200f}"]
            .map(|name| (name.to_owned(), false)),
    );
    cases.extend(names.map(|(name, fits)| (attachment(&json!({"filename": name})), fits)));
    let types = [
        ("text/plain; charset=utf-8", true),
        ("text/plain ", true),
        ("text/calendar; method=REQUEST; charset=\"UTF-8\"", true),
        ("TEXT/Calendar;METHOD=REQUEST;charset=\"a; b=\\\"c\\\"\" ;x=y", true),
        ("text/html; charset = utf-8;", true),
        ("text/html; charset=\"utf-8", false),
        ("text/html; charset=\"utf-8\\\"", false),
        ("text/html; charset=utf-8 x", false),
        ("text/html; charset", false),
        ("text/html; charset=a/b", false),
        ("text", false),
        ("text/", false),
        ("text/plain\r\n", false),
        ("text/plain\u{a0}; a=b", false),
        ("text/plain; ü", false),
    ];
    cases.extend(types.map(|(kind, fits)| (attachment(&json!({"contentType": kind})), fits)));
    let contents = [
        ("", true),
        ("aGk", true),
        ("aGk=", true),
        (" aG\r\nk = ", true),
        ("aA", true),
        ("aA=", true),
        ("aA==", true),
        ("aA===", false),
        ("aGl", false),
        ("aGk==", false),
        ("aGkh", true),
        ("aGkh=", false),
        ("a", false),
        ("=", false),
        ("aG-_", false),
        ("aG\u{b}k=", false),
    ];
    cases.extend(contents.map(|(content, fits)| (attachment(&json!({"content": content})), fits)));
    cases
}

/// The cases of `data`, which send and track take alike.
fn of_data(body: fn(&Value) -> Value) -> Vec<Case> {
    let data = |data: Value| body(&json!({ "data": data }));
    vec![
        (data(json!(null)), true),
        (data(json!([])), true),
        (data(json!([{"a": 1}])), false),
        (data(json!({"a": null, "b": "", "c": {"value": 1, "persistent": false}, "id": 1})), true),
        (data(keys("k", 100)), true),
        (data(keys("k", 101)), false),
        (data(json!({x(128): 1})), true),
        (data(json!({x(129): 1})), false),
        (data(json!({"": 1})), false),
        (data(json!({"a\tb": 1})), false),
    ]
}

fn of_events() -> Vec<Case> {
    let mut cases = vec![
        (json!({}), false),
        (event(&json!({"event": x(1)})), true),
        (event(&json!({"event": x(255)})), true),
        (event(&json!({"event": x(256)})), false),
        (event(&json!({"event": ""})), false),
        (event(&json!({"event": "a\u{0}"})), false),
        (event(&json!({"email": null})), false),
        (event(&json!({"email": {"email": "ada@example.org"}})), false),
        (event(&json!({"subscribed": 1})), false),
        (event(&json!({"subscribed": null, "other": 1})), true),
    ];
    let reserved = ["email.", "email.sent", "contact.subscribed", "contact.unsubscribed"].into_iter();
    let reserved = reserved.chain(["segment.entry", "segment.vip.entry", "segment..exit", "segment.\u{2028}.exit"]);
    cases.extend(reserved.map(|name| (event(&json!({"event": name})), false)));
    let free = ["email", "Email.sent", "contact.subscribed.", "segmententry", "segment.xexit", "a.segment.x.exit"];
    cases.extend(free.map(|name| (event(&json!({"event": name})), true)));
    cases
}

pub(crate) fn of_rotation() -> Vec<Case> {
    vec![
        (json!({}), true),
        (json!({"keys": null, "gracePeriodSeconds": null, "other": 1}), true),
        (json!({"keys": "both", "gracePeriodSeconds": 0}), true),
        (json!({"keys": "secret", "gracePeriodSeconds": 604_800}), true),
        (json!({"keys": "public", "gracePeriodSeconds": 604_801}), false),
        (json!({"keys": "public", "gracePeriodSeconds": 60.0}), true),
        (json!({"keys": "all"}), false),
        (json!({"keys": ["both"]}), false),
        (json!({"gracePeriodSeconds": -1}), false),
        (json!({"gracePeriodSeconds": 1.5}), false),
        (json!({"gracePeriodSeconds": 1e300}), false),
        (json!({"gracePeriodSeconds": "60"}), false),
    ]
}

pub(crate) fn of_idempotency_keys() -> Vec<Case> {
    [(x(1), true), (x(255), true), (x(256), false), (x(0), false), ("a b~!".to_owned(), true), ("a\tb".into(), false)]
        .map(|(key, fits)| (key.into(), fits))
        .to_vec()
}

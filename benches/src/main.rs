//! What Posthorn itself costs, with every call to AWS answered at once: against the bare SDK making the same calls.
//! Prints a table; see README.md beside it.

mod answers;
mod bare;

use std::{future::Future, hint::black_box, iter, time::Duration};

use lambda_http::{Request, request};
use posthorn_auth::{Access, KeyClass, PlainKey, Presented};
use posthorn_lambda::{Edge, edge::stopwatch};
use posthorn_mail::ses::Ses;
use posthorn_table::Table;
use serde_json::json;

const ROUNDS: u32 = 20;
const REQUESTS: u32 = 500;
const REFUSALS: u32 = 200_000;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let edge = Edge::system();
    let key = PlainKey::mint(KeyClass::Secret, &mut |buffer| edge.fill(buffer));
    let config = answers::config();
    let dynamodb = aws_sdk_dynamodb::Client::new(&config);
    let table = Table::new(dynamodb.clone(), "posthorn");

    refusals(key.expose());

    let app = track::App { edge: edge.clone(), table: table.clone() };
    let body = json!({"email": "ada@example.org", "event": "signed_up", "data": {"plan": "pro"}});
    let request = event("/v1/track", &key, &body);
    compare("track", &request, |request| track::handle(&app, request), || bare::track(&dynamodb)).await;

    let app = send::App { edge, table, ses: Ses::new(&config, None) };
    let body =
        json!({"to": "ada@example.org", "subject": "Hello {{ name ?? there }}", "body": "<p>Hello {{ name }}.</p>"});
    let mail = aws_sdk_sesv2::Client::new(&config);
    let request = event("/v1/send", &key, &body);
    compare("send", &request, |request| send::handle(&app, request), || bare::send(&dynamodb, &mail)).await;
}

/// The least of some rounds' times for each, in turns: what else ran on the machine only ever adds.
async fn compare<A: Future, B: Future>(
    what: &str,
    request: &Request,
    mut ours: impl FnMut(Request) -> A,
    mut sdk: impl FnMut() -> B,
) {
    let (mut least_ours, mut least_sdk) = (Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        let requests: Vec<Request> = iter::repeat_n(request, REQUESTS as usize).cloned().collect();
        let started = stopwatch();
        for request in requests {
            black_box(ours(request).await);
        }
        least_ours = least_ours.min(started.elapsed() / REQUESTS);
        let started = stopwatch();
        for _ in 0..REQUESTS {
            black_box(sdk().await);
        }
        least_sdk = least_sdk.min(started.elapsed() / REQUESTS);
    }
    let ratio = least_ours.as_secs_f64() / least_sdk.as_secs_f64();
    let (ours, sdk) = (least_ours.as_micros(), least_sdk.as_micros());
    print(&format!("{what}: {ours} us a request, the bare SDK {sdk} us, ratio {ratio:.2}"));
}

fn refusals(good: &str) {
    let mut wrong_checksum = good.to_owned();
    wrong_checksum.replace_range(48.., if good.ends_with('a') { "b" } else { "a" });
    for (what, key) in [
        ("wrong checksum", wrong_checksum.as_str()),
        ("wrong length", "sk_123"),
        ("wrong class", "xx_abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrst"),
    ] {
        let header = format!("Bearer {key}");
        let started = stopwatch();
        for _ in 0..REFUSALS {
            let refused = Presented::read(Some(black_box(header.as_bytes())), Access::SecretKey);
            assert!(black_box(refused).is_err(), "a key that cannot be ours was let through");
        }
        let nanoseconds = started.elapsed().as_nanos() / u128::from(REFUSALS);
        print(&format!("refusal, {what}: {nanoseconds} ns, no read"));
    }
}

#[expect(clippy::print_stdout, reason = "the table is what this program is for")]
fn print(line: &str) {
    println!("{line}");
}

/// A request as the runtime gives it to a handler.
fn event(path: &str, key: &PlainKey, body: &serde_json::Value) -> Request {
    let event = json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "",
        "headers": {"authorization": format!("Bearer {}", key.expose()), "content-type": "application/json"},
        "requestContext": {
            "http": {"method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": ""},
            "requestId": "bench", "routeKey": "$default", "stage": "$default", "timeEpoch": 0,
        },
        "body": body.to_string(), "isBase64Encoded": false,
    });
    request::from_str(&event.to_string()).expect("an event of an HTTP API")
}

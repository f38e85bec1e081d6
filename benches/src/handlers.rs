//! What a handler adds to the SDK, with every call to AWS answered at once in process; and refusing a key that cannot be ours.

use std::{future::Future, hint::black_box, iter, thread, time::Duration};

use lambda_http::{Request, request};
use posthorn_auth::{Access, KeyClass, PlainKey, Presented};
use posthorn_lambda::{Edge, edge::stopwatch};
use posthorn_mail::ses::Ses;
use posthorn_table::Table;
use serde_json::json;

use crate::{answers, bare, report::Report};

const SECTION: &str = "Handlers";
const ROUNDS: u32 = 20;
const REQUESTS: u32 = 500;
const REFUSALS: u32 = 200_000;

/// On a thread of its own with the runtime that the functions have.
pub(crate) fn measure(report: &mut Report) {
    thread::scope(|scope| {
        scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(Box::pin(measure_all(report)));
        });
    });
}

/// Our handlers against the same calls by the SDK alone: with the functions' configuration of it, and as it comes.
async fn measure_all(report: &mut Report) {
    let edge = Edge::system();
    let key = PlainKey::mint(KeyClass::Secret, &mut |buffer| edge.fill(buffer));
    let (config, plain) = (answers::as_functions(), answers::as_it_comes());
    let [ours, as_it_comes] = [&config, &plain].map(aws_sdk_dynamodb::Client::new);
    let table = Table::new(ours.clone(), "posthorn");

    let app = track::App { edge: edge.clone(), table: table.clone() };
    let body = json!({"email": "ada@example.org", "event": "signed_up", "data": {"plan": "pro"}});
    let request = event("/v1/track", &key, &body);
    let handler = |request| track::handle(&app, request);
    compare(report, "track", &request, handler, || bare::track(&ours), || bare::track(&as_it_comes)).await;

    let app = send::App { edge, table, ses: Ses::new(&config, None) };
    let body =
        json!({"to": "ada@example.org", "subject": "Hello {{ name ?? there }}", "body": "<p>Hello {{ name }}.</p>"});
    let [mail, mail_as_it_comes] = [&config, &plain].map(aws_sdk_sesv2::Client::new);
    let request = event("/v1/send", &key, &body);
    let handler = |request| send::handle(&app, request);
    let sdk = || bare::send(&ours, &mail);
    compare(report, "send", &request, handler, sdk, || bare::send(&as_it_comes, &mail_as_it_comes)).await;

    refusals(report, key.expose());
}

/// The least of some rounds' times for each, in turns: what else ran on the machine only ever adds.
async fn compare<A: Future, B: Future, C: Future>(
    report: &mut Report,
    what: &str,
    request: &Request,
    mut ours: impl FnMut(Request) -> A,
    mut sdk: impl FnMut() -> B,
    mut as_it_comes: impl FnMut() -> C,
) {
    let mut least = [Duration::MAX; 3];
    for _ in 0..ROUNDS {
        let mut requests = iter::repeat_n(request, REQUESTS as usize).cloned().collect::<Vec<_>>().into_iter();
        let times = [
            round(|| ours(requests.next().expect("a request"))).await,
            round(&mut sdk).await,
            round(&mut as_it_comes).await,
        ];
        least = std::array::from_fn(|place| least[place].min(times[place]));
    }
    let [ours, sdk, as_it_comes] = least.map(|time| time.as_secs_f64() * 1e6);
    report.row(SECTION, format!("{what}: our handler"), ours, "us", None);
    report.row(SECTION, format!("{what}: the same calls by the SDK, configured as ours"), sdk, "us", None);
    report.row(SECTION, format!("{what}: the same calls by the SDK as it comes"), as_it_comes, "us", None);
    report.row(SECTION, format!("{what}: ours against the SDK, configured as ours"), ours / sdk, "x", Some(1.25));
    report.row(SECTION, format!("{what}: ours against the SDK as it comes"), ours / as_it_comes, "x", None);
}

async fn round<F: Future>(mut call: impl FnMut() -> F) -> Duration {
    let started = stopwatch();
    for _ in 0..REQUESTS {
        black_box(call().await);
    }
    started.elapsed() / REQUESTS
}

fn refusals(report: &mut Report, good: &str) {
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
        let microseconds = started.elapsed().as_secs_f64() * 1e6 / f64::from(REFUSALS);
        report.row(SECTION, format!("refusing a key: {what}, no read"), microseconds, "us", Some(5.0));
    }
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

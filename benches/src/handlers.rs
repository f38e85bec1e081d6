//! What a handler adds to the SDK, with every call to AWS answered at once in process; and refusing a key that cannot be ours.

use std::{env, hint::black_box, thread, time::Duration};

use lambda_http::{Request, request};
use posthorn_auth::{KeyClass, PlainKey, PresentedKey};
use posthorn_lambda::{Env, env::monotonic_now};
use posthorn_mail::ses::Ses;
use posthorn_routes::RequiredKey;
use posthorn_table::Table;
use serde_json::json;

use crate::{
    answers, bare,
    instructions::{FROM, TO, counted, counting},
    report::Report,
    sandbox::scratch,
};

const SECTION: &str = "Handlers";
const ROUNDS: u32 = 20;
const REQUESTS: u32 = 500;
const REFUSALS: u32 = 200_000;

/// What is called: our handler, the same calls by the SDK with the functions' configuration of it, and by the SDK as it comes.
const WHO: [&str; 3] = ["ours", "sdk", "as-it-comes"];
const WHAT: [&str; 2] = ["track", "send"];

/// On a thread of its own with the runtime that the functions have.
fn run<T: Send>(work: impl AsyncFnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let alone = scope.spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(Box::pin(work()))
        });
        alone.join().expect("a thread that ends")
    })
}

/// Time and instructions of each, and of refusing a key.
pub(crate) fn measure(report: &mut Report) {
    for what in WHAT {
        let times = run(async || Handlers::new().times(what).await);
        let instructions = WHO.map(|who| instructions(what, who));
        let names =
            ["our handler", "the same calls by the SDK, configured as ours", "the same calls by the SDK as it comes"];
        for ((name, time), instructions) in names.iter().zip(times).zip(instructions) {
            report.row(SECTION, format!("{what}: {name}"), time.as_secs_f64() * 1e6, "us", None);
            report.row(SECTION, format!("{what}: {name}"), instructions / 1e3, "thousand instructions", None);
        }
        let [ours, sdk, as_it_comes] = instructions;
        report.row(SECTION, format!("{what}: ours against the SDK, configured as ours"), ours / sdk, "x", Some(1.25));
        report.row(SECTION, format!("{what}: ours against the SDK as it comes"), ours / as_it_comes, "x", None);
    }
    refusals(report, Handlers::new().key.expose());
}

/// Calls one of [`WHO`] for one of [`WHAT`] so often: what [`instructions`] has valgrind look at.
///
/// # Panics
/// If it is called with anything else.
pub(crate) fn repeat(what: &str, who: &str, times: &str) {
    let times: u32 = times.parse().expect("a number");
    run(async || {
        let handlers = Handlers::new();
        for _ in 0..times {
            handlers.call(what, who).await;
        }
    });
}

/// Instructions a call, by valgrind.
///
/// # Panics
/// If there is no valgrind.
fn instructions(what: &str, who: &str) -> f64 {
    let count = |times: u32| {
        let log = scratch().join(format!("instructions-{what}-{who}-{times}.log"));
        let program = env::current_exe().expect("this program");
        let status = counting(&log).arg(program).args(["repeat", what, who, &times.to_string()]).status();
        assert!(status.is_ok_and(|status| status.success()), "valgrind");
        counted(&log)
    };
    (count(TO) - count(FROM)) / f64::from(TO - FROM)
}

/// Everything that is called, AWS answering at once.
struct Handlers {
    key: PlainKey,
    track: track::App,
    send: send::App,
    track_request: Request,
    send_request: Request,
    /// Configured as ours, and as it comes.
    dynamodb: [aws_sdk_dynamodb::Client; 2],
    ses: [aws_sdk_sesv2::Client; 2],
}

impl Handlers {
    fn new() -> Self {
        let env = Env::system();
        let key = PlainKey::mint(KeyClass::Secret, &mut |buffer| env.fill(buffer));
        let configs = [answers::as_functions(), answers::as_it_comes()];
        let dynamodb = configs.each_ref().map(aws_sdk_dynamodb::Client::new);
        let table = Table::new(dynamodb[0].clone(), "posthorn");
        let tracked = json!({"email": "ada@example.org", "event": "signed_up", "data": {"plan": "pro"}});
        let sent = json!({"to": "ada@example.org", "subject": "Hello {{ name ?? there }}", "body": "<p>Hello {{ name }}.</p>"});
        Self {
            track: track::App { env: env.clone(), table: table.clone() },
            send: send::App { env, table, ses: Ses::new(&configs[0], None) },
            track_request: event("/v1/track", &key, &tracked),
            send_request: event("/v1/send", &key, &sent),
            dynamodb,
            ses: configs.each_ref().map(aws_sdk_sesv2::Client::new),
            key,
        }
    }

    async fn call(&self, what: &str, who: &str) {
        let [alike, as_it_comes] = &self.dynamodb;
        match (what, who) {
            ("track", "ours") => drop(black_box(track::handle(&self.track, self.track_request.clone()).await)),
            ("track", "sdk") => bare::track(alike).await,
            ("track", "as-it-comes") => bare::track(as_it_comes).await,
            ("send", "ours") => drop(black_box(send::handle(&self.send, self.send_request.clone()).await)),
            ("send", "sdk") => bare::send(alike, &self.ses[0]).await,
            ("send", "as-it-comes") => bare::send(as_it_comes, &self.ses[1]).await,
            _ => panic!("nothing is measured of {what} by {who}"),
        }
    }

    /// The least of some rounds' times for each, in turns: what else ran on the machine only ever adds.
    async fn times(&self, what: &str) -> [Duration; 3] {
        let mut least = [Duration::MAX; 3];
        for _ in 0..ROUNDS {
            for (least, who) in least.iter_mut().zip(WHO) {
                let started = monotonic_now();
                for _ in 0..REQUESTS {
                    self.call(what, who).await;
                }
                *least = (*least).min(started.elapsed() / REQUESTS);
            }
        }
        least
    }
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
        let started = monotonic_now();
        for _ in 0..REFUSALS {
            let refused = PresentedKey::read(Some(black_box(header.as_bytes())), RequiredKey::Secret);
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

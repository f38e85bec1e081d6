//! The share of a handler beside the SDK's, with every call to AWS answered at once in process; and the cost of refusing a key
//! that cannot be ours.

use std::{env, hint::black_box, thread, time::Duration};

use lambda_http::{Request, request};
use posthorn_auth::{KeyClass, PlainKey, PresentedKey, reputation::Rule};
use posthorn_bundle::{Bundle, Clients};
use posthorn_lambda::{Env, env::monotonic_now};
use posthorn_mail::ses::Ses;
use posthorn_routes::{Function, RequiredKey};
use posthorn_table::Table;
use serde_json::json;

use crate::{
    instructions::{FEW_CALLS, MANY_CALLS, counting_command, read_count},
    report::Report,
    sandbox::scratch,
    sdk_calls, sdk_stub,
};

const SECTION: &str = "Handlers";
const ROUNDS: u32 = 20;
const REQUESTS: u32 = 500;
const REFUSALS: u32 = 200_000;

/// The implementations that are compared: our handler, the same calls by the SDK with the functions' configuration, and the same
/// calls by the SDK with its default configuration.
const IMPLEMENTATIONS: [&str; 3] = ["ours", "sdk", "sdk-default"];
const HANDLERS: [&str; 2] = ["track", "send"];

/// Runs `work` on a thread of its own with the runtime that the functions have.
fn run<T: Send>(work: impl AsyncFnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let alone = scope.spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(Box::pin(work()))
        });
        alone.join().expect("a thread that ends")
    })
}

/// Adds the time and the instructions of each implementation, and the time of refusing a key.
pub(crate) fn measure(report: &mut Report) {
    for handler in HANDLERS {
        let times = run(async || Handlers::new().times(handler).await);
        let instructions = IMPLEMENTATIONS.map(|implementation| instructions(handler, implementation));
        let names =
            ["our handler", "the same calls by the SDK, configured as ours", "the same calls by the SDK as it comes"];
        for ((name, time), instructions) in names.iter().zip(times).zip(instructions) {
            report.row(SECTION, format!("{handler}: {name}"), time.as_secs_f64() * 1e6, "us", None);
            report.row(SECTION, format!("{handler}: {name}"), instructions / 1e3, "thousand instructions", None);
        }
        let [ours, sdk, sdk_default] = instructions;
        report.row(
            SECTION,
            format!("{handler}: ours against the SDK, configured as ours"),
            ours / sdk,
            "x",
            Some(1.25),
        );
        report.row(SECTION, format!("{handler}: ours against the SDK as it comes"), ours / sdk_default, "x", None);
    }
    refusals(report, Handlers::new().key.expose());
}

/// Calls one of [`IMPLEMENTATIONS`] of one of [`HANDLERS`] a number of times. [`instructions`] has valgrind count this.
///
/// # Panics
/// If there is no such handler or implementation, or `times` is no number.
pub(crate) fn repeat(handler: &str, implementation: &str, times: &str) {
    let times: u32 = times.parse().expect("a number");
    run(async || {
        let handlers = Handlers::new();
        for _ in 0..times {
            handlers.call(handler, implementation).await;
        }
    });
}

/// The instructions of a call, counted by valgrind.
///
/// # Panics
/// If there is no valgrind.
fn instructions(handler: &str, implementation: &str) -> f64 {
    let count = |times: u32| {
        let log = scratch().join(format!("instructions-{handler}-{implementation}-{times}.log"));
        let program = env::current_exe().expect("this program");
        let status =
            counting_command(&log).arg(program).args(["repeat", handler, implementation, &times.to_string()]).status();
        assert!(status.is_ok_and(|status| status.success()), "valgrind");
        read_count(&log)
    };
    (count(MANY_CALLS) - count(FEW_CALLS)) / f64::from(MANY_CALLS - FEW_CALLS)
}

/// All handlers, requests and clients, with AWS answering at once.
struct Handlers {
    key: PlainKey,
    functions: Bundle,
    track_request: Request,
    send_request: Request,
    /// The clients with the functions' configuration, and with the default one.
    dynamodb: [aws_sdk_dynamodb::Client; 2],
    ses: [aws_sdk_sesv2::Client; 2],
}

impl Handlers {
    fn new() -> Self {
        let env = Env::system();
        let key = PlainKey::mint(KeyClass::Secret, &mut |buffer| env.fill(buffer));
        let configs = [sdk_stub::function_config(), sdk_stub::default_config()];
        let dynamodb = configs.each_ref().map(aws_sdk_dynamodb::Client::new);
        let table = Table::new(dynamodb[0].clone(), "posthorn");
        let clients = Clients { env, table, ses: Ses::new(&configs[0], None), alerts: None, rule: Rule::default() };
        let tracked = json!({"email": "ada@example.org", "event": "signed_up", "data": {"plan": "pro"}});
        let sent = json!({"to": "ada@example.org", "subject": "Hello {{ name ?? there }}", "body": "<p>Hello {{ name }}.</p>"});
        Self {
            functions: Bundle::new(clients),
            track_request: event("/v1/track", &key, &tracked),
            send_request: event("/v1/send", &key, &sent),
            dynamodb,
            ses: configs.each_ref().map(aws_sdk_sesv2::Client::new),
            key,
        }
    }

    async fn call(&self, handler: &str, implementation: &str) {
        let [configured, default] = &self.dynamodb;
        match (handler, implementation) {
            ("track", "ours") => self.ours(Function::Track, &self.track_request).await,
            ("track", "sdk") => sdk_calls::track(configured).await,
            ("track", "sdk-default") => sdk_calls::track(default).await,
            ("send", "ours") => self.ours(Function::Send, &self.send_request).await,
            ("send", "sdk") => sdk_calls::send(configured, &self.ses[0]).await,
            ("send", "sdk-default") => sdk_calls::send(default, &self.ses[1]).await,
            _ => panic!("there is no implementation {implementation} of {handler}"),
        }
    }

    async fn ours(&self, function: Function, request: &Request) {
        drop(black_box(self.functions.call(function, request.clone()).await));
    }

    /// The least time of some rounds for each implementation. They take turns. The least counts, for other work of the machine
    /// only ever adds time.
    async fn times(&self, handler: &str) -> [Duration; 3] {
        let mut least = [Duration::MAX; 3];
        for _ in 0..ROUNDS {
            for (least, implementation) in least.iter_mut().zip(IMPLEMENTATIONS) {
                let started = monotonic_now();
                for _ in 0..REQUESTS {
                    self.call(handler, implementation).await;
                }
                *least = (*least).min(started.elapsed() / REQUESTS);
            }
        }
        least
    }
}

/// Adds the time of refusing each kind of key that cannot be ours.
fn refusals(report: &mut Report, good: &str) {
    let mut wrong_checksum = good.to_owned();
    wrong_checksum.replace_range(48.., if good.ends_with('a') { "b" } else { "a" });
    for (defect, key) in [
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
        report.row(SECTION, format!("refusing a key: {defect}, no read"), microseconds, "us", Some(5.0));
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

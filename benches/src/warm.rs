//! A warm function: memory, processor time and instructions a request, with every call to AWS answered at once over HTTP.

use std::process::Command;

use posthorn_testkit::{
    backends::{Backends, Urls},
    events::EventFile,
};
use serde_json::Value;

use crate::{
    cold::{FUNCTIONS, HELLO, accepted, environment},
    instructions::{FROM, TO, counted, counting},
    replay,
    report::Report,
    sandbox::{Sandbox, bootstrap, scratch},
};

const SECTION: &str = "Warm";
/// The requests after which memory is looked at.
const REQUESTS: u32 = 10_000;
/// Requests with the largest mails.
const LARGE: u32 = 20;
/// Recipients of each of them.
const RECIPIENTS: usize = 8;

/// A function with back ends that answer at once.
async fn start(program: Command, file: &EventFile) -> Sandbox {
    let backends = Backends::start().await;
    file.prepare(&backends).await;
    let urls = Urls {
        dynamodb: replay::in_front_of(&backends.urls.dynamodb).await,
        ses: replay::in_front_of(&backends.urls.ses).await,
        sns: replay::in_front_of(&backends.urls.sns).await,
    };
    Sandbox::start(program, &environment(&urls)).await
}

/// Memory, latency and processor time of 10,000 requests, and of the largest mails.
pub(crate) async fn measure(report: &mut Report) {
    for (function, folder, name) in [HELLO].into_iter().chain(FUNCTIONS) {
        let Warm { cpu, latency, peak } = repeat(function, &accepted(folder, name), REQUESTS).await;
        report.row(SECTION, format!("{function}: processor time a request"), cpu * 1e6, "us", None);
        report.row(SECTION, format!("{function}: latency, median"), latency * 1e6, "us", None);
        report.row(SECTION, format!("{function}: peak resident after 10,000 requests"), peak, "MB", Some(15.0));
    }
    let Warm { cpu, latency, peak } = repeat("send", &large(), LARGE).await;
    let what = "send, an event of 5.9 MB to 8 recipients";
    report.row(SECTION, format!("{what}: processor time"), cpu * 1e3, "ms", None);
    report.row(SECTION, format!("{what}: latency, median"), latency * 1e3, "ms", None);
    report.row(SECTION, format!("{what}: peak resident"), peak, "MB", None);
}

/// What one of many requests takes.
struct Warm {
    /// Seconds on a processor.
    cpu: f64,
    /// The median, in seconds.
    latency: f64,
    /// The most memory the function had resident, in MB.
    peak: f64,
}

async fn repeat(function: &str, file: &EventFile, requests: u32) -> Warm {
    let mut sandbox = start(Command::new(bootstrap(function)), file).await;
    let (before, mut took) = (sandbox.cpu(), Vec::new());
    for _ in 0..requests {
        took.push(sandbox.invoke(&file.event).await);
    }
    took.sort_unstable();
    Warm {
        cpu: sandbox.cpu().saturating_sub(before).as_secs_f64() / f64::from(requests),
        latency: took[took.len() / 2].as_secs_f64(),
        peak: megabytes(sandbox.peak_resident()),
    }
}

/// A mail whose attachment makes the event almost as large as Lambda takes one.
fn large() -> EventFile {
    let file = accepted("send/accepted", "attachment");
    let mut event: Value = serde_json::from_str(&file.event).expect("JSON");
    let mut body: Value = serde_json::from_str(event["body"].as_str().expect("a body")).expect("JSON");
    body["to"] = (0..RECIPIENTS).map(|number| format!("ada+{number}@example.org")).collect();
    body["attachments"][0]["content"] = "QUJD".repeat(5_890_000 / 4).into();
    event["body"] = body.to_string().into();
    EventFile { event: event.to_string(), ..file }
}

#[expect(clippy::cast_precision_loss, reason = "a memory's size")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// Instructions a request, by valgrind.
///
/// # Panics
/// If there is no valgrind.
pub(crate) async fn instructions(function: &str) -> f64 {
    let (_, folder, name) = FUNCTIONS.into_iter().find(|known| known.0 == function).expect("a function");
    let file = accepted(folder, name);
    let (few, many) = (count(function, &file, FROM).await, count(function, &file, TO).await);
    (many - few) / f64::from(TO - FROM)
}

async fn count(function: &str, file: &EventFile, requests: u32) -> f64 {
    let log = scratch().join(format!("instructions-{function}-{requests}.log"));
    let mut valgrind = counting(&log);
    valgrind.arg(bootstrap(function));
    let mut sandbox = start(valgrind, file).await;
    for _ in 0..requests {
        sandbox.invoke(&file.event).await;
    }
    sandbox.end();
    counted(&log)
}

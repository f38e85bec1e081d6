//! The memory, processor time and instructions of a request to a warm function, with every call to AWS answered at once over
//! HTTP.

use std::process::Command;

use posthorn_routes::Function;
use posthorn_testkit::{
    backends::{Backends, Urls},
    events::{EventFile, accepted_file},
};
use serde_json::Value;

use crate::{
    functions::{Program, environment},
    instructions::{FEW_CALLS, MANY_CALLS, counting_command, read_count},
    replay,
    report::Report,
    sandbox::{Sandbox, bootstrap, scratch},
};

const SECTION: &str = "Warm";
/// The number of requests after which the memory is read.
const REQUESTS: u32 = 10_000;
/// The number of requests with the largest mails.
const LARGE_REQUESTS: u32 = 20;
/// The recipients of each of the largest mails.
const RECIPIENTS: usize = 8;

/// Starts a function with back ends that answer at once.
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

/// Adds the memory, latency and processor time of 10,000 requests, and of the largest mails.
pub(crate) async fn measure(report: &mut Report) {
    for program in [Program::Hello].into_iter().chain(Function::ALL.map(Program::Deployed)) {
        let Usage { cpu, latency, peak } = repeat(program.name(), &program.event_file(), REQUESTS).await;
        let function = program.name();
        report.row(SECTION, format!("{function}: processor time a request"), cpu * 1e6, "us", None);
        report.row(SECTION, format!("{function}: latency, median"), latency * 1e6, "us", None);
        report.row(SECTION, format!("{function}: peak resident after 10,000 requests"), peak, "MB", Some(15.0));
    }
    let Usage { cpu, latency, peak } = repeat(Function::Send.name(), &large(), LARGE_REQUESTS).await;
    let request = "send, an event of 5.9 MB to 8 recipients";
    report.row(SECTION, format!("{request}: processor time"), cpu * 1e3, "ms", None);
    report.row(SECTION, format!("{request}: latency, median"), latency * 1e3, "ms", None);
    report.row(SECTION, format!("{request}: peak resident"), peak, "MB", None);
}

/// The usage of one of many requests.
struct Usage {
    /// Seconds on a processor.
    cpu: f64,
    /// The median latency, in seconds.
    latency: f64,
    /// The largest memory that the function had resident, in MB.
    peak: f64,
}

async fn repeat(function: &str, file: &EventFile, requests: u32) -> Usage {
    let mut sandbox = start(Command::new(bootstrap(function)), file).await;
    let (before, mut times) = (sandbox.cpu(), Vec::new());
    for _ in 0..requests {
        times.push(sandbox.invoke(&file.event).await);
    }
    times.sort_unstable();
    Usage {
        cpu: sandbox.cpu().saturating_sub(before).as_secs_f64() / f64::from(requests),
        latency: times[times.len() / 2].as_secs_f64(),
        peak: megabytes(sandbox.peak_resident()),
    }
}

/// A mail whose attachment makes the event almost as large as Lambda takes one.
fn large() -> EventFile {
    let file = accepted_file(Function::Send, "attachment");
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

/// The instructions of a request, counted by valgrind.
///
/// # Panics
/// If there is no valgrind.
pub(crate) async fn instructions(function: Function) -> f64 {
    let (few, many) = (count(function, FEW_CALLS).await, count(function, MANY_CALLS).await);
    (many - few) / f64::from(MANY_CALLS - FEW_CALLS)
}

async fn count(function: Function, requests: u32) -> f64 {
    let (name, file) = (function.name(), Program::Deployed(function).event_file());
    let log = scratch().join(format!("instructions-{name}-{requests}.log"));
    let mut valgrind = counting_command(&log);
    valgrind.arg(bootstrap(name));
    let mut sandbox = start(valgrind, &file).await;
    for _ in 0..requests {
        sandbox.invoke(&file.event).await;
    }
    sandbox.terminate();
    read_count(&log)
}

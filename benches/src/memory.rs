//! The most memory that a function takes, for the worst that anybody may send it: its own binary under a Runtime API, with a real
//! engine behind it. A case is started anew, and given three times, for what is freed does not always come back.

use std::process::Command;

use posthorn_testkit::backends::Backends;
use serde_json::{Value, json};

use crate::{
    cold::environment,
    print,
    report::Report,
    sandbox::{Sandbox, bootstrap},
};

mod cases;
mod contacts;

use cases::Case;

/// The most that a function may have resident, in MB: it has 128, of which Lambda's runtime takes some.
const MAX_RESIDENT: f64 = 100.0;
const TIMES: usize = 3;

/// Every case's peak, with the goal.
pub(crate) async fn measure(report: &mut Report) {
    for case in cases::all() {
        let peak = peak(&case).await;
        report.row("Memory", format!("{}: {}", case.function, case.what), peak, "MB", Some(MAX_RESIDENT));
    }
}

/// Says every case's peak, and whether all are within the limit.
pub(crate) async fn check() -> bool {
    let mut good = true;
    for case in cases::all() {
        let peak = peak(&case).await;
        let is_within = peak < MAX_RESIDENT;
        let verdict = if is_within { "ok  " } else { "FAIL" };
        print(&format!("{verdict} {}: {peak:.1} MB resident, under {MAX_RESIDENT}: {}", case.function, case.what));
        good &= is_within;
    }
    good
}

async fn peak(case: &Case) -> f64 {
    let backends = Backends::start().await;
    case.file.prepare(&backends).await;
    contacts::store(&backends, case.contacts).await;
    let mut sandbox = Sandbox::start(Command::new(bootstrap(case.function)), &environment(&backends.urls)).await;
    for _ in 0..TIMES {
        let (answer, _) = sandbox.answer(&case.event).await;
        assert_eq!(outcome(&answer), case.outcome, "{}: {}: {answer}", case.function, case.what);
    }
    megabytes(sandbox.peak_resident())
}

/// The status, or how many records are to be given again.
fn outcome(answer: &Value) -> usize {
    let failures = answer["batchItemFailures"].as_array().map(Vec::len);
    let status = answer["statusCode"].as_u64().and_then(|status| usize::try_from(status).ok());
    failures.or(status).unwrap_or_else(|| panic!("no answer: {}", json!(answer)))
}

#[expect(clippy::cast_precision_loss, reason = "a memory's size")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

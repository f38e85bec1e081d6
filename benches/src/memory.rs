//! The largest memory that a function takes for the worst events that it may get. Its own binary runs under a Runtime API, with a
//! real engine behind it. Each case has a process of its own and is given twice, for freed memory does not always come back.

use std::process::Command;

use posthorn_testkit::backends::{Backends, Urls};
use serde_json::{Value, json};

use crate::{
    functions::environment,
    replay,
    report::Report,
    sandbox::{Sandbox, bootstrap},
    terminal::print,
};

mod cases;
mod contacts;

use cases::Case;

/// The largest resident memory of a function, in MB. It has 128, of which Lambda's runtime takes some.
const MAX_RESIDENT: f64 = 100.0;
/// The number of times that a case is given.
const REPETITIONS: usize = 2;

/// Adds every case's peak.
pub(crate) async fn measure(report: &mut Report) {
    for case in cases::all() {
        let row = format!("{}: {}", case.function.name(), case.name);
        report.row("Memory", row, run(&case).await.peak, "MB", Some(MAX_RESIDENT));
    }
}

/// Prints the peak of every case of the functions whose name begins with `prefix`. True if all are within the limit and have the
/// expected outcome.
pub(crate) async fn check(prefix: &str) -> bool {
    let mut good = true;
    for case in cases::all().into_iter().filter(|case| case.function.name().starts_with(prefix)) {
        let Measurement { peak, outcomes } = run(&case).await;
        let is_good = peak < MAX_RESIDENT && outcomes.iter().all(|outcome| *outcome == case.outcome);
        let verdict = if is_good { "ok  " } else { "FAIL" };
        let (function, Case { name, outcome, .. }) = (case.function.name(), &case);
        print(&format!(
            "{verdict} {function}: {peak:.1} MB resident, under {MAX_RESIDENT}, answered {outcomes:?}, for {outcome}: {name}"
        ));
        good &= is_good;
    }
    good
}

/// The figures of one case.
struct Measurement {
    /// The largest resident memory, in MB.
    peak: f64,
    outcomes: Vec<usize>,
}

async fn run(case: &Case) -> Measurement {
    let backends = Backends::start().await;
    case.file.prepare(&backends).await;
    contacts::store(&backends, case.contacts).await;
    // The mails are large, and the testkit's endpoint reads them slowly.
    let ses = replay::in_front_of(&backends.urls.ses).await;
    let urls = Urls { ses, ..backends.urls.clone() };
    let mut sandbox = Sandbox::start(Command::new(bootstrap(case.function.name())), &environment(&urls)).await;
    let mut outcomes = Vec::new();
    for _ in 0..REPETITIONS {
        outcomes.push(outcome(&sandbox.answer(&case.event).await.0));
    }
    Measurement { peak: megabytes(sandbox.peak_resident()), outcomes }
}

/// The status of an answer, or the number of records that have to be given again.
fn outcome(answer: &Value) -> usize {
    let failures = answer["batchItemFailures"].as_array().map(Vec::len);
    let status = answer["statusCode"].as_u64().and_then(|status| usize::try_from(status).ok());
    failures.or(status).unwrap_or_else(|| panic!("no answer: {}", json!(answer)))
}

#[expect(clippy::cast_precision_loss, reason = "a memory's size")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

//! The most memory that a function takes, for the worst that anybody may send it: its own binary under a Runtime API, with a real
//! engine behind it. A case is started anew, and given twice, for what is freed does not always come back.

use std::process::Command;

use posthorn_testkit::backends::{Backends, Urls};
use serde_json::{Value, json};

use crate::{
    cold::environment,
    print, replay,
    report::Report,
    sandbox::{Sandbox, bootstrap},
};

mod cases;
mod contacts;

use cases::Case;

/// The most that a function may have resident, in MB: it has 128, of which Lambda's runtime takes some.
const MAX_RESIDENT: f64 = 100.0;
const TIMES: usize = 2;

/// Every case's peak, with the goal.
pub(crate) async fn measure(report: &mut Report) {
    for case in cases::all() {
        let row = format!("{}: {}", case.function, case.what);
        report.row("Memory", row, run(&case).await.peak, "MB", Some(MAX_RESIDENT));
    }
}

/// Says the peak of every case of a function whose name begins so, and whether all are within the limit.
pub(crate) async fn check(of: &str) -> bool {
    let mut good = true;
    for case in cases::all().into_iter().filter(|case| case.function.starts_with(of)) {
        let Taken { peak, outcomes } = run(&case).await;
        let is_good = peak < MAX_RESIDENT && outcomes.iter().all(|outcome| *outcome == case.outcome);
        let verdict = if is_good { "ok  " } else { "FAIL" };
        let Case { function, what, outcome, .. } = &case;
        print(&format!(
            "{verdict} {function}: {peak:.1} MB resident, under {MAX_RESIDENT}, answered {outcomes:?}, for {outcome}: {what}"
        ));
        good &= is_good;
    }
    good
}

/// The figures of one case.
struct Taken {
    /// In MB.
    peak: f64,
    outcomes: Vec<usize>,
}

async fn run(case: &Case) -> Taken {
    let backends = Backends::start().await;
    case.file.prepare(&backends).await;
    contacts::store(&backends, case.contacts).await;
    // The mails are large, and the endpoint of the tests reads them slowly.
    let ses = replay::in_front_of(&backends.urls.ses).await;
    let urls = Urls { ses, ..backends.urls.clone() };
    let mut sandbox = Sandbox::start(Command::new(bootstrap(case.function)), &environment(&urls)).await;
    let mut outcomes = Vec::new();
    for _ in 0..TIMES {
        outcomes.push(outcome(&sandbox.answer(&case.event).await.0));
    }
    Taken { peak: megabytes(sandbox.peak_resident()), outcomes }
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

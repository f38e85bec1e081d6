//! The load, by `wrk`, and its responses.

use std::{collections::BTreeMap, io, path::Path, process::Stdio, time::Duration};

use tokio::process::{Child, Command};

use crate::{
    responses::{CALLER_TIMEOUT, ResponseLog},
    stack::Stack,
    terminal::{Failures, print},
};

/// The statuses that bad requests, repeats and outages may have.
const EXPECTED: [u16; 9] = [200, 400, 401, 404, 409, 422, 429, 502, 503];

/// The load while it runs.
pub(crate) struct Traffic(Child);

impl Traffic {
    /// Starts the load. Its last requests are made when the time is over, and waited for.
    pub(crate) fn start(stack: &Stack, connections: u32, time: Duration) -> io::Result<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("load/mixed.lua");
        let child = Command::new("wrk")
            .args(["-t1", &format!("-c{connections}"), &format!("-d{}s", (time + CALLER_TIMEOUT).as_secs())])
            // wrk counts no longer times than its timeout.
            .args(["--timeout", &format!("{}s", CALLER_TIMEOUT.as_secs()), "-s"])
            .arg(script)
            .arg(&stack.url)
            .env("SECONDS", time.as_secs().to_string())
            .env("SECRET_KEY", &stack.secret)
            .env("PUBLIC_KEY", &stack.public)
            .env("ANSWERS", ResponseLog::Load.file(&stack.folder))
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| io::Error::new(error.kind(), format!("wrk, which makes the load: {error}")))?;
        Ok(Self(child))
    }

    /// Waits for the load's end, prints its latencies and the number of responses of each kind, and returns the requirements that
    /// do not hold.
    pub(crate) async fn end(self, stack: &Stack) -> io::Result<Failures> {
        let output = self.0.wait_with_output().await?;
        let text = String::from_utf8_lossy(&output.stdout);
        let shown = text.lines().skip_while(|line| !line.starts_with("requests: "));
        for line in shown.clone() {
            print(line);
        }
        let mut failures = Failures::new();
        if !shown.clone().any(|line| line == "unanswered: 0") {
            failures.push("requests stayed unanswered".to_owned());
        }
        let mut counts = BTreeMap::new();
        ResponseLog::Load.for_each(&stack.folder, |response| {
            *counts.entry((response.status, response.code())).or_insert(0) += 1;
        })?;
        for ((status, code), count) in counts {
            print(&format!("answered {}: {count}", format!("{status} {code}").trim_end()));
            if !EXPECTED.contains(&status) {
                failures.push(format!("{count} requests were answered {status} {code}"));
            }
        }
        Ok(failures)
    }
}

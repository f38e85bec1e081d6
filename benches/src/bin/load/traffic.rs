//! The load, by `wrk`, and what it was answered.

use std::{collections::BTreeMap, io, path::Path, process::Stdio, time::Duration};

use tokio::process::{Child, Command};

use crate::{Faults, PATIENCE, answers::Whose, say, stack::Stack};

/// What bad requests, repeats and outages may be answered.
const EXPECTED: [u16; 9] = [200, 400, 401, 404, 409, 422, 429, 502, 503];

/// The load while it runs.
pub(crate) struct Traffic(Child);

impl Traffic {
    /// Starts it. Its last requests are made when the time is over, and waited for.
    pub(crate) fn start(stack: &Stack, connections: u32, time: Duration) -> io::Result<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("load/mixed.lua");
        let child = Command::new("wrk")
            .args(["-t1", &format!("-c{connections}"), &format!("-d{}s", (time + PATIENCE).as_secs())])
            // The longest time that wrk counts.
            .args(["--timeout", &format!("{}s", PATIENCE.as_secs()), "-s"])
            .arg(script)
            .arg(&stack.url)
            .env("SECONDS", time.as_secs().to_string())
            .env("SECRET_KEY", &stack.secret)
            .env("PUBLIC_KEY", &stack.public)
            .env("ANSWERS", Whose::Load.file(&stack.folder))
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| io::Error::new(error.kind(), format!("wrk, which makes the load: {error}")))?;
        Ok(Self(child))
    }

    /// Waits for its end, and tells its latencies and what was answered how often.
    pub(crate) async fn end(self, stack: &Stack) -> io::Result<Faults> {
        let output = self.0.wait_with_output().await?;
        let text = String::from_utf8_lossy(&output.stdout);
        let shown = text.lines().skip_while(|line| !line.starts_with("requests: "));
        for line in shown.clone() {
            say(line);
        }
        let mut faults = Faults::new();
        if !shown.clone().any(|line| line == "unanswered: 0") {
            faults.push("requests stayed unanswered".to_owned());
        }
        let mut counts = BTreeMap::new();
        Whose::Load.for_each(&stack.folder, |answer| {
            *counts.entry((answer.status, answer.code())).or_insert(0) += 1;
        })?;
        for ((status, code), count) in counts {
            say(&format!("answered {}: {count}", format!("{status} {code}").trim_end()));
            if !EXPECTED.contains(&status) {
                faults.push(format!("{count} requests were answered {status} {code}"));
            }
        }
        Ok(faults)
    }
}

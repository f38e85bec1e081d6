//! How much memory the stack takes: this process, for the load comes from another.

use std::{fs, time::Duration};

use tokio::{task::JoinHandle, time::sleep};

use crate::{Faults, say};

/// Parts of the time.
const PARTS: u32 = 10;
/// The first parts, in which pools and caches fill.
const WARM_UP: usize = 3;
/// What the peak of the last part may be above that of the end of the warm-up: megabytes.
const GROWTH: u64 = 32;

/// The peak of each tenth of the time, in megabytes.
pub(crate) struct Memory(JoinHandle<Vec<u64>>);

impl Memory {
    /// Begins to watch.
    pub(crate) fn watch(time: Duration) -> Self {
        Self(tokio::spawn(async move {
            let mut peaks = Vec::new();
            for _ in 0..PARTS {
                let mut peak = 0;
                for _ in 0..10 {
                    sleep(time / PARTS / 10).await;
                    peak = peak.max(resident());
                }
                peaks.push(peak);
            }
            peaks
        }))
    }

    /// Tells the peaks.
    pub(crate) async fn end(self) -> Faults {
        let peaks = self.0.await.unwrap_or_default();
        let shown: Vec<_> = peaks.iter().map(u64::to_string).collect();
        say(&format!("resident, peak of each tenth: {} MB", shown.join(" ")));
        let (Some(warm), Some(last)) = (peaks.get(WARM_UP - 1), peaks.last()) else {
            return vec!["memory was not watched".to_owned()];
        };
        if peaks.contains(&0) {
            return vec!["memory could not be read".to_owned()];
        }
        let grown = last.saturating_sub(*warm);
        if grown > GROWTH { vec![format!("memory grew by {grown} MB")] } else { Vec::new() }
    }
}

fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or_default() / 1024
}

//! How much memory the stack takes: this process, for the load comes from another.

use std::{fs, time::Duration};

use tokio::{task::JoinHandle, time::sleep};

use crate::{Faults, say};

/// Parts of the time.
const PARTS: u32 = 10;
/// The parts in which nothing is disturbed, and nothing just was: first and last of a stretch. A disturbance makes memory rise
/// once, by what waits meanwhile.
const CALM: [(usize, usize); 3] = [(1, 2), (4, 5), (8, 9)];
/// What the peaks may grow by in all of them: megabytes.
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
        if peaks.len() != PARTS as usize || peaks.contains(&0) {
            return vec!["memory could not be read".to_owned()];
        }
        let grown: u64 = CALM.iter().map(|(first, last)| peaks[*last].saturating_sub(peaks[*first])).sum();
        if grown > GROWTH { vec![format!("memory grew by {grown} MB")] } else { Vec::new() }
    }
}

fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or_default() / 1024
}

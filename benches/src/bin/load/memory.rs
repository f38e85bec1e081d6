//! The memory of the stack, which is that of this process, for the load comes from another.

use std::{fs, time::Duration};

use tokio::{task::JoinHandle, time::sleep};

use crate::terminal::{Failures, print};

/// The number of equal parts that the run is divided into.
const PARTS: u32 = 10;
/// The first and last tenth of each stretch with no disturbance in it or just before it. A disturbance makes memory rise once,
/// by the requests that wait meanwhile.
const UNDISTURBED: [(usize, usize); 3] = [(1, 2), (4, 5), (8, 9)];
/// The largest growth of the peaks in all of these stretches, in megabytes.
const MAX_GROWTH: u64 = 32;

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

    /// Prints the peaks, and returns the requirements that do not hold.
    pub(crate) async fn end(self) -> Failures {
        let peaks = self.0.await.unwrap_or_default();
        let shown: Vec<_> = peaks.iter().map(u64::to_string).collect();
        print(&format!("resident, peak of each tenth: {} MB", shown.join(" ")));
        if peaks.len() != PARTS as usize || peaks.contains(&0) {
            return vec!["memory could not be read".to_owned()];
        }
        let grown: u64 = UNDISTURBED.iter().map(|(first, last)| peaks[*last].saturating_sub(peaks[*first])).sum();
        if grown > MAX_GROWTH { vec![format!("memory grew by {grown} MB")] } else { Vec::new() }
    }
}

fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or_default() / 1024
}

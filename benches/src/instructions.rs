//! Instructions, counted by valgrind: the same however fast or busy a machine is. What code chooses by the processor's
//! abilities differs. What a call takes is the difference between many and few of them.

use std::{fs, path::Path, process::Command};

/// Few calls: enough for caches and pools to be filled.
pub(crate) const FROM: u32 = 50;
/// Many.
pub(crate) const TO: u32 = 250;

/// Valgrind, to be given a program, which leaves its count in a file.
pub(crate) fn counting(log: &Path) -> Command {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]);
    valgrind.arg(format!("--log-file={}", log.display()));
    valgrind
}

/// The count in the file.
///
/// # Panics
/// If there is none.
pub(crate) fn counted(log: &Path) -> f64 {
    let log = fs::read_to_string(log).expect("valgrind's log");
    let line = log.lines().find_map(|line| line.split_once("refs:")).expect("a count");
    line.1.trim().replace(',', "").parse().expect("a number")
}

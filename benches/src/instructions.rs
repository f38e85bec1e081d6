//! Instructions, counted by valgrind. The count is the same however fast or busy a machine is, but for code that is chosen by
//! the processor's abilities. A call's instructions are the difference between those of many calls and of few.

use std::{fs, path::Path, process::Command};

/// Few calls, which are enough to fill caches and pools.
pub(crate) const FEW_CALLS: u32 = 50;
/// Many calls.
pub(crate) const MANY_CALLS: u32 = 250;

/// A command of valgrind that takes a program and writes its count to `log`.
pub(crate) fn counting_command(log: &Path) -> Command {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]);
    valgrind.arg(format!("--log-file={}", log.display()));
    valgrind
}

/// The count in `log`.
///
/// # Panics
/// If there is none.
pub(crate) fn read_count(log: &Path) -> f64 {
    let log = fs::read_to_string(log).expect("valgrind's log");
    let line = log.lines().find_map(|line| line.split_once("refs:")).expect("a count");
    line.1.trim().replace(',', "").parse().expect("a number")
}

//! The local stack under load, by `benches/load/run`.

use std::{path::Path, process::Command};

use crate::report::Report;

const SECTION: &str = "Local stack";
const SECONDS: &str = "10";

/// Adds requests a second and processor time of 32 connections.
pub(crate) fn measure(report: &mut Report) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("load/run");
    let output = Command::new(script).arg(SECONDS).output().expect("benches/load/run");
    assert!(output.status.success(), "benches/load/run: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("text");
    for line in text.lines() {
        let Some((load, figures)) = line.split_once(": ") else { continue };
        for figure in figures.split(", ").filter(|figure| !figure.starts_with("p99")) {
            let (value, unit) = figure.split_once(' ').expect("a figure and its unit");
            let value = value.parse().expect("a number");
            report.row(SECTION, format!("{load}: {unit}"), value, "", None);
        }
    }
}

//! The size of the functions, which Lambda fetches and loads at every cold start.

use std::{fs, path::Path, process::Command};

use serde_json::Value;

use crate::{
    report::Report,
    sandbox::{bootstrap, scratch},
};

const SECTION: &str = "Size";
/// The largest size of a function's package, in MB.
pub(crate) const MAX: [(&str, f64); 4] = [("track", 2.8), ("regenerate-keys", 2.8), ("send", 3.8), ("feedback", 2.8)];

/// The number of crates that are shown, the largest ones.
const MAX_CRATES: &str = "10";

/// Adds the sizes of packages and binaries, and those of the crates in them.
pub(crate) fn measure(report: &mut Report) {
    for (function, max) in MAX {
        let binary = megabytes(&bootstrap(function));
        report.row(SECTION, format!("{function}: zip"), zip(function), "MB", Some(max));
        report.row(SECTION, format!("{function}: binary"), binary, "MB", None);
    }
    for (function, _) in MAX {
        crates(function, report);
    }
}

/// Adds the size of each crate's code in a function, by cargo-bloat on a build with symbols.
fn crates(function: &str, report: &mut Report) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions").join(function);
    let mut bloat = Command::new("cargo");
    bloat.args(["bloat", "--release", "--crates", "-n", MAX_CRATES, "--message-format", "json"]).current_dir(folder);
    let output = bloat.env("CARGO_PROFILE_RELEASE_STRIP", "none").output().expect("cargo");
    assert!(output.status.success(), "cargo bloat: {}", String::from_utf8_lossy(&output.stderr));
    let sizes: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    for size in sizes["crates"].as_array().into_iter().flatten() {
        let (name, bytes) = (size["name"].as_str().unwrap_or_default(), size["size"].as_f64().unwrap_or_default());
        report.row(SECTION, format!("{function}: code of {name}"), bytes / 1e3, "KB", None);
    }
}

/// The size of a function's package in MB, deflated by Python's `zipfile` as the SAM CLI does it.
///
/// # Panics
/// If there is no Python.
pub(crate) fn zip(function: &str) -> f64 {
    let file = scratch().join(format!("{function}.zip"));
    let status = Command::new("python3").args(["-m", "zipfile", "-c"]).arg(&file).arg(bootstrap(function)).status();
    assert!(status.is_ok_and(|status| status.success()), "python3 -m zipfile failed");
    megabytes(&file)
}

#[expect(clippy::cast_precision_loss, reason = "a file's size")]
fn megabytes(file: &Path) -> f64 {
    fs::metadata(file).expect("a file").len() as f64 / 1e6
}

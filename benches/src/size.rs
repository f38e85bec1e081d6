//! How large the functions are: what Lambda fetches, and loads at every cold start.

use std::{fs, path::Path, process::Command};

use serde_json::Value;

use crate::{
    report::Report,
    sandbox::{bootstrap, scratch},
};

const SECTION: &str = "Size";
/// The most that a function's package may be, in MB.
pub(crate) const MAX: [(&str, f64); 4] = [("track", 2.8), ("regenerate-keys", 2.8), ("send", 3.8), ("feedback", 2.8)];

/// The largest crates that are shown.
const MAX_GROWTH_PERCENT: &str = "10";

/// Packages and binaries, and what they are made of.
pub(crate) fn measure(report: &mut Report) {
    for (function, most) in MAX {
        let binary = megabytes(&bootstrap(function));
        report.row(SECTION, format!("{function}: zip"), zip(function), "MB", Some(most));
        report.row(SECTION, format!("{function}: binary"), binary, "MB", None);
    }
    for (function, _) in MAX {
        crates(function, report);
    }
}

/// What a function's code comes from, by the symbols that are left of it: cargo-bloat, on a build with symbols.
fn crates(function: &str, report: &mut Report) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions").join(function);
    let mut bloat = Command::new("cargo");
    bloat
        .args(["bloat", "--release", "--crates", "-n", MAX_GROWTH_PERCENT, "--message-format", "json"])
        .current_dir(folder);
    let output = bloat.env("CARGO_PROFILE_RELEASE_STRIP", "none").output().expect("cargo");
    assert!(output.status.success(), "cargo bloat: {}", String::from_utf8_lossy(&output.stderr));
    let sizes: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    for size in sizes["crates"].as_array().into_iter().flatten() {
        let (name, bytes) = (size["name"].as_str().unwrap_or_default(), size["size"].as_f64().unwrap_or_default());
        report.row(SECTION, format!("{function}: code of {name}"), bytes / 1e3, "KB", None);
    }
}

/// The size of a function's package as the SAM CLI makes it: by Python's `zipfile`, deflated.
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

//! The size of the functions, which Lambda fetches and loads at every cold start.

use std::{fs, path::Path, process::Command};

use posthorn_routes::Function;
use serde_json::Value;

use crate::{
    report::Report,
    sandbox::{bootstrap, scratch},
};

const SECTION: &str = "Size";
/// The number of crates that are shown, the largest ones.
const MAX_CRATES: &str = "10";

/// The largest size of a function's package, in MB.
pub(crate) fn max_zip(function: Function) -> f64 {
    match function {
        Function::Track | Function::RegenerateKeys | Function::Feedback => 2.8,
        Function::Api => 3.0,
        Function::Send => 3.8,
    }
}

/// Adds the sizes of packages and binaries, and those of the crates in them.
pub(crate) fn measure(report: &mut Report) {
    for function in Function::ALL {
        let name = function.name();
        report.row(SECTION, format!("{name}: zip"), zip(function), "MB", Some(max_zip(function)));
        report.row(SECTION, format!("{name}: binary"), megabytes(&bootstrap(name)), "MB", None);
    }
    for function in Function::ALL {
        crates(function.name(), report);
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
pub(crate) fn zip(function: Function) -> f64 {
    let name = function.name();
    let file = scratch().join(format!("{name}.zip"));
    let status = Command::new("python3").args(["-m", "zipfile", "-c"]).arg(&file).arg(bootstrap(name)).status();
    assert!(status.is_ok_and(|status| status.success()), "python3 -m zipfile failed");
    megabytes(&file)
}

#[expect(clippy::cast_precision_loss, reason = "a file's size")]
fn megabytes(file: &Path) -> f64 {
    fs::metadata(file).expect("a file").len() as f64 / 1e6
}

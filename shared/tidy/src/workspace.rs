//! The workspace as Cargo knows it.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use crate::{
    circles::{Circle, circles_of},
    crate_tree::CrateTree,
};

/// The circles of every library, binary and integration test of the workspace, with files relative to its root.
///
/// # Errors
/// Any error of running `cargo metadata`.
///
/// # Panics
/// If a module that is declared has no file.
pub fn circles() -> io::Result<Vec<Circle>> {
    let metadata = metadata()?;
    let root = Path::new(metadata["workspace_root"].as_str().unwrap_or_default());
    let text_of = |file: &Path| fs::read_to_string(root.join(file)).ok();
    let circles = roots(&metadata).map(|file| {
        let file = file.strip_prefix(root).unwrap_or(&file);
        circles_of(&CrateTree::read(file, &text_of).edges())
    });
    Ok(circles.flatten().collect())
}

fn metadata() -> io::Result<Value> {
    let arguments = ["metadata", "--no-deps", "--offline", "--format-version", "1"];
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output()?;
    if !output.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&output.stderr)));
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// The root files of all targets of all members.
fn roots(metadata: &Value) -> impl Iterator<Item = PathBuf> {
    let items = |value: &Value, name: &str| value[name].as_array().cloned().unwrap_or_default();
    let targets = items(metadata, "packages").into_iter().flat_map(move |package| items(&package, "targets"));
    targets.filter_map(|target| target["src_path"].as_str().map(PathBuf::from))
}

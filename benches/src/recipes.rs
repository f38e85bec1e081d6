//! The instructions that `fuzz/cost` takes for the recipes of expensive input that the fuzz targets keep. It is optimised as a
//! function is, and valgrind counts.

use std::{
    fs,
    num::NonZero,
    path::{Path, PathBuf},
    process::Command,
    thread,
};

use crate::{
    instructions::{counting_command, read_count},
    sandbox::scratch,
};

/// The instructions of one recipe.
pub(crate) struct RecipeCost {
    pub(crate) name: String,
    /// The bytes of the HTML, or of the template.
    pub(crate) bytes: f64,
    /// The instructions of the whole program for each action.
    pub(crate) instructions: Vec<f64>,
}

/// The costs of all recipes of a kind, `html` or `liquid`, for each of the program's actions.
///
/// # Panics
/// If the program cannot be built, or there is no valgrind.
pub(crate) fn costs(kind: &str, actions: &[&str]) -> Vec<RecipeCost> {
    let (program, files) = (program(), recipes(kind));
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    let cost = |file: &PathBuf| cost(&program, kind, file, actions);
    thread::scope(|scope| {
        let shares = files.chunks(files.len().div_ceil(workers));
        let started: Vec<_> =
            shares.map(|share| scope.spawn(move || share.iter().map(cost).collect::<Vec<_>>())).collect();
        started.into_iter().flat_map(|worker| worker.join().expect("counts")).collect()
    })
}

/// The program whose instructions are counted, built with the profile that functions have.
fn program() -> PathBuf {
    let cargo =
        Command::new("cargo").args(["build", "--quiet", "--release", "--locked", "-p", "posthorn-cost"]).status();
    assert!(cargo.is_ok_and(|status| status.success()), "cargo build -p posthorn-cost");
    let target = scratch().parent().expect("the target folder").to_owned();
    target.join("release/posthorn-cost")
}

fn recipes(kind: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../fuzz/corpus/{kind}_cost"));
    let entries = fs::read_dir(folder).expect("a corpus");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

fn cost(program: &Path, kind: &str, file: &Path, actions: &[&str]) -> RecipeCost {
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let log = scratch().join(format!("instructions-{kind}-{name}.log"));
    let counts: Vec<_> = actions
        .iter()
        .map(|action| {
            let output =
                counting_command(&log).arg(program).arg(kind).arg(file).arg(action).output().expect("valgrind");
            assert!(output.status.success(), "{}", file.display());
            (read_count(&log), String::from_utf8_lossy(&output.stdout).trim().parse().expect("a length"))
        })
        .collect();
    fs::remove_file(log).expect("the log");
    let bytes = counts.first().map_or(0.0, |(_, bytes)| *bytes);
    RecipeCost { name, bytes, instructions: counts.into_iter().map(|(count, _)| count).collect() }
}

//! Deriving a text from HTML costs a bounded number of instructions a byte, whatever the HTML. Optimised as a function is, counted
//! by valgrind, over the recipes that the fuzz target `html_cost` keeps.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    instructions::{counted, counting},
    report::Report,
    sandbox::scratch,
};

const SECTION: &str = "Text of HTML";
/// The most instructions a byte.
pub(crate) const MAX_PER_BYTE: f64 = 1_000.0;
/// Instructions that even the shortest HTML may take.
const MAX_FIXED: f64 = 50_000.0;

/// The cost of the text of one recipe's HTML.
pub(crate) struct Cost {
    pub(crate) name: String,
    bytes: f64,
    instructions: f64,
}

impl Cost {
    pub(crate) fn per_byte(&self) -> f64 {
        self.instructions / self.bytes.max(1.0)
    }

    pub(crate) fn is_bounded(&self) -> bool {
        self.instructions <= MAX_FIXED + MAX_PER_BYTE * self.bytes
    }
}

/// The costs of all recipes.
///
/// # Panics
/// If the program cannot be built, or there is no valgrind.
pub(crate) fn costs() -> Vec<Cost> {
    let program = program();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/html_cost");
    let entries = fs::read_dir(folder).expect("the corpus of html_cost");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files.iter().map(|file| cost(&program, file)).collect()
}

/// Prints and keeps the costs.
pub(crate) fn measure(report: &mut Report) {
    for cost in costs() {
        report.row(SECTION, cost.name.clone(), cost.per_byte(), "instructions a byte", Some(MAX_PER_BYTE));
    }
}

/// The program whose instructions are counted, built with the profile that functions have.
fn program() -> PathBuf {
    let cargo =
        Command::new("cargo").args(["build", "--quiet", "--release", "--locked", "-p", "posthorn-html-cost"]).status();
    assert!(cargo.is_ok_and(|status| status.success()), "cargo build -p posthorn-html-cost");
    let target = scratch().parent().expect("the target folder").to_owned();
    target.join("release/posthorn-html-cost")
}

fn cost(program: &Path, file: &Path) -> Cost {
    let (made, _) = count(program, file, "make");
    let (derived, bytes) = count(program, file, "derive");
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Cost { name, bytes, instructions: derived - made }
}

/// The instructions of the whole program, and the bytes of HTML that it said.
fn count(program: &Path, file: &Path, action: &str) -> (f64, f64) {
    let log = scratch().join("instructions-html.log");
    let output = counting(&log).arg(program).arg(file).arg(action).output().expect("valgrind");
    assert!(output.status.success(), "{}", file.display());
    let bytes = String::from_utf8_lossy(&output.stdout).trim().parse().expect("a length");
    (counted(&log), bytes)
}

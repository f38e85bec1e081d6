//! The gate: figures that may not grow unnoticed and do not depend on how fast a machine is. They are the size of a
//! function's package, the memory that its worst requests take, the instructions of a request, against
//! `benches/record.json`, and those of deriving a text from HTML and of templates.

use std::{collections::BTreeMap, env::consts::ARCH, fs, path::Path, process::ExitCode};

use serde::{Deserialize, Serialize};

use crate::{cold::FUNCTIONS, html, liquid, memory, print, size, warm};

/// How far instructions may be from their record.
const TOLERANCE: f64 = 0.03;

/// Instructions a request, and the compiler and processor of the code.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    rustc: String,
    instructions: BTreeMap<String, f64>,
}

/// Compares all, says each, and fails if one is too much. Fewer instructions fail too: the record is to be made anew.
pub(crate) async fn check() -> ExitCode {
    let record: Record = serde_json::from_str(&fs::read_to_string(file()).expect("benches/record.json")).expect("JSON");
    let mut good = true;
    for (function, most) in size::MAX {
        let zip = size::zip(function);
        good &= say(zip <= most, &format!("{function}: zip {zip:.3} MB, at most {most} MB"));
    }
    good &= memory::check("").await;
    good &= html_is_bounded();
    good &= liquid_is_bounded();
    let rustc = compiler();
    if record.rustc != rustc {
        print(&format!("SKIPPED: instructions a request are recorded for {}, this is {rustc}", record.rustc));
        return exit(good);
    }
    for (function, ..) in FUNCTIONS {
        let expected = record.instructions.get(function).expect("a record of every function");
        let found = warm::instructions(function).await;
        let off = found / expected - 1.0;
        let text = format!("{function}: {found:.0} instructions a request, {:+.2} % of the record", off * 100.0);
        good &= say(off.abs() <= TOLERANCE, &text);
    }
    exit(good)
}

/// Compares what the text of HTML costs to its bound, and says the most expensive recipe.
fn html_is_bounded() -> bool {
    let costs = html::costs();
    let dear: Vec<_> = costs.iter().filter(|cost| !cost.is_bounded()).collect();
    let worst = costs.iter().max_by(|one, other| one.per_byte().total_cmp(&other.per_byte()));
    for cost in if dear.is_empty() { worst.into_iter().collect() } else { dear.clone() } {
        let text = format!(
            "text of HTML, {}: {:.0} instructions a byte, at most {}",
            cost.name,
            cost.per_byte(),
            html::MAX_PER_BYTE
        );
        say(cost.is_bounded(), &text);
    }
    dear.is_empty()
}

/// Compares what templates cost to its bounds, and says the most expensive recipes.
fn liquid_is_bounded() -> bool {
    let costs = liquid::costs();
    let mut told: Vec<_> = costs.iter().filter(|cost| !cost.is_bounded()).collect();
    let good = told.is_empty();
    if good {
        told.extend(costs.iter().max_by(|one, other| one.per_byte().total_cmp(&other.per_byte())));
        told.extend(costs.iter().max_by(|one, other| one.rendering.total_cmp(&other.rendering)));
    }
    for cost in told {
        let text = format!(
            "template, {}: parsing {:.0} instructions a byte, at most {}; rendering {:.0} million, at most {:.0}",
            cost.name,
            cost.per_byte(),
            liquid::MAX_PER_BYTE,
            cost.rendering / 1e6,
            liquid::MAX_RENDERING / 1e6
        );
        say(cost.is_bounded(), &text);
    }
    good
}

/// Makes the record anew.
pub(crate) async fn record() -> ExitCode {
    let mut instructions = BTreeMap::new();
    for (function, ..) in FUNCTIONS {
        instructions.insert(function.to_owned(), warm::instructions(function).await.round());
    }
    let record = Record { rustc: compiler(), instructions };
    fs::write(file(), serde_json::to_string_pretty(&record).expect("JSON") + "\n").expect("benches/record.json");
    ExitCode::SUCCESS
}

fn say(good: bool, text: &str) -> bool {
    print(&format!("{} {text}", if good { "ok  " } else { "FAIL" }));
    good
}

fn exit(good: bool) -> ExitCode {
    if good {
        return ExitCode::SUCCESS;
    }
    print("If the change is worth it: posthorn-benches record, and say why in the commit.");
    ExitCode::FAILURE
}

fn file() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("record.json")
}

/// What instructions depend on.
fn compiler() -> String {
    format!("{} on {ARCH}", rustc())
}

/// The compiler, as it says itself.
pub(crate) fn rustc() -> String {
    let output = std::process::Command::new("rustc").arg("--version").output().expect("rustc");
    let text = String::from_utf8(output.stdout).expect("text");
    let version: Vec<_> = text.split(' ').take(2).collect();
    version.join(" ")
}

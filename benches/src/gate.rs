//! The gate holds figures that may not grow unnoticed and do not depend on a machine's speed: the size of a function's package,
//! the memory of its worst requests, the instructions of a request against `benches/record.json`, and those of deriving a text
//! from HTML and of templates.

use std::{collections::BTreeMap, fs, path::Path, process::ExitCode};

use posthorn_routes::Function;
use serde::{Deserialize, Serialize};

use crate::{html_cost, memory, size, template_cost, terminal::print, toolchain::compiler, warm};

/// The largest share by which instructions may differ from their record.
const TOLERANCE: f64 = 0.03;

/// The instructions of a request, and the compiler and processor of the code.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    rustc: String,
    instructions: BTreeMap<String, f64>,
}

/// Compares and prints every figure, and fails if one is beyond its limit. Too few instructions fail as well, so that the record
/// is made anew.
pub(crate) async fn check() -> ExitCode {
    let record: Record = serde_json::from_str(&fs::read_to_string(file()).expect("benches/record.json")).expect("JSON");
    let mut good = true;
    for function in Function::ALL {
        let (zip, max, name) = (size::zip(function), size::max_zip(function), function.name());
        good &= report(zip <= max, &format!("{name}: zip {zip:.3} MB, at most {max} MB"));
    }
    good &= memory::check("").await;
    good &= html_is_bounded();
    good &= liquid_is_bounded();
    let rustc = compiler();
    if record.rustc != rustc {
        print(&format!("SKIPPED: instructions a request are recorded for {}, this is {rustc}", record.rustc));
        return exit(good);
    }
    for function in Function::ALL {
        let name = function.name();
        let Some(expected) = record.instructions.get(name) else {
            good &= report(false, &format!("{name}: benches/record.json has no instructions a request"));
            continue;
        };
        let found = warm::instructions(function).await;
        let change = found / expected - 1.0;
        let text = format!("{name}: {found:.0} instructions a request, {:+.2} % of the record", change * 100.0);
        good &= report(change.abs() <= TOLERANCE, &text);
    }
    exit(good)
}

/// Compares the cost of texts of HTML to its limit, and prints the most expensive recipe, or those beyond the limit.
fn html_is_bounded() -> bool {
    let costs = html_cost::costs();
    let too_expensive: Vec<_> = costs.iter().filter(|cost| !cost.is_bounded()).collect();
    let worst = costs.iter().max_by(|one, other| one.per_byte().total_cmp(&other.per_byte()));
    for cost in if too_expensive.is_empty() { worst.into_iter().collect() } else { too_expensive.clone() } {
        let text = format!(
            "text of HTML, {}: {:.0} instructions a byte, at most {}",
            cost.name,
            cost.per_byte(),
            html_cost::MAX_PER_BYTE
        );
        report(cost.is_bounded(), &text);
    }
    too_expensive.is_empty()
}

/// Compares the cost of templates to its limits, and prints the most expensive recipes, or those beyond a limit.
fn liquid_is_bounded() -> bool {
    let costs = template_cost::costs();
    let mut printed: Vec<_> = costs.iter().filter(|cost| !cost.is_bounded()).collect();
    let good = printed.is_empty();
    if good {
        printed.extend(costs.iter().max_by(|one, other| one.per_byte().total_cmp(&other.per_byte())));
        printed.extend(costs.iter().max_by(|one, other| one.rendering.total_cmp(&other.rendering)));
    }
    for cost in printed {
        let text = format!(
            "template, {}: parsing {:.0} instructions a byte, at most {}; rendering {:.0} million, at most {:.0}",
            cost.name,
            cost.per_byte(),
            template_cost::MAX_PER_BYTE,
            cost.rendering / 1e6,
            template_cost::MAX_RENDERING / 1e6
        );
        report(cost.is_bounded(), &text);
    }
    good
}

/// Writes the record anew.
pub(crate) async fn record() -> ExitCode {
    let mut instructions = BTreeMap::new();
    for function in Function::ALL {
        instructions.insert(function.name().to_owned(), warm::instructions(function).await.round());
    }
    let record = Record { rustc: compiler(), instructions };
    fs::write(file(), serde_json::to_string_pretty(&record).expect("JSON") + "\n").expect("benches/record.json");
    ExitCode::SUCCESS
}

/// Prints a verdict, and returns it.
fn report(good: bool, text: &str) -> bool {
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

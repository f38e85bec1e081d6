//! Templates: what parsing costs for each byte and what rendering costs in all, whatever the template and its data; and how fast
//! usual templates are beside LiquidJS.

use crate::{cost, print, report::Report};

const SECTION: &str = "Templates";
const SPEED: &str = "Templates beside LiquidJS";
/// The most instructions of parsing a byte.
pub(crate) const MAX_PER_BYTE: f64 = 600.0;
/// Instructions that the program may take for even the shortest template.
const MAX_FIXED: f64 = 1e6;
/// The most instructions of a rendering, which are 100 ms at 4,000 million a second.
pub(crate) const MAX_RENDERING: f64 = 400e6;
/// The share of LiquidJS's time that is wanted.
const WANTED: f64 = 0.5;

/// The cost of one recipe's template.
pub(crate) struct Cost {
    pub(crate) name: String,
    bytes: f64,
    parsing: f64,
    pub(crate) rendering: f64,
}

impl Cost {
    /// Instructions of parsing for each byte, beyond those that any template may take.
    pub(crate) fn per_byte(&self) -> f64 {
        (self.parsing - MAX_FIXED).max(0.0) / self.bytes.max(1.0)
    }

    pub(crate) fn is_bounded(&self) -> bool {
        self.per_byte() <= MAX_PER_BYTE && self.rendering <= MAX_RENDERING
    }
}

/// The costs of all recipes.
pub(crate) fn costs() -> Vec<Cost> {
    let costs = cost::costs("liquid", &["parse", "render"]).into_iter();
    let of = |cost: cost::Cost| {
        let (parsing, both) = (cost.instructions[0], cost.instructions[1]);
        Cost { name: cost.name, bytes: cost.bytes, parsing, rendering: both - parsing }
    };
    costs.map(of).collect()
}

/// Prints and keeps the costs.
pub(crate) fn measure(report: &mut Report) {
    for cost in costs() {
        let (parsing, rendering) = (format!("{}: parsing", cost.name), format!("{}: rendering", cost.name));
        report.row(SECTION, parsing, cost.per_byte(), "instructions a byte", Some(MAX_PER_BYTE));
        report.row(SECTION, rendering, cost.rendering / 1e6, "million instructions", Some(MAX_RENDERING / 1e6));
    }
}

/// Prints and keeps the time beside LiquidJS's, or says why there is none.
pub(crate) fn compare(report: &mut Report) {
    let speeds = match posthorn_liquidjs::compare() {
        Ok(speeds) => speeds,
        Err(error) => return print(&format!("SKIPPED: templates beside LiquidJS: {error}")),
    };
    for speed in speeds {
        for (what, times) in [("parsed and rendered", speed.whole), ("rendered", speed.rendering)] {
            report.row(SPEED, format!("{}, {what}", speed.name), times.ours, "us", None);
            let share = 1.0 / times.ratio();
            report.row(SPEED, format!("{}, {what}, of LiquidJS's time", speed.name), share, "", Some(WANTED));
        }
    }
}

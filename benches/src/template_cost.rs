//! The instructions of templates, which are bounded for each byte that is parsed and for a whole rendering, whatever the template
//! and its data; and the speed of usual templates beside LiquidJS's.

use crate::{recipes, report::Report, terminal::print};

const SECTION: &str = "Templates";
const SPEED: &str = "Templates beside LiquidJS";
/// The most instructions of parsing a byte.
pub(crate) const MAX_PER_BYTE: f64 = 600.0;
/// The most instructions of the program for the shortest template.
const MAX_FIXED: f64 = 1e6;
/// The most instructions of a rendering, which take 100 ms at 4,000 million a second.
pub(crate) const MAX_RENDERING: f64 = 400e6;
/// The largest share of LiquidJS's time that is asked for.
const MAX_SHARE: f64 = 0.5;

/// The cost of one recipe's template.
pub(crate) struct TemplateCost {
    pub(crate) name: String,
    bytes: f64,
    parsing: f64,
    pub(crate) rendering: f64,
}

impl TemplateCost {
    /// The instructions of parsing for each byte, beyond those that any template may take.
    pub(crate) fn per_byte(&self) -> f64 {
        (self.parsing - MAX_FIXED).max(0.0) / self.bytes.max(1.0)
    }

    pub(crate) fn is_bounded(&self) -> bool {
        self.per_byte() <= MAX_PER_BYTE && self.rendering <= MAX_RENDERING
    }
}

/// The costs of all recipes.
pub(crate) fn costs() -> Vec<TemplateCost> {
    let costs = recipes::costs("liquid", &["parse", "render"]).into_iter();
    let split = |cost: recipes::RecipeCost| {
        let (parsing, both) = (cost.instructions[0], cost.instructions[1]);
        TemplateCost { name: cost.name, bytes: cost.bytes, parsing, rendering: both - parsing }
    };
    costs.map(split).collect()
}

/// Adds the costs.
pub(crate) fn measure(report: &mut Report) {
    for cost in costs() {
        let (parsing, rendering) = (format!("{}: parsing", cost.name), format!("{}: rendering", cost.name));
        report.row(SECTION, parsing, cost.per_byte(), "instructions a byte", Some(MAX_PER_BYTE));
        report.row(SECTION, rendering, cost.rendering / 1e6, "million instructions", Some(MAX_RENDERING / 1e6));
    }
}

/// Adds the times beside LiquidJS's, or prints why there are none.
pub(crate) fn compare(report: &mut Report) {
    let speeds = match posthorn_liquidjs::compare() {
        Ok(speeds) => speeds,
        Err(error) => return print(&format!("SKIPPED: templates beside LiquidJS: {error}")),
    };
    for speed in speeds {
        for (work, times) in [("parsed and rendered", speed.whole), ("rendered", speed.rendering)] {
            report.row(SPEED, format!("{}, {work}", speed.name), times.ours, "us", None);
            let share = 1.0 / times.ratio();
            report.row(SPEED, format!("{}, {work}, of LiquidJS's time", speed.name), share, "", Some(MAX_SHARE));
        }
    }
}

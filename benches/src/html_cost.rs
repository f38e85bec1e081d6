//! The instructions of deriving a text from HTML, which are bounded for each byte, whatever the HTML.

use crate::{recipes, report::Report};

const SECTION: &str = "Text of HTML";
/// The most instructions a byte.
pub(crate) const MAX_PER_BYTE: f64 = 1_000.0;
/// The most instructions for the shortest HTML.
const MAX_FIXED: f64 = 50_000.0;

/// The cost of the text of one recipe's HTML.
pub(crate) struct HtmlCost {
    pub(crate) name: String,
    bytes: f64,
    instructions: f64,
}

impl HtmlCost {
    pub(crate) fn per_byte(&self) -> f64 {
        self.instructions / self.bytes.max(1.0)
    }

    pub(crate) fn is_bounded(&self) -> bool {
        self.instructions <= MAX_FIXED + MAX_PER_BYTE * self.bytes
    }
}

/// The costs of all recipes.
pub(crate) fn costs() -> Vec<HtmlCost> {
    let costs = recipes::costs("html", &["make", "derive"]).into_iter();
    let derived = |counts: &[f64]| counts[1] - counts[0];
    costs
        .map(|cost| HtmlCost { name: cost.name, bytes: cost.bytes, instructions: derived(&cost.instructions) })
        .collect()
}

/// Adds the costs.
pub(crate) fn measure(report: &mut Report) {
    for cost in costs() {
        report.row(SECTION, cost.name.clone(), cost.per_byte(), "instructions a byte", Some(MAX_PER_BYTE));
    }
}

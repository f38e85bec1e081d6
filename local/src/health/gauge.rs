//! The gauge of a metric: its rate beside the two thresholds.

use posthorn_auth::reputation::{Counts, Level, Rule, Thresholds};
use posthorn_table::statistics::FeedbackMetric;

use super::format::percent;

/// The size of the drawing, in units of its view box.
const WIDTH: f64 = 460.0;
const HEIGHT: f64 = 36.0;
const BAR_TOP: f64 = 20.0;
const BAR: f64 = 12.0;
/// A gauge ends at so many times the threshold that disables.
const FULL_SCALE: f64 = 1.5;
/// No rate above 0 is drawn narrower.
const MIN_FILL_WIDTH: f64 = 4.0;
/// The labels of thresholds closer than this stand to the left and to the right of them.
const MIN_LABEL_DISTANCE: f64 = 130.0;

/// The gauge of a metric.
pub(super) fn gauge(rule: &Rule, metric: FeedbackMetric, counts: &Counts) -> String {
    let (thresholds, rate, level) = (rule.thresholds(metric), rule.rate(metric, counts), rule.level(metric, counts));
    let name = match metric {
        FeedbackMetric::Bounce => "Bounces",
        FeedbackMetric::Complaint => "Complaints",
    };
    format!(
        r#"<section class="gauge {}" aria-label="{name}">
<h3>{name} <span class="chip">{}</span> <b>{}</b></h3>
{}<p>{}</p>
</section>
"#,
        class(level),
        level_name(level),
        percent(rate),
        drawing(&thresholds, rate),
        figures(metric, counts, &thresholds, rate),
    )
}

/// The CSS class that colours a level.
fn class(level: Level) -> &'static str {
    match level {
        Level::Fine => "fine",
        Level::Warn => "warn",
        Level::Disable => "disabled",
    }
}

fn level_name(level: Level) -> &'static str {
    match level {
        Level::Fine => "fine",
        Level::Warn => "warning",
        Level::Disable => "at the limit",
    }
}

/// The figures, such as `20 bounced of 20 sent; counted against at least 200: 10.00 %`.
fn figures(metric: FeedbackMetric, counts: &Counts, thresholds: &Thresholds, rate: f64) -> String {
    let (counted, sent, floor) = (counts.of(metric), counts.sent, thresholds.floor);
    let denominator = if sent < floor { format!("; counted against at least {floor}") } else { String::new() };
    format!("{counted} {} of {sent} sent{denominator}: {}", metric.counted(), percent(rate))
}

fn drawing(thresholds: &Thresholds, rate: f64) -> String {
    let end = thresholds.disable.fraction() * FULL_SCALE;
    let x = |rate: f64| (rate / end).clamp(0.0, 1.0) * WIDTH;
    let (warn, disable) = (x(thresholds.warn.fraction()), x(thresholds.disable.fraction()));
    let (left, right) = if disable - warn < MIN_LABEL_DISTANCE { ("end", "start") } else { ("middle", "middle") };
    format!(
        r#"<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{}; warn at {} %, disable at {} %">
<rect class="track" y="{BAR_TOP}" width="{WIDTH}" height="{BAR}" rx="3"/>{}{}{}
</svg>
"#,
        percent(rate),
        thresholds.warn,
        thresholds.disable,
        fill(x(rate), rate > end),
        threshold("at-warn", left, warn, &format!("warn {} %", thresholds.warn)),
        threshold("at-disable", right, disable, &format!("disable {} %", thresholds.disable)),
    )
}

/// The bar, with arrows at its end where the rate goes beyond the drawing.
fn fill(width: f64, overflows: bool) -> String {
    if width <= 0.0 {
        return String::new();
    }
    let width = width.max(MIN_FILL_WIDTH);
    let bar = format!(r#"<rect class="fill" y="{BAR_TOP}" width="{width:.1}" height="{BAR}" rx="3"/>"#);
    let arrows = if overflows { r#"<path class="beyond" d="M442 22.5l4 3.5-4 3.5m6-7l4 3.5-4 3.5"/>"# } else { "" };
    bar + arrows
}

fn threshold(class: &str, anchor: &str, x: f64, label: &str) -> String {
    let (top, bottom) = (BAR_TOP - 4.0, HEIGHT);
    format!(
        r#"<path class="line {class}" d="M{x:.1} {top}V{bottom}"/><text class="{anchor}" x="{x:.1}" y="12">{label}</text>"#
    )
}

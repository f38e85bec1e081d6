//! A metric's rate against its two lines.

use posthorn_auth::reputation::{Counts, Level, Rule, Thresholds};
use posthorn_table::statistics::FeedbackMetric;

use super::html::percent;

/// The drawing, in units of its view box.
const WIDTH: f64 = 460.0;
const HEIGHT: f64 = 36.0;
const BAR_TOP: f64 = 20.0;
const BAR: f64 = 12.0;
/// A gauge shows this much more than the disable line.
const BEYOND: f64 = 1.5;
/// No rate above 0 is drawn narrower.
const LEAST: f64 = 4.0;
/// Labels over lines closer than this turn away from each other.
const APART: f64 = 130.0;

/// The gauge of a metric.
pub(super) fn gauge(rule: &Rule, metric: FeedbackMetric, counts: &Counts) -> String {
    let (lines, rate, level) = (rule.lines(metric), rule.rate(metric, counts), rule.level(metric, counts));
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
        word(level),
        percent(rate),
        drawing(&lines, rate),
        text(metric, counts, &lines, rate),
    )
}

/// The class that colours a level.
fn class(level: Level) -> &'static str {
    match level {
        Level::Fine => "fine",
        Level::Warn => "warn",
        Level::Disable => "disabled",
    }
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Fine => "fine",
        Level::Warn => "warning",
        Level::Disable => "at the limit",
    }
}

/// Such as `20 bounced of 20 sent; counted against at least 200: 10.00 %`.
fn text(metric: FeedbackMetric, counts: &Counts, lines: &Thresholds, rate: f64) -> String {
    let (counted, sent, floor) = (counts.of(metric), counts.sent, lines.floor);
    let least = if sent < floor { format!("; counted against at least {floor}") } else { String::new() };
    format!("{counted} {} of {sent} sent{least}: {}", metric.counted(), percent(rate))
}

fn drawing(lines: &Thresholds, rate: f64) -> String {
    let whole = lines.disable.fraction() * BEYOND;
    let x = |rate: f64| (rate / whole).clamp(0.0, 1.0) * WIDTH;
    let (warn, disable) = (x(lines.warn.fraction()), x(lines.disable.fraction()));
    let (left, right) = if disable - warn < APART { ("end", "start") } else { ("middle", "middle") };
    format!(
        r#"<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{}; warn at {} %, disable at {} %">
<rect class="track" y="{BAR_TOP}" width="{WIDTH}" height="{BAR}" rx="3"/>{}{}{}
</svg>
"#,
        percent(rate),
        lines.warn,
        lines.disable,
        fill(x(rate), rate > whole),
        line("at-warn", left, warn, &format!("warn {} %", lines.warn)),
        line("at-disable", right, disable, &format!("disable {} %", lines.disable)),
    )
}

/// The bar; with arrows at its end where the rate goes beyond the drawing.
fn fill(width: f64, overflows: bool) -> String {
    if width <= 0.0 {
        return String::new();
    }
    let width = width.max(LEAST);
    let bar = format!(r#"<rect class="fill" y="{BAR_TOP}" width="{width:.1}" height="{BAR}" rx="3"/>"#);
    let arrows = if overflows { r#"<path class="beyond" d="M442 22.5l4 3.5-4 3.5m6-7l4 3.5-4 3.5"/>"# } else { "" };
    bar + arrows
}

fn line(class: &str, anchor: &str, x: f64, label: &str) -> String {
    let (top, bottom) = (BAR_TOP - 4.0, HEIGHT);
    format!(
        r#"<path class="line {class}" d="M{x:.1} {top}V{bottom}"/><text class="{anchor}" x="{x:.1}" y="12">{label}</text>"#
    )
}

//! The chart of a project's trailing seven days, hour by hour, as SVG.

use jiff::{SignedDuration, Timestamp};
use posthorn_auth::reputation::{Counts, WINDOW_HOURS, window_begins};
use posthorn_table::{Uuid, statistics::HourCounts};

use super::format::{day, minute, scaled};

/// The size of the drawing, in units of its view box.
const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 204.0;
/// The area of the bars.
const LEFT: f64 = 44.0;
const RIGHT: f64 = 956.0;
const TOP: f64 = 10.0;
const BASE: f64 = 178.0;
/// The space between two bars.
const GAP: f64 = 1.0;
/// No count above 0 is drawn lower, so that one complaint among thousands is visible.
const MIN_BAR_HEIGHT: f64 = 2.5;
/// The y axis reaches at least to this count.
const MIN_AXIS_TOP: u64 = 4;
/// The y axis has about so many steps.
const AXIS_STEPS: u64 = 4;
/// A day is labelled if at least so many hours of it are shown.
const MIN_LABELLED_HOURS: u64 = 10;

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const SLOTS: u64 = WINDOW_HOURS.unsigned_abs();

/// The chart. `hours` outside of the window are not drawn.
pub(super) fn chart(id: Uuid, hours: &[HourCounts], now: Timestamp) -> String {
    let begins = window_begins(now);
    let slots: Vec<_> = hours.iter().filter_map(|counts| Some((slot(counts.hour, begins)?, counts))).collect();
    let axis = Axis::up_to(slots.iter().map(|(_, counts)| tallest(counts)).max().unwrap_or(0));
    let bars: String = slots.iter().map(|(slot, counts)| axis.bar(*slot, counts)).collect();
    format!(
        r#"<div class="chart"><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="title-{id} desc-{id}">
<title id="title-{id}">Emails per hour in the trailing 7 days</title>
<desc id="desc-{id}">{}</desc>
{}{}{bars}
</svg></div>
"#,
        description(&Counts::in_window(hours, now), begins, now),
        days(begins),
        axis.ticks(),
    )
}

fn description(counts: &Counts, begins: Timestamp, now: Timestamp) -> String {
    let Counts { sent, bounced, complained } = counts;
    format!(
        "One bar an hour from {} to {} UTC: {sent} emails sent, {bounced} of them bounced, {complained} complained about.",
        minute(begins),
        minute(now)
    )
}

/// The place of an hour in the window, counted from 0; `None` outside of it.
fn slot(hour: Timestamp, begins: Timestamp) -> Option<u64> {
    u64::try_from(hour.duration_since(begins).as_hours()).ok().filter(|slot| hour >= begins && *slot < SLOTS)
}

fn slot_x(slot: u64) -> f64 {
    LEFT + scaled(slot, SLOTS, RIGHT - LEFT)
}

/// The count at which the bar of an hour ends. A count of sent emails can be lost, so bounces can be more.
fn tallest(counts: &HourCounts) -> u64 {
    counts.sent.max(counts.bounced.saturating_add(counts.complained))
}

/// The y axis.
struct Axis {
    step: u64,
    top: u64,
}

impl Axis {
    fn up_to(count: u64) -> Self {
        let count = count.max(MIN_AXIS_TOP);
        let step = round_step(count.div_ceil(AXIS_STEPS));
        Self { step, top: count.div_ceil(step).saturating_mul(step) }
    }

    fn height(&self, count: u64) -> f64 {
        if count == 0 { 0.0 } else { scaled(count, self.top, BASE - TOP).max(MIN_BAR_HEIGHT) }
    }

    fn ticks(&self) -> String {
        (0..=self.top / self.step).map(|n| self.tick(n * self.step)).collect()
    }

    fn tick(&self, count: u64) -> String {
        let (y, label) = (BASE - scaled(count, self.top, BASE - TOP), short(count));
        let (end, middle) = (LEFT - 8.0, y + 3.5);
        format!(
            r#"<path class="grid" d="M{LEFT} {y:.1}H{RIGHT}"/><text class="end" x="{end}" y="{middle:.1}">{label}</text>"#
        )
    }

    /// The bar of an hour: the sent emails; in front of them the bounced ones, with the complained ones on top of these; and an area
    /// of the whole height to point at.
    fn bar(&self, slot: u64, counts: &HourCounts) -> String {
        let HourCounts { hour, sent, bounced, complained } = *counts;
        let (bounced_height, x) = (self.height(bounced), slot_x(slot));
        let rect = |class, above: f64, height: f64| {
            let (x, y, width) = (x + GAP / 2.0, BASE - above - height, slot_x(1) - LEFT - GAP);
            if height <= 0.0 {
                return String::new();
            }
            format!(r#"<rect class="{class}" x="{x:.2}" y="{y:.1}" width="{width:.2}" height="{height:.1}"/>"#)
        };
        format!(
            r#"
<g class="hour"><title>{} to {} UTC: {sent} sent, {bounced} bounced, {complained} complained</title>{}{}{}{}</g>"#,
            minute(hour),
            (hour + HOUR).strftime("%H:%M"),
            rect("point", 0.0, BASE - TOP),
            rect("sent", 0.0, self.height(sent)),
            rect("bounced", 0.0, bounced_height),
            rect("complained", bounced_height, self.height(complained)),
        )
    }
}

/// The lowest of 1, 2, 5, 10, 20, 50 and so on that reaches `min`.
fn round_step(min: u64) -> u64 {
    let units = std::iter::successors(Some(1_u64), |unit| unit.checked_mul(10));
    let mut steps = units.flat_map(|unit| [1, 2, 5].map(|factor| unit.saturating_mul(factor)));
    steps.find(|step| *step >= min).unwrap_or(min)
}

/// A tick's count in few characters. Ticks are round.
fn short(count: u64) -> String {
    match count {
        1_000_000.. if count.is_multiple_of(100_000) => format!("{}M", tenths(count / 100_000)),
        1_000.. if count.is_multiple_of(100) => format!("{}k", tenths(count / 100)),
        _ => count.to_string(),
    }
}

fn tenths(count: u64) -> String {
    if count.is_multiple_of(10) { (count / 10).to_string() } else { format!("{}.{}", count / 10, count % 10) }
}

/// Every second day is shaded, and the days' names stand below.
fn days(begins: Timestamp) -> String {
    let midnight = |slot: &u64| at(begins, *slot).as_second().rem_euclid(86_400) == 0;
    let bounds: Vec<u64> = (0..=SLOTS).filter(|slot| [0, SLOTS].contains(slot) || midnight(slot)).collect();
    let spans = bounds.iter().zip(bounds.iter().skip(1)).enumerate();
    spans.map(|(n, (from, to))| span(begins, *from, *to, n % 2 == 0)).collect()
}

fn span(begins: Timestamp, from: u64, to: u64, shaded: bool) -> String {
    let (x, end, y, height) = (slot_x(from), slot_x(to), BASE + 18.0, BASE - TOP);
    let (width, middle) = (end - x, f64::midpoint(x, end));
    let shade = format!(r#"<rect class="day" x="{x:.1}" y="{TOP}" width="{width:.1}" height="{height:.1}"/>"#);
    let label = format!(r#"<text class="middle" x="{middle:.1}" y="{y}">{}</text>"#, day(at(begins, from)));
    [(shaded, shade), (to - from >= MIN_LABELLED_HOURS, label)]
        .into_iter()
        .filter(|(is, _)| *is)
        .map(|(_, svg)| svg)
        .collect()
}

fn at(begins: Timestamp, slot: u64) -> Timestamp {
    begins + HOUR * i32::try_from(slot).unwrap_or(i32::MAX)
}

//! Times, rates and lengths as the page writes them.

use std::fmt::Display;

use jiff::Timestamp;

/// A `<time>` element, to the second, in UTC.
pub(super) fn time(at: Timestamp) -> String {
    format!(r#"<time datetime="{at:.0}">{}</time>"#, at.strftime("%a %-d %b %Y, %H:%M:%S UTC"))
}

/// A day, such as `Mon 24 Nov`.
pub(super) fn day(at: Timestamp) -> impl Display {
    at.strftime("%a %-d %b")
}

/// A minute, such as `Mon 24 Nov, 09:00`.
pub(super) fn minute(at: Timestamp) -> impl Display {
    at.strftime("%a %-d %b, %H:%M")
}

/// A rate between 0 and 1 in percent with two decimals, as the guard writes it.
pub(super) fn percent(rate: f64) -> String {
    format!("{:.2} %", 100.0 * rate)
}

/// The length that `part` has where `whole` is as long as `width`.
#[expect(clippy::cast_precision_loss, reason = "a place in a drawing needs no precision")]
pub(super) fn scaled(part: u64, whole: u64, width: f64) -> f64 {
    part as f64 / whole.max(1) as f64 * width
}

//! Times and shares for people, in HTML.

use std::fmt::Display;

use jiff::Timestamp;

/// A `<time>`, to the second, UTC.
pub(super) fn time(at: Timestamp) -> String {
    format!(r#"<time datetime="{at:.0}">{}</time>"#, at.strftime("%a %-d %b %Y, %H:%M:%S UTC"))
}

/// Such as `Mon 24 Nov`.
pub(super) fn day(at: Timestamp) -> impl Display {
    at.strftime("%a %-d %b")
}

/// Such as `Mon 24 Nov, 09:00`.
pub(super) fn minute(at: Timestamp) -> impl Display {
    at.strftime("%a %-d %b, %H:%M")
}

/// A share in percent with two decimals, as the guard writes it.
pub(super) fn percent(rate: f64) -> String {
    format!("{:.2} %", 100.0 * rate)
}

/// So much of `width` as `part` is of `whole`.
#[expect(clippy::cast_precision_loss, reason = "a place in a drawing")]
pub(super) fn share(part: u64, whole: u64, width: f64) -> f64 {
    part as f64 / whole.max(1) as f64 * width
}

//! Text in HTML, and times for people.

use std::fmt::{self, Display, Write};

use jiff::Timestamp;

/// Escapes what it shows, for text and quoted attributes.
pub(super) struct Text<T>(pub(super) T);

impl<T: Display> Display for Text<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaping(f), "{}", self.0)
    }
}

struct Escaping<'a, 'b>(&'a mut fmt::Formatter<'b>);

impl Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|c| match c {
            '&' => self.0.write_str("&amp;"),
            '<' => self.0.write_str("&lt;"),
            '>' => self.0.write_str("&gt;"),
            '"' => self.0.write_str("&quot;"),
            '\'' => self.0.write_str("&#39;"),
            c => self.0.write_char(c),
        })
    }
}

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

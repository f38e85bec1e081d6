//! Times and spans of time, as people write and read them.

use std::time::Duration;

use posthorn_table::Timestamp;

/// A span such as `90s`, `15m`, `1h` or `7d`; `0` needs no unit.
pub(crate) fn span(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let seconds = match &text[digits.len()..] {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "" if digits == "0" => 1,
        _ => 0,
    };
    let number: Option<u64> = digits.parse().ok().filter(|_| seconds > 0);
    let total = number.and_then(|number| number.checked_mul(seconds)).filter(|total| *total <= 366 * 86_400);
    total.map(Duration::from_secs).ok_or_else(|| "write a number and a unit: 30s, 15m, 1h or 7d".to_owned())
}

/// A span from 0 to 7 days: the longest grace period that keys can have.
pub(crate) fn grace(text: &str) -> Result<Duration, String> {
    let grace = span(text)?;
    if grace > Duration::from_hours(7 * 24) { Err("the longest grace period is 7d".to_owned()) } else { Ok(grace) }
}

/// A span that is not zero.
pub(crate) fn interval(text: &str) -> Result<Duration, String> {
    span(text).and_then(|span| if span.is_zero() { Err("it must be 1s or more".to_owned()) } else { Ok(span) })
}

/// A time to the minute, such as `2026-11-21 05:34 UTC`.
pub(crate) fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// A day in UTC, such as `2026-11-21`.
pub(crate) fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

/// The time since `at` in its largest whole unit, such as `3 minutes ago`.
pub(crate) fn ago(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(at).as_secs().max(0);
    let (number, unit) = match seconds {
        0..60 => return "less than a minute ago".to_owned(),
        60..3_600 => (seconds / 60, "minute"),
        3_600..172_800 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{number} {unit}{} ago", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_a_number_and_a_unit() {
        for (text, seconds) in [("0", 0), ("0s", 0), ("90s", 90), ("15m", 900), ("1h", 3_600), ("7d", 604_800)] {
            assert_eq!(span(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "h", "5", "-1s", "1.5h", "1w", "1 h", "99999999999999999999d", "1000d", "1\u{e9}"] {
            assert!(span(text).is_err(), "{text}");
        }
        assert!(grace("7d").is_ok() && grace("8d").is_err() && interval("0").is_err());
    }

    #[test]
    fn the_time_since_is_told_in_the_largest_whole_unit() {
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        for (at, expected) in [
            ("2026-11-21T12:00:05Z", "less than a minute ago"),
            ("2026-11-21T11:59:00Z", "1 minute ago"),
            ("2026-11-21T09:00:00Z", "3 hours ago"),
            ("2026-11-18T12:00:00Z", "3 days ago"),
        ] {
            assert_eq!(ago(at.parse().unwrap(), now), expected);
        }
    }
}

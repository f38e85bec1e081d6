//! Moments.

use jiff::Timestamp;
use serde_json::Value;

use super::{FieldType, ParameterType, ValueError, string};

const MESSAGE: &str = "Must be a time such as \"2026-11-27T10:30:00Z\", or a date such as \"2026-11-27\".";
/// The length of `2026-11-27T10:30:00`.
const TO_THE_SECOND: usize = 19;

/// A moment, to the millisecond: finer digits are cut off, as the table keeps three.
///
/// Takes a `date-time` of RFC 3339 with seconds, at most nine fractional digits, and `Z` or an offset such as `+01:00`; and a
/// `full-date`, which is its midnight in UTC, as in JavaScript's `Date`. A time without a zone is refused.
#[derive(Debug, Clone, Copy)]
pub struct Time;

impl FieldType for Time {
    type Value<'a> = Timestamp;

    fn parse_json(&self, json: &Value) -> Result<Timestamp, ValueError> {
        self.parse_text(string(json)?)
    }
}

impl ParameterType for Time {
    fn parse_text(&self, text: &str) -> Result<Timestamp, ValueError> {
        parse(text).ok_or_else(|| ValueError::invalid(MESSAGE))
    }
}

/// `Timestamp` reads other forms of ISO 8601 as well, so the form is looked at first.
fn parse(text: &str) -> Option<Timestamp> {
    let moment: Timestamp = if has_form(text, "0000-00-00") {
        format!("{text}T00:00:00Z").parse().ok()?
    } else if is_date_time(text)? {
        text.parse().ok()?
    } else {
        return None;
    };
    Timestamp::from_millisecond(moment.as_millisecond()).ok()
}

/// True if a text has the form of RFC 3339's `date-time`. `None` if it cannot have it.
fn is_date_time(text: &str) -> Option<bool> {
    let (seconds, rest) = text.split_at_checked(TO_THE_SECOND)?;
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => {
            let zone = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            Some(zone).filter(|zone| zone.len() < fraction.len())?
        }
        None => rest,
    };
    let is_to_the_second = has_form(&seconds.to_ascii_uppercase(), "0000-00-00T00:00:00");
    let is_zone = zone.eq_ignore_ascii_case("Z") || has_form(zone, "+00:00") || has_form(zone, "-00:00");
    Some(is_to_the_second && is_zone)
}

/// True if a text is this form with any digit in the place of each zero.
fn has_form(text: &str, form: &str) -> bool {
    let fits = |(found, expected)| if expected == b'0' { u8::is_ascii_digit(&found) } else { found == expected };
    text.len() == form.len() && text.bytes().zip(form.bytes()).all(fits)
}

//! Time zones: their names, abbreviations and offsets.

use jiff::tz::{Offset, TimeZone};

use crate::value::{Value, truncated};

/// The abbreviations of RFC 2822 and those that Ruby reads, each as a POSIX zone, which counts hours west of UTC.
pub(super) const ABBREVIATIONS: &str = "\
    ACDT-10:30 ACST-9:30 ADT3 AEDT-11 AEST-10 AKDT8 AKST9 ART3 AST4 AWST-8 BRT3 BST-1 CAT-2 CDT5 CEST-2 CET-1 CST6 \
    EAT-3 EDT4 EEST-3 EET-2 EST5 HKT-8 HST10 IST-5:30 JST-9 KST-9 MDT6 MEST-2 MESZ-2 MET-1 MEZ-1 MSD-4 MSK-3 MST7 \
    NDT2:30 NST3:30 NZDT-13 NZST-12 PDT7 PKT-5 PST8 SAST-2 SGT-8 WAT-1 WEST-1 WET0";

/// The words for UTC.
const UTC: [&str; 4] = ["UTC", "GMT", "UT", "Z"];
/// The largest offset in minutes.
const MAX_MINUTES: i64 = 24 * 60;
/// The largest length in bytes of an argument that is read as a zone. The longest name of a zone has 32.
const MAX_NAME: usize = 64;

const NO_ZONE: &str = "The zone of a date is a name such as \"Europe/Berlin\", an offset such as \"+02:00\", or a number of minutes behind UTC.";

/// The zone of an argument, `None` if the argument is null or blank.
///
/// A number is the count of minutes that the zone is behind UTC, as in JavaScript and in `LiquidJS`: 360 is `-06:00`.
pub(super) fn of_argument(value: &Value) -> Result<Option<TimeZone>, &'static str> {
    let zone = match value {
        Value::Nil => return Ok(None),
        Value::Integer(minutes) => of_minutes(minutes.saturating_neg()),
        Value::Float(minutes) if minutes.fract() == 0.0 => of_minutes(truncated(*minutes).saturating_neg()),
        Value::Text(text) | Value::Html(text) if text.len() > MAX_NAME => None,
        Value::Text(text) | Value::Html(text) if text.trim().is_empty() => return Ok(None),
        Value::Text(text) | Value::Html(text) => of_name(text.trim()),
        _ => None,
    };
    zone.map(Some).ok_or(NO_ZONE)
}

/// The zone of a name, an offset or an abbreviation. A name comes first, so that `CET` has summer time.
fn of_name(text: &str) -> Option<TimeZone> {
    by_name(text).or_else(|| of_offset(text)).or_else(|| by_abbreviation(text))
}

fn of_offset(text: &str) -> Option<TimeZone> {
    offset(text).map(TimeZone::fixed)
}

/// The zone of a word beside a time. An abbreviation is an offset: `10:20 CET` is one hour ahead of UTC all year. A name has a
/// slash, since most names without one are countries.
pub(super) fn of_word(word: &str) -> Option<TimeZone> {
    if word.contains('/') { by_name(word) } else { by_abbreviation(word) }
}

fn by_name(name: &str) -> Option<TimeZone> {
    let zone = TimeZone::get(name).ok()?;
    (!zone.is_unknown()).then_some(zone)
}

/// The zone of an abbreviation such as `EST`, `UTC` or `UTC+2`.
fn by_abbreviation(word: &str) -> Option<TimeZone> {
    let is_name = |name: &str| name.eq_ignore_ascii_case(word);
    if UTC.into_iter().any(is_name) {
        return Some(TimeZone::UTC);
    }
    let (name, hours) = word.split_at_checked(3)?;
    if ["UTC", "GMT"].iter().any(|utc| utc.eq_ignore_ascii_case(name)) {
        return of_offset(hours);
    }
    let is_entry = |entry: &&str| is_name(entry.trim_end_matches(|c: char| !c.is_ascii_alphabetic()));
    ABBREVIATIONS.split(' ').find(is_entry).and_then(|entry| TimeZone::posix(entry).ok())
}

/// Reads an offset: `+02:00`, `+0200`, `+02` or `+2`.
pub(super) fn offset(text: &str) -> Option<Offset> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+')?),
    };
    let (hours, minutes) = match (digits.split_once(':'), digits.len()) {
        (Some(parts), _) => parts,
        (None, 4) => digits.split_at_checked(2)?,
        (None, _) => (digits, "00"),
    };
    let minutes = number(minutes).filter(|minutes| *minutes < 60)?;
    minutes_east(sign * (number(hours)? * 60 + minutes))
}

fn of_minutes(minutes: i64) -> Option<TimeZone> {
    minutes_east(minutes).map(TimeZone::fixed)
}

fn minutes_east(minutes: i64) -> Option<Offset> {
    let seconds = Some(minutes).filter(|minutes| minutes.abs() <= MAX_MINUTES)? * 60;
    Offset::from_seconds(seconds.try_into().ok()?).ok()
}

/// Reads one or two digits.
fn number(digits: &str) -> Option<i64> {
    let is_number = (1..=2).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}

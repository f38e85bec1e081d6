//! Reads the dates that programs write.
//!
//! jiff reads ISO 8601. Any other text is split into words. Each word is a part of the date, a time, a zone, or adds nothing, such
//! as a weekday. A text with any other word is no date.

use jiff::civil::{DateTime, Time};
use jiff::fmt::temporal::Pieces;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, Unit};

use super::calendar::Calendar;
use super::moment::Moment;
use super::names::{WEEKDAYS, index_of};
use super::zone;

/// The least number that is read as milliseconds: as seconds it would be after the year 5138.
const MIN_MILLISECONDS: u64 = 100_000_000_000;
/// The largest number of digits of a second's fraction that are read: more would be less than a nanosecond.
const MAX_FRACTION: usize = 9;

/// The moment at this number of seconds or milliseconds since 1970.
pub(super) fn epoch(number: i64) -> Option<Moment> {
    let is_milliseconds = number.unsigned_abs() >= MIN_MILLISECONDS;
    let timestamp = if is_milliseconds { Timestamp::from_millisecond(number) } else { Timestamp::from_second(number) };
    timestamp.ok().map(in_utc)
}

/// The moment at this number of seconds or milliseconds since 1970, rounded to the microsecond, since a float is no more exact.
#[expect(clippy::cast_precision_loss, reason = "the limit is a round number far below 2^53")]
pub(super) fn epoch_with_fraction(number: f64) -> Option<Moment> {
    let seconds = if number.abs() >= MIN_MILLISECONDS as f64 { number / 1000.0 } else { number };
    let since = SignedDuration::try_from_secs_f64(seconds).ok()?;
    Timestamp::from_duration(since).ok()?.round(Unit::Microsecond).ok().map(in_utc)
}

fn in_utc(timestamp: Timestamp) -> Moment {
    Moment::at(timestamp, TimeZone::UTC)
}

/// The moment that the text gives, in UTC if it names no zone.
pub(super) fn parse(text: &str, now: Timestamp) -> Option<Moment> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("now") || text.eq_ignore_ascii_case("today") {
        return Some(in_utc(now));
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return parse_digits(text);
    }
    parse_iso(text).or_else(|| parse_words(text))
}

/// Reads digits alone: a year, a day (`20260501`), a second (`20260501102030`), or else a count of seconds or milliseconds since
/// 1970.
fn parse_digits(text: &str) -> Option<Moment> {
    match text.len() {
        4 => parse_iso(&format!("{text}0101")),
        8 => parse_iso(text),
        14 => {
            let (date, time) = text.split_at_checked(8)?;
            parse_iso(&format!("{date}T{time}")).or_else(|| epoch(text.parse().ok()?))
        }
        _ => epoch(text.parse().ok()?),
    }
}

fn parse_iso(text: &str) -> Option<Moment> {
    let begins_with_digit = text.starts_with(|c: char| c.is_ascii_digit());
    let pieces = Pieces::parse(text).ok().filter(|_| begins_with_digit)?;
    let local = pieces.date().to_datetime(pieces.time().unwrap_or_default());
    resolve(local, pieces.to_numeric_offset(), pieces.to_time_zone().ok()?)
}

/// The moment of a local time. An offset beside the name of a zone gives the moment, and the zone gives the local time that is
/// shown.
fn resolve(local: DateTime, offset: Option<Offset>, zone: Option<TimeZone>) -> Option<Moment> {
    let Some(offset) = offset else { return Moment::in_local_time(local, zone.unwrap_or(TimeZone::UTC)) };
    let moment = Moment::in_local_time(local, TimeZone::fixed(offset))?;
    match zone.filter(|zone| zone.to_fixed_offset().is_err()) {
        Some(zone) => moment.in_zone(zone),
        None => Some(moment),
    }
}

fn parse_words(text: &str) -> Option<Moment> {
    // JavaScript writes the zone's name in parentheses after its offset.
    let text = text.strip_suffix(')').and_then(|text| text.rsplit_once('(')).map_or(text, |(text, _)| text);
    let mut words = Words::default();
    for word in text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty()) {
        words.read(word)?;
    }
    words.moment()
}

/// The words of a date that are read so far.
#[derive(Default)]
struct Words {
    calendar: Calendar,
    time: Option<Time>,
    meridiem: Option<Meridiem>,
    offset: Option<Offset>,
    zone: Option<TimeZone>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Meridiem {
    Am,
    Pm,
}

impl Words {
    fn read(&mut self, word: &str) -> Option<()> {
        if let Some((date, time)) = split_at_t(word) {
            self.calendar.read(date)?;
            return self.read_time(time);
        }
        match word.as_bytes().first()? {
            b'0'..=b'9' if word.contains(':') => self.read_time(word),
            b'0'..=b'9' => self.calendar.read(word).or_else(|| self.read_hour(word)),
            _ => self.read_name(word),
        }
    }

    /// Reads a time such as `10:20:30.5`, and the `pm`, `Z` or `+02:00` that may follow it without a blank.
    fn read_time(&mut self, word: &str) -> Option<()> {
        let end = word.find(|c: char| !matches!(c, '0'..='9' | ':' | '.')).unwrap_or(word.len());
        let (clock, rest) = word.split_at_checked(end)?;
        set(&mut self.time, time(clock)?)?;
        if rest.is_empty() { Some(()) } else { self.read_name(rest) }
    }

    /// Reads an hour such as `3pm`.
    fn read_hour(&mut self, word: &str) -> Option<()> {
        let (hour, rest) = word.split_at_checked(word.find(|c: char| !c.is_ascii_digit())?)?;
        set(&mut self.time, Time::new(hour.parse().ok()?, 0, 0, 0).ok()?)?;
        set(&mut self.meridiem, meridiem(rest)?)
    }

    fn read_name(&mut self, word: &str) -> Option<()> {
        if word.starts_with(['+', '-']) {
            return set(&mut self.offset, zone::offset(word)?);
        }
        if let Some(meridiem) = meridiem(word) {
            return set(&mut self.meridiem, meridiem);
        }
        let says_nothing = matches!(word, "at" | "of") || index_of(&WEEKDAYS, word.trim_end_matches('.')).is_some();
        if says_nothing || self.calendar.read(word).is_some() {
            return Some(());
        }
        let name = word.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(word);
        set(&mut self.zone, zone::of_word(name)?)
    }

    fn moment(mut self) -> Option<Moment> {
        let time = match (self.time, self.meridiem) {
            (time, None) => time.unwrap_or_default(),
            (Some(time), Some(meridiem)) => in_half(time, meridiem)?,
            (None, Some(meridiem)) => in_half(Time::new(self.calendar.take_hour()?, 0, 0, 0).ok()?, meridiem)?,
        };
        resolve(self.calendar.date()?.to_datetime(time), self.offset, self.zone)
    }
}

/// Keeps a part of the date. A text with two different values for one part is no date.
fn set<T: PartialEq>(slot: &mut Option<T>, value: T) -> Option<()> {
    let agrees = slot.as_ref().is_none_or(|old| *old == value);
    *slot = Some(value);
    agrees.then_some(())
}

/// The date and the time of a text such as `2026-05-01T10:20`.
fn split_at_t(word: &str) -> Option<(&str, &str)> {
    let ends_and_begins = |(date, time): &(&str, &str)| {
        date.ends_with(|c: char| c.is_ascii_digit()) && time.starts_with(|c: char| c.is_ascii_digit())
    };
    word.split_once(['T', 't']).filter(ends_and_begins)
}

/// Reads `9:20`, `10:20` or `10:20:30.123`.
fn time(text: &str) -> Option<Time> {
    let zero = if text.find(':') == Some(1) { "0" } else { "" };
    let end = text.find('.').map_or(text.len(), |point| text.len().min(point + 1 + MAX_FRACTION));
    format!("{zero}{}", text.get(..end)?).parse().ok().filter(|_| text.contains(':'))
}

fn meridiem(word: &str) -> Option<Meridiem> {
    let is = |names: [&str; 2]| names.iter().any(|name| word.eq_ignore_ascii_case(name));
    if is(["am", "a.m."]) {
        return Some(Meridiem::Am);
    }
    is(["pm", "p.m."]).then_some(Meridiem::Pm)
}

/// The time of day for a time on a clock of twelve hours, on which 12 is the first hour.
fn in_half(time: Time, meridiem: Meridiem) -> Option<Time> {
    let hour = Some(time.hour()).filter(|hour| (1..=12).contains(hour))? % 12;
    time.with().hour(if meridiem == Meridiem::Pm { hour + 12 } else { hour }).build().ok()
}

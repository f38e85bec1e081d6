//! Filters on dates.

mod calendar;
mod format;
mod moment;
mod names;
mod parse;
mod zone;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::ops::RangeInclusive;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::call::{FilterCall, FilterError};
use crate::meter::LimitExceeded;
use crate::print::text_of;
use crate::value::Value;
use moment::Moment;

/// The units of work for a date, without those for its text and format.
const DATE_COST: usize = 1000;
/// The units for a byte of a text that is read as a date.
const BYTE_COST: usize = 50;
/// The units for a directive of a format, of which `%c` stands for six.
const DIRECTIVE_COST: usize = 500;
/// The units for finding a zone, whose rules are read on first use.
const ZONE_COST: usize = 5000;
/// The largest length in bytes of a text that is read as a date, and of a date format.
const MAX_TEXT: usize = 200;
const NO_DATE: &str = "The input is no date that can be read.";
/// The years that a date may have.
const VALID_YEARS: RangeInclusive<i16> = 1..=9999;

/// Writes the date in the format of the first argument (`%d.%m.%Y`) and in the zone of the second. An input that is no date, or a
/// format that is none, leaves the input unchanged.
pub(super) fn date(call: &FilterCall) -> Result<Value, FilterError> {
    let format = call.argument(0).and_then(format_of).unwrap_or_default();
    if call.input.is_nil() || format.is_empty() {
        return Ok(call.input.clone());
    }
    match find_zone(call)? {
        Ok(zone) => reformat(call, &format, zone),
        Err(reason) => Err(FilterError::PartialResult(reformat(call, &format, None)?, reason)),
    }
}

/// The format that an argument gives: a text, or a short value as it is printed.
fn format_of(value: &Value) -> Option<Cow<'_, str>> {
    let is_short = !matches!(value, Value::List(_) | Value::Object(_));
    is_short.then(|| text_of(value))
}

/// The zone of the second argument, or the reason for which it is no zone.
fn find_zone(call: &FilterCall) -> Result<Result<Option<TimeZone>, &'static str>, LimitExceeded> {
    let Some(value) = call.argument(1) else { return Ok(Ok(None)) };
    call.meter.spend_bytes(ZONE_COST)?;
    Ok(zone::of_argument(value))
}

/// Writes `07 Nov 2008`, or with the argument `ordinal` `7th Nov 2008`, or with `ordinal` and `US` `Nov 7th, 2008`.
pub(super) fn date_to_string(call: &FilterCall) -> Result<Value, FilterError> {
    reformat(call, day_format(call, ["%d %b %Y", "%-d%q %b %Y", "%b %-d%q, %Y"]), None)
}

/// Writes the date as [`date_to_string`] does, with the month's full name.
pub(super) fn date_to_long_string(call: &FilterCall) -> Result<Value, FilterError> {
    reformat(call, day_format(call, ["%d %B %Y", "%-d%q %B %Y", "%B %-d%q, %Y"]), None)
}

fn day_format<'f>(call: &FilterCall, [plain, ordinal, ordinal_us]: [&'f str; 3]) -> &'f str {
    let is = |index, word: &str| call.argument(index).and_then(Value::as_text) == Some(word);
    match (is(0, "ordinal"), is(1, "US")) {
        (false, _) => plain,
        (true, false) => ordinal,
        (true, true) => ordinal_us,
    }
}

/// Writes `2008-11-07T13:07:54-08:00`.
pub(super) fn date_to_xmlschema(call: &FilterCall) -> Result<Value, FilterError> {
    reformat(call, "%Y-%m-%dT%H:%M:%S%:z", None)
}

/// Writes `Fri, 07 Nov 2008 13:07:54 -0800`.
pub(super) fn date_to_rfc822(call: &FilterCall) -> Result<Value, FilterError> {
    reformat(call, "%a, %d %b %Y %H:%M:%S %z", None)
}

/// Writes the input as a date in this format and zone. An input that is no date stays unchanged, and so does every input if the
/// format is too long.
fn reformat(call: &FilterCall, format: &str, zone: Option<TimeZone>) -> Result<Value, FilterError> {
    let input = call.input.clone();
    if input.text_len() > MAX_TEXT || format.len() > MAX_TEXT || input.is_blank() {
        return Ok(input);
    }
    call.meter
        .spend_bytes(DATE_COST + call.input.text_len() * BYTE_COST + format.matches('%').count() * DIRECTIVE_COST)?;
    let moment = read(call.input, call.now).and_then(|moment| match zone {
        Some(zone) => moment.in_zone(zone),
        None => Some(moment),
    });
    let Some(moment) = moment.filter(|moment| VALID_YEARS.contains(&moment.local.year())) else {
        return Err(FilterError::PartialResult(input, NO_DATE));
    };
    Ok(format::format(&moment, format).map_or(input, Value::from))
}

fn read(value: &Value, now: Timestamp) -> Option<Moment> {
    match value {
        Value::Integer(number) => parse::epoch(*number),
        Value::Float(number) => parse::epoch_with_fraction(*number),
        Value::Text(text) | Value::Html(text) => parse::parse(text, now),
        _ => None,
    }
}

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

use super::{Call, Failure};
use crate::meter::Limit;
use crate::print::text_of;
use crate::value::Value;
use moment::Moment;

/// Units of work for a date, beside those for its text and format.
const DATE: usize = 1000;
/// Units for a byte of a text that is read as a date.
const BYTE: usize = 50;
/// Units for a directive of a format: `%c` alone stands for six.
const DIRECTIVE: usize = 500;
/// Units for finding a zone, whose rules are read when it is first asked for.
const ZONE: usize = 5000;
/// The longest text that is read as a date or is a date format, in bytes.
const MAX_TEXT: usize = 200;
const NO_DATE: &str = "The input is no date that can be read.";
/// The years that a date may have.
const YEARS: RangeInclusive<i16> = 1..=9999;

/// The date in another format (`%d.%m.%Y`) and, if a second argument names one, in another zone. An input that is no date, or no
/// format, leaves the input as it is.
pub(super) fn date(call: &Call) -> Result<Value, Failure> {
    let format = call.argument(0).and_then(format_of).unwrap_or_default();
    if call.input.is_nil() || format.is_empty() {
        return Ok(call.input.clone());
    }
    match find_zone(call)? {
        Ok(zone) => reformat(call, &format, zone),
        Err(reason) => Err(Failure::Instead(reformat(call, &format, None)?, reason)),
    }
}

/// A format is a text, or whatever else is short when it is printed.
fn format_of(value: &Value) -> Option<Cow<'_, str>> {
    let is_short = !matches!(value, Value::List(_) | Value::Object(_));
    is_short.then(|| text_of(value))
}

/// The zone that the second argument means, or the reason for which it means none.
fn find_zone(call: &Call) -> Result<Result<Option<TimeZone>, &'static str>, Limit> {
    let Some(value) = call.argument(1) else { return Ok(Ok(None)) };
    call.meter.spend_bytes(ZONE)?;
    Ok(zone::of_argument(value))
}

/// `07 Nov 2008`, or with the argument `ordinal` `7th Nov 2008`, or with `ordinal` and `US` `Nov 7th, 2008`.
pub(super) fn date_to_string(call: &Call) -> Result<Value, Failure> {
    reformat(call, day_format(call, ["%d %b %Y", "%-d%q %b %Y", "%b %-d%q, %Y"]), None)
}

/// The same as `date_to_string` with the month's whole name.
pub(super) fn date_to_long_string(call: &Call) -> Result<Value, Failure> {
    reformat(call, day_format(call, ["%d %B %Y", "%-d%q %B %Y", "%B %-d%q, %Y"]), None)
}

fn day_format<'f>(call: &Call, [plain, ordinal, ordinal_us]: [&'f str; 3]) -> &'f str {
    let is = |index, word: &str| call.argument(index).and_then(Value::as_text) == Some(word);
    match (is(0, "ordinal"), is(1, "US")) {
        (false, _) => plain,
        (true, false) => ordinal,
        (true, true) => ordinal_us,
    }
}

/// `2008-11-07T13:07:54-08:00`
pub(super) fn date_to_xmlschema(call: &Call) -> Result<Value, Failure> {
    reformat(call, "%Y-%m-%dT%H:%M:%S%:z", None)
}

/// `Fri, 07 Nov 2008 13:07:54 -0800`
pub(super) fn date_to_rfc822(call: &Call) -> Result<Value, Failure> {
    reformat(call, "%a, %d %b %Y %H:%M:%S %z", None)
}

/// The call's input as a date in this format and zone. An input that is no date stays as it is, and so it does if the format is
/// too long.
fn reformat(call: &Call, format: &str, zone: Option<TimeZone>) -> Result<Value, Failure> {
    let input = call.input.clone();
    if input.text_len() > MAX_TEXT || format.len() > MAX_TEXT || input.is_blank() {
        return Ok(input);
    }
    call.meter.spend_bytes(DATE + call.input.text_len() * BYTE + format.matches('%').count() * DIRECTIVE)?;
    let moment = read(call.input, call.now).and_then(|moment| match zone {
        Some(zone) => moment.in_zone(zone),
        None => Some(moment),
    });
    let Some(moment) = moment.filter(|moment| YEARS.contains(&moment.local.year())) else {
        return Err(Failure::Instead(input, NO_DATE));
    };
    Ok(format::format(&moment, format).map_or(input, Value::from))
}

fn read(value: &Value, now: Timestamp) -> Option<Moment> {
    match value {
        Value::Integer(number) => parse::epoch(*number),
        Value::Float(number) => parse::epoch_with_fraction(*number),
        Value::Text(text) | Value::Markup(text) => parse::parse(text, now),
        _ => None,
    }
}

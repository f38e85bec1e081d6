//! Filters on text. They read every value as it would be printed.

use std::borrow::Cow;

use liquid_core::Value;
use liquid_core::model::DateTime;

use super::super::meter::{Limit, Meter};
use super::super::print::string;
use super::Call;
use super::tags::without_tags;

/// What an item of a split text costs beside its characters.
const ITEM: usize = 100;
/// What reading a date costs: it tries several formats.
const DATE: usize = 20_000;
/// The longest text that is read as a date or is a date format.
const MAX_DATE: usize = 200;

fn changed(call: &Call, change: impl FnOnce(&str) -> String) -> Option<Value> {
    Some(string(change(&call.text())))
}

pub(super) fn append(call: &Call) -> Option<Value> {
    let suffix = call.argument_text(0)?;
    changed(call, |text| format!("{text}{suffix}"))
}

pub(super) fn prepend(call: &Call) -> Option<Value> {
    let prefix = call.argument_text(0)?;
    changed(call, |text| format!("{prefix}{text}"))
}

pub(super) fn upcase(call: &Call) -> Option<Value> {
    changed(call, str::to_uppercase)
}

pub(super) fn downcase(call: &Call) -> Option<Value> {
    changed(call, str::to_lowercase)
}

pub(super) fn capitalize(call: &Call) -> Option<Value> {
    changed(call, |text| {
        let mut chars = text.chars();
        chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect()
    })
}

pub(super) fn strip(call: &Call) -> Option<Value> {
    changed(call, |text| text.trim().to_owned())
}

pub(super) fn lstrip(call: &Call) -> Option<Value> {
    changed(call, |text| text.trim_start().to_owned())
}

pub(super) fn rstrip(call: &Call) -> Option<Value> {
    changed(call, |text| text.trim_end().to_owned())
}

pub(super) fn strip_newlines(call: &Call) -> Option<Value> {
    changed(call, |text| text.replace(['\n', '\r'], ""))
}

pub(super) fn strip_html(call: &Call) -> Option<Value> {
    changed(call, without_tags)
}

pub(super) fn remove(call: &Call) -> Option<Value> {
    let search = call.argument_text(0)?;
    changed(call, |text| text.replace(&*search, ""))
}

pub(super) fn remove_first(call: &Call) -> Option<Value> {
    let search = call.argument_text(0)?;
    changed(call, |text| text.replacen(&*search, "", 1))
}

pub(super) fn replace_first(call: &Call) -> Option<Value> {
    let (search, replacement) = (call.argument_text(0)?, call.argument_text(1).unwrap_or_default());
    changed(call, |text| text.replacen(&*search, &replacement, 1))
}

pub(super) fn replace(call: &Call, meter: &Meter) -> Result<Option<Value>, Limit> {
    let (search, replacement) = (call.argument_text(0).unwrap_or_default(), call.argument_text(1).unwrap_or_default());
    let text = call.text();
    meter.spend_bytes(text.matches(&*search).count().saturating_mul(replacement.len()))?;
    Ok(Some(string(text.replace(&*search, &replacement))))
}

/// The parts of the text between the separators, its characters if the separator is empty.
pub(super) fn split(call: &Call, meter: &Meter) -> Result<Option<Value>, Limit> {
    let (text, separator) = (call.text(), call.argument_text(0).unwrap_or_default());
    let whole = |part: &&str| !(separator.is_empty() && part.is_empty());
    let parts = || text.split(&*separator).filter(whole).filter(|_| !text.is_empty());
    meter.spend_bytes(parts().count().saturating_mul(ITEM))?;
    Ok(Some(Value::array(parts().map(string))))
}

/// At most as many characters as the first argument says (50), the second (`...`) among them.
pub(super) fn truncate(call: &Call) -> Option<Value> {
    let length = usize::try_from(call.count(0, 50)?).unwrap_or(0);
    let ellipsis = call.argument_text(1).unwrap_or(Cow::Borrowed("..."));
    changed(call, |text| {
        if text.chars().count() <= length {
            return text.to_owned();
        }
        let kept = length.saturating_sub(ellipsis.chars().count());
        text.chars().take(kept).chain(ellipsis.chars()).collect()
    })
}

/// At most as many words as the first argument says (15), and then the second (`...`).
pub(super) fn truncatewords(call: &Call) -> Option<Value> {
    let count = usize::try_from(call.count(0, 15)?).unwrap_or(0).max(1);
    let ellipsis = call.argument_text(1).unwrap_or(Cow::Borrowed("..."));
    changed(call, |text| {
        let words: Vec<_> = text.split_whitespace().take(count).collect();
        let is_whole = text.split_whitespace().nth(count).is_none();
        if is_whole { text.to_owned() } else { words.join(" ") + &ellipsis }
    })
}

pub(super) fn url_encode(call: &Call) -> Option<Value> {
    changed(call, |text| {
        let mut out = String::with_capacity(text.len());
        for byte in text.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(byte.into()),
                b' ' => out.push('+'),
                _ => out.extend(['%', hex_digit(byte >> 4), hex_digit(byte & 15)]),
            }
        }
        out
    })
}

fn hex_digit(value: u8) -> char {
    char::from_digit(value.into(), 16).unwrap_or('0').to_ascii_uppercase()
}

pub(super) fn url_decode(call: &Call) -> Option<Value> {
    changed(call, |text| {
        let mut out = Vec::with_capacity(text.len());
        let mut rest = text.as_bytes();
        while let Some((&byte, tail)) = rest.split_first() {
            let escape = tail.first_chunk().filter(|_| byte == b'%').and_then(|&[high, low]| hex_byte(high, low));
            out.push(escape.unwrap_or(if byte == b'+' { b' ' } else { byte }));
            rest = if escape.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
        }
        String::from_utf8_lossy(&out).into_owned()
    })
}

fn hex_byte(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

/// The date in another format. What is no date, or no format, leaves the input as it is.
pub(super) fn date(call: &Call, meter: &Meter) -> Result<Option<Value>, Limit> {
    meter.spend_bytes(DATE)?;
    let format = call.argument_text(0).unwrap_or_default();
    let formatted = parse_date(&call.text()).filter(|_| is_modest(&format)).and_then(|date| date.format(&format).ok());
    Ok(Some(formatted.map_or_else(|| call.input.to_value(), string)))
}

/// Reads the forms `liquid-core` knows, and the ISO 8601 ones that JSON carries.
fn parse_date(text: &str) -> Option<DateTime> {
    let text = text.trim();
    if text.len() > MAX_DATE || !text.is_ascii() {
        return None;
    }
    DateTime::from_str(text).or_else(|| DateTime::from_str(&spelled_out(text)))
}

/// `2024-05-01T10:20:30.5Z` and `2024-05-01` as `2024-05-01 10:20:30 +0000` and `2024-05-01 00:00:00`.
fn spelled_out(text: &str) -> String {
    let text = text.replacen('T', " ", 1).replacen('Z', " +0000", 1);
    let Some((date, rest)) = text.split_once(' ') else { return format!("{text} 00:00:00") };
    let zone = rest.find([' ', '+', '-']).unwrap_or(rest.len());
    let (time, zone) = rest.split_at(zone);
    let time = time.split('.').next().unwrap_or_default();
    format!("{date} {time} {}", zone.trim().replace(':', ""))
}

/// True if a format asks for no padding that is worth bounding.
fn is_modest(format: &str) -> bool {
    let long_number = |digits: &str| digits.trim_start_matches('0').len() > 2;
    !format.is_empty() && format.len() <= MAX_DATE && !format.split(|c: char| !c.is_ascii_digit()).any(long_number)
}

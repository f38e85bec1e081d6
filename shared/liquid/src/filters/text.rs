//! Filters on text. They read every value as it would be printed.

use super::strip_html::without_tags;
use super::{Call, Failure, GROWTH};
use crate::value::Value;

fn changed(call: &Call, change: impl FnOnce(&str) -> String) -> Result<Value, Failure> {
    Ok(Value::text(change(&call.text())))
}

/// As [`changed`]. Letters beyond ASCII can become longer ones.
fn with_case_changed(call: &Call, change: impl FnOnce(&str) -> String) -> Result<Value, Failure> {
    let text = call.text();
    if !text.is_ascii() {
        call.pay_for_growth(&text)?;
    }
    Ok(Value::text(change(&text)))
}

pub(super) fn append(call: &Call) -> Result<Value, Failure> {
    let suffix = call.argument_text(0).unwrap_or_default();
    changed(call, |text| [text, &suffix].concat())
}

pub(super) fn prepend(call: &Call) -> Result<Value, Failure> {
    let prefix = call.argument_text(0).unwrap_or_default();
    changed(call, |text| [&prefix, text].concat())
}

pub(super) fn upcase(call: &Call) -> Result<Value, Failure> {
    with_case_changed(call, str::to_uppercase)
}

pub(super) fn downcase(call: &Call) -> Result<Value, Failure> {
    with_case_changed(call, str::to_lowercase)
}

/// The text in small letters, but for its first.
pub(super) fn capitalize(call: &Call) -> Result<Value, Failure> {
    with_case_changed(call, |text| {
        let mut rest = text.chars();
        let first = rest.next().into_iter().flat_map(char::to_uppercase);
        first.chain(rest.as_str().to_lowercase().chars()).collect()
    })
}

pub(super) fn strip(call: &Call) -> Result<Value, Failure> {
    Ok(Value::text(call.text().trim()))
}

pub(super) fn lstrip(call: &Call) -> Result<Value, Failure> {
    Ok(Value::text(call.text().trim_start()))
}

pub(super) fn rstrip(call: &Call) -> Result<Value, Failure> {
    Ok(Value::text(call.text().trim_end()))
}

pub(super) fn strip_newlines(call: &Call) -> Result<Value, Failure> {
    changed(call, |text| text.replace(['\n', '\r'], ""))
}

pub(super) fn strip_html(call: &Call) -> Result<Value, Failure> {
    changed(call, without_tags)
}

/// The text without white space at its ends, and with one blank for each run of it.
pub(super) fn squish(call: &Call) -> Result<Value, Failure> {
    changed(call, |text| with_runs_replaced(text.trim(), ' ', char::is_whitespace))
}

/// The text with one blank for each run of white space.
pub(super) fn normalize_whitespace(call: &Call) -> Result<Value, Failure> {
    changed(call, |text| with_runs_replaced(text, ' ', char::is_whitespace))
}

/// The text with each run of such characters replaced.
pub(super) fn with_runs_replaced(text: &str, replacement: char, is_replaced: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut is_in_run = false;
    for character in text.chars() {
        let replaced = is_replaced(character);
        if !replaced {
            out.push(character);
        } else if !is_in_run {
            out.push(replacement);
        }
        is_in_run = replaced;
    }
    out
}

/// How often a search is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Occurrence {
    First,
    Last,
    Each,
}

/// The text with occurrences of the first argument replaced by the second, nothing if that is left out.
fn replaced(call: &Call, occurrence: Occurrence) -> Result<Value, Failure> {
    let text = call.text();
    let search = call.argument_text(0).unwrap_or_default();
    let replacement = call.argument_text(1).unwrap_or_default();
    if occurrence == Occurrence::Each {
        let count = text.matches(&*search).count();
        call.meter.spend_bytes(count.saturating_mul(replacement.len()).saturating_mul(GROWTH))?;
        return Ok(Value::text(text.replace(&*search, &replacement)));
    }
    let place = if occurrence == Occurrence::First { text.find(&*search) } else { text.rfind(&*search) };
    let Some(place) = place else { return Ok(Value::text(&*text)) };
    Ok(Value::text([&text[..place], &*replacement, &text[place + search.len()..]].concat()))
}

pub(super) fn replace(call: &Call) -> Result<Value, Failure> {
    replaced(call, Occurrence::Each)
}

pub(super) fn replace_first(call: &Call) -> Result<Value, Failure> {
    replaced(call, Occurrence::First)
}

pub(super) fn replace_last(call: &Call) -> Result<Value, Failure> {
    replaced(call, Occurrence::Last)
}

//! Filters on text. They read every value as the text that is printed for it.

use super::call::{FilterCall, FilterError, MAX_GROWTH};
use super::strip_html::without_tags;
use crate::value::Value;

fn changed(call: &FilterCall, change: impl FnOnce(&str) -> String) -> Result<Value, FilterError> {
    Ok(Value::text(change(&call.text())))
}

/// The result of `change`, which changes the case of letters. Letters beyond ASCII can become longer.
fn with_case_changed(call: &FilterCall, change: impl FnOnce(&str) -> String) -> Result<Value, FilterError> {
    let text = call.text();
    if !text.is_ascii() {
        call.pay_for_growth(&text)?;
    }
    Ok(Value::text(change(&text)))
}

pub(super) fn append(call: &FilterCall) -> Result<Value, FilterError> {
    let suffix = call.argument_text(0).unwrap_or_default();
    changed(call, |text| [text, &suffix].concat())
}

pub(super) fn prepend(call: &FilterCall) -> Result<Value, FilterError> {
    let prefix = call.argument_text(0).unwrap_or_default();
    changed(call, |text| [&prefix, text].concat())
}

pub(super) fn upcase(call: &FilterCall) -> Result<Value, FilterError> {
    with_case_changed(call, str::to_uppercase)
}

pub(super) fn downcase(call: &FilterCall) -> Result<Value, FilterError> {
    with_case_changed(call, str::to_lowercase)
}

/// The text in lower case with its first character in upper case.
pub(super) fn capitalize(call: &FilterCall) -> Result<Value, FilterError> {
    with_case_changed(call, |text| {
        let mut rest = text.chars();
        let first = rest.next().into_iter().flat_map(char::to_uppercase);
        first.chain(rest.as_str().to_lowercase().chars()).collect()
    })
}

pub(super) fn strip(call: &FilterCall) -> Result<Value, FilterError> {
    Ok(Value::text(call.text().trim()))
}

pub(super) fn lstrip(call: &FilterCall) -> Result<Value, FilterError> {
    Ok(Value::text(call.text().trim_start()))
}

pub(super) fn rstrip(call: &FilterCall) -> Result<Value, FilterError> {
    Ok(Value::text(call.text().trim_end()))
}

pub(super) fn strip_newlines(call: &FilterCall) -> Result<Value, FilterError> {
    changed(call, |text| text.replace(['\n', '\r'], ""))
}

pub(super) fn strip_html(call: &FilterCall) -> Result<Value, FilterError> {
    changed(call, without_tags)
}

/// The text without white space at its ends and with a blank for each run of white space inside.
pub(super) fn squish(call: &FilterCall) -> Result<Value, FilterError> {
    changed(call, |text| with_runs_replaced(text.trim(), ' ', char::is_whitespace))
}

/// The text with a blank for each run of white space.
pub(super) fn normalize_whitespace(call: &FilterCall) -> Result<Value, FilterError> {
    changed(call, |text| with_runs_replaced(text, ' ', char::is_whitespace))
}

/// The text with `replacement` for each run of characters for which `is_replaced` is true.
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

/// The occurrences of a text that are replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Occurrence {
    First,
    Last,
    Each,
}

/// Replaces occurrences of the first argument by the second, or removes them if there is no second.
fn replaced(call: &FilterCall, occurrence: Occurrence) -> Result<Value, FilterError> {
    let text = call.text();
    let search = call.argument_text(0).unwrap_or_default();
    let replacement = call.argument_text(1).unwrap_or_default();
    if occurrence == Occurrence::Each {
        let count = text.matches(&*search).count();
        call.meter.spend_bytes(count.saturating_mul(replacement.len()).saturating_mul(MAX_GROWTH))?;
        return Ok(Value::text(text.replace(&*search, &replacement)));
    }
    let place = if occurrence == Occurrence::First { text.find(&*search) } else { text.rfind(&*search) };
    let Some(place) = place else { return Ok(Value::text(&*text)) };
    Ok(Value::text([&text[..place], &*replacement, &text[place + search.len()..]].concat()))
}

pub(super) fn replace(call: &FilterCall) -> Result<Value, FilterError> {
    replaced(call, Occurrence::Each)
}

pub(super) fn replace_first(call: &FilterCall) -> Result<Value, FilterError> {
    replaced(call, Occurrence::First)
}

pub(super) fn replace_last(call: &FilterCall) -> Result<Value, FilterError> {
    replaced(call, Occurrence::Last)
}

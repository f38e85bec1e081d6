//! Values as the text that `{{ }}` prints and that filters read.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::html::{self, Context, Trust};
use crate::mail_part::MailPart;
use crate::meter::{LimitExceeded, Meter};
use crate::value::Value;

/// The bytes that a value occupies beside its text.
const VALUE_BYTES: usize = 64;
/// The largest number of bytes of a float far from 1, for it is written without an exponent.
const MAX_FLOAT_BYTES: usize = 340;
/// The bytes that an object occupies beside its entries.
const OBJECT_BYTES: usize = 256;

/// The text that is printed for a value: a text itself, nothing for null, the items of an array one after the other, and an object
/// as JSON.
pub(crate) fn text_of(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Text(text) | Value::Html(text) => Cow::Borrowed(text),
        Value::Nil | Value::Empty | Value::Blank => Cow::Borrowed(""),
        Value::Bool(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
        _ => {
            let mut text = String::new();
            write_text(value, &mut text);
            Cow::Owned(text)
        }
    }
}

fn write_text(value: &Value, out: &mut String) {
    match value {
        Value::Integer(number) => {
            let _ = write!(out, "{number}");
        }
        Value::Float(number) => write_float(*number, out),
        Value::Range(from, to) => {
            let _ = write!(out, "{from}..{to}");
        }
        Value::List(items) => items.iter().for_each(|item| write_text(item, out)),
        Value::Object(_) => write_json(value, out),
        _ => out.push_str(&text_of(value)),
    }
}

/// Writes the number with at least one digit after the point, and without an exponent.
fn write_float(number: f64, out: &mut String) {
    let start = out.len();
    let _ = write!(out, "{number}");
    if !out.get(start..).is_some_and(|text| text.contains('.')) {
        out.push_str(".0");
    }
}

/// The value as JSON.
pub(crate) fn json_of(value: &Value) -> String {
    let mut text = String::new();
    write_json(value, &mut text);
    text
}

fn write_json(value: &Value, out: &mut String) {
    match value {
        Value::Text(text) | Value::Html(text) => write_json_string(text, out),
        Value::List(items) => write_all(out, ['[', ']'], items.iter(), write_json),
        Value::Object(entries) => write_all(out, ['{', '}'], entries.iter(), |(key, value), out| {
            write_json_string(key, out);
            out.push(':');
            write_json(value, out);
        }),
        Value::Range(from, to) => {
            let _ = write!(out, "\"{from}..{to}\"");
        }
        Value::Nil | Value::Empty | Value::Blank => out.push_str("null"),
        Value::Bool(_) | Value::Integer(_) | Value::Float(_) => write_text(value, out),
    }
}

fn write_all<T>(out: &mut String, ends: [char; 2], items: impl Iterator<Item = T>, write: impl Fn(T, &mut String)) {
    out.push(ends[0]);
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(item, out);
    }
    out.push(ends[1]);
}

fn write_json_string(text: &str, out: &mut String) {
    out.push_str(&serde_json::to_string(text).unwrap_or_default());
}

/// Appends the value to `out`, escaped for its context, and spends the work of doing so.
pub(crate) fn write(
    value: &Value,
    part: MailPart,
    context: Context,
    meter: &Meter,
    out: &mut String,
) -> Result<(), LimitExceeded> {
    let text = text_of(value);
    if part != MailPart::Html {
        return meter.write(out, &text);
    }
    meter.spend_bytes(context.judging_cost(text.len()))?;
    let trust = if matches!(value, Value::Html(_)) { Trust::Html } else { Trust::Text };
    let text = html::admissible(&text, trust, context, out);
    html::write(&text, trust, context, |piece| meter.write(out, piece))
}

/// Appends the items to `out`, with commas between them, or as list items in the text of an HTML body, as Plunk does.
pub(crate) fn write_items(
    items: &[Value],
    part: MailPart,
    context: Context,
    meter: &Meter,
    out: &mut String,
) -> Result<(), LimitExceeded> {
    let is_list = part == MailPart::Html && context.is_text();
    let (open, separator, close) = if is_list { ("<li>", "</li>\n<li>", "</li>") } else { ("", ", ", "") };
    for (index, item) in items.iter().enumerate() {
        meter.write(out, if index == 0 { open } else { separator })?;
        write(item, part, context, meter, out)?;
    }
    if items.is_empty() { Ok(()) } else { meter.write(out, close) }
}

/// Spends the work of printing an array or object. The work of printing a text is spent when it is written.
pub(crate) fn pay_for_collection(value: &Value, meter: &Meter) -> Result<(), LimitExceeded> {
    match value {
        Value::List(_) | Value::Object(_) => meter.spend_bytes(measure(value, meter)?),
        _ => Ok(()),
    }
}

/// Spends the work of reading the whole value and returns its size in bytes.
pub(crate) fn measure(value: &Value, meter: &Meter) -> Result<usize, LimitExceeded> {
    let own = VALUE_BYTES + value.as_text().map_or(0, spelled_len);
    meter.spend_bytes(own)?;
    match value {
        Value::List(items) => items.iter().try_fold(own, |sum, item| Ok(sum + measure(item, meter)?)),
        Value::Object(entries) => {
            meter.spend_bytes(OBJECT_BYTES)?;
            entries.iter().try_fold(own + OBJECT_BYTES, |sum, (key, item)| {
                meter.spend_bytes(key.len())?;
                Ok(sum + key.len() + measure(item, meter)?)
            })
        }
        Value::Float(number) if !(1e-4..1e16).contains(&number.abs()) => Ok(own + MAX_FLOAT_BYTES),
        _ => Ok(own),
    }
}

/// The length of the text in bytes, with six bytes for each control character, which JSON writes as `\u0000`.
fn spelled_len(text: &str) -> usize {
    let is_control = |byte: &u8| *byte < b' ' && !matches!(byte, b'\n' | b'\r' | b'\t');
    text.len() + 5 * text.as_bytes().iter().filter(|byte| is_control(byte)).count()
}

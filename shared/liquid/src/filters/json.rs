//! The filter `json`, which is also called `jsonify` and `inspect`.

use super::call::{FilterCall, FilterError};
use crate::meter::{LimitExceeded, Meter};
use crate::print::{json_of, measure};
use crate::value::Value;

/// The factor by which JSON can be longer than the value: a control character is written in six, and the text is copied.
const MAX_GROWTH: usize = 9;
/// The largest indent of a level in blanks, as in JavaScript's `JSON.stringify`.
const MAX_INDENT: i64 = 10;

/// Writes the value as JSON. The argument is the indent of a level in blanks: with it each item stands on its own line.
pub(super) fn json(call: &FilterCall) -> Result<Value, FilterError> {
    call.meter.spend_bytes(measure(call.input, call.meter)?.saturating_mul(MAX_GROWTH))?;
    let json = json_of(call.input);
    let indent = call.integer(0)?.unwrap_or(0).clamp(0, MAX_INDENT);
    Ok(Value::text(match usize::try_from(indent) {
        Ok(indent @ 1..) => indented(&json, indent, call.meter)?,
        _ => json,
    }))
}

/// Breaks JSON without blanks into indented lines.
fn indented(json: &str, indent: usize, meter: &Meter) -> Result<String, LimitExceeded> {
    let (mut out, mut level, mut is_in_text, mut is_escaped) = (String::with_capacity(json.len()), 0, false, false);
    let mut characters = json.chars().peekable();
    while let Some(character) = characters.next() {
        let is_closed_at_once = matches!(characters.peek(), Some(']' | '}'));
        match character {
            _ if is_in_text => {
                out.push(character);
                is_in_text = is_escaped || character != '"';
                is_escaped = !is_escaped && character == '\\';
            }
            '[' | '{' if is_closed_at_once => out.extend([Some(character), characters.next()].into_iter().flatten()),
            '[' | '{' => {
                level += indent;
                out.push(character);
                break_line(&mut out, level, meter)?;
            }
            ']' | '}' => {
                level = level.saturating_sub(indent);
                break_line(&mut out, level, meter)?;
                out.push(character);
            }
            ',' => {
                out.push(character);
                break_line(&mut out, level, meter)?;
            }
            ':' => out.push_str(": "),
            _ => {
                out.push(character);
                is_in_text = character == '"';
            }
        }
    }
    Ok(out)
}

fn break_line(out: &mut String, blanks: usize, meter: &Meter) -> Result<(), LimitExceeded> {
    meter.spend_bytes(blanks.saturating_mul(MAX_GROWTH))?;
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', blanks));
    Ok(())
}

//! The filter `json`, which is `jsonify` and `inspect` too.

use super::{Call, Failure};
use crate::meter::{Limit, Meter};
use crate::print::{json_of, weigh};
use crate::value::Value;

/// How much longer JSON can be than the value, since a control character is six there, and that it is copied.
const GROWTH: usize = 9;
/// The most blanks that JavaScript puts before a line for each level.
const MAX_INDENT: i64 = 10;

/// The value as JSON. With an argument each item stands on a line of its own, after so many blanks for each level.
pub(super) fn json(call: &Call) -> Result<Value, Failure> {
    call.meter.spend_bytes(weigh(call.input, call.meter)?.saturating_mul(GROWTH))?;
    let json = json_of(call.input);
    let indent = call.integer(0)?.unwrap_or(0).clamp(0, MAX_INDENT);
    Ok(Value::text(match usize::try_from(indent) {
        Ok(indent @ 1..) => indented(&json, indent, call.meter)?,
        _ => json,
    }))
}

/// JSON without blanks, with its lines broken.
fn indented(json: &str, indent: usize, meter: &Meter) -> Result<String, Limit> {
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

fn break_line(out: &mut String, blanks: usize, meter: &Meter) -> Result<(), Limit> {
    meter.spend_bytes(blanks.saturating_mul(GROWTH))?;
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', blanks));
    Ok(())
}

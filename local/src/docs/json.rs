//! Examples as JSON, in the order in which they are written.

use saphyr::{Scalar, Yaml};
use serde_json::Value;

/// On one line, for a command.
pub(super) fn line(value: &Yaml<'_>) -> String {
    text(value, None)
}

/// On several lines, for reading.
pub(super) fn lines(value: &Yaml<'_>) -> String {
    text(value, Some(0))
}

/// `depth` is how deep the value stands, if it is to be on several lines.
fn text(value: &Yaml<'_>, depth: Option<usize>) -> String {
    let inside = depth.map(|depth| depth + 1);
    match value {
        Yaml::Sequence(items) => {
            let items: Vec<_> = items.iter().map(|item| text(item, inside)).collect();
            bracketed('[', &items, ']', depth)
        }
        Yaml::Mapping(entries) => {
            let entry = |(key, value): (&Yaml<'_>, &Yaml<'_>)| format!("{}: {}", text(key, None), text(value, inside));
            bracketed('{', &entries.iter().map(entry).collect::<Vec<_>>(), '}', depth)
        }
        Yaml::Value(scalar) => self::scalar(scalar).to_string(),
        _ => Value::Null.to_string(),
    }
}

fn scalar(scalar: &Scalar<'_>) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(is) => (*is).into(),
        Scalar::Integer(number) => (*number).into(),
        Scalar::FloatingPoint(number) => number.into_inner().into(),
        Scalar::String(text) => text.as_ref().into(),
    }
}

fn bracketed(open: char, items: &[String], close: char, depth: Option<usize>) -> String {
    match depth {
        Some(depth) if !items.is_empty() => {
            let indent = "  ".repeat(depth);
            format!("{open}\n{indent}  {}\n{indent}{close}", items.join(&format!(",\n{indent}  ")))
        }
        _ => format!("{open}{}{close}", items.join(", ")),
    }
}

//! Values as text: what `{{ }}` prints, what filters read, and how HTML is escaped.

use std::borrow::Cow;

use liquid_core::model::KStringCow;
use liquid_core::{ObjectView, Value, ValueView};

use super::meter::{Limit, Meter};

/// Bytes a value occupies beside its text.
const VALUE: usize = 64;
/// Bytes an object occupies beside its entries.
const OBJECT: usize = 256;

/// The value as it is printed: a string as it is, a number or boolean as in JSON, nothing for null, and JSON text for
/// an array or object (keys in order).
pub(super) fn text_of(value: &dyn ValueView) -> Cow<'_, str> {
    if is_string(value) {
        return value.as_scalar().map(liquid_core::model::ScalarCow::into_cow_str).unwrap_or_default();
    }
    if value.is_nil() || value.is_state() {
        return Cow::Borrowed("");
    }
    let mut text = String::new();
    write_json(value, &mut text);
    Cow::Owned(text)
}

/// Whether the value is a string.
pub(super) fn is_string(value: &dyn ValueView) -> bool {
    value.type_name() == "string"
}

/// How long the value is if it is a string, otherwise 0.
pub(super) fn length_of(value: &dyn ValueView) -> usize {
    if is_string(value) { text_of(value).len() } else { 0 }
}

/// Spends the work of reading the whole value and returns its size in bytes.
pub(super) fn weigh(value: &dyn ValueView, meter: &Meter) -> Result<usize, Limit> {
    let own = VALUE + length_of(value);
    meter.spend_bytes(own)?;
    if let Some(array) = value.as_array() {
        return array.values().try_fold(own, |sum, item| Ok(sum + weigh(item, meter)?));
    }
    let Some(object) = value.as_object() else { return Ok(own) };
    meter.spend_bytes(OBJECT)?;
    object.iter().try_fold(own + OBJECT, |sum, (key, item)| {
        meter.spend_bytes(key.len())?;
        Ok(sum + key.len() + weigh(item, meter)?)
    })
}

/// The entries of an object in the order of their keys.
pub(super) fn entries(object: &dyn ObjectView) -> Vec<(KStringCow<'_>, &dyn ValueView)> {
    let mut entries: Vec<_> = object.iter().collect();
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    entries
}

fn write_json(value: &dyn ValueView, out: &mut String) {
    if let Some(array) = value.as_array() {
        write_list(out, ['[', ']'], array.values(), write_json);
    } else if let Some(object) = value.as_object() {
        write_list(out, ['{', '}'], entries(object).into_iter(), |(key, value), out| {
            write_json_string(&key, out);
            out.push(':');
            write_json(value, out);
        });
    } else if is_string(value) {
        write_json_string(&text_of(value), out);
    } else {
        out.push_str(&json_scalar(value));
    }
}

fn write_list<T>(out: &mut String, ends: [char; 2], items: impl Iterator<Item = T>, write: impl Fn(T, &mut String)) {
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

fn json_scalar(value: &dyn ValueView) -> String {
    match value.as_scalar() {
        Some(scalar) if value.type_name() == "fractional number" => {
            serde_json::Value::from(scalar.to_float().unwrap_or_default()).to_string()
        }
        Some(scalar) => scalar.into_cow_str().into_owned(),
        None => "null".to_owned(),
    }
}

/// A string value.
pub(super) fn string(text: impl Into<String>) -> Value {
    Value::scalar(text.into())
}

/// What stands for a character that HTML could take for markup.
fn entity(c: char) -> Option<&'static str> {
    Some(match c {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => "&quot;",
        '\'' => "&#39;",
        _ => return None,
    })
}

/// Passes `text` to `write` piece by piece, with every character that could be markup as its entity.
pub(super) fn escaped<E>(text: &str, mut write: impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
    let mut start = 0;
    for (at, c) in text.char_indices() {
        if let Some(entity) = entity(c) {
            write(text.get(start..at).unwrap_or_default())?;
            write(entity)?;
            start = at + 1;
        }
    }
    write(text.get(start..).unwrap_or_default())
}

/// The text escaped for HTML.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let Ok(()) = escaped(text, |piece| {
        out.push_str(piece);
        Ok::<(), std::convert::Infallible>(())
    });
    out
}

/// The text escaped for HTML, except that the entities [`escape`] writes stay as they are.
pub(super) fn escape_once(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, part) in text.split('&').enumerate() {
        if index > 0 {
            let is_entity = ["lt;", "gt;", "#39;", "quot;", "amp;"].iter().any(|entity| part.starts_with(entity));
            out.push_str(if is_entity { "&" } else { "&amp;" });
        }
        out.push_str(&escape(part));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::scope::value_of;
    use super::*;
    use serde_json::json;

    #[test]
    fn values_print_as_json_does_and_strings_as_they_are() {
        let check = |value: serde_json::Value, expected: &str| assert_eq!(text_of(&value_of(value, 0)), expected);
        check(json!("a \"b\""), "a \"b\"");
        check(json!(1), "1");
        check(json!(1.5), "1.5");
        check(json!(1.0), "1.0");
        check(json!(u64::MAX), "18446744073709551615");
        check(json!(-3), "-3");
        check(json!(true), "true");
        check(json!(null), "");
        check(json!([1, "a\"", null, false, [2.5]]), r#"[1,"a\"",null,false,[2.5]]"#);
        check(json!({"b": {"c": []}, "a": "\n"}), r#"{"a":"\n","b":{"c":[]}}"#);
    }

    #[test]
    fn escaping_replaces_the_five_characters_of_markup() {
        assert_eq!(escape(r#"<é a="b" c='d'>&amp;"#), "&lt;é a=&quot;b&quot; c=&#39;d&#39;&gt;&amp;amp;");
        assert_eq!(escape_once("&amp; & < &x;"), "&amp; &amp; &lt; &amp;x;");
    }
}

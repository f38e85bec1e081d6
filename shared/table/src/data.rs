//! Contact data as a request gives it: what it stores, what it removes and what it uses once (contract section 7).

use std::{collections::BTreeSet, fmt, io};

use posthorn_errors::{FieldCode, FieldErrors, Limit};
use serde_json::{Map, Value};

/// Keys that belong to the platform; a request's own values for them are ignored.
const RESERVED: [&str; 7] = ["id", "email", "plunk_id", "plunk_email", "unsubscribeUrl", "subscribeUrl", "manageUrl"];
const KEYS: Limit = Limit::elements(0, 100, "key", "keys");
const KEY: Limit = Limit::characters(1, 128);
const BYTES: Limit = Limit::elements(0, 32 * 1024, "byte", "bytes");

/// The `data` of one request, checked. Its `Debug` shows nothing of it.
#[derive(Clone, Default, PartialEq)]
pub struct Data {
    /// Merged into the contact, and kept with a tracked event.
    pub stored: Map<String, Value>,
    /// Removed from the contact.
    pub removed: BTreeSet<String>,
    /// Used for this request alone.
    pub transient: Map<String, Value>,
}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Data").finish_non_exhaustive()
    }
}

impl Data {
    /// Checks the field `data` of a request and notes what is wrong with it; `None` and `null` are no data.
    #[must_use]
    pub fn check(value: Option<&Value>, fields: &mut FieldErrors) -> Self {
        let given = match value {
            None | Some(Value::Null) => return Self::default(),
            Some(Value::Object(given)) => given,
            Some(_) => {
                fields.push("data", FieldCode::InvalidType, "Must be an object.");
                return Self::default();
            }
        };
        if !KEYS.check_count(given.len(), "data", fields) {
            // Its keys are not looked at: the mistakes in them are more than an answer can hold.
            return Self::default();
        }
        check_size(given, fields);
        let mut data = Self::default();
        for (key, value) in given {
            check_key(key, fields);
            if !RESERVED.contains(&key.as_str()) {
                data.take(key, value);
            }
        }
        data
    }

    /// The keys that are stored, and the JSON texts of their values.
    pub fn stored_texts(&self) -> impl Iterator<Item = (&str, String)> {
        self.stored.iter().map(|(key, value)| (key.as_str(), value.to_string()))
    }

    /// True if it replaces or removes this key of a contact.
    #[must_use]
    pub fn changes(&self, key: &str) -> bool {
        self.stored.contains_key(key) || self.removed.contains(key)
    }

    /// True if it has a value for this key, to be stored or to be used once.
    #[must_use]
    pub fn gives(&self, key: &str) -> bool {
        self.stored.contains_key(key) || self.transient.contains_key(key)
    }

    /// Its removals alone.
    #[must_use]
    pub fn removals(&self) -> Self {
        Self { removed: self.removed.clone(), ..Self::default() }
    }

    fn take(&mut self, key: &str, value: &Value) {
        let (value, persistent) = unwrap(value);
        match value {
            Value::String(text) if text.is_empty() => {}
            value if !persistent => {
                self.transient.insert(key.to_owned(), value.clone());
            }
            Value::Null => {
                self.removed.insert(key.to_owned());
            }
            value => {
                self.stored.insert(key.to_owned(), value.clone());
            }
        }
    }
}

/// The value inside `{"value":…,"persistent":…}`, or the value itself, and whether to store it.
fn unwrap(value: &Value) -> (&Value, bool) {
    if let Value::Object(wrapped) = value
        && wrapped.len() == 2
        && let (Some(inner), Some(Value::Bool(persistent))) = (wrapped.get("value"), wrapped.get("persistent"))
    {
        return (inner, *persistent);
    }
    (value, true)
}

fn check_size(given: &Map<String, Value>, fields: &mut FieldErrors) {
    let mut counter = Counter(0);
    if serde_json::to_writer(&mut counter, given).is_ok() && counter.0 as u64 > BYTES.most {
        fields.push("data", FieldCode::TooLarge, format!("Must be {} of JSON.", BYTES.at_most()));
    }
}

/// Counts what is written to it.
struct Counter(usize);

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn check_key(key: &str, fields: &mut FieldErrors) {
    let length = key.chars().count() as u64;
    if length < KEY.least {
        fields.push("data", FieldCode::TooShort, format!("Every key must have {}.", KEY.at_least()));
    } else if length > KEY.most {
        fields.push("data", FieldCode::TooLong, format!("Every key must have {}.", KEY.at_most()));
    } else if key.chars().any(char::is_control) {
        fields.push("data", FieldCode::InvalidValue, "No key may have control characters.");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(given: &Value) -> (Data, usize) {
        let mut fields = FieldErrors::default();
        let data = Data::check(Some(given), &mut fields);
        (data, fields.count())
    }

    #[test]
    fn null_removes_and_empty_is_ignored() {
        let (data, errors) = check(&json!({"a": 1, "b": null, "c": "", "d": false}));
        assert_eq!(errors, 0);
        assert_eq!(Value::Object(data.stored), json!({"a": 1, "d": false}));
        assert_eq!(data.removed.into_iter().collect::<Vec<_>>(), ["b"]);
        assert!(data.transient.is_empty());
    }

    #[test]
    fn a_wrapped_value_says_whether_it_stays() {
        let (data, _) = check(&json!({
            "once": {"value": "x", "persistent": false},
            "kept": {"value": "y", "persistent": true},
            "gone": {"value": null, "persistent": true},
            "more": {"value": "z", "persistent": true, "other": 1},
            "text": {"value": "z", "persistent": "no"},
        }));
        assert_eq!(Value::Object(data.transient), json!({"once": "x"}));
        assert_eq!(data.stored["kept"], "y");
        assert!(data.removed.contains("gone"));
        assert!(data.stored["more"].is_object() && data.stored["text"].is_object());
    }

    #[test]
    fn it_gives_what_it_stores_or_uses_once_and_not_what_it_removes() {
        let (data, _) =
            check(&json!({"kept": 1, "gone": null, "once": {"value": null, "persistent": false}, "empty": ""}));
        let given: Vec<_> =
            ["kept", "gone", "once", "empty", "other"].into_iter().filter(|key| data.gives(key)).collect();
        assert_eq!(given, ["kept", "once"]);
    }

    #[test]
    fn reserved_keys_are_ignored() {
        let (data, errors) = check(&json!({"id": 1, "email": "x", "plunk_id": 2, "manageUrl": "u", "mine": 1}));
        assert_eq!((data.stored.len(), errors), (1, 0));
    }

    #[test]
    fn what_is_too_much_is_refused() {
        let keys = |count: usize| Value::Object((0..count).map(|i| (format!("k{i}"), json!(1))).collect());
        assert_eq!(check(&keys(100)).1, 0);
        assert_eq!(check(&keys(101)).1, 1);
        let bad = Value::Object((0..10_000).map(|i| (format!("\n{i}"), json!(1))).collect());
        assert_eq!(check(&bad).1, 1, "one mistake, not one a key");
        assert_eq!(check(&json!({"a": "x".repeat(32 * 1024 - 8)})).1, 0);
        assert_eq!(check(&json!({"a": "x".repeat(32 * 1024 - 7)})).1, 1);
        assert_eq!(check(&json!({"": 1})).1, 1);
        assert_eq!(check(&json!({"ü".repeat(128): 1})).1, 0);
        assert_eq!(check(&json!({"ü".repeat(129): 1})).1, 1);
        assert_eq!(check(&json!({"a\nb": 1})).1, 1);
        assert_eq!(check(&json!({"__proto__": 1, "a.b": 2, "#": 3})).1, 0);
        assert_eq!(check(&json!([])).1, 1);
    }
}

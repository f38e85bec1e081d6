//! Reading the fields of a JSON object, noting what is wrong instead of stopping at it.

use serde_json::{Map, Value};

use crate::{
    Boolean, Change, Choice, Enumeration, FieldCode, FieldErrors, FieldType, JsonArray, JsonObject, Text, ValueError,
};

/// A JSON object of a request, and the path at which it stands. `null` counts as absent.
#[derive(Debug, Clone)]
pub struct Object<'a> {
    fields: &'a Map<String, Value>,
    path: String,
}

impl<'a> Object<'a> {
    /// The whole body.
    #[must_use]
    pub fn body(fields: &'a Map<String, Value>) -> Self {
        Self { fields, path: String::new() }
    }

    /// An object at `path` inside the body.
    #[must_use]
    pub fn at(path: impl Into<String>, fields: &'a Map<String, Value>) -> Self {
        Self { fields, path: path.into() }
    }

    /// The path of a field of this object.
    #[must_use]
    pub fn path(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// A field of any type.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        self.fields.get(name).filter(|value| !value.is_null())
    }

    /// A field that is to be an object. `[]` counts as absent: it is how PHP writes an empty map.
    #[must_use]
    pub fn map(&self, name: &str) -> Option<&'a Value> {
        self.get(name).filter(|value| value.as_array().is_none_or(|list| !list.is_empty()))
    }

    /// A field of any type, if it is there and as it must be.
    pub fn read<K: FieldType>(&self, name: &str, kind: &K, errors: &mut FieldErrors) -> Option<K::Value<'a>> {
        errors.keep(|| self.path(name), kind.parse_json(self.get(name)?))
    }

    /// A field of a PATCH that may be `null`. One that is wrong is noted and changes nothing.
    pub fn change<K: FieldType>(&self, name: &str, kind: &K, errors: &mut FieldErrors) -> Change<K::Value<'a>> {
        match self.fields.get(name) {
            None => Change::Unchanged,
            Some(Value::Null) => Change::Cleared,
            Some(json) => errors.keep(|| self.path(name), kind.parse_json(json)).map_or(Change::Unchanged, Change::Set),
        }
    }

    /// A field of a PATCH that cannot be `null`, because what it names must have a value. `None` if it is absent.
    pub fn replacement<K: FieldType>(&self, name: &str, kind: &K, errors: &mut FieldErrors) -> Option<K::Value<'a>> {
        let read = match self.fields.get(name)? {
            Value::Null => Err(ValueError { code: FieldCode::InvalidType, message: "Must not be null.".into() }),
            json => kind.parse_json(json),
        };
        errors.keep(|| self.path(name), read)
    }

    /// A text field, if it is there and as it must be.
    pub fn text(&self, name: &str, rule: Text, errors: &mut FieldErrors) -> Option<&'a str> {
        self.read(name, &rule, errors)
    }

    /// A string field, if it is there and a string.
    pub fn string(&self, name: &str, errors: &mut FieldErrors) -> Option<&'a str> {
        self.read(name, &Text::ANY, errors)
    }

    /// A value of an enumeration, by its name.
    pub fn choice<T: Enumeration>(&self, name: &str, errors: &mut FieldErrors) -> Option<T> {
        self.read(name, &Choice::new(), errors)
    }

    /// A boolean field, if it is there and a boolean.
    pub fn boolean(&self, name: &str, errors: &mut FieldErrors) -> Option<bool> {
        self.read(name, &Boolean, errors)
    }

    /// An object field, if it is there and an object; see [`Object::map`].
    pub fn object(&self, name: &str, errors: &mut FieldErrors) -> Option<Object<'a>> {
        self.map(name)?;
        let fields = self.read(name, &JsonObject, errors)?;
        Some(Object { fields, path: self.path(name) })
    }

    /// An array field, if it is there and an array.
    pub fn array(&self, name: &str, errors: &mut FieldErrors) -> Option<&'a [Value]> {
        self.read(name, &JsonArray, errors)
    }

    /// The names and values, as they come.
    pub fn entries(&self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.fields.iter()
    }

    /// Notes that a field is missing.
    pub fn required(&self, name: &str, errors: &mut FieldErrors) {
        errors.push(self.path(name), FieldCode::Required, "Is required.");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::{Code, Failure, Id, Limit, Time, WholeNumber};

    const NUMBER: WholeNumber = WholeNumber(Limit::number(1, 9));

    /// Reads a field `f` of an object, and gives the mistakes as (field, message).
    fn read<T>(body: &Value, read: impl Fn(&Object<'_>, &mut FieldErrors) -> T) -> (T, Vec<(String, String)>) {
        let mut errors = FieldErrors::default();
        let value = read(&Object::at("a.0", body.as_object().unwrap()), &mut errors);
        let failure = errors.finish().err();
        assert!(failure.as_ref().is_none_or(|failure| failure.code() == Code::ValidationError));
        let errors = failure.iter().flat_map(Failure::field_errors);
        (value, errors.map(|error| (error.field.clone(), error.message.clone().into_owned())).collect())
    }

    fn check_change(kind: &impl FieldType, right: &Value, wrong: &Value) {
        for (body, expected, is_wrong) in [
            (json!({}), "unchanged", false),
            (json!({ "f": null }), "cleared", false),
            (json!({ "f": right }), "set", false),
            (json!({ "f": wrong }), "unchanged", true),
        ] {
            let (change, errors) = read(&body, |object, errors| match object.change("f", kind, errors) {
                Change::Unchanged => "unchanged",
                Change::Cleared => "cleared",
                Change::Set(_) => "set",
            });
            let wrong: Vec<_> = errors.into_iter().map(|(field, _)| field).collect();
            assert_eq!(
                (change, wrong),
                (expected, is_wrong.then(|| "a.0.f".to_owned()).into_iter().collect()),
                "{body}"
            );
        }
    }

    #[test]
    fn a_patch_tells_absent_null_and_a_value_apart_for_every_type() {
        check_change(&Text { limit: Limit::characters(1, 3), control: false }, &json!("abc"), &json!("abcd"));
        check_change(&NUMBER, &json!(9), &json!(10));
        check_change(&Boolean, &json!(false), &json!(0));
        check_change(&Id, &json!("7d444840-9dc0-41d1-b245-5ffdce74fad2"), &json!("x"));
        check_change(&Time, &json!("2026-11-27"), &json!(0));
        check_change(&JsonObject, &json!([]), &json!([1]));
        check_change(&JsonArray, &json!([]), &json!({}));
    }

    #[test]
    fn what_must_have_a_value_cannot_be_null_in_a_patch() {
        let replacement = |body: &Value| read(body, |object, errors| object.replacement("f", &NUMBER, errors));
        assert_eq!(replacement(&json!({})), (None, vec![]));
        assert_eq!(replacement(&json!({"f": 2})), (Some(2), vec![]));
        assert_eq!(replacement(&json!({"f": null})), (None, vec![("a.0.f".into(), "Must not be null.".into())]));
        let range = "Must be a whole number from 1 to 9.";
        assert_eq!(replacement(&json!({"f": 0})), (None, vec![("a.0.f".into(), range.into())]));
    }

    #[test]
    fn null_counts_as_absent_and_an_empty_array_as_no_object() {
        let absent = json!({"f": null, "g": []});
        let ((), errors) = read(&absent, |object, errors| {
            assert!(object.read("f", &NUMBER, errors).is_none() && object.text("f", Text::ANY, errors).is_none());
            assert!(object.object("g", errors).is_none());
        });
        assert_eq!(errors, []);
    }

    #[test]
    fn every_wrong_field_is_noted_at_its_path() {
        let body = json!({"n": "1", "b": "true", "o": [1], "l": {}, "s": 1});
        let ((), errors) = read(&body, |object, errors| {
            assert!(object.read("n", &NUMBER, errors).is_none());
            assert!(object.boolean("b", errors).is_none());
            assert!(object.object("o", errors).is_none());
            assert!(object.array("l", errors).is_none());
            assert!(object.string("s", errors).is_none());
            object.required("r", errors);
        });
        let expected = [
            ("a.0.n", "Must be a number."),
            ("a.0.b", "Must be a boolean."),
            ("a.0.o", "Must be an object."),
            ("a.0.l", "Must be an array."),
            ("a.0.s", "Must be a string."),
            ("a.0.r", "Is required."),
        ];
        assert_eq!(errors, expected.map(|(field, message)| (field.to_owned(), message.to_owned())));
    }

    /// Values of every JSON type, many of which are nearly right.
    fn values() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-2..12i64).prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "[ab\n]{0,5}".prop_map(Value::from),
            Just(json!([])),
            Just(json!({})),
        ]
    }

    /// Reads a field in every way, and checks that each gives a value or notes a mistake at the field's path, and never both.
    fn check_field(kind: &impl FieldType, json: &Value) {
        let body = json!({ "f": json });
        for (value, errors) in [
            read(&body, |object, errors| object.read("f", kind, errors).is_some()),
            read(&body, |object, errors| object.replacement("f", kind, errors).is_some()),
            read(&body, |object, errors| matches!(object.change("f", kind, errors), Change::Set(_))),
        ] {
            assert!(json.is_null() || value == errors.is_empty(), "{body}");
            assert!(!json.is_null() || !value, "{body}");
            assert!(errors.len() <= 1 && errors.iter().all(|(field, _)| field == "a.0.f"), "{body}");
        }
    }

    proptest! {
        #[test]
        fn any_field_is_read_or_named(json in values()) {
            check_field(&Text { limit: Limit::characters(1, 3), control: false }, &json);
            check_field(&NUMBER, &json);
            check_field(&Boolean, &json);
            check_field(&Id, &json);
            check_field(&Time, &json);
            check_field(&JsonObject, &json);
            check_field(&JsonArray, &json);
        }
    }
}

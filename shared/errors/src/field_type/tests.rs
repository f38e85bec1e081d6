use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::Limit;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Colour {
    Red,
    Green,
    Blue,
}

impl Enumeration for Colour {
    const ALL: &'static [Self] = &[Self::Red, Self::Green, Self::Blue];

    fn name(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Green => "green",
            Self::Blue => "blue",
        }
    }
}

const NUMBER: WholeNumber = WholeNumber(Limit::number(1, 100));
const TEXT: Text = Text { limit: Limit::characters(2, 3), control: false };

fn message<T>(read: Result<T, ValueError>) -> Result<T, String> {
    read.map_err(|error| error.message.into_owned())
}

#[test]
fn a_whole_number_may_be_written_as_json_writes_numbers() {
    for (json, expected) in [("1", 1), ("100", 100), ("1.0", 1), ("1e1", 10), ("0.5e1", 5), ("100.000", 100)] {
        let json: Value = serde_json::from_str(json).unwrap();
        assert_eq!(NUMBER.parse_json(&json), Ok(expected), "{json}");
    }
    for json in ["0", "-0.0", "-1", "101", "1.5", "1e300", "-1e300", "18446744073709551616"] {
        let json: Value = serde_json::from_str(json).unwrap();
        let error = NUMBER.parse_json(&json).unwrap_err();
        assert_eq!(error, ValueError::invalid("Must be a whole number from 1 to 100."), "{json}");
    }
    for json in [json!("1"), json!(true), json!([1]), json!({})] {
        assert_eq!(NUMBER.parse_json(&json), Err(ValueError::wrong_type("a number")), "{json}");
    }
}

#[test]
fn floats_that_stand_for_several_whole_numbers_are_none() {
    let any = WholeNumber(Limit::number(0, u64::MAX));
    assert_eq!(any.parse_json(&json!(u64::MAX)), Ok(u64::MAX));
    assert_eq!(any.parse_json(&json!(9_007_199_254_740_991.0)), Ok(9_007_199_254_740_991));
    assert!(any.parse_json(&json!(9_007_199_254_740_992.0)).is_err());
}

#[test]
fn a_parameters_number_is_digits_and_at_most_the_most() {
    for (text, expected) in
        [("1", 1), ("007", 7), ("100", 100), ("101", 100), ("18446744073709551615", 100), ("99999999999999999999", 100)]
    {
        assert_eq!(NUMBER.parse_text(text), Ok(expected), "{text}");
    }
    for text in ["", "0", "00", "-1", "+1", " 1", "1e3", "1.0", "0x1", "1_0", "١", "one"] {
        let error = NUMBER.parse_text(text).unwrap_err();
        assert_eq!(error, ValueError::invalid("Must be a whole number, at least 1."), "{text:?}");
    }
}

#[test]
fn a_choice_is_one_of_the_names_which_the_message_lists() {
    let colour = Choice::<Colour>::new();
    assert_eq!(colour.parse_json(&json!("green")), Ok(Colour::Green));
    assert_eq!(colour.parse_text("blue"), Ok(Colour::Blue));
    for text in ["Green", " green", "", "grey"] {
        assert_eq!(
            message(colour.parse_text(text)),
            Err("Must be \"red\", \"green\" or \"blue\".".to_owned()),
            "{text}"
        );
    }
    assert_eq!(colour.parse_json(&json!(["red"])), Err(ValueError::wrong_type("a string")));
}

#[test]
fn an_id_is_a_uuid_with_hyphens() {
    for text in ["7d444840-9dc0-41d1-b245-5ffdce74fad2", "7D444840-9DC0-41D1-B245-5FFDCE74FAD2"] {
        assert_eq!(Id.parse_text(text).unwrap().to_string(), text.to_lowercase());
    }
    for text in [
        "",
        "7d4448409dc041d1b2455ffdce74fad2",
        "{7d444840-9dc0-41d1-b245-5ffdce74fad2}",
        "urn:uuid:7d444840-9dc0-41d1-b245-5ffdce74fad2",
        "7d444840-9dc0-41d1-b245-5ffdce74fad",
        "7d444840-9dc0-41d1-b245-5ffdce74fadg",
        "7d4448409-dc0-41d1-b245-5ffdce74fad2",
        "üüüüüüüüüüüüüüüüüü",
        " 7d444840-9dc0-41d1-b245-5ffdce74fad2",
    ] {
        assert_eq!(message(Id.parse_text(text)), Err("Must be a UUID.".to_owned()), "{text}");
    }
}

#[test]
fn a_time_is_a_date_time_of_rfc_3339_or_a_date() {
    for (text, expected) in [
        ("2026-11-27T10:30:00Z", "2026-11-27T10:30:00.000Z"),
        ("2026-11-27t10:30:00z", "2026-11-27T10:30:00.000Z"),
        ("2026-11-27T10:30:00.1Z", "2026-11-27T10:30:00.100Z"),
        ("2026-11-27T10:30:00.123999999Z", "2026-11-27T10:30:00.123Z"),
        ("2026-11-27T10:30:00+01:00", "2026-11-27T09:30:00.000Z"),
        ("2026-11-27T10:30:00.5-23:59", "2026-11-28T10:29:00.500Z"),
        ("2026-11-27T10:30:00-00:00", "2026-11-27T10:30:00.000Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.000Z"),
        ("2026-11-27", "2026-11-27T00:00:00.000Z"),
        ("2028-02-29", "2028-02-29T00:00:00.000Z"),
        ("0000-01-01", "0000-01-01T00:00:00.000Z"),
    ] {
        assert_eq!(Time.parse_text(text).map(|at| format!("{at:.3}")).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn other_forms_of_times_are_refused() {
    for text in [
        "",
        "now",
        "1764498600",
        "2026-11-27T10:30:00",
        "2026-11-27T10:30Z",
        "2026-11-27 10:30:00Z",
        "2026-11-27T10:30:00 01:00",
        "2026-11-27T10:30:00+01",
        "2026-11-27T10:30:00+0100",
        "2026-11-27T10:30:00.Z",
        "2026-11-27T10:30:00,5Z",
        "2026-11-27T10:30:00.1234567891Z",
        "2026-11-27T10:30:00Z[Europe/Berlin]",
        "2026-11-27T24:00:00Z",
        "2026-02-29",
        "2026-13-01",
        "26-11-27",
        "20261127",
        "20261127T103000Z",
        "+002026-11-27T10:30:00Z",
        "9999-12-31T23:59:59-23:59",
        "2026-11-27T10:30:0üZ",
        "٢٠٢٦-11-27",
    ] {
        let error = Time.parse_text(text).unwrap_err();
        assert!(error.code == FieldCode::InvalidValue && error.message.starts_with("Must be a time such as"), "{text}");
    }
}

#[test]
fn a_text_has_so_many_characters_and_none_that_are_forbidden() {
    for (text, expected) in [
        ("a", Some((FieldCode::TooShort, "Must have at least 2 characters."))),
        ("üü", None),
        ("üüü", None),
        ("abcd", Some((FieldCode::TooLong, "Must have at most 3 characters."))),
        ("a\n", Some((FieldCode::InvalidValue, "Must not have control characters or line breaks."))),
    ] {
        let error = TEXT.parse_text(text).err();
        assert_eq!(error.as_ref().map(|error| (error.code, &*error.message)), expected, "{text:?}");
    }
    assert_eq!(Text::ANY.parse_json(&json!("")), Ok(""));
}

#[test]
fn an_empty_array_is_an_empty_object() {
    assert_eq!(JsonObject.parse_json(&json!([])).unwrap().len(), 0);
    assert_eq!(JsonObject.parse_json(&json!([1])), Err(ValueError::wrong_type("an object")));
    assert_eq!(JsonArray.parse_json(&json!({})), Err(ValueError::wrong_type("an array")));
    assert_eq!(Boolean.parse_json(&json!("true")), Err(ValueError::wrong_type("a boolean")));
    assert_eq!(Boolean.parse_text("false"), Ok(false));
    assert_eq!(message(Boolean.parse_text("1")), Err("Must be \"true\" or \"false\".".to_owned()));
}

/// Texts of which nothing stands in a message by chance, and texts that are nearly right.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        "[§¶µ]{8,20}",
        any::<String>(),
        "[0-9]{1,25}",
        "[0-9]{4}-[0-9]{2}-[0-9]{2}",
        "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{1,10})?(Z|[+-][0-2][0-9]:[0-5][0-9])",
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    ]
}

fn values() -> impl Strategy<Value = Value> {
    prop_oneof![
        texts().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        texts().prop_map(|text| json!([text])),
        texts().prop_map(|text| json!({ text: 1 })),
    ]
}

/// Holds a reader to a value for which `is_right` holds, or a message that does not repeat what was read.
fn check<T>(read: Result<T, ValueError>, given: &str, is_right: impl Fn(T) -> bool) {
    match read {
        Ok(value) => assert!(is_right(value), "{given}"),
        Err(error) => assert!(!(given.contains("§¶") && error.message.contains(given)), "{}", error.message),
    }
}

fn is_milliseconds(at: jiff::Timestamp) -> bool {
    at.subsec_nanosecond() % 1_000_000 == 0
}

fn fits(text: &str) -> bool {
    (2..=3).contains(&text.chars().count()) && !text.contains(char::is_control)
}

proptest! {
    #[test]
    fn any_text_is_a_value_within_its_limits_or_a_mistake(text in texts()) {
        check(NUMBER.parse_text(&text), &text, |number| (1..=100).contains(&number));
        check(TEXT.parse_text(&text), &text, fits);
        check(Choice::<Colour>::new().parse_text(&text), &text, |colour| colour.name() == text);
        check(Id.parse_text(&text), &text, |id| id.to_string() == text.to_ascii_lowercase());
        check(Time.parse_text(&text), &text, is_milliseconds);
        check(Boolean.parse_text(&text), &text, |flag| flag.to_string() == text);
    }

    #[test]
    fn any_json_is_a_value_within_its_limits_or_a_mistake(json in values()) {
        let given = json.to_string();
        check(NUMBER.parse_json(&json), &given, |number| (1..=100).contains(&number));
        check(TEXT.parse_json(&json), &given, fits);
        check(Choice::<Colour>::new().parse_json(&json), &given, |colour| json == colour.name());
        check(Id.parse_json(&json), &given, |id| json.as_str().unwrap().to_ascii_lowercase() == id.to_string());
        check(Time.parse_json(&json), &given, is_milliseconds);
        check(Boolean.parse_json(&json), &given, |flag| json == flag);
        check(JsonObject.parse_json(&json), &given, |_| json.is_object());
        check(JsonArray.parse_json(&json), &given, |_| json.is_array());
    }

    #[test]
    fn a_time_as_the_api_writes_it_reads_back(milliseconds in -62_135_596_800_000_i64..253_402_200_000_000) {
        let at = jiff::Timestamp::from_millisecond(milliseconds).unwrap();
        prop_assert_eq!(Time.parse_text(&format!("{at:.3}")), Ok(at));
    }
}

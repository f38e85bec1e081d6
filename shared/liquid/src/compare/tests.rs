use super::*;
use crate::mail_part::MailPart;

fn value(json: &str) -> Value {
    serde_json::from_str::<serde_json::Value>(json).unwrap().into()
}

fn meter() -> Meter {
    Meter::new(0, MailPart::Html)
}

#[test]
fn values_of_one_kind_are_equal_if_their_contents_are() {
    let check = |a: &str, b: &str, expected| {
        assert_eq!(equal(&value(a), &value(b), &meter()), Ok(expected), "{a} {b}");
        assert_eq!(equal(&value(b), &value(a), &meter()), Ok(expected), "{b} {a}");
    };
    check("1", "1.0", true);
    check("0.0", "-0.0", true);
    check("1", r#""1""#, false);
    check("1", "true", false);
    check("0", "false", false);
    check("null", "false", false);
    check("null", "null", true);
    check(r#""a""#, r#""a""#, true);
    check(r#""a""#, r#""A""#, false);
    check("9007199254740993", "9007199254740992.0", false);
    check("9223372036854775807", "9223372036854775808.0", false);
    check("[1, [2.0]]", "[1.0, [2]]", true);
    check("[1, 2]", "[1]", false);
    check("[]", r#""""#, false);
    check(r#"{"a": 1, "b": [2]}"#, r#"{"b": [2], "a": 1}"#, true);
    check(r#"{"a": null}"#, r#"{"b": null}"#, false);
    check(r#"{"a": 1}"#, r#"{"a": 1, "b": 2}"#, false);
}

#[test]
fn html_ranges_and_keywords_are_equal_to_others_of_their_kind() {
    let check = |a: &Value, b: &Value, expected| assert_eq!(equal(a, b, &meter()), Ok(expected), "{a:?} {b:?}");
    check(&Value::Html("a".into()), &Value::text("a"), true);
    check(&Value::Range(1, 3), &Value::Range(1, 3), true);
    check(&Value::Range(1, 3), &Value::Range(1, 4), false);
    check(&Value::Range(1, 3), &value("[1, 2, 3]"), false);
    check(&Value::Empty, &Value::Empty, true);
    check(&Value::Empty, &Value::Blank, false);
    check(&Value::Blank, &Value::Empty, false);
}

#[test]
fn empty_and_blank_equal_values_without_content() {
    let check = |json: &str, is_empty, is_blank| {
        for (word, expected) in [(Value::Empty, is_empty), (Value::Blank, is_blank)] {
            assert_eq!(equal(&word, &value(json), &meter()), Ok(expected), "{word:?} {json}");
            assert_eq!(equal(&value(json), &word, &meter()), Ok(expected), "{json} {word:?}");
        }
    };
    for nothing in [r#""""#, "[]", "{}"] {
        check(nothing, true, true);
    }
    for blank in ["null", "false", r#"" \n\t""#] {
        check(blank, false, true);
    }
    for there in ["0", "0.0", "true", r#""a""#, "[null]", r#"{"a": null}"#] {
        check(there, false, false);
    }
}

#[test]
fn numbers_and_texts_have_an_order() {
    let check = |a: &str, b: &str, expected: Option<Ordering>| {
        assert_eq!(order(&value(a), &value(b)), expected, "{a} {b}");
        assert_eq!(order(&value(b), &value(a)), expected.map(Ordering::reverse), "{b} {a}");
    };
    check("1", "2", Some(Ordering::Less));
    check("1", "1.0", Some(Ordering::Equal));
    check("1", "1.5", Some(Ordering::Less));
    check("-1", "-1.5", Some(Ordering::Greater));
    check("9007199254740993", "9007199254740992.0", Some(Ordering::Greater));
    check("9223372036854775807", "9223372036854775808.0", Some(Ordering::Less));
    check("-9223372036854775808", "-9223372036854775808.0", Some(Ordering::Equal));
    check("9223372036854775807", "1e300", Some(Ordering::Less));
    check("-9223372036854775808", "-1e300", Some(Ordering::Greater));
    check(r#""abc""#, r#""acb""#, Some(Ordering::Less));
    check(r#""B""#, r#""a""#, Some(Ordering::Less));
    for other in ["null", "true", r#""1""#, "[1]", "{}"] {
        check(other, "1", None);
    }
    assert_eq!(order(&Value::Empty, &Value::Integer(1)), None);
    assert_eq!(order(&Value::Float(f64::NAN), &Value::Integer(1)), None);
}

#[test]
fn values_contain_others() {
    let check = |a: &str, b: &str, expected| {
        assert_eq!(contains(&value(a), &value(b), &meter()), Ok(expected), "{a} contains {b}");
    };
    check(r#""hello""#, r#""llo""#, true);
    check(r#""hello""#, r#""""#, true);
    check(r#""hel9lo""#, "9", true);
    check(r#""hello""#, r#""x""#, false);
    check("[1, [2], 3.0]", "3", true);
    check("[1, [2]]", "[2]", true);
    check("[1, 2]", r#""1""#, false);
    check(r#"{"a": null}"#, r#""a""#, true);
    check(r#"{"9": 1}"#, "9", true);
    check(r#"{"a": "b"}"#, r#""b""#, false);
    for (holder, nothing) in
        [("[null, false]", "null"), ("[null, false]", "false"), (r#""false""#, "false"), (r#""a""#, "null")]
    {
        check(holder, nothing, false);
    }
    for holder in ["null", "12", "true"] {
        check(holder, "1", false);
    }
    let in_range = |json: &str| contains(&Value::Range(1, 3), &value(json), &meter());
    assert_eq!(
        (in_range("3"), in_range("2.5"), in_range("4"), in_range(r#""2""#)),
        (Ok(true), Ok(true), Ok(false), Ok(false))
    );
}

#[test]
fn comparing_is_paid_for() {
    let spent = |compare: &dyn Fn(&Meter) -> Result<bool, LimitExceeded>| {
        let meter = meter();
        (0..10_000).any(|_| compare(&meter) == Err(LimitExceeded::Work))
    };
    let list = Value::list(vec![Value::Integer(1); 1000]);
    let object = Value::Object(Object::from_iter([("a".repeat(10_000).into(), Value::Nil)]).into());
    let text = Value::text("a".repeat(100_000));
    assert!(spent(&|meter| equal(&list, &list, meter)));
    assert!(spent(&|meter| equal(&object, &object, meter)));
    assert!(spent(&|meter| equal(&text, &text, meter)));
    assert!(spent(&|meter| equal(&Value::Blank, &text, meter)));
    assert!(spent(&|meter| contains(&text, &Value::text("b"), meter)));
    assert!(spent(&|meter| contains(&list, &Value::Integer(2), meter)));
    assert!(spent(&|meter| contains(&Value::text("a"), &list, meter)));
}

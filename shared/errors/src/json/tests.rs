use proptest::prelude::*;
use serde_json::json;

use super::*;

fn read(text: impl AsRef<[u8]>) -> Result<Value, JsonError> {
    read_json(text.as_ref(), &mut JsonLimits::BODY.clone())
}

fn nested(levels: usize) -> String {
    format!(r#"{{"first": 1, "data": {}{}}}"#, "[".repeat(levels), "]".repeat(levels))
}

#[test]
fn half_a_surrogate_pair_is_the_replacement_character() {
    for (text, expected) in [
        (r#""\ud83d""#, "\u{fffd}"),
        (r#""a\uD83Db""#, "a\u{fffd}b"),
        (r#""\ude00""#, "\u{fffd}"),
        (r#""\ud83d\ude00""#, "😀"),
        (r#""\ude00\ud83d""#, "\u{fffd}\u{fffd}"),
        (r#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"),
        (r#""\ud83d\u0041""#, "\u{fffd}A"),
        (r#""\ud83d\n\"""#, "\u{fffd}\n\""),
        (r#""\\ud83d""#, r"\ud83d"),
        (r#""\\\ud83d""#, "\\\u{fffd}"),
        (r#""\ud7ff\ue000""#, "\u{d7ff}\u{e000}"),
    ] {
        assert_eq!(read(text), Ok(expected.into()), "{text}");
    }
    assert_eq!(read(r#"{"\udead": {"\ud83d": "x"}}"#), Ok(json!({"\u{fffd}": {"\u{fffd}": "x"}})));
    for text in [r#""\ud83""#, r#""\ud83g""#, r#""\ud83d"#, r#""\"#, r"\ud83d", r#""\u+d8d""#] {
        assert!(matches!(read(text), Err(JsonError::Syntax { .. })), "{text}");
    }
}

#[test]
fn of_two_entries_with_one_key_the_later_counts() {
    assert_eq!(read(r#"{"a": 1, "b": 2, "a": {"c": 3, "c": 4}}"#), Ok(json!({"a": {"c": 4}, "b": 2})));
}

#[test]
fn a_byte_order_mark_is_skipped_once() {
    assert_eq!(read(b"\xef\xbb\xbf{}"), Ok(json!({})));
    assert_eq!(read("\u{feff}[\"\u{feff}\"]"), Ok(json!(["\u{feff}"])));
    for text in [&b"\xef\xbb{}"[..], "\u{feff}\u{feff}{}".as_bytes(), b"\xff\xfe{\0}\0", b"\xef\xbb\xbf"] {
        assert!(matches!(read(text), Err(JsonError::Syntax { .. })), "{text:?}");
    }
}

#[test]
fn bytes_that_are_not_utf8_stay_an_error() {
    for text in [&b"\"\xff\""[..], b"{\"\xc3\":1}", b"\"\xed\xa0\xbd\""] {
        assert!(matches!(read(text), Err(JsonError::Syntax { .. })), "{text:?}");
    }
}

#[test]
fn depth_is_bounded_and_the_field_named() {
    assert!(read(nested(MAX_LEVELS)).is_ok());
    for levels in [MAX_LEVELS + 1, 127, 128, 1_000_000] {
        assert_eq!(read(nested(levels)), Err(JsonError::TooDeep { field: "data".into() }), "{levels}");
    }
}

#[test]
fn values_are_bounded_wherever_they_are() {
    let list = |count: usize| format!(r#"{{"data":[{}1]}}"#, "1,".repeat(count - 1));
    assert!(read(list(MAX_VALUES - 2)).is_ok(), "the body and the list are values, too");
    assert_eq!(read(list(MAX_VALUES - 1)), Err(JsonError::TooManyValues { field: "data".into() }));
    let maps = format!(r#"{{"a":[{}1]}}"#, r#"{"":{"":{}}},"#.repeat(MAX_VALUES));
    assert_eq!(read(maps), Err(JsonError::TooManyValues { field: "a".into() }));
    let keys = |count: usize| format!("{{{}\"last\":1}}", r#""k":1,"#.repeat(count - 1));
    assert!(read(keys(MAX_VALUES - 1)).is_ok());
    assert_eq!(read(keys(MAX_VALUES)), Err(JsonError::TooManyValues { field: "last".into() }));
    assert_eq!(read(format!("[{}1]", "1,".repeat(MAX_VALUES))), Err(JsonError::TooManyValues { field: String::new() }));
}

#[test]
fn texts_that_are_read_one_after_the_other_share_their_limit() {
    let mut limits = JsonLimits { values: 5, levels: 2 };
    assert_eq!(read_json(b"[1,2]", &mut limits), Ok(json!([1, 2])));
    assert!(read_json::<Value>(b"[1,2]", &mut limits).is_err());
    assert_eq!(read_json(b"[1]", &mut limits), Ok(json!([1])), "what failed took nothing");
    assert_eq!(read_json::<Value>(b"1", &mut limits), Err(JsonError::TooManyValues { field: String::new() }));
}

#[test]
fn a_long_name_is_not_repeated() {
    let text = format!(r#"{{"{}":{}"#, "ü".repeat(100_000), "[".repeat(100));
    assert_eq!(read(text), Err(JsonError::TooDeep { field: "ü".repeat(MAX_SHOWN) }));
}

#[test]
fn a_caller_is_told_the_limit() {
    let failure = Failure::from(JsonError::TooDeep { field: "data".into() });
    let errors = failure.field_errors();
    assert_eq!((failure.code(), errors[0].field.as_str()), (Code::ValidationError, "data"));
    assert_eq!((errors[0].code, &*errors[0].message), (FieldCode::TooLarge, "Must not nest deeper than 32 levels."));
}

/// Any JSON value of a few levels.
fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        let list = proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from);
        let map = proptest::collection::btree_map(any::<String>(), inner, 0..6);
        prop_oneof![list, map.prop_map(|map| Value::Object(map.into_iter().collect()))]
    })
}

proptest! {
    #[test]
    fn what_serde_json_reads_is_read_alike(value in values()) {
        prop_assert_eq!(read(value.to_string()).ok(), serde_json::from_str(&value.to_string()).ok());
    }

    #[test]
    fn any_escapes_are_read(units in proptest::collection::vec(any::<u16>(), 0..20)) {
        let escapes: Vec<_> = units.iter().map(|unit| format!("\\u{unit:04x}")).collect();
        let text = escapes.concat();
        prop_assert_eq!(read(format!("\"{text}\"")), Ok(String::from_utf16_lossy(&units).into()));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in any::<Vec<u8>>()) {
        let plain = serde_json::from_slice::<Value>(&bytes);
        if let Ok(value) = plain {
            prop_assert_eq!(read(&bytes), Ok(value));
        }
    }
}

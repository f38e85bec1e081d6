use super::*;

#[test]
fn a_fallback_replaces_a_missing_value() {
    for missing in ["null", "false", r#""""#, "[]", "{}"] {
        check("default", missing, r#""x""#, r#""x""#);
        check("default", missing, "", "null");
    }
    for there in ["0", "0.0", "true", r#"" ""#, "[null]", r#"{"a": 1}"#] {
        check("default", there, r#""x""#, there);
    }
    check_value("default", &Value::Empty, &[Value::text("x")], r#""x""#);
    check_value("default", &Value::Blank, &[Value::text("x")], r#""x""#);
}

#[test]
fn false_is_kept_if_the_author_says_so() {
    let (fallback, meter) = ([Value::text("x")], Meter::new(0, MailPart::Html));
    let check = |input: &Value, expected: &str| {
        let call = FilterCall { allow_false: true, ..call(input, &fallback, &meter) };
        let result = find("default").unwrap().apply(&call).map(|result| json_of(&result));
        assert_eq!(result.as_deref(), Ok(expected), "{input:?}");
    };
    check(&Value::Bool(false), "false");
    check(&Value::Nil, r#""x""#);
    check(&Value::text(""), r#""x""#);
}

#[test]
fn a_value_has_a_size() {
    check("size", "[1, [2, 3]]", "", "2");
    check("size", r#"{"a": 1, "b": 2}"#, "", "2");
    check("size", r#""añ""#, "", "2");
    check("size", "12", "", "0");
    check("size", "null", "", "0");
    check_value("size", &Value::Range(-1, 1), &[], "3");
    check_value("size", &Value::Range(1, 0), &[], "0");
    check_value("size", &Value::Range(i64::MIN, i64::MAX), &[], "9223372036854775807");
}

#[test]
fn a_value_has_a_first_and_a_last() {
    check("first", r"[[1], 2]", "", "[1]");
    check("last", r#"[1, {"a": 2}]"#, "", r#"{"a": 2}"#);
    check("first", r#"{"b": 1, "a": 2}"#, "", r#"["b", 1]"#);
    check("last", r#"{"b": 1}"#, "", "null");
    check("first", r#""élan""#, "", r#""é""#);
    check("last", r#""café""#, "", r#""é""#);
    for nothing in ["[]", "{}", r#""""#, "12", "null"] {
        check("first", nothing, "", "null");
        check("last", nothing, "", "null");
    }
    check_value("first", &Value::Range(2, 4), &[], "2");
    check_value("last", &Value::Range(2, 4), &[], "4");
    check_value("first", &Value::Range(4, 2), &[], "null");
}

#[test]
fn arrays_are_reversed_and_joined() {
    check("reverse", "[1, [2, [3]], []]", "", "[3, 2, 1]");
    check("reverse", "123", "", "[123]");
    check("reverse", "null", "", "[]");
    check("concat", r#"["a", ["b"]]"#, "[1, [2]]", r#"["a", "b", 1, [2]]"#);
    check("concat", r#""ab""#, "[1]", r#"["ab", 1]"#);
    check("concat", "null", "[1]", "[1]");
    check_value("concat", &Value::Range(1, 2), &[Value::Range(3, 4)], "[1, 2, 3, 4]");
    for other in ["5", "null", r#""a""#, "{}"] {
        check_unfit("concat", "[1]", other, "argument must be an array");
    }
}

#[test]
fn an_array_gets_and_loses_an_item_at_its_ends() {
    check("push", "[1, [2]]", "3", "[1, [2], 3]");
    check("push", "null", "[3]", "[[3]]");
    check("unshift", "[1, 2]", "3", "[3, 1, 2]");
    check("pop", "[1, 2]", "", "[1]");
    check("shift", "[1, 2]", "", "[2]");
    check("pop", "[]", "", "[]");
    check("shift", "null", "", "[]");
}

#[test]
fn items_become_one_text() {
    check("join", r#"["a", [1, 2.5], null, true]"#, r##""#""##, r#""a#1#2.5##true""#);
    check("join", r#"["a", "b"]"#, "", r#""a b""#);
    check("join", r#"["a", "b"]"#, "null", r#""ab""#);
    check("join", r#"["a", "b"]"#, "5", r#""a5b""#);
    check("join", r#""a,b""#, r##""#""##, r#""a,b""#);
    check("join", "null", "", r#""""#);
    check_value("join", &Value::Range(5, 1), &[], r#""""#);
    check("array_to_sentence_string", r#"["a", "b", "c"]"#, "", r#""a, b, and c""#);
    check("array_to_sentence_string", r#"["a", "b"]"#, r#""or""#, r#""a or b""#);
    check("array_to_sentence_string", r#"["a"]"#, "", r#""a""#);
    check("array_to_sentence_string", "[]", "", r#""""#);
}

#[test]
fn a_part_is_cut_out() {
    check("slice", r#""Liquid""#, "2", r#""q""#);
    check("slice", r#""Liquid""#, "-2, 99", r#""id""#);
    check("slice", r#""Liquid""#, "-2, -1", r#""""#);
    check("slice", r#""Liquid""#, "-7, 3", r#""""#);
    check("slice", r#""Liquid""#, "6", r#""""#);
    check("slice", r#""Liquid""#, "1, null", r#""i""#);
    check("slice", r#""Liquid""#, r#""1", "2""#, r#""iq""#);
    check("slice", r#""Liquid""#, "1.0, 2.0", r#""iq""#);
    check("slice", r#""añb""#, "1", r#""ñ""#);
    check("slice", "[1, [2], 3]", "1, 2", "[[2], 3]");
    check("slice", "[1]", "5, 2", "[]");
    check("slice", "512", "1", r#""1""#);
    check("slice", "null", "1, 3", r#""""#);
    check("slice", r#""a""#, "-9223372036854775808, 9223372036854775807", r#""""#);
    check_value("slice", &Value::Range(1, 5), &[Value::Integer(1), Value::Integer(2)], "[2, 3]");
    for other in ["2.2", "null", r#""foo""#, r#""""#, "[1]", "true"] {
        check_unfit("slice", r#""Liquid""#, other, "whole number");
    }
    check_unfit("slice", r#""Liquid""#, "1, 2.2", "whole number");
}

#[test]
fn a_range_is_paid_for_before_it_is_written_out() {
    let range = Value::Range(1, 1_000_000_000_000_000_000);
    for filter in ["reverse", "join", "sort", "sort_natural", "uniq", "compact", "sum", "pop", "shift"] {
        check_too_much(filter, &range, &[]);
    }
    check_too_much("slice", &range, &[Value::Integer(1), Value::Integer(1)]);
    check_too_much("concat", &value("[]"), std::slice::from_ref(&range));
    check_too_much("where", &Value::Range(i64::MIN, i64::MAX), &[Value::Integer(1)]);
}

#[test]
fn a_separator_is_paid_for_before_it_is_written() {
    let items = Value::list(vec![Value::Integer(1); 1000]);
    check_too_much("join", &items, &[Value::text("x".repeat(10_000))]);
}

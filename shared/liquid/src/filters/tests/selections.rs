use super::*;

const PRODUCTS: &str = r#"[{"n": "tea", "sold": true}, {"n": "cup", "sold": false}, {"n": "pot"}]"#;

#[test]
fn items_are_selected_by_a_property() {
    check("where", PRODUCTS, r#""sold""#, r#"[{"n": "tea", "sold": true}]"#);
    check("where", PRODUCTS, r#""sold", null"#, r#"[{"n": "tea", "sold": true}]"#);
    check("where", PRODUCTS, r#""sold", false"#, r#"[{"n": "cup", "sold": false}]"#);
    check("where", PRODUCTS, r#""n", "pot""#, r#"[{"n": "pot"}]"#);
    check("where", r#"[{"p": 1}, {"p": 1.0}, {"p": "1"}]"#, r#""p", 1"#, r#"[{"p": 1}, {"p": 1.0}]"#);
    check("where", r#"{"a": 1}"#, r#""a""#, r#"[{"a": 1}]"#);
    check("where", r#"[[{"a": 1}], {"a": 2}]"#, r#""a", 1"#, r#"[{"a": 1}]"#);
    check("where", PRODUCTS, "null", "[]");
    check("where", "null", r#""a""#, "[]");
    check("where", r#"["tea", "cup"]"#, r#""e""#, r#"["tea"]"#);
    check("reject", PRODUCTS, r#""sold""#, r#"[{"n": "cup", "sold": false}, {"n": "pot"}]"#);
    check("reject", PRODUCTS, r#""n", "pot""#, r#"[{"n": "tea", "sold": true}, {"n": "cup", "sold": false}]"#);
    check("reject", r#"["x", "cat"]"#, r#""c""#, r#"["x"]"#);
}

#[test]
fn items_are_found_by_a_property() {
    check("find", PRODUCTS, r#""n", "cup""#, r#"{"n": "cup", "sold": false}"#);
    check("find", PRODUCTS, r#""n", "mug""#, "null");
    check("find", r#"["x", "zoo"]"#, r#""oo""#, r#""zoo""#);
    check("find", "[]", r#""a""#, "null");
    check("find_index", PRODUCTS, r#""n", "cup""#, "1");
    check("find_index", PRODUCTS, r#""n", "mug""#, "null");
    check("has", PRODUCTS, r#""n", "cup""#, "true");
    check("has", PRODUCTS, r#""n", "mug""#, "false");
    check("has", "[]", r#""a""#, "false");
    check("has", r#"{"z": "42"}"#, r#""z", 42"#, "false");
    check("has", "[1, 2, 3]", "2", "true");
}

#[test]
fn an_item_without_properties_ends_a_search() {
    let items = r#"["x", null, "z"]"#;
    check("find", items, r#""z""#, "null");
    check("find_index", items, r#""z""#, "null");
    check("has", items, r#""z""#, "null");
    check("where", items, r#""z""#, "null");
    check("reject", items, r#""z""#, "null");
    check("compact", items, r#""z""#, "null");
    check("find", items, r#""x""#, r#""x""#);
    check("has", "[1.5]", r#""z""#, "null");
    check("reject", r#"["x"]"#, "null", "null");
}

#[test]
fn a_number_has_no_property_of_a_name() {
    for filter in
        ["where", "reject", "has", "find", "find_index", "map", "uniq", "compact", "sort", "sort_natural", "group_by"]
    {
        check_unfit(filter, "[1, 2]", r#""a""#, "no such property");
    }
    check_unfit("where", "123", r#""a""#, "no such property");
    check_unfit("reject", r#"["x", 1]"#, r#""c""#, "no such property");
    check_unfit("has", r#"["x"]"#, "true", "no such property");
}

#[test]
fn properties_are_collected() {
    check("map", PRODUCTS, r#""n""#, r#"["tea", "cup", "pot"]"#);
    check("map", PRODUCTS, r#""sold""#, "[true, false, null]");
    check("map", r#"[{"a": 1}, [{"a": 2}], null]"#, r#""a""#, "[1, 2, null]");
    check("map", r#"{"a": 1}"#, r#""a""#, "[1]");
    check("map", r#"[{"2026": 1}]"#, "2026", "[1]");
    check("map", r#"["abc"]"#, "-1", r#"["c"]"#);
    check("map", r#"["abc"]"#, "9", "[null]");
    check("map", "[5, -1]", "2", "[1, 1]");
    check("map", "[5, -1]", "9223372036854775807", "[0, 1]");
    check("map", "[5, -1]", "-1", "[0, 0]");
}

#[test]
fn a_property_may_lie_deeper() {
    let users = r#"[{"user": {"name": "Bob", "tags": ["x"]}, "a.b": 1}, {"user": {"name": "Ada"}, "a": {"b": 2}}, {"user": 1}]"#;
    check("map", users, r#""user.name""#, r#"["Bob", "Ada", null]"#);
    check("map", users, r#""user.tags.0""#, r#"["x", null, null]"#);
    check("map", users, r#""a.b""#, "[1, 2, null]");
    check("map", users, r#""a.b.c""#, "[null, null, null]");
    check("map", users, r#"".""#, "[null, null, null]");
    check("where", r#"[{"u": {"n": 1}}, {"u": {"n": 2}}]"#, r#""u.n", 2"#, r#"[{"u": {"n": 2}}]"#);
    check("sort", r#"[{"u": {"n": 2}}, {"u": {"n": 1}}]"#, r#""u.n""#, r#"[{"u": {"n": 1}}, {"u": {"n": 2}}]"#);
}

#[test]
fn null_is_left_out() {
    check("compact", "[1, null, false, [null, 2]]", "", "[1, false, 2]");
    check("compact", PRODUCTS, r#""sold""#, r#"[{"n": "tea", "sold": true}, {"n": "cup", "sold": false}]"#);
    check("compact", "123", "", "[123]");
    check("compact", "null", "", "[]");
    check("compact", "[1]", "null", "[1]");
}

#[test]
fn duplicates_are_removed() {
    check("uniq", r#"["a", "b", "a", 1, "1", 1.0, 1]"#, "", r#"["a", "b", 1, "1"]"#);
    check("uniq", r#"[{"a": 1, "b": 2}, {"b": 2, "a": 1}, {}, {}]"#, "", r#"[{"a": 1, "b": 2}, {}]"#);
    check(
        "uniq",
        r#"[{"t": 1, "n": 1}, {"t": 1, "n": 2}, {"n": 3}, {"n": 4}]"#,
        r#""t""#,
        r#"[{"t": 1, "n": 1}, {"n": 3}]"#,
    );
    check("uniq", r#"[{"t": ["a", "b"]}, {"t": ["ab"]}]"#, r#""t""#, r#"[{"t": ["a", "b"]}, {"t": ["ab"]}]"#);
    check("uniq", "null", "", "[]");
}

#[test]
fn items_are_grouped() {
    check(
        "group_by",
        r#"[{"y": 1, "n": "a"}, {"y": 2, "n": "b"}, {"y": 1.0, "n": "c"}, {"n": "d"}]"#,
        r#""y""#,
        r#"[{"name": 1, "items": [{"y": 1, "n": "a"}, {"y": 1.0, "n": "c"}]}, {"name": 2, "items": [{"y": 2, "n": "b"}]},
            {"name": null, "items": [{"n": "d"}]}]"#,
    );
    check("group_by", "[]", r#""y""#, "[]");
}

#[test]
fn items_are_sorted() {
    check("sort", "[10, 9, 1000, 2.5]", "", "[2.5, 9, 10, 1000]");
    check("sort", r#"["b", null, "a", "C", "B"]"#, "", r#"["B", "C", "a", "b", null]"#);
    check(
        "sort",
        "[9007199254740993, 9007199254740992.0, 9007199254740992]",
        "",
        "[9007199254740992.0, 9007199254740992, 9007199254740993]",
    );
    check(
        "sort",
        r#"[{"n": 1, "t": 2}, {"n": 2, "t": 1}, {"n": 3}, {"n": 4, "t": 1}]"#,
        r#""t""#,
        r#"[{"n": 2, "t": 1}, {"n": 4, "t": 1}, {"n": 1, "t": 2}, {"n": 3}]"#,
    );
    check("sort", "[true, true]", "", "[true, true]");
    check("sort", r#"["b", "a"]"#, "null", r#"["a", "b"]"#);
    check("sort", "123", "", "[123]");
    check("sort", r#""BzAa4""#, "", r#"["BzAa4"]"#);
    check("sort", "null", "", "[]");
}

#[test]
fn a_mixture_has_no_order() {
    for mixture in
        [r#"[1, "4"]"#, r#"["a", true]"#, "[{}, 1]", "[true, false]", r#"[{"a": 1}, {"a": 2}]"#, r#"[null, 1, "a"]"#]
    {
        check_unfit("sort", mixture, "", "have no order");
    }
    check_unfit("sort", r#"[{"t": 1}, {"t": "1"}]"#, r#""t""#, "have no order");
}

#[test]
fn texts_are_sorted_without_regard_to_case() {
    check(
        "sort_natural",
        r#"["b", "a", null, "C", "B", "A", "Ä", "ä"]"#,
        "",
        r#"["a", "A", "b", "B", "C", "Ä", "ä", null]"#,
    );
    check("sort_natural", r#"[{}, 1, "4"]"#, "", r#"[1, "4", {}]"#);
    check(
        "sort_natural",
        r#"[{"t": 9}, {"t": 1111}, {"x": 1}, {"t": 87}]"#,
        r#""t""#,
        r#"[{"t": 1111}, {"t": 87}, {"t": 9}, {"x": 1}]"#,
    );
}

#[test]
fn names_and_keys_are_paid_for_at_each_item() {
    let items = Value::list(vec![value("{}"); 1000]);
    check_too_much("map", &items, &[Value::text("a".repeat(10_000))]);
    check_too_much("where", &items, &[Value::text("a.".repeat(5_000))]);
    let texts = Value::list(vec![Value::text("a"); 40_000]);
    for filter in ["sort", "sort_natural", "uniq"] {
        check_too_much(filter, &texts, &[]);
    }
}

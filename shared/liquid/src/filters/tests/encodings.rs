use super::*;

#[test]
fn text_is_written_in_base64_and_read_from_it() {
    check("base64_encode", r#""_#/.""#, "", r#""XyMvLg==""#);
    check("base64_encode", "5", "", r#""NQ==""#);
    check("base64_encode", "null", "", r#""""#);
    check("base64_encode", r#""ÿþ?""#, "", r#""w7/Dvj8=""#);
    check("base64_url_safe_encode", r#""ÿþ?""#, "", r#""w7_Dvj8=""#);
    check("base64_decode", r#""w7/Dvj8=""#, "", r#""ÿþ?""#);
    check("base64_decode", "null", "", r#""""#);
    check("base64_url_safe_decode", r#""w7_Dvj8""#, "", r#""ÿþ?""#);
    check("base64_url_safe_decode", r#""w7/Dvj8=""#, "", r#""ÿþ?""#);
}

#[test]
fn invalid_base64_is_refused() {
    for filter in ["base64_decode", "base64_url_safe_decode"] {
        check_unfit(filter, "5", "", "not valid Base64");
        check_unfit(filter, r#""a b c d""#, "", "not valid Base64");
        check_unfit(filter, r#""/w==""#, "", "does not stand for text");
    }
    check_unfit("base64_decode", r#""w7_Dvj8=""#, "", "not valid Base64");
}

#[test]
fn text_is_written_with_percent_signs_and_read_from_them() {
    check("url_encode", r#""a b/é?&=*-_.~!""#, "", r#""a+b%2F%C3%A9%3F%26%3D%2A-_.~%21""#);
    check("cgi_escape", r#""foo, bar; baz?""#, "", r#""foo%2C+bar%3B+baz%3F""#);
    check(
        "uri_escape",
        r#""https://example.com/?q=foo, [é] 1%""#,
        "",
        r#""https://example.com/?q=foo,%20[%C3%A9]%201%25""#,
    );
    check("url_decode", r#""a+b%2F%C3%A9""#, "", r#""a b/é""#);
    check("url_decode", r#""100% %zz %4""#, "", r#""100% %zz %4""#);
    check("url_decode", "5", "", r#""5""#);
    check_unfit("url_decode", r#""%ff""#, "", "do not stand for text");
}

#[test]
fn a_value_becomes_json() {
    for filter in ["json", "jsonify", "inspect"] {
        check(
            filter,
            r#"{"b": [1, 2.0, null, true], "a": "é\"\n"}"#,
            "",
            r#""{\"b\":[1,2.0,null,true],\"a\":\"é\\\"\\n\"}""#,
        );
    }
    check("json", r#""x""#, "", r#""\"x\"""#);
    check("json", "null", "", r#""null""#);
}

#[test]
fn json_is_indented_as_javascript_does() {
    let data = r#"{"a": [1, {"b\\\"[,:": "x\\"}], "c": [], "d": {}}"#;
    let lines = r#""{\n  \"a\": [\n    1,\n    {\n      \"b\\\\\\\"[,:\": \"x\\\\\"\n    }\n  ],\n  \"c\": [],\n  \"d\": {}\n}""#;
    check("json", data, "2", lines);
    check("json", "[1]", r#""1""#, r#""[\n 1\n]""#);
    check("json", "[1]", "0", r#""[1]""#);
    check("json", "[1]", "-1", r#""[1]""#);
    check("json", "[1]", "9999", r#""[\n          1\n]""#);
    check("json", "[]", "2", r#""[]""#);
    check_unfit("json", "[1]", r#""x""#, "whole number");
}

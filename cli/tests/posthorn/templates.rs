//! Templates, checked without a stack: no variable is set, and no folder has one.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::support::{Folder, ToolOutput, posthorn};

/// The tool's answer to a template in the file `t`, with the data in the file `d`.
async fn check(template: impl AsRef<[u8]>, data: Option<&str>, options: &[&str]) -> ToolOutput {
    let folder = Folder::new();
    fs::write(folder.0.join("t"), template).unwrap();
    let mut arguments = [&["template", "check", "t"], options].concat();
    if let Some(data) = data {
        fs::write(folder.0.join("d"), data).unwrap();
        arguments.extend(["--data", "d"]);
    }
    posthorn(&folder.0, &[], &arguments, "").await
}

#[track_caller]
fn assert_output(output: &ToolOutput, code: i32, out: &str, err: &str) {
    assert_eq!((output.code, output.out.as_str(), output.err.as_str()), (code, out, err));
}

#[tokio::test]
async fn a_template_without_problems_has_one_line_of_output() {
    let output = check("Hello {{ name ?? there }}\n", None, &[]).await;
    assert_output(&output, 0, "t: no problems\n", "");
}

#[tokio::test]
async fn every_problem_is_a_line_with_its_place() {
    let output = check("<p>\n  {{ a | upcse }}\n{{ é }} {{ b | uppcase }}", None, &[]).await;
    let expected = "\
t:2:10: There is no filter \"upcse\": perhaps \"upcase\" is meant.
t:3:16: There is no filter \"uppcase\": perhaps \"upcase\" is meant.\n";
    assert_output(&output, 1, expected, "");
    let output = check("<p>\n{% if a %}", None, &[]).await;
    assert!(output.code == 1 && output.err.is_empty(), "{output:?}");
    assert!(
        output.out.starts_with("t:2:") && output.out.contains("endif") && output.out.lines().count() == 1,
        "{output:?}"
    );
}

#[tokio::test]
async fn with_data_the_rendering_goes_to_standard_output() {
    let output = check("Hello {{ name }}", Some(r#"{"name": "<Ada>"}"#), &[]).await;
    assert_output(&output, 0, "Hello &lt;Ada&gt;\n", "");
    for part in ["--subject", "--text"] {
        let output = check("Hello {{ name }}", Some(r#"{"name": "<Ada>"}"#), &[part]).await;
        assert_output(&output, 0, "Hello <Ada>\n", "");
    }
    let output = check("\u{feff}Hello {{ name }}\r\n", Some("\u{feff}{\"name\": \"a\\nb\"}"), &["--subject"]).await;
    assert_output(&output, 0, "Hello a b\n", "");
    let output = check("a\n\n{{ x.size }}\n\n", Some(r#"{"x": [1, 2]}"#), &[]).await;
    assert_output(&output, 0, "a\n\n2\n\n", "");
    let output = check("{{ x }}", Some("{}"), &[]).await;
    assert_output(&output, 0, "", "");
}

#[tokio::test]
async fn with_data_the_problems_go_to_standard_error() {
    let output = check("{{ a | upcse }}!", Some(r#"{"a": "x"}"#), &[]).await;
    assert_output(&output, 1, "x!\n", "t:1:8: There is no filter \"upcse\": perhaps \"upcase\" is meant.\n");
    let source = "{% if a > 5 %}more{% endif %}";
    assert_output(&check(source, None, &[]).await, 0, "t: no problems\n", "");
    let output = check(source, Some(r#"{"a": "7"}"#), &[]).await;
    assert_eq!((output.code, output.out.as_str()), (1, "more\n"), "it shows with this data alone: {output:?}");
    assert!(output.err.starts_with("t:1:7: ") && output.err.contains("compared with a number"), "{output:?}");
}

#[tokio::test]
async fn a_template_that_is_not_liquid_is_shown_with_plain_replacement() {
    let output = check("{{ name }} {% nothing %}", Some(r#"{"name": "Ada"}"#), &[]).await;
    assert_output(&output, 1, "Ada {% nothing %}\n", "t:1:12: There is no tag \"nothing\".\n");
}

#[tokio::test]
async fn a_template_beyond_a_limit_has_no_rendering() {
    let loops = "{% for a in (1..1000) %}".repeat(3) + "x" + &"{% endfor %}".repeat(3);
    let output = check(&loops, Some("{}"), &[]).await;
    assert_output(&output, 1, "", "t: The template exceeds the limit of 200,000 steps with this data.\n");
    assert_output(&check(&loops, None, &[]).await, 0, "t: no problems\n", "");
    let deep = "{% if a %}".repeat(49) + &"{% endif %}".repeat(49);
    for (data, is_shown_on_error) in [(None, false), (Some("{}"), true)] {
        let output = check(&deep, data, &[]).await;
        let (full, empty) = if is_shown_on_error { (&output.err, &output.out) } else { (&output.out, &output.err) };
        assert!(
            output.code == 1 && empty.is_empty() && full.contains("limit of 48 blocks inside each other"),
            "{output:?}"
        );
        assert_eq!(full.lines().count(), 1, "it is told once: {output:?}");
    }
}

#[tokio::test]
async fn a_template_or_its_data_may_come_on_standard_input() {
    let folder = Folder::new();
    let run = async |arguments: &[&str], input: &str| {
        posthorn(&folder.0, &[], &[&["template", "check"], arguments].concat(), input).await
    };
    assert_output(&run(&["-"], "{{ a }}").await, 0, "-: no problems\n", "");
    assert_eq!(run(&["-"], "{{ a").await.out, "-:1:1: A {{ is never closed: write }} behind it.\n");
    fs::write(folder.0.join("t"), "{{ a }}").unwrap();
    assert_output(&run(&["t", "--data", "-"], r#"{"a": 1}"#).await, 0, "1\n", "");
    fs::write(folder.0.join("-"), "{{ a").unwrap();
    assert_output(&run(&["./-"], "").await, 1, "./-:1:1: A {{ is never closed: write }} behind it.\n", "");
    run(&["-", "--data", "-"], "{}").await.refused(2, "name a file for one of them");
}

#[tokio::test]
async fn a_program_gets_one_document() {
    let output = check("{{ a | upcse }}", Some(r#"{"a": "\u202e"}"#), &["--json"]).await;
    let message = "There is no filter \"upcse\": perhaps \"upcase\" is meant.";
    let problems = json!([{"line": 1, "column": 8, "message": message}]);
    assert_eq!((output.code, output.err.as_str()), (1, ""), "{output:?}");
    assert_eq!(
        output.json(),
        json!({"file": "t", "fine": false, "problems": problems, "text": "\u{202e}", "error": null})
    );
    let output = check("{{ a }}", None, &["--json"]).await.done();
    assert_eq!(output.json(), json!({"file": "t", "fine": true, "problems": [], "text": null, "error": null}));
    let output = check("{% for a in (1..1000000) %}{% endfor %}", Some("{}"), &["--json"]).await;
    assert_eq!((output.code, &output.json()["text"], &output.json()["fine"]), (1, &Value::Null, &json!(false)));
    assert!(output.json()["error"].as_str().unwrap().contains("200,000 steps"), "{output:?}");
}

#[tokio::test]
async fn files_that_are_no_template_are_refused_in_one_line() {
    check([b'a', 0xff], None, &[]).await.refused(1, "the file t is not UTF-8 text, for its byte 2 is none");
    let most = 6_291_456;
    assert_eq!(check("x".repeat(most), None, &[]).await.code, 0);
    check("x".repeat(most + 1), None, &[]).await.refused(1, "the file t has more than 6291456 bytes");
    let folder = Folder::new();
    let run = async |file: &str| posthorn(&folder.0, &[], &["template", "check", file], "").await;
    run(".").await.refused(1, "the file . cannot be read: it is a folder");
    run("nowhere").await.refused(1, "the file nowhere cannot be read: there is none of this name");
    if Path::new("/dev/zero").exists() {
        run("/dev/zero").await.refused(1, "more than 6291456 bytes");
    }
}

#[tokio::test]
async fn data_that_no_mail_could_have_is_refused_in_one_line() {
    for (data, words) in [
        ("[1]".to_owned(), "the data in d holds no object"),
        ("{\"a\": 1\n x".to_owned(), "the data in d is not valid JSON (line 2, column 2)"),
        (String::new(), "the data in d is not valid JSON"),
        ("\u{0}\u{1b}[2J".to_owned(), "is not valid JSON"),
        (format!("{{\"a\": {}{}}}", "[".repeat(40), "]".repeat(40)), "the data in d nests deeper than 32 levels"),
        (format!("{{\"a\": [{}0]}}", "0,".repeat(20_000)), "the data in d has more than 20000 JSON values"),
        (format!("{{\"a\": \"{}\"}}", "x".repeat(6_291_456)), "the file d has more than 6291456 bytes"),
    ] {
        check("{{ a }}", Some(&data), &[]).await.refused(1, words);
    }
    let output = check("{{ a }}", Some("[]"), &["--json"]).await;
    let error: Value = serde_json::from_str(&output.err).unwrap();
    assert_eq!((output.code, &error["error"]["code"]), (1, &json!("INVALID_INPUT")), "{output:?}");
}

#[tokio::test]
async fn target_options_do_not_change_a_template_check() {
    let folder = Folder::new();
    fs::write(folder.0.join("t"), "{{ a }}").unwrap();
    for (variables, options) in
        [(&[("POSTHORN_STACK", "gone")][..], &[][..]), (&[], &["--state", "nowhere"]), (&[], &["--table", "gone"])]
    {
        let arguments = [options, &["template", "check", "t"]].concat();
        assert_output(&posthorn(&folder.0, variables, &arguments, "").await, 0, "t: no problems\n", "");
    }
}

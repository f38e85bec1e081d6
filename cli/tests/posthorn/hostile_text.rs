//! Names and answers that would act on a terminal: whatever a command prints, only the tool's own colours do.

use axum::{Router, http::StatusCode, routing::post};
use posthorn_auth::{NewProject, new_project};
use posthorn_table::project::{Disabled, Project, Status};
use serde_json::{Value, json};

use crate::{
    serve::serve,
    support::{Folder, LocalStack, ToolOutput, posthorn},
    test_mail::{KEY, api},
};

/// A name that sets a colour, clears the screen (by C0 and C1), sets the window's title, turns the text around, begins lines, hides, and
/// holds the marks that stand for the tool's own colours.
const HOSTILE: &str = "Sh\u{1b}[31mop\u{9b}2J\u{1b}]0;title\u{7}\u{202e}\u{2066}\u{200f}\u{61c}\u{2028}\u{200b}\u{feff}\u{7f}\u{8}\r\nok  forged\tx\u{fdd0}g\u{fdd1}\u{e0041}";
/// The colours of the tool itself.
const OURS: [&str; 6] = ["\u{1b}[1m", "\u{1b}[31m", "\u{1b}[32m", "\u{1b}[33m", "\u{1b}[90m", "\u{1b}[0m"];

fn is_hostile(c: char) -> bool {
    (c.is_control() && c != '\n')
        || "\u{202e}\u{2066}\u{200f}\u{61c}\u{2028}\u{200b}\u{feff}\u{fdd0}\u{fdd1}\u{e0041}".contains(c)
}

/// Nothing hostile was printed, whether colours are shown or not.
fn assert_harmless(output: &ToolOutput, about: &str) {
    for text in [&output.out, &output.err] {
        let rest = OURS.iter().fold(text.clone(), |text, ours| text.replace(ours, ""));
        assert!(!rest.contains(is_hostile), "{about}: {text:?}");
        assert!(!rest.lines().any(|line| line.starts_with("ok  forged")), "{about}: {text:?}");
        // The one colour of ours that the name has is not at its place in the name.
        assert!(!text.contains("Sh\u{1b}"), "{about}: {text:?}");
    }
}

/// A project with hostile text wherever there can be any, stored past the tool, which would refuse it.
async fn hostile_project(stack: &LocalStack) -> Project {
    let now = stack.backends.clock.now();
    let new = NewProject { name: "Shop".to_owned(), domains: Vec::new(), default_sender: None, monthly_limit: None };
    let (mut project, _keys) = new_project(new, now, &mut |buffer: &mut [u8]| stack.backends.env.fill(buffer)).unwrap();
    HOSTILE.clone_into(&mut project.facts.name);
    project.facts.default_sender = Some(HOSTILE.to_owned());
    project.facts.domains = vec![HOSTILE.to_owned()];
    project.facts.status = Status::Disabled;
    project.disabled = Some(Disabled { at: now, reason: HOSTILE.to_owned(), figures: None });
    stack.backends.table.change_project(None, &project, None).await.unwrap();
    stack.backends.table.claim_domain(HOSTILE, project.facts.id, now).await.unwrap();
    project
}

#[tokio::test]
async fn no_command_prints_characters_that_act_on_a_terminal() {
    let stack = LocalStack::start().await;
    let id = hostile_project(&stack).await.facts.id.to_string();
    let id = id.as_str();
    let plunk = "pk_90b11c90b11c90b11c90b11c90b11c90b11c90b11c90b11c\n";
    for (arguments, input) in [
        (&["project", "list"][..], ""),
        (&["project", "show", id], ""),
        (&["project", "show", HOSTILE], ""),
        (&["project", "show", "no\u{1b}[2Jbody"], ""),
        (&["status"], ""),
        (&["domain", "list"], ""),
        (&["project", "disable", id, "--reason", "again"], ""),
        (&["project", "enable", id], ""),
        (&["project", "enable", id], ""),
        (&["project", "disable", id, "--reason", "again"], ""),
        (&["project", "limit", id, "5"], ""),
        (&["project", "sender", id, "none"], ""),
        (&["project", "rotate", id, "--grace", "1h"], ""),
        (&["project", "rotate", id, "--grace", "0"], ""),
        (&["project", "import-keys", id], plunk),
        (&["project", "create", HOSTILE], ""),
        (&["domain", "add", id, "shop.example"], ""),
        (&["domain", "add", id, "shop.example", "--zone"], ""),
        (&["domain", "check", "shop.example"], ""),
        (&["domain", "check", HOSTILE], ""),
        (&["domain", "remove", "shop.example", "--yes"], ""),
        (&["--state", HOSTILE, "project", "list"], ""),
        (&["project", "limit", id, HOSTILE], ""),
        (&[HOSTILE], ""),
        (&["project", "delete", id], ""),
        (&["project", "delete", id, "--yes"], ""),
    ] {
        for form in [&[][..], &["--json"]] {
            if form.is_empty() || !arguments.contains(&"--zone") && !arguments.contains(&"delete") {
                let arguments = [form, arguments].concat();
                let output = posthorn(&stack.folder.0, &[("CLICOLOR_FORCE", "1")], &arguments, input).await;
                assert!(!output.out.is_empty() || !output.err.is_empty());
                assert_harmless(&output, &format!("{arguments:?}"));
            }
        }
    }
}

#[tokio::test]
async fn a_json_document_has_the_whole_name() {
    let stack = LocalStack::start().await;
    let id = hostile_project(&stack).await.facts.id.to_string();
    let shown = stack.run(&["--json", "project", "show", &id]).await.done();
    assert_eq!((&shown.json()["name"], &shown.json()["disabled"]["reason"]), (&json!(HOSTILE), &json!(HOSTILE)));
    for listing in [&["project", "list"][..], &["domain", "list"], &["project", "show", &id]] {
        let listed = stack.run(listing).await.done().out;
        assert!(listed.contains("x\\u{fdd0}g\\u{fdd1}"), "the marks of a style are shown as their codes: {listed}");
    }
    let listed = stack.run(&["project", "list"]).await.done().out;
    assert_eq!(listed.lines().count(), 2, "{listed}");
    assert!(listed.contains("Sh\\u{1b}[31mop"), "the name is shown with the codes of its characters: {listed}");
}

#[tokio::test]
async fn an_answer_of_an_api_does_not_act_on_the_terminal() {
    let folder = Folder::new();
    let refusal = json!({"error": {
        "code": HOSTILE, "message": HOSTILE, "requestId": HOSTILE, "suggestion": HOSTILE,
        "errors": [{"field": HOSTILE, "message": HOSTILE}],
    }});
    let email = json!({
        "contact": {"email": HOSTILE}, "email": HOSTILE, "status": HOSTILE, "error": {"code": HOSTILE, "message": HOSTILE},
    });
    let accepted = json!({"data": {"emails": [email]}});
    for (status, answer) in [(401, &refusal), (200, &accepted)] {
        let (url, _) = api(status, &answer.to_string()).await;
        for form in [&[][..], &["--json"]] {
            let variables = [("POSTHORN_SECRET_KEY", KEY), ("POSTHORN_URL", url.as_str()), ("CLICOLOR_FORCE", "1")];
            let arguments = [form, &["send", "--to", "ada@example.org"]].concat();
            let output = posthorn(&folder.0, &variables, &arguments, "").await;
            assert_eq!(output.code, 1, "{output:?}");
            assert_harmless(&output, &format!("{status} {form:?}"));
            if status == 200 && !form.is_empty() {
                assert_eq!(serde_json::from_str::<Value>(&output.out).unwrap(), accepted);
            }
        }
    }
}

#[tokio::test]
async fn an_error_of_aws_does_not_act_on_the_terminal() {
    let stack = LocalStack::start().await;
    let answer = json!({"__type": format!("com.amazonaws#{HOSTILE}"), "message": HOSTILE}).to_string();
    let service = serve(Router::new().route("/", post(move || async { (StatusCode::BAD_REQUEST, answer) }))).await;
    stack.write_environment(&service, &service, HOSTILE);
    for arguments in [&["project", "list"][..], &["status"]] {
        let output = posthorn(&stack.folder.0, &[("CLICOLOR_FORCE", "1")], arguments, "").await;
        assert_ne!(output.code, 0, "{output:?}");
        assert_harmless(&output, &format!("{arguments:?}"));
    }
    let api = stack.backends.urls.dynamodb.clone();
    stack.write_environment(&service, &service, &api);
    for form in [&[][..], &["--json"]] {
        let output = posthorn(&stack.folder.0, &[], &[form, &["project", "list"]].concat(), "").await;
        assert_eq!(output.code, 1, "{output:?}");
        assert_harmless(&output, "an error of the table");
    }
}

#[tokio::test]
async fn a_checked_template_does_not_act_on_the_terminal() {
    let folder = Folder::new();
    // The lines and tabs of a mail are its own.
    let line = HOSTILE.replace(['\r', '\n', '\t'], "");
    let write = |name: &str, text: &str| std::fs::write(folder.0.join(name), text).unwrap();
    write("fine", &format!("{line} {{{{ a }}}}"));
    write("wrong", &format!("{{{{ a | {line} }}}}"));
    write("lines", &format!("{{{{ a | {HOSTILE} }}}}"));
    write("unknown", "{{ a | \u{5d0}\u{202e}x }}{{ a | f\u{200b}\u{fdd0}g }}");
    write("data", &json!({"a": line}).to_string());
    write(HOSTILE, "{% if");
    for file in ["fine", "wrong", "lines", "unknown", HOSTILE, "nowhere\u{9b}2J"] {
        for form in [&[][..], &["--json"], &["--data", "data"], &["--json", "--data", "data"], &["--data", file]] {
            if file == "lines" && form == ["--data", "data"] {
                continue;
            }
            let arguments = [&["template", "check", file], form].concat();
            let output = posthorn(&folder.0, &[("CLICOLOR_FORCE", "1")], &arguments, "").await;
            assert!(!output.out.is_empty() || !output.err.is_empty());
            assert_harmless(&output, &format!("{arguments:?}"));
        }
    }
    let output = posthorn(&folder.0, &[], &["template", "check", "fine", "--text", "--data", "data"], "").await.done();
    assert!(output.out.contains('\u{202e}'), "a file gets the mail's own text, which no terminal shows: {output:?}");
}

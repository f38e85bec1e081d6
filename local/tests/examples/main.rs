//! README's examples, taken from README and run against a stack: what they did counts, not what they say.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod languages;
mod links;
mod markdown;
#[expect(dead_code, reason = "the stack's own tests use the rest")]
#[path = "../stack/support.rs"]
mod support;

use std::{collections::HashMap, fs, path::Path, time::Duration};

use aws_sdk_dynamodb::types::AttributeValue;
use languages::Language;
use markdown::Document;
use posthorn_testkit::backends::local_config;
use support::{Stack, folder, get};

/// README's Rust example. It reads its environment, so it is run in a process of its own.
#[expect(clippy::disallowed_methods, clippy::print_stdout, reason = "an example stands for itself")]
mod program {
    include!("program.rs");

    #[test]
    #[ignore = "a part of the test `rust`, which gives it a stack and keys"]
    fn run() {
        main().unwrap();
    }
}

/// A block of README: the heading it is below, its language, and what else it holds.
type Example = (&'static str, &'static str, &'static str);

const SEND: Example = ("Send an email", "sh", "/v1/send");
const TRACK: Example = ("Track an event", "sh", "/v1/track");
const JAVASCRIPT: Example = ("In your language", "js", "fetch");
const PYTHON: Example = ("In your language", "python", "urllib");
const RUST: Example = ("In your language", "rust", "reqwest");
const REPLACE_KEYS: Example = ("Replace keys", "sh", "regenerate-keys");
const GUARD: Example = ("The guard", "sh", "bounce-");
/// Every block of README that runs, in README's order.
const EXAMPLES: [Example; 7] = [SEND, TRACK, JAVASCRIPT, PYTHON, RUST, REPLACE_KEYS, GUARD];

fn readme() -> Document {
    Document::read(Path::new("README.md"))
}

fn text_of((heading, language, holding): Example) -> String {
    readme().block(heading, language, holding).to_owned()
}

/// A running stack in a folder of its own.
fn started() -> (Stack, std::path::PathBuf) {
    let folder = folder();
    (Stack::start(&folder, &[]), folder)
}

/// The subjects and texts of the mails in the inbox, newest first.
fn mails(stack: &Stack) -> Vec<(String, String)> {
    let list = get(&stack.url, "/_local/inbox/mails").json;
    let ids = list["mails"].as_array().unwrap().iter().map(|mail| mail["id"].as_str().unwrap().to_owned());
    let read = |id: String| get(&stack.url, &format!("/_local/inbox/mails/{id}")).json;
    let text = |mail: &serde_json::Value, name: &str| mail[name].as_str().unwrap().trim().to_owned();
    ids.map(read).map(|mail| (text(&mail, "subject"), text(&mail, "text"))).collect()
}

/// The names and data of the tracked events in the table.
fn events(folder: &Path) -> Vec<(String, String)> {
    let environment = fs::read_to_string(folder.join(".posthorn/backends.env")).unwrap();
    let values: HashMap<_, _> = environment.lines().filter_map(|line| line.split_once('=')).collect();
    let client = aws_sdk_dynamodb::Client::new(&local_config(values["AWS_ENDPOINT_URL_DYNAMODB"]));
    let scan = client
        .scan()
        .table_name(values["TABLE_NAME"])
        .filter_expression("begins_with(sk, :event)")
        .expression_attribute_values(":event", AttributeValue::S("EVENT#".to_owned()))
        .send();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let items = runtime.block_on(scan).unwrap().items.unwrap();
    let text = |item: &HashMap<String, AttributeValue>, name: &str| item[name].as_s().unwrap().clone();
    items.iter().map(|item| (text(item, "name"), text(item, "data"))).collect()
}

/// The mail and the event that every example is about.
fn the_mail() -> Vec<(String, String)> {
    vec![("Your order".to_owned(), "Thank you, Ada.".to_owned())]
}

fn the_event() -> Vec<(String, String)> {
    vec![("signed_up".to_owned(), r#"{"plan":"pro"}"#.to_owned())]
}

/// Runs an example that sends and tracks: twice, which leaves one mail and one event, and with a key that is none.
fn check(example: Example, language: Language) {
    if !language.is_here() {
        return;
    }
    let (text, (stack, folder)) = (text_of(example), started());
    let keys = stack.keys();
    let refused = language.run(&text, &stack, &folder, &("sk_none".to_owned(), keys.1.clone()));
    assert!(!refused.success, "{}", refused.printed);
    assert!(refused.printed.contains("INVALID_API_KEY"), "{}", refused.printed);
    assert_eq!((mails(&stack), events(&folder)), (vec![], vec![]));
    for _ in 0..2 {
        let done = language.run(&text, &stack, &folder, &keys);
        assert!(done.success && done.printed.contains("SENT"), "{}", done.printed);
        assert_eq!((mails(&stack), events(&folder)), (the_mail(), the_event()));
    }
}

#[test]
fn javascript() {
    check(JAVASCRIPT, Language::JavaScript);
}

#[test]
fn python() {
    check(PYTHON, Language::Python);
}

#[test]
fn rust() {
    assert_eq!(text_of(RUST), include_str!("program.rs"), "README shows another program than the one that is compiled");
    check(RUST, Language::Rust);
}

#[test]
fn curl() {
    if !Language::Shell.is_here() {
        return;
    }
    let (stack, folder) = started();
    let keys = stack.keys();
    let run = |example, keys: &_| Language::Shell.run(&text_of(example), &stack, &folder, keys);
    let nobody = ("sk_none".to_owned(), "pk_none".to_owned());
    for example in [SEND, TRACK, REPLACE_KEYS] {
        let refused = run(example, &nobody);
        assert!(!refused.success && refused.printed.contains("INVALID_API_KEY"), "{}", refused.printed);
    }
    for _ in 0..2 {
        let done = run(SEND, &keys);
        assert!(done.success, "{}", done.printed);
        assert_eq!(mails(&stack), the_mail());
    }
    let done = run(TRACK, &keys);
    assert!(done.success, "{}", done.printed);
    assert_eq!(events(&folder), the_event());
    let done = run(REPLACE_KEYS, &keys);
    assert!(done.success, "{}", done.printed);
    let new = stack.keys();
    assert!(new.0 != keys.0 && new.1 != keys.1 && done.printed.contains(&new.0));
    assert_eq!((stack.send(&keys.0).status, stack.send(&new.0).status), (200, 200), "the old key has its grace");
}

#[test]
fn the_guard_stops_the_project() {
    if !Language::Shell.is_here() {
        return;
    }
    let (stack, folder) = started();
    let keys = stack.keys();
    let done = Language::Shell.run(&text_of(GUARD), &stack, &folder, &keys);
    assert!(done.success, "{}", done.printed);
    assert_eq!(done.printed.matches("SENT").count(), 20, "{}", done.printed);
    for _ in 0..200 {
        let answer = stack.send(&keys.0);
        if answer.status == 403 {
            assert_eq!(answer.json["error"]["code"], "PROJECT_DISABLED");
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("twenty bounces did not stop the project");
}

#[test]
fn every_example_is_run() {
    let runs = |language: &str, text: &str| ["js", "python", "rust"].contains(&language) || text.contains("curl ");
    let readme = readme();
    let found = readme.blocks.iter().filter(|block| runs(&block.language, &block.text));
    let found: Vec<_> = found.map(|block| (block.heading.as_str(), block.language.as_str())).collect();
    assert_eq!(found, EXAMPLES.map(|(heading, language, _)| (heading, language)));
}

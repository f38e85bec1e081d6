//! README's examples, taken from README and run against a stack. The tests look at the mails and events that they leave.

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
use markdown::MarkdownFile;
use posthorn_testkit::backends::local_config;
use support::{Stack, folder, get};

/// README's Rust example. It reads its environment, so it is run in a process of its own.
#[expect(clippy::disallowed_methods, clippy::print_stdout, reason = "an example reads its environment and prints")]
mod program {
    include!("program.rs");

    #[test]
    #[ignore = "the test of the Rust example runs it with a stack and keys"]
    fn run() {
        main().unwrap();
    }
}

/// A block of README: the heading above it, its language, and a text that it contains.
type Example = (&'static str, &'static str, &'static str);

const SEND: Example = ("Send an email", "sh", "/v1/send");
const TRACK: Example = ("Track an event", "sh", "/v1/track");
const JAVASCRIPT: Example = ("In your language", "js", "fetch");
const PYTHON: Example = ("In your language", "python", "urllib");
const RUST: Example = ("In your language", "rust", "reqwest");
const REPLACE_KEYS: Example = ("Replace keys", "sh", "regenerate-keys");
const PROJECTS: Example = ("Projects", "sh", "/projects");
const GUARD: Example = ("The guard", "sh", "bounce-");
/// Every block of README that can be run, in README's order.
const EXAMPLES: [Example; 8] = [SEND, TRACK, JAVASCRIPT, PYTHON, RUST, REPLACE_KEYS, PROJECTS, GUARD];

fn readme() -> MarkdownFile {
    MarkdownFile::read(Path::new("README.md"))
}

fn text_of((heading, language, contained): Example) -> String {
    readme().block(heading, language, contained).to_owned()
}

/// Starts a stack in a folder of its own.
fn start() -> (Stack, std::path::PathBuf) {
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

/// The mail that every example sends.
fn expected_mails() -> Vec<(String, String)> {
    vec![("Your order".to_owned(), "Thank you, Ada.".to_owned())]
}

/// The event that every example tracks.
fn expected_events() -> Vec<(String, String)> {
    vec![("signed_up".to_owned(), r#"{"plan":"pro"}"#.to_owned())]
}

/// Runs an example that sends and tracks: with an invalid key, which leaves nothing, and twice with the keys, which leaves one mail and
/// one event.
fn check(example: Example, language: Language) {
    if !language.is_installed() {
        return;
    }
    let (text, (stack, folder)) = (text_of(example), start());
    let keys = stack.keys();
    let refused = language.run(&text, &stack, &folder, &("sk_none".to_owned(), keys.1.clone()));
    assert!(!refused.success, "{}", refused.printed);
    assert!(refused.printed.contains("INVALID_API_KEY"), "{}", refused.printed);
    assert_eq!((mails(&stack), events(&folder)), (vec![], vec![]));
    for _ in 0..2 {
        let done = language.run(&text, &stack, &folder, &keys);
        assert!(done.success && done.printed.contains("SENT"), "{}", done.printed);
        assert_eq!((mails(&stack), events(&folder)), (expected_mails(), expected_events()));
    }
}

#[test]
fn the_javascript_example_sends_and_tracks_once() {
    check(JAVASCRIPT, Language::JavaScript);
}

#[test]
fn the_python_example_sends_and_tracks_once() {
    check(PYTHON, Language::Python);
}

#[test]
fn the_rust_example_sends_and_tracks_once() {
    assert_eq!(text_of(RUST), include_str!("program.rs"), "README shows another program than the one that is compiled");
    check(RUST, Language::Rust);
}

#[test]
fn the_curl_examples_send_track_show_the_project_and_replace_the_keys() {
    if !Language::Shell.is_installed() {
        return;
    }
    let (stack, folder) = start();
    let keys = stack.keys();
    let run = |example, keys: &_| Language::Shell.run(&text_of(example), &stack, &folder, keys);
    let invalid_keys = ("sk_none".to_owned(), "pk_none".to_owned());
    for example in [SEND, TRACK, PROJECTS, REPLACE_KEYS] {
        let refused = run(example, &invalid_keys);
        assert!(!refused.success && refused.printed.contains("INVALID_API_KEY"), "{}", refused.printed);
    }
    for _ in 0..2 {
        let done = run(SEND, &keys);
        assert!(done.success, "{}", done.printed);
        assert_eq!(mails(&stack), expected_mails());
    }
    let done = run(TRACK, &keys);
    assert!(done.success, "{}", done.printed);
    assert_eq!(events(&folder), expected_events());
    let done = run(PROJECTS, &keys);
    assert!(done.success && done.printed.contains("\"defaultSenderDomain\":\"example.com\""), "{}", done.printed);
    let done = run(REPLACE_KEYS, &keys);
    assert!(done.success, "{}", done.printed);
    let new = stack.keys();
    assert!(new.0 != keys.0 && new.1 != keys.1 && done.printed.contains(&new.0));
    assert_eq!(
        (stack.send(&keys.0).status, stack.send(&new.0).status),
        (200, 200),
        "the old key works in its grace period"
    );
}

#[test]
fn the_example_of_the_guard_disables_the_project() {
    if !Language::Shell.is_installed() {
        return;
    }
    let (stack, folder) = start();
    let keys = stack.keys();
    let done = Language::Shell.run(&text_of(GUARD), &stack, &folder, &keys);
    assert!(done.success, "{}", done.printed);
    assert_eq!(done.printed.matches("SENT").count(), 20, "{}", done.printed);
    for _ in 0..200 {
        let response = stack.send(&keys.0);
        if response.status == 403 {
            assert_eq!(response.json["error"]["code"], "PROJECT_DISABLED");
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("twenty bounces did not disable the project");
}

#[test]
fn every_example_is_run() {
    let runs = |language: &str, text: &str| ["js", "python", "rust"].contains(&language) || text.contains("curl ");
    let readme = readme();
    let found = readme.blocks.iter().filter(|block| runs(&block.language, &block.text));
    let found: Vec<_> = found.map(|block| (block.heading.as_str(), block.language.as_str())).collect();
    assert_eq!(found, EXAMPLES.map(|(heading, language, _)| (heading, language)));
}

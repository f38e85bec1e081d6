//! The functions as Lambda runs them: the binaries of `sam build` under Lambda's own runtime interface emulator, with the
//! template's environment. Every file of `events/` is posted to a fresh sandbox and to the handler in process, and answer and
//! effects have to be the same. The contract's main flows go through all functions.
//!
//! If `POSTHORN_DYNAMODB` has the address of another DynamoDB, the sandboxes have their tables there, so that the engine in
//! process is compared with it.
//!
//! The tests need `POSTHORN_EMULATOR`, the path of `aws-lambda-rie` (the SAM CLI's package has it), and `.aws-sam/build`, as
//! `.ci/run` provides them. Without the variable they print that they are skipped.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]
#![expect(clippy::print_stdout, reason = "a test that is skipped says so")]

mod flows;
mod sandbox;

use std::{collections::BTreeMap, path::PathBuf};

use posthorn_bundle::{Bundle, Clients};
use posthorn_lambda::Env;
use posthorn_mail::ses::Ses;
use posthorn_routes::Function;
use posthorn_table::{Timestamp, Uuid};
use posthorn_testkit::{
    backends::{Backends, TestResponse},
    events::{self, EventFile},
    gateway::{TIMEOUT, http_response},
};
use serde_json::Value;

use crate::sandbox::{CONFIGURATION_SET, Sandbox};

#[tokio::test(flavor = "multi_thread")]
async fn every_event_file_has_the_same_outcome_under_the_emulator_and_in_process() {
    let Some(emulator) = emulator() else { return };
    let mut files = 0;
    for function in Function::ALL {
        for file in events::of(function) {
            let backends = prepared(started().await, &file).await;
            let sandbox = Sandbox::start(&emulator, function, &backends);
            let (expected, found) = (in_process(&file).await, in_sandbox(&sandbox, &backends, &file).await);
            assert_eq!(found, expected, "{}/{}", file.folder, file.name);
            if function == Function::Send {
                assert_eq!(sandbox.counted("Sent"), found.mails as u64, "{}/{}", file.folder, file.name);
            }
            files += 1;
        }
    }
    println!("{files} event files had the same outcome under the emulator and in process");
}

/// The emulator's path. Without one a line is printed that a test is skipped.
#[expect(clippy::disallowed_methods, reason = "the environment says which tools there are")]
fn emulator() -> Option<PathBuf> {
    let path = std::env::var_os("POSTHORN_EMULATOR").map(PathBuf::from);
    if path.is_none() {
        println!("SKIPPED: POSTHORN_EMULATOR does not name aws-lambda-rie; .ci/run installs it and runs this");
    }
    path
}

/// Back ends for a sandbox. Their clock shows the real time, which the functions in the sandbox see, for only mail of the last seven
/// days counts.
#[expect(clippy::disallowed_methods, reason = "the environment says which DynamoDB there is")]
async fn started() -> Backends {
    let backends = match std::env::var("POSTHORN_DYNAMODB") {
        Ok(url) if !url.is_empty() => Backends::start_at(&url).await,
        _ => Backends::start().await,
    };
    ready(backends)
}

fn ready(backends: Backends) -> Backends {
    backends.clock.advance(Env::system().now().duration_since(backends.clock.now()));
    backends.ses.create_configuration_set(CONFIGURATION_SET);
    backends
}

/// The outcome of an event: the answer, the number of items of each noun, of mails and of announcements. Ids, times and keys, which
/// differ every time, are replaced by their kind.
#[derive(Debug, PartialEq)]
struct Outcome {
    answer: Value,
    items: BTreeMap<String, usize>,
    mails: usize,
    through_the_configuration_set: bool,
    announced: usize,
}

impl Outcome {
    async fn of(backends: &Backends, answer: Value) -> Self {
        let mut items = BTreeMap::new();
        for key in backends.items().await.keys() {
            *items.entry(key.split('#').next().unwrap_or(key).to_owned()).or_default() += 1;
        }
        // The shards are chosen at random.
        items.entry("STATS".to_owned()).and_modify(|shards| *shards = 1);
        let mails = backends.ses.mails();
        Self {
            answer: normalized(&answer),
            items,
            mails: mails.len(),
            through_the_configuration_set: mails
                .iter()
                .all(|mail| mail.configuration_set.as_deref() == Some(CONFIGURATION_SET)),
            announced: backends.sns.published().len(),
        }
    }
}

/// The status, headers and body of an HTTP answer.
fn http(answer: &TestResponse) -> Value {
    let mut headers: Vec<_> = answer.headers.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
    headers.sort();
    serde_json::json!({"status": answer.status, "headers": headers, "body": answer.json, "text": answer.text.is_empty()})
}

fn normalized(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), normalized(value))).collect(),
        Value::Array(items) => items.iter().map(normalized).collect(),
        Value::String(text) => Value::from(kind(text)),
        other => other.clone(),
    }
}

/// The kind of a text that differs every time, or the text.
fn kind(text: &str) -> &str {
    let is_key = text.len() == 49 && (text.starts_with("sk_") || text.starts_with("pk_"));
    let is_ulid = text.len() == 26 && text.chars().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase());
    match text {
        _ if text.parse::<Uuid>().is_ok() => "a UUID",
        _ if text.parse::<Timestamp>().is_ok() => "a time",
        _ if is_ulid => "a ULID",
        _ if is_key => "a key",
        _ => text,
    }
}

/// The back ends as the file supposes them.
async fn prepared(backends: Backends, file: &EventFile) -> Backends {
    file.prepare(&backends).await;
    backends
}

async fn in_sandbox(sandbox: &Sandbox, backends: &Backends, file: &EventFile) -> Outcome {
    let mut answer = Value::Null;
    for file in file.before().iter().chain([file]) {
        answer = sandbox.invoke(&file.event).await;
    }
    Outcome::of(backends, without_transport(answer)).await
}

/// The outcome of the file's event, after the one that has to go before it, with the handler in process.
async fn in_process(file: &EventFile) -> Outcome {
    let backends = prepared(ready(Backends::start().await), file).await;
    let mut answer = Value::Null;
    for file in file.before().iter().chain([file]) {
        answer = handle(&backends, file).await;
    }
    Outcome::of(&backends, answer).await
}

async fn handle(backends: &Backends, file: &EventFile) -> Value {
    let ses = Ses::new(backends.ses_config.clone(), Some(CONFIGURATION_SET.to_owned()));
    let functions = Bundle::new(Clients { ses, ..Clients::of(backends) });
    without_transport(functions.invoke(file.function(), &file.event, "", TIMEOUT).await)
}

/// The answer to a batch of a queue, or the HTTP response that the gateway makes of a function's answer.
fn without_transport(answer: Value) -> Value {
    if answer.get("statusCode").is_some() { http(&TestResponse::from(http_response(answer))) } else { answer }
}

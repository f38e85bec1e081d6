//! Texts of requests and reports appear in answers and mails alone. For every event file, every refusal and every failure of a
//! dependency, the log lines, the output of panics and `Debug` are searched for the texts of the request. No key is in the table.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed, in its helpers too")]

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_lambda_events::sqs::SqsEvent;
use base64::{Engine, engine::general_purpose::STANDARD};
use posthorn_auth::authenticate;
use posthorn_lambda::{env::monotonic_now, http::respond, telemetry::quieten_panics};
use posthorn_mail::ses::Ses;
use posthorn_routes::{Function, Operation, route};
use posthorn_testkit::{
    backends::{Backends, TestProject, TestResponse},
    events::{EMAIL, EventFile, PUBLIC_KEY, SECRET_KEY, in_folder},
    faults::Fault,
    gateway::invoke,
    ses,
};
use serde_json::Value;
use tracing_subscriber::{Layer, filter::filter_fn, fmt::layer, layer::SubscriberExt, util::SubscriberInitExt};

/// The length of the shortest text that is searched for: shorter ones are in a log line by chance.
const MIN_LENGTH: usize = 6;
/// The number of calls of a request that fail, one at a time.
const FAILING_CALLS: usize = 9;

/// The log lines and the output of panics.
#[derive(Clone, Default)]
struct Output(Arc<Mutex<Vec<u8>>>);

impl Output {
    fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Collects the log lines of our own code at every level, those of other code at the levels that a function is built with, and the
/// output of panics. `release_max_level_info` leaves lower levels, the SDK's requests among them, out of a function's binary.
fn listen() -> Output {
    let output = Output::default();
    let writer = output.clone();
    let is_collected = |metadata: &tracing::Metadata<'_>| {
        let is_ours = |name: &str| metadata.target().starts_with(name);
        *metadata.level() <= tracing::Level::INFO
            || ["posthorn", "api", "send", "track", "regenerate_keys", "feedback"].into_iter().any(is_ours)
    };
    let lines = layer().json().flatten_event(true).with_span_list(true).with_writer(move || writer.clone());
    tracing_subscriber::registry().with(lines.with_filter(filter_fn(is_collected))).init();
    quieten_panics();
    output
}

/// The texts that must not appear: keys, and every text that the caller wrote.
fn secrets(event: &str) -> BTreeSet<String> {
    let event: Value = serde_json::from_str(event).unwrap();
    let mut found = BTreeSet::new();
    let authorization = event["headers"]["authorization"].as_str().unwrap_or_default();
    found.extend(authorization.split(' ').map(str::to_owned));
    found.extend(event["headers"]["idempotency-key"].as_str().map(str::to_owned));
    let body = event["body"].as_str().unwrap_or_default();
    let body = match event["isBase64Encoded"].as_bool() {
        Some(true) => String::from_utf8_lossy(&STANDARD.decode(body).unwrap_or_default()).into_owned(),
        _ => body.to_owned(),
    };
    match serde_json::from_str::<Value>(&body) {
        Ok(body) => {
            texts(&body, &mut found);
            let named = ["data", "headers"].into_iter().filter_map(|field| body[field].as_object());
            found.extend(named.flat_map(|members| members.keys().cloned()));
        }
        Err(_) => drop(found.insert(body)),
    }
    // SES's reports name people, and quote mails and servers.
    for record in event["Records"].as_array().into_iter().flatten() {
        let mut of_record = BTreeSet::new();
        texts(&serde_json::from_str(record["body"].as_str().unwrap()).unwrap_or_default(), &mut of_record);
        for text in of_record.clone() {
            texts(&serde_json::from_str(&text).unwrap_or_default(), &mut of_record);
        }
        found.extend(of_record.into_iter().filter(|text| text.contains('@') || text.contains(' ')));
    }
    found.retain(|text| text.len() >= MIN_LENGTH && text != "Bearer");
    found
}

/// Every text of a JSON document, names of members left out.
fn texts(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => drop(found.insert(text.clone())),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(members) => members.values().for_each(|member| texts(member, found)),
        _ => {}
    }
}

/// The texts that appeared where they do not belong.
struct Leaks {
    output: Output,
    /// The number of lines that were searched.
    lines: usize,
    /// The number of requests that ended before the call that should have failed.
    unreached: usize,
    /// The text and its file, with the lines in which it appeared.
    found: BTreeMap<String, String>,
}

impl Leaks {
    /// Gives a file's event to its function on back ends that `disturb` has changed, and returns the answer.
    async fn run(&mut self, file: &EventFile, disturb: impl AsyncFn(&Backends)) -> Option<TestResponse> {
        let backends = Backends::start().await;
        let project = file.prepare(&backends).await;
        if let Some(before) = file.before() {
            give(&backends, &project, &before).await;
        }
        disturb(&backends).await;
        let answer = give(&backends, &project, file).await;
        self.unreached += usize::from(backends.faults.is_waiting());
        backends.faults.clear();
        self.check(file, &backends, answer.as_ref()).await;
        answer
    }

    async fn check(&mut self, file: &EventFile, backends: &Backends, answer: Option<&TestResponse>) {
        let mut shown = self.output.take();
        self.lines += shown.lines().count();
        shown.push_str(&debug_texts(file, backends).await);
        for secret in secrets(&file.event).into_iter().filter(|secret| shown.contains(secret)) {
            self.found.insert(format!("{}/{} shows {secret:?}", file.folder, file.name), shown.clone());
        }
        let minted = answer.map(|answer| [&answer.json["secret"], &answer.json["public"]].map(|key| key.as_str()));
        let keys = minted.into_iter().flatten().flatten().chain([SECRET_KEY, PUBLIC_KEY]);
        let items = format!("{:?}", backends.items().await);
        for _key in keys.filter(|key| items.contains(key) || shown.contains(key)) {
            self.found.insert(format!("{}/{} keeps or shows a key", file.folder, file.name), String::new());
        }
    }
}

/// The `Debug` texts of the values that were read and stored.
async fn debug_texts(file: &EventFile, backends: &Backends) -> String {
    let table = &backends.table;
    let authorization = format!("Bearer {SECRET_KEY}");
    let caller = authenticate(
        table,
        Some(authorization.as_bytes()),
        route(Operation::SendEmail).unwrap(),
        backends.clock.now(),
        |_| {},
    )
    .await;
    let project = caller.as_ref().map(|caller| caller.project.id);
    let mut shown = vec![format!("{caller:?} {:?}", table.email(EMAIL).await)];
    if let (Ok(project), Ok(event)) = (project, serde_json::from_str::<Value>(&file.event)) {
        let body: Value = serde_json::from_str(event["body"].as_str().unwrap_or_default()).unwrap_or_default();
        for email in [&body["email"], &body["to"]].into_iter().filter_map(Value::as_str) {
            shown.push(format!("{:?}", table.contact(project, email).await));
        }
        let mut fields = posthorn_errors::FieldErrors::default();
        shown.push(format!("{:?}", posthorn_table::data::Data::check(body.get("data"), &mut fields)));
    }
    shown.concat()
}

/// Gives an event to the function that its folder names.
async fn give(backends: &Backends, project: &TestProject, file: &EventFile) -> Option<TestResponse> {
    let (env, table, alerts) = (backends.env.clone(), backends.table.clone(), Some(backends.alerts.clone()));
    let (id, time) = ("lambda-request", Duration::from_secs(29));
    let answer = match file.folder.split('/').next().unwrap() {
        "send" => {
            let app = send::App { env, table, ses: Ses::new(backends.ses_config.clone(), None) };
            invoke(&file.event, id, time, |request| send::handle(&app, request)).await
        }
        "api" => {
            let app = api::App { env, table };
            invoke(&file.event, id, time, |request| api::handle(&app, request)).await
        }
        "track" => {
            let app = track::App { env, table };
            invoke(&file.event, id, time, |request| track::handle(&app, request)).await
        }
        "regenerate-keys" => {
            let app = regenerate_keys::App { env, table, alerts };
            invoke(&file.event, id, time, |request| regenerate_keys::handle(&app, request)).await
        }
        _ => {
            let (rule, heartbeat) = (posthorn_auth::reputation::Rule::default(), feedback::Heartbeat::default());
            let app = feedback::App { env, table, rule, alerts, heartbeat };
            let event: SqsEvent = serde_json::from_str(&file.event).unwrap();
            let _batch = feedback::handle(&app, event, monotonic_now() + time).await;
            assert_eq!(project.project.facts.name, "Acme");
            return None;
        }
    };
    Some(answer.into())
}

fn folders() -> impl Iterator<Item = EventFile> {
    let functions = Function::ALL.into_iter().filter(|function| function.is_behind_the_gateway());
    let of_http = functions.map(|function| ["accepted", "refused"].map(|kind| format!("{}/{kind}", function.name())));
    let of_queue = ["accepted", "failed", "partial"].map(|kind| format!("feedback/{kind}"));
    of_http.flatten().chain(of_queue).flat_map(|folder| in_folder(&folder))
}

#[tokio::test]
async fn no_text_of_a_request_appears_where_it_does_not_belong() {
    let mut leaks = Leaks { output: listen(), lines: 0, unreached: 0, found: BTreeMap::new() };
    for file in folders() {
        leaks.run(&file, async |_| {}).await;
    }
    let mut failed_calls = 0;
    let accepted = ["send/accepted", "track/accepted", "regenerate-keys/accepted", "feedback/accepted"];
    for file in accepted.into_iter().filter_map(|folder| in_folder(folder).into_iter().next_back()) {
        for fault in [Fault::NeverArrives, Fault::Breaks, Fault::Garbles, Fault::Throttled] {
            for number in 0..FAILING_CALLS {
                leaks.run(&file, async |backends| backends.faults.fail_call(number, fault)).await;
                failed_calls += 1;
            }
        }
    }
    let plain = in_folder("send/accepted").into_iter().find(|file| file.name == "plain").unwrap();
    for fault in [ses::Fault::MessageRejected, ses::Fault::AccountPaused, ses::Fault::LoseAnswer] {
        leaks.run(&plain, async |backends| backends.ses.fail_next(fault.clone())).await;
    }
    // SES's error about a sender that is not verified quotes the address.
    let remove_identity = async |backends: &Backends| {
        let identity = format!("{}/v2/email/identities/example.com", backends.urls.ses);
        assert_eq!(reqwest::Client::new().delete(identity).send().await.unwrap().status(), 200);
    };
    let refused = leaks.run(&plain, remove_identity).await.unwrap();
    let failed = leaks.run_panicking(&plain).await;
    // A panic is this test's own from here on.
    drop(std::panic::take_hook());
    assert!(leaks.found.is_empty(), "{:#?}", leaks.found);
    assert_eq!(refused.code(), Some("DELIVERY_FAILED"), "{}", refused.text);
    assert_eq!(failed.code(), Some("INTERNAL_SERVER_ERROR"), "{}", failed.text);
    assert!(failed_calls - leaks.unreached > 50, "calls of {} requests failed", failed_calls - leaks.unreached);
    assert!(leaks.lines > 200, "only {} lines", leaks.lines);
}

impl Leaks {
    /// Calls a handler that panics with all that it knows.
    async fn run_panicking(&mut self, file: &EventFile) -> TestResponse {
        let backends = Backends::start().await;
        let answer: TestResponse = invoke(&file.event, "lambda-request", Duration::from_secs(29), |request| async {
            respond(&backends.env, Function::Send, request, |call| async move {
                panic!("{:?} {}", call.authorization(), String::from_utf8_lossy(call.body()))
            })
            .await
        })
        .await
        .into();
        let is_collected = self.output.0.lock().unwrap().windows(8).any(|bytes| bytes == b"panicked");
        if !is_collected {
            self.found.insert("the panic was not logged".to_owned(), String::new());
        }
        self.check(file, &backends, Some(&answer)).await;
        answer
    }
}

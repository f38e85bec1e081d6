//! Texts of requests and reports appear in answers and mails alone. For every event file, every refusal and every failure of a
//! dependency, the log lines, the output of panics and `Debug` are searched for the texts of the request. No key is in the table.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed, in its helpers too")]

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
    sync::{Arc, Mutex},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use posthorn_auth::authenticate;
use posthorn_bundle::{Bundle, Clients};
use posthorn_lambda::{http::respond, telemetry::quieten_panics};
use posthorn_routes::{Function, Operation, route};
use posthorn_testkit::{
    backends::{Backends, TestResponse},
    events::{self, EMAIL, EventFile, PUBLIC_KEY, SECRET_KEY, in_folder},
    faults::Fault,
    gateway::{TIMEOUT, http_response, invoke},
    ses,
};
use serde_json::Value;
use tracing_subscriber::{Layer, filter::filter_fn, fmt::layer, layer::SubscriberExt, util::SubscriberInitExt};

/// The length of the shortest text that is searched for: shorter ones are in a log line by chance.
const MIN_LENGTH: usize = 6;
/// Lambda's id of every request.
const REQUEST_ID: &str = "lambda-request";
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
            || is_ours("posthorn")
            || Function::ALL.into_iter().any(|function| is_ours(&function.name().replace('-', "_")))
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
        file.prepare(&backends).await;
        if let Some(before) = file.before() {
            give(&backends, &before).await;
        }
        disturb(&backends).await;
        let answer = give(&backends, file).await;
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

/// Gives an event to the function that its folder names. The answer is `None` for a batch of a queue.
async fn give(backends: &Backends, file: &EventFile) -> Option<TestResponse> {
    let function = file.function();
    let answer = Bundle::new(Clients::of(backends)).invoke(function, &file.event, REQUEST_ID, TIMEOUT).await;
    function.is_behind_the_gateway().then(|| http_response(answer).into())
}

#[tokio::test]
async fn no_text_of_a_request_appears_where_it_does_not_belong() {
    let mut leaks = Leaks { output: listen(), lines: 0, unreached: 0, found: BTreeMap::new() };
    for file in Function::ALL.into_iter().flat_map(events::of) {
        leaks.run(&file, async |_| {}).await;
    }
    let mut failed_calls = 0;
    let accepted = Function::ALL.map(|function| in_folder(&format!("{}/accepted", function.name())));
    for file in accepted.into_iter().filter_map(|files| files.into_iter().next_back()) {
        for fault in [Fault::NeverArrives, Fault::Breaks, Fault::Garbles, Fault::Throttled] {
            for number in 0..FAILING_CALLS {
                leaks.run(&file, async |backends| backends.faults.fail_call(number, fault)).await;
                failed_calls += 1;
            }
        }
    }
    let plain = events::accepted_file(Function::Send, "plain");
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
        let answer: TestResponse = invoke(&file.event, REQUEST_ID, TIMEOUT, |request| async {
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

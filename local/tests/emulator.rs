//! The functions as Lambda runs them: what `sam build` left, under Lambda's own runtime interface emulator, with the
//! template's environment. Every file of `events/` is posted to a fresh sandbox and to the handler in process; answer and
//! effects must be the same.
//!
//! Needs `POSTHORN_EMULATOR`, the path of `aws-lambda-rie` (the SAM CLI's package has it), and `.aws-sam/build`, as
//! `.ci/run` provides them; without the variable it says that it was skipped.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]
#![expect(clippy::print_stdout, reason = "a test that is skipped says so")]

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::Duration,
};

use aws_lambda_events::sqs::SqsEvent;
use posthorn_auth::reputation::Rule;
use posthorn_lambda::{Edge, edge::stopwatch};
use posthorn_mail::ses::Ses;
use posthorn_table::{Timestamp, Uuid};
use posthorn_testkit::{
    backends::{ALERTS, Answer, Backends, TABLE},
    events::{EventFile, in_folder},
    gateway::{TIMEOUT, answered, invoke},
    template,
};
use serde_json::Value;

const CONFIGURATION_SET: &str = "posthorn-test";
/// The folders of `events/` and the functions, in the template, that they are for.
const FOLDERS: [(&str, &str); 9] = [
    ("send/accepted", "SendFunction"),
    ("send/refused", "SendFunction"),
    ("track/accepted", "TrackFunction"),
    ("track/refused", "TrackFunction"),
    ("regenerate-keys/accepted", "RegenerateKeysFunction"),
    ("regenerate-keys/refused", "RegenerateKeysFunction"),
    ("feedback/accepted", "FeedbackFunction"),
    ("feedback/failed", "FeedbackFunction"),
    ("feedback/partial", "FeedbackFunction"),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_event_file_does_under_the_emulator_what_it_does_in_process() {
    let Some(emulator) = emulator() else {
        println!("SKIPPED: POSTHORN_EMULATOR does not name aws-lambda-rie; .ci/run installs it and runs this");
        return;
    };
    let mut files = 0;
    for (folder, function) in FOLDERS {
        for file in in_folder(folder) {
            let sandbox = Sandbox::start(&emulator, function, &file).await;
            let (expected, found) = (in_process(&file).await, sandbox.invoke(&file).await);
            assert_eq!(found, expected, "{folder}/{}", file.name);
            if function == "SendFunction" {
                assert_eq!(sandbox.counted("Sent"), found.mails as u64, "{folder}/{}", file.name);
            }
            files += 1;
        }
    }
    println!("{files} event files did the same under the emulator and in process");
}

#[expect(clippy::disallowed_methods, reason = "which tools there are, the machine says")]
fn emulator() -> Option<PathBuf> {
    std::env::var_os("POSTHORN_EMULATOR").map(PathBuf::from)
}

/// What an event led to: the answer, how many items each noun has, mails, announcements. What is different every time
/// (ids, times, keys) is replaced by what it is.
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
        // Which shards it takes is chance.
        items.entry("STATS".to_owned()).and_modify(|shards| *shards = 1);
        let mails = backends.ses.mails();
        Self {
            answer: without_chance(&answer),
            items,
            mails: mails.len(),
            through_the_configuration_set: mails
                .iter()
                .all(|mail| mail.configuration_set.as_deref() == Some(CONFIGURATION_SET)),
            announced: backends.sns.published().len(),
        }
    }
}

/// Status, headers and body of an HTTP answer.
fn http(answer: &Answer) -> Value {
    let mut headers: Vec<_> = answer.headers.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
    headers.sort();
    serde_json::json!({"status": answer.status, "headers": headers, "body": answer.json, "text": answer.text.is_empty()})
}

fn without_chance(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), without_chance(value))).collect(),
        Value::Array(items) => items.iter().map(without_chance).collect(),
        Value::String(text) => Value::from(kind(text)),
        other => other.clone(),
    }
}

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
async fn prepared(file: &EventFile) -> Backends {
    let backends = Backends::start().await;
    // The functions in the sandbox see the real time, and only mail of the last seven days counts.
    backends.clock.advance(Edge::system().now().duration_since(backends.clock.now()));
    backends.ses.create_configuration_set(CONFIGURATION_SET);
    file.prepare(&backends).await;
    backends
}

/// The file's event, and the one that must go before it, through the handler in process.
async fn in_process(file: &EventFile) -> Outcome {
    let backends = prepared(file).await;
    let mut answer = Value::Null;
    for file in file.before().iter().chain([file]) {
        answer = handle(&backends, file).await;
    }
    Outcome::of(&backends, answer).await
}

async fn handle(backends: &Backends, file: &EventFile) -> Value {
    let (edge, table) = (backends.edge.clone(), backends.table.clone());
    let response = match file.folder.split('/').next() {
        Some("send") => {
            let ses = Ses::new(backends.ses_config.clone(), Some(CONFIGURATION_SET.to_owned()));
            let app = send::App { edge, table, ses };
            invoke(&file.event, "", TIMEOUT, |request| send::handle(&app, request)).await
        }
        Some("track") => {
            let app = track::App { edge, table };
            invoke(&file.event, "", TIMEOUT, |request| track::handle(&app, request)).await
        }
        Some("regenerate-keys") => {
            let app = regenerate_keys::App { edge, table, alerts: Some(backends.alerts.clone()) };
            invoke(&file.event, "", TIMEOUT, |request| regenerate_keys::handle(&app, request)).await
        }
        _ => {
            let app = feedback::App {
                edge,
                table,
                rule: Rule::default(),
                alerts: Some(backends.alerts.clone()),
                pulse: feedback::Pulse::default(),
            };
            let event: SqsEvent = serde_json::from_str(&file.event).unwrap();
            let response = feedback::handle(&app, event, stopwatch() + TIMEOUT).await;
            return serde_json::to_value(response).unwrap();
        }
    };
    http(&Answer::from(response))
}

/// A function's sandbox: the emulator, which starts `bootstrap` with the first event. Killed when it goes out of scope.
struct Sandbox {
    backends: Backends,
    address: String,
    child: Child,
    log: PathBuf,
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Sandbox {
    async fn start(emulator: &Path, function: &str, file: &EventFile) -> Self {
        let backends = prepared(file).await;
        let bootstrap =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../.aws-sam/build").join(function).join("bootstrap");
        let bootstrap = bootstrap.canonicalize().unwrap_or_else(|_| panic!("no {}: sam build", bootstrap.display()));
        let [address, api] = [free_address(), free_address()];
        let log = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("emulator-{}.log", std::process::id()));
        let child = Command::new(emulator)
            .args(["--runtime-interface-emulator-address", &address, "--runtime-api-address", &api])
            .arg(bootstrap)
            .env_clear()
            .envs(environment(function, &backends))
            .stdout(File::create(&log).unwrap())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let sandbox = Self { backends, address, child, log };
        for _ in 0..200 {
            if TcpStream::connect(&sandbox.address).is_ok() {
                return sandbox;
            }
            sleep(Duration::from_millis(20));
        }
        panic!("the emulator does not listen");
    }

    /// What the metrics in the log say, added up: CloudWatch's embedded format.
    fn counted(&self, metric: &str) -> u64 {
        let log = fs::read_to_string(&self.log).unwrap();
        let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let metrics = lines.filter(|line| line["_aws"].is_object());
        metrics
            .inspect(|line| assert_eq!(line["Stack"], "posthorn-test"))
            .filter_map(|line| line[metric].as_u64())
            .sum()
    }

    async fn invoke(&self, file: &EventFile) -> Outcome {
        let mut answer = Value::Null;
        for file in file.before().iter().chain([file]) {
            let address = self.address.clone();
            let event = file.event.clone();
            answer = tokio::task::spawn_blocking(move || post(&address, &event)).await.unwrap();
        }
        if answer.get("statusCode").is_some() {
            answer = http(&Answer::from(answered(answer)));
        }
        Outcome::of(&self.backends, answer).await
    }
}

/// What the template gives a function, with the back ends' values, and what Lambda itself gives every function.
fn environment(function: &str, backends: &Backends) -> Vec<(String, String)> {
    let template = template::read();
    let shared = &template["Globals"]["Function"]["Environment"]["Variables"];
    let own = &template::properties(&template, function)["Environment"]["Variables"];
    let variables = shared.as_object().into_iter().chain(own.as_object()).flatten();
    let variables = variables.filter(|(_, given)| given["Ref"] != "AWS::NoValue");
    let value = |name: &str, given: &Value| match given["Ref"].as_str() {
        Some("Table") => TABLE.to_owned(),
        Some("AlertsTopic") => ALERTS.to_owned(),
        Some("ConfigurationSet") => CONFIGURATION_SET.to_owned(),
        Some("AWS::StackName") => "posthorn-test".to_owned(),
        Some(parameter) => template["Parameters"][parameter]["Default"].to_string().replace('"', ""),
        None => panic!("{name} refers to nothing"),
    };
    let variables = variables.map(|(name, given)| (name.clone(), value(name, given)));
    let lambdas = [
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
        ("AWS_LAMBDA_FUNCTION_NAME", function),
        ("AWS_LAMBDA_FUNCTION_TIMEOUT", "29"),
    ];
    let lambdas = lambdas.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    let urls = &backends.urls;
    let endpoints = [
        ("AWS_ENDPOINT_URL_DYNAMODB", &urls.dynamodb),
        ("AWS_ENDPOINT_URL_SESV2", &urls.ses),
        ("AWS_ENDPOINT_URL_SNS", &urls.sns),
    ];
    let endpoints = endpoints.map(|(name, url)| (name.to_owned(), url.clone()));
    variables.chain(lambdas).chain(endpoints).collect()
}

fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// HTTP 1.0, so that the answer ends with the connection.
fn post(address: &str, event: &str) -> Value {
    let mut connection = TcpStream::connect(address).unwrap();
    let path = "/2015-03-31/functions/function/invocations";
    write!(connection, "POST {path} HTTP/1.0\r\nContent-Length: {}\r\n\r\n{event}", event.len()).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"))
}

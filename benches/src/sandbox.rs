//! A function's process as Lambda runs it: its `bootstrap`, a Runtime API for it alone, the environment of a deployment.
//! The API is the one of AWS's page "Using the Lambda runtime API for custom runtimes".

use std::{
    env, fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use posthorn_lambda::env::{Env, monotonic_now};
use serde_json::Value;
use tokio::{
    net::TcpListener,
    sync::{Mutex, mpsc},
    time::{Instant, timeout},
};

/// How long anything may take: valgrind is slow.
const PATIENCE: Duration = Duration::from_mins(2);

/// A function's process. Killed when it goes out of scope.
pub(crate) struct Sandbox {
    child: Child,
    events: mpsc::UnboundedSender<String>,
    heard: mpsc::UnboundedReceiver<Heard>,
    /// From spawn until it asked for its first event.
    pub(crate) ready: Duration,
}

/// What the process told the Runtime API, and when.
enum Heard {
    Next(Instant),
    Answer(Instant, Bytes),
    Failed(Bytes),
}

struct Api {
    events: Mutex<mpsc::UnboundedReceiver<String>>,
    heard: mpsc::UnboundedSender<Heard>,
    env: Env,
}

impl Sandbox {
    /// Starts a program and waits until it asks for an event.
    pub(crate) async fn start(mut program: Command, environment: &[(String, String)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let (events, incoming) = mpsc::unbounded_channel();
        let (heard_by, mut heard) = mpsc::unbounded_channel();
        let api = Api { events: Mutex::new(incoming), heard: heard_by, env: Env::system() };
        let routes = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(failed))
            .route("/2018-06-01/runtime/init/error", post(failed))
            .with_state(Arc::new(api));
        tokio::spawn(async move { axum::serve(listener, routes).await });

        program.env_clear().envs(environment.iter().map(|(name, value)| (name, value)));
        program.env("AWS_LAMBDA_RUNTIME_API", &address).stdout(Stdio::null()).stderr(Stdio::null());
        for (name, value) in LAMBDAS {
            program.env(name, value);
        }
        let started = monotonic_now();
        let child = program.spawn().unwrap_or_else(|error| panic!("{}: {error}", program.get_program().display()));
        let ready = match timeout(PATIENCE, heard.recv()).await {
            Ok(Some(Heard::Next(at))) => at.duration_since(started),
            Ok(Some(Heard::Failed(body))) => panic!("initialisation failed: {}", String::from_utf8_lossy(&body)),
            _ => panic!("the program asked for no event"),
        };
        Self { child, events, heard, ready }
    }

    /// Gives it an event, which it must accept; how long the answer took.
    pub(crate) async fn invoke(&mut self, event: &str) -> Duration {
        let (answer, took) = self.answer(event).await;
        check(&answer);
        took
    }

    /// Gives it an event; what it answered, and how long that took.
    pub(crate) async fn answer(&mut self, event: &str) -> (Value, Duration) {
        let given = monotonic_now();
        self.events.send(event.to_owned()).expect("a running API");
        loop {
            match timeout(PATIENCE, self.heard.recv()).await {
                Ok(Some(Heard::Answer(at, body))) => {
                    return (serde_json::from_slice(&body).expect("an answer in JSON"), at.duration_since(given));
                }
                Ok(Some(Heard::Next(_))) => {}
                Ok(Some(Heard::Failed(body))) => panic!("the function failed: {}", String::from_utf8_lossy(&body)),
                _ => panic!("the program did not answer"),
            }
        }
    }

    /// The most memory it had resident, in bytes: Linux's `VmHWM`.
    pub(crate) fn peak_resident(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("Linux");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
    }

    /// The time it ran on a processor: Linux's `schedstat`, of the threads that it has.
    pub(crate) fn cpu(&self) -> Duration {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.child.id())).expect("Linux");
        let nanoseconds = tasks.map(|task| {
            let text = fs::read_to_string(task.expect("a thread").path().join("schedstat")).unwrap_or_default();
            text.split(' ').next().and_then(|field| field.parse::<u64>().ok()).unwrap_or_default()
        });
        Duration::from_nanos(nanoseconds.sum())
    }

    /// Asks it to end, and waits: tools that write a report do it then.
    pub(crate) fn end(mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What Lambda gives every function.
pub(crate) const LAMBDAS: [(&str, &str); 8] = [
    ("AWS_REGION", "us-east-1"),
    ("AWS_ACCESS_KEY_ID", "local"),
    ("AWS_SECRET_ACCESS_KEY", "local"),
    ("AWS_SESSION_TOKEN", "local"),
    ("AWS_LAMBDA_FUNCTION_NAME", "bench"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
    ("LANG", "en_US.UTF-8"),
];

/// An answer that is none is no measurement.
pub(crate) fn check(answer: &Value) {
    let good = answer["statusCode"] == 200 || answer["batchItemFailures"].as_array().is_some_and(Vec::is_empty);
    assert!(good, "refused: {answer}");
}

async fn next(State(api): State<Arc<Api>>) -> Response {
    let _ = api.heard.send(Heard::Next(monotonic_now()));
    let Some(event) = api.events.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let deadline = api.env.now().as_millisecond() + 29_000;
    let headers = [
        ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned()),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:000000000000:function:bench".to_owned()),
        ("content-type", "application/json".to_owned()),
    ];
    (headers, event).into_response()
}

async fn response(State(api): State<Arc<Api>>, body: Bytes) -> StatusCode {
    let _ = api.heard.send(Heard::Answer(monotonic_now(), body));
    StatusCode::ACCEPTED
}

async fn failed(State(api): State<Arc<Api>>, body: Bytes) -> StatusCode {
    let _ = api.heard.send(Heard::Failed(body));
    StatusCode::ACCEPTED
}

/// Where `cargo lambda build` put a function's `bootstrap`.
pub(crate) fn bootstrap(function: &str) -> PathBuf {
    let path = target().join("lambda").join(function).join("bootstrap");
    assert!(path.is_file(), "no {}: benches/run builds it", path.display());
    path
}

/// Where measurements leave their files.
pub(crate) fn scratch() -> PathBuf {
    let folder = target().join("benches");
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// Cargo's folder for what it builds: this program is in a folder of it.
fn target() -> PathBuf {
    let program = env::current_exe().expect("a program");
    program.ancestors().nth(2).expect("a folder").to_owned()
}

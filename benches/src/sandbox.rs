//! A function's process as Lambda runs it: its `bootstrap` with a Runtime API for it alone and the environment of a deployment.
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

/// The longest time for a start or an answer, which valgrind makes slow.
const TIMEOUT: Duration = Duration::from_mins(2);

/// A function's process, which is killed when the value is dropped.
pub(crate) struct Sandbox {
    child: Child,
    events: mpsc::UnboundedSender<String>,
    messages: mpsc::UnboundedReceiver<Message>,
    /// The time from the spawn until it asked for its first event.
    pub(crate) ready: Duration,
}

/// A call of the process to the Runtime API.
enum Message {
    /// It asked for an event, at this time.
    Next(Instant),
    /// It answered an event, at this time.
    Response(Instant, Bytes),
    /// It reported an error.
    Error(Bytes),
}

struct Api {
    events: Mutex<mpsc::UnboundedReceiver<String>>,
    messages: mpsc::UnboundedSender<Message>,
    env: Env,
}

impl Sandbox {
    /// Starts a program and waits until it asks for an event.
    pub(crate) async fn start(mut program: Command, environment: &[(String, String)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let (events, incoming) = mpsc::unbounded_channel();
        let (sender, mut messages) = mpsc::unbounded_channel();
        let api = Api { events: Mutex::new(incoming), messages: sender, env: Env::system() };
        let routes = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .route("/2018-06-01/runtime/init/error", post(error))
            .with_state(Arc::new(api));
        tokio::spawn(async move { axum::serve(listener, routes).await });

        program.env_clear().envs(environment.iter().map(|(name, value)| (name, value)));
        program.env("AWS_LAMBDA_RUNTIME_API", &address).stdout(Stdio::null()).stderr(Stdio::null());
        for (name, value) in RUNTIME_ENVIRONMENT {
            program.env(name, value);
        }
        let started = monotonic_now();
        let child = program.spawn().unwrap_or_else(|error| panic!("{}: {error}", program.get_program().display()));
        let ready = match timeout(TIMEOUT, messages.recv()).await {
            Ok(Some(Message::Next(at))) => at.duration_since(started),
            Ok(Some(Message::Error(body))) => panic!("initialisation failed: {}", String::from_utf8_lossy(&body)),
            _ => panic!("the program asked for no event"),
        };
        Self { child, events, messages, ready }
    }

    /// Gives it an event, which it must accept, and returns the time until the answer.
    pub(crate) async fn invoke(&mut self, event: &str) -> Duration {
        let (answer, time) = self.answer(event).await;
        assert_accepted(&answer);
        time
    }

    /// Gives it an event, and returns the answer and the time until it came.
    pub(crate) async fn answer(&mut self, event: &str) -> (Value, Duration) {
        let sent_at = monotonic_now();
        self.events.send(event.to_owned()).expect("a running API");
        loop {
            match timeout(TIMEOUT, self.messages.recv()).await {
                Ok(Some(Message::Response(at, body))) => {
                    return (serde_json::from_slice(&body).expect("an answer in JSON"), at.duration_since(sent_at));
                }
                Ok(Some(Message::Next(_))) => {}
                Ok(Some(Message::Error(body))) => panic!("the function failed: {}", String::from_utf8_lossy(&body)),
                _ => panic!("the program did not answer"),
            }
        }
    }

    /// The largest memory that it had resident, in bytes: Linux's `VmHWM`.
    pub(crate) fn peak_resident(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("Linux");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
    }

    /// The time that its threads ran on a processor: Linux's `schedstat`.
    pub(crate) fn cpu(&self) -> Duration {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.child.id())).expect("Linux");
        let nanoseconds = tasks.map(|task| {
            let text = fs::read_to_string(task.expect("a thread").path().join("schedstat")).unwrap_or_default();
            text.split(' ').next().and_then(|field| field.parse::<u64>().ok()).unwrap_or_default()
        });
        Duration::from_nanos(nanoseconds.sum())
    }

    /// Asks it to end, and waits for tools that write a report then.
    pub(crate) fn terminate(mut self) {
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

/// The environment that Lambda gives every function.
pub(crate) const RUNTIME_ENVIRONMENT: [(&str, &str); 8] = [
    ("AWS_REGION", "us-east-1"),
    ("AWS_ACCESS_KEY_ID", "local"),
    ("AWS_SECRET_ACCESS_KEY", "local"),
    ("AWS_SESSION_TOKEN", "local"),
    ("AWS_LAMBDA_FUNCTION_NAME", "bench"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
    ("LANG", "en_US.UTF-8"),
];

/// Holds an answer to being one of success, for a refusal is no measurement.
pub(crate) fn assert_accepted(answer: &Value) {
    let good = answer["statusCode"] == 200 || answer["batchItemFailures"].as_array().is_some_and(Vec::is_empty);
    assert!(good, "refused: {answer}");
}

async fn next(State(api): State<Arc<Api>>) -> Response {
    let _ = api.messages.send(Message::Next(monotonic_now()));
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
    let _ = api.messages.send(Message::Response(monotonic_now(), body));
    StatusCode::ACCEPTED
}

async fn error(State(api): State<Arc<Api>>, body: Bytes) -> StatusCode {
    let _ = api.messages.send(Message::Error(body));
    StatusCode::ACCEPTED
}

/// The file to which `cargo lambda build` wrote a function's `bootstrap`.
pub(crate) fn bootstrap(function: &str) -> PathBuf {
    let path = target().join("lambda").join(function).join("bootstrap");
    assert!(path.is_file(), "no {}: benches/run builds it", path.display());
    path
}

/// The folder for the files of measurements.
pub(crate) fn scratch() -> PathBuf {
    let folder = target().join("benches");
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// Cargo's target folder, in a folder of which this program is.
fn target() -> PathBuf {
    let program = env::current_exe().expect("a program");
    program.ancestors().nth(2).expect("a folder").to_owned()
}

//! Cold starts: from the spawn of a function's process until it asks for its first event, and until it answered one.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use posthorn_lambda::env::monotonic_now;
use posthorn_testkit::{
    backends::{Backends, TABLE, Urls},
    events::{EventFile, in_folder},
};
use tokio::{net::TcpStream, time::sleep};

use crate::{
    report::Report,
    sandbox::{LAMBDAS, Sandbox, bootstrap, check},
    tls::Authority,
};

const STARTS: usize = 21;

/// A function, and an event that it accepts.
pub(crate) const FUNCTIONS: [(&str, &str, &str); 4] = [
    ("track", "track/accepted", "plain"),
    ("regenerate-keys", "regenerate-keys/accepted", "both"),
    ("send", "send/accepted", "plain"),
    ("feedback", "feedback/accepted", "delivery"),
];

/// The function that only says hello, whatever the event.
pub(crate) const HELLO: (&str, &str, &str) = ("hello", "track/accepted", "plain");
/// `track` without its warm-up.
const UNWARMED: (&str, &str, &str) = ("unwarmed", "track/accepted", "plain");

/// A file of a function's accepted events.
pub(crate) fn accepted(folder: &str, name: &str) -> EventFile {
    in_folder(folder).into_iter().find(|file| file.name == name).expect("a file")
}

/// What a deployment gives a function.
pub(crate) fn environment(urls: &Urls) -> Vec<(String, String)> {
    [
        ("TABLE_NAME", TABLE),
        ("STACK_NAME", "posthorn"),
        ("AWS_ENDPOINT_URL_DYNAMODB", &urls.dynamodb),
        ("AWS_ENDPOINT_URL_SESV2", &urls.ses),
        ("AWS_ENDPOINT_URL_SNS", &urls.sns),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

/// The functions that are started, the one that only says hello first.
fn all() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    [HELLO, UNWARMED].into_iter().chain(FUNCTIONS)
}

/// Over plain HTTP, against the function that only says hello.
pub(crate) async fn measure(report: &mut Report) {
    const SECTION: &str = "Cold start";
    let starts = starts(all(), None).await;
    let hello = &starts[0].1;
    for (function, start) in &starts {
        report.row(SECTION, format!("{function}: spawn to ready"), start.ready, "ms", None);
        report.row(SECTION, format!("{function}: spawn to first answer"), start.ready + start.answered, "ms", None);
        report.row(SECTION, format!("{function}: processor time of that"), start.cpu, "ms", None);
        let most = (*function == UNWARMED.0).then_some(2.5);
        report.row(SECTION, format!("{function}: spawn to ready, against hello"), start.ready / hello.ready, "x", most);
    }
    let Some(emulator) = emulator() else {
        crate::print("SKIPPED: POSTHORN_EMULATOR does not name aws-lambda-rie, which the SAM CLI carries");
        return;
    };
    let times = under_emulator(&emulator).await;
    for (function, time) in &times {
        report.row(SECTION, format!("{function}: first answer under Lambda's emulator"), *time, "ms", None);
        let most = match *function {
            "track" | "regenerate-keys" => Some(1.2),
            "send" => Some(1.5),
            _ => None,
        };
        report.row(SECTION, format!("{function}: that against hello"), time / times[0].1, "x", most);
    }
}

/// With the handshakes of TLS, and what the warm-up moves out of the first request.
pub(crate) async fn measure_tls(report: &mut Report) {
    const SECTION: &str = "Cold start with TLS";
    let authority = Authority::new();
    for (function, start) in starts(all().skip(1), Some(&authority)).await {
        report.row(SECTION, format!("{function}: spawn to ready"), start.ready, "ms", None);
        report.row(SECTION, format!("{function}: first request"), start.answered, "ms", None);
        report.row(SECTION, format!("{function}: processor time of both"), start.cpu, "ms", None);
    }
    for (provider, figure) in posthorn_handshake::providers().expect("handshakes") {
        report.row(SECTION, format!("one handshake, client's processor time: {provider}"), figure, "ms", None);
    }
}

/// Milliseconds.
struct Start {
    ready: f64,
    /// From the first event to its answer.
    answered: f64,
    cpu: f64,
}

/// Medians, of starts in turns: what else the machine does strikes all alike.
async fn starts(
    functions: impl Iterator<Item = (&'static str, &'static str, &'static str)>,
    tls: Option<&Authority>,
) -> Vec<(&'static str, Start)> {
    let mut starts: Vec<_> =
        functions.map(|(function, folder, name)| (function, accepted(folder, name), vec![])).collect();
    for _ in 0..STARTS {
        for (function, file, starts) in &mut starts {
            starts.push(start(function, file, tls).await);
        }
    }
    let medians = starts.into_iter().map(|(function, _, starts)| {
        let median_of = |of: fn(&Start) -> f64| median(starts.iter().map(of).collect());
        let start = Start {
            ready: median_of(|start| start.ready),
            answered: median_of(|start| start.answered),
            cpu: median_of(|start| start.cpu),
        };
        (function, start)
    });
    medians.collect()
}

async fn start(function: &str, file: &EventFile, tls: Option<&Authority>) -> Start {
    let backends = Backends::start().await;
    file.prepare(&backends).await;
    let environment = match tls {
        None => environment(&backends.urls),
        Some(authority) => {
            let mut environment = environment(&authority.in_front_of_all(&backends.urls).await);
            environment.push(("SSL_CERT_FILE".to_owned(), authority.bundle.display().to_string()));
            environment
        }
    };
    let mut sandbox = Sandbox::start(Command::new(bootstrap(function)), &environment).await;
    let answered = milliseconds(sandbox.invoke(&file.event).await);
    Start { ready: milliseconds(sandbox.ready), answered, cpu: milliseconds(sandbox.cpu()) }
}

/// The runtime interface emulator of the SAM CLI's package.
#[expect(clippy::disallowed_methods, reason = "which tools there are, the machine says")]
fn emulator() -> Option<PathBuf> {
    std::env::var_os("POSTHORN_EMULATOR").map(PathBuf::from)
}

/// Medians in milliseconds from the first event, which makes the emulator spawn the function, to its answer.
async fn under_emulator(emulator: &Path) -> Vec<(&'static str, f64)> {
    let mut times: Vec<_> = all().map(|(function, folder, name)| (function, accepted(folder, name), vec![])).collect();
    for _ in 0..STARTS {
        for (function, file, times) in &mut times {
            times.push(first_answer(emulator, function, file).await);
        }
    }
    times.into_iter().map(|(function, _, times)| (function, median(times))).collect()
}

async fn first_answer(emulator: &Path, function: &str, file: &EventFile) -> f64 {
    let backends = Backends::start().await;
    file.prepare(&backends).await;
    let [address, api] = [free_address(), free_address()];
    let mut program = Command::new(emulator);
    program.args(["--runtime-interface-emulator-address", &address, "--runtime-api-address", &api]);
    program.arg(bootstrap(function)).env_clear().envs(environment(&backends.urls)).envs(LAMBDAS);
    let mut child = program.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the emulator");
    while TcpStream::connect(&address).await.is_err() {
        sleep(Duration::from_millis(5)).await;
    }
    let url = format!("http://{address}/2015-03-31/functions/function/invocations");
    let request = reqwest::Client::new().post(url).body(file.event.clone());
    let given = monotonic_now();
    let answer = request.send().await.expect("an answer").bytes().await.expect("an answer");
    let took = given.elapsed();
    check(&serde_json::from_slice(&answer).expect("JSON"));
    let _ = child.kill();
    let _ = child.wait();
    milliseconds(took)
}

fn free_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").to_string()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

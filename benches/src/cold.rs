//! Cold starts: the time from the spawn of a function's process until it asks for its first event, and until it answered one.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use posthorn_lambda::env::monotonic_now;
use posthorn_routes::Function;
use posthorn_testkit::{backends::Backends, events::EventFile};
use tokio::{net::TcpStream, time::sleep};

use crate::{
    functions::{Program, environment},
    report::Report,
    sandbox::{RUNTIME_ENVIRONMENT, Sandbox, assert_accepted, bootstrap},
    terminal::print,
    tls::Authority,
};

/// The number of starts of each function, of which the medians count.
const STARTS: usize = 21;

/// The programs that are started, `hello` first.
fn all() -> impl Iterator<Item = Program> {
    [Program::Hello, Program::Unwarmed].into_iter().chain(Function::ALL.map(Program::Deployed))
}

/// The longest time until a program is ready, in times of that of another.
fn readiness_goal(program: Program) -> Option<(Program, f64)> {
    match program {
        Program::Unwarmed => Some((Program::Hello, 2.5)),
        Program::Deployed(Function::Api) => Some((Program::Deployed(Function::Track), 1.2)),
        Program::Hello
        | Program::Deployed(Function::Send | Function::Track | Function::RegenerateKeys | Function::Feedback) => None,
    }
}

/// The longest time of a program's first answer under the emulator, in times of that of `hello`.
fn emulator_goal(program: Program) -> Option<f64> {
    match program {
        Program::Deployed(Function::Track | Function::RegenerateKeys) => Some(1.2),
        Program::Deployed(Function::Send) => Some(1.5),
        Program::Deployed(Function::Api | Function::Feedback) | Program::Hello | Program::Unwarmed => None,
    }
}

/// Adds the times over plain HTTP, against those of `hello`.
pub(crate) async fn measure(report: &mut Report) {
    const SECTION: &str = "Cold start";
    let starts = starts(all(), None).await;
    let ready = |program| starts.iter().find(|(started, _)| *started == program).expect("a program").1.ready;
    for (program, start) in &starts {
        let name = program.name();
        report.row(SECTION, format!("{name}: spawn to ready"), start.ready, "ms", None);
        report.row(SECTION, format!("{name}: spawn to first answer"), start.ready + start.answered, "ms", None);
        report.row(SECTION, format!("{name}: processor time of that"), start.cpu, "ms", None);
        let goal = readiness_goal(*program);
        let (other, max) = goal.map_or((Program::Hello, None), |(other, max)| (other, Some(max)));
        let row = format!("{name}: spawn to ready, against {}", other.name());
        report.row(SECTION, row, start.ready / ready(other), "x", max);
    }
    let Some(emulator) = emulator() else {
        print("SKIPPED: POSTHORN_EMULATOR does not name aws-lambda-rie, which the SAM CLI carries");
        return;
    };
    let times = under_emulator(&emulator).await;
    for (program, time) in &times {
        let name = program.name();
        report.row(SECTION, format!("{name}: first answer under Lambda's emulator"), *time, "ms", None);
        report.row(SECTION, format!("{name}: that against hello"), time / times[0].1, "x", emulator_goal(*program));
    }
}

/// Adds the times with the handshakes of TLS, which show how much the warm-up takes out of the first request.
pub(crate) async fn measure_tls(report: &mut Report) {
    const SECTION: &str = "Cold start with TLS";
    let authority = Authority::new();
    for (program, start) in starts(all().skip(1), Some(&authority)).await {
        let name = program.name();
        report.row(SECTION, format!("{name}: spawn to ready"), start.ready, "ms", None);
        report.row(SECTION, format!("{name}: first request"), start.answered, "ms", None);
        report.row(SECTION, format!("{name}: processor time of both"), start.cpu, "ms", None);
    }
    for (provider, figure) in posthorn_handshake::providers().expect("handshakes") {
        report.row(SECTION, format!("one handshake, client's processor time: {provider}"), figure, "ms", None);
    }
}

/// The times of one start, in milliseconds.
struct Start {
    /// From the spawn until it asks for an event.
    ready: f64,
    /// From the first event to its answer.
    answered: f64,
    /// On a processor.
    cpu: f64,
}

/// The medians of starts. The functions take turns, so that other work of the machine slows all of them alike.
async fn starts(programs: impl Iterator<Item = Program>, tls: Option<&Authority>) -> Vec<(Program, Start)> {
    let mut starts: Vec<_> = programs.map(|program| (program, program.event_file(), vec![])).collect();
    for _ in 0..STARTS {
        for (program, file, starts) in &mut starts {
            starts.push(start(*program, file, tls).await);
        }
    }
    let medians = starts.into_iter().map(|(program, _, starts)| {
        let median_of = |of: fn(&Start) -> f64| median(starts.iter().map(of).collect());
        let start = Start {
            ready: median_of(|start| start.ready),
            answered: median_of(|start| start.answered),
            cpu: median_of(|start| start.cpu),
        };
        (program, start)
    });
    medians.collect()
}

async fn start(program: Program, file: &EventFile, tls: Option<&Authority>) -> Start {
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
    let mut sandbox = Sandbox::start(Command::new(bootstrap(program.name())), &environment).await;
    let answered = milliseconds(sandbox.invoke(&file.event).await);
    Start { ready: milliseconds(sandbox.ready), answered, cpu: milliseconds(sandbox.cpu()) }
}

/// The runtime interface emulator of the SAM CLI's package.
#[expect(clippy::disallowed_methods, reason = "the environment says which tools there are")]
fn emulator() -> Option<PathBuf> {
    std::env::var_os("POSTHORN_EMULATOR").map(PathBuf::from)
}

/// The medians of the milliseconds from the first event, at which the emulator spawns the function, to its answer.
async fn under_emulator(emulator: &Path) -> Vec<(Program, f64)> {
    let mut times: Vec<_> = all().map(|program| (program, program.event_file(), vec![])).collect();
    for _ in 0..STARTS {
        for (program, file, times) in &mut times {
            times.push(first_answer(emulator, *program, file).await);
        }
    }
    times.into_iter().map(|(program, _, times)| (program, median(times))).collect()
}

async fn first_answer(emulator: &Path, program: Program, file: &EventFile) -> f64 {
    let backends = Backends::start().await;
    file.prepare(&backends).await;
    let [address, api] = [free_address(), free_address()];
    let mut command = Command::new(emulator);
    command.args(["--runtime-interface-emulator-address", &address, "--runtime-api-address", &api]);
    command.arg(bootstrap(program.name())).env_clear().envs(environment(&backends.urls)).envs(RUNTIME_ENVIRONMENT);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the emulator");
    while TcpStream::connect(&address).await.is_err() {
        sleep(Duration::from_millis(5)).await;
    }
    let url = format!("http://{address}/2015-03-31/functions/function/invocations");
    let request = reqwest::Client::new().post(url).body(file.event.clone());
    let sent_at = monotonic_now();
    let answer = request.send().await.expect("an answer").bytes().await.expect("an answer");
    let time = sent_at.elapsed();
    assert_accepted(&serde_json::from_slice(&answer).expect("JSON"));
    let _ = child.kill();
    let _ = child.wait();
    milliseconds(time)
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

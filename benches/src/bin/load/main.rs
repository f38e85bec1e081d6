//! Load and endurance: the local stack, its state on disk, under mixed traffic by `wrk` (`benches/load/mixed.lua`), with a
//! stall of the database for 5 s after a third of the time and an outage of SES for 10 s after two thirds. Then every answer
//! that a caller got is looked for in the table and among the mails. Fails if an effect is missing, a mail went out twice or
//! unknown to anybody, a request stayed unanswered, memory grew, or the API was not back a second after an outage,
//! beside the time that a request takes anyhow.
//!
//! `posthorn-load <connections> <seconds>`, in the repository; by `benches/load/endure`.

mod answers;
mod audit;
mod link;
mod memory;
mod probe;
mod stack;
mod traffic;

use std::{
    io::{self, Write},
    process::ExitCode,
    time::Duration,
};

use link::{Link, State};
use memory::Memory;
use posthorn_lambda::env::monotonic_now;
use probe::{Outage, Probes};
use stack::Stack;
use tokio::time::{Instant, sleep, sleep_until};
use traffic::Traffic;

const STALL: Duration = Duration::from_secs(5);
const OUTAGE: Duration = Duration::from_secs(10);
/// What a caller waits for an answer: longer than API Gateway does.
const PATIENCE: Duration = Duration::from_secs(40);
/// For feedback's queue to come to its end.
const REST: Duration = Duration::from_mins(3);

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<u32>());
    let (Some(Ok(connections)), Some(Ok(seconds)), None) = (arguments.next(), arguments.next(), arguments.next())
    else {
        say("usage: posthorn-load <connections> <seconds>");
        return ExitCode::from(2);
    };
    match load(connections, Duration::from_secs(seconds.into())).await {
        Ok(faults) if faults.is_empty() => ExitCode::SUCCESS,
        Ok(faults) => {
            for fault in faults {
                say(&format!("FAILED: {fault}"));
            }
            ExitCode::FAILURE
        }
        Err(error) => {
            say(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

pub(crate) fn say(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// What did not hold.
type Faults = Vec<String>;

async fn load(connections: u32, time: Duration) -> io::Result<Faults> {
    let stack = Stack::start().await?;
    let faults = measure(&stack, connections, time).await;
    let is_kept = !faults.as_ref().is_ok_and(Faults::is_empty);
    if is_kept {
        say(&format!("kept, to be looked at: {}", stack.folder.display()));
    }
    stack.end(is_kept);
    faults
}

async fn measure(stack: &Stack, connections: u32, time: Duration) -> io::Result<Faults> {
    let traffic = Traffic::start(stack, connections, time)?;
    let (probes, memory) = (Probes::start(stack)?, Memory::watch(time));
    let began = monotonic_now();
    let outages = [
        outage(
            "a stall of the database",
            &["/v1/track", "/v1/send"],
            &stack.database,
            State::Stalled,
            began + time / 3,
            STALL,
        )
        .await,
        outage("an outage of SES", &["/v1/send"], &stack.mail, State::Cut, began + time * 2 / 3, OUTAGE).await,
    ];
    sleep_until(began + time).await;
    let mut faults = probes.end(&outages).await;
    faults.extend(traffic.end(stack).await?);
    faults.extend(memory.end().await);
    let rested = monotonic_now() + REST;
    loop {
        let audit = audit::of(stack).await?;
        if audit.is_at_rest() || monotonic_now() > rested {
            faults.extend(audit.tell());
            return Ok(faults);
        }
        sleep(Duration::from_secs(1)).await;
    }
}

/// Disturbs a link for a while.
async fn outage(
    what: &'static str,
    routes: &'static [&'static str],
    link: &Link,
    state: State,
    at: Instant,
    time: Duration,
) -> Outage {
    sleep_until(at).await;
    let began = monotonic_now();
    link.set(state);
    sleep(time).await;
    link.set(State::Up);
    Outage { what, routes, began, ended: monotonic_now() }
}

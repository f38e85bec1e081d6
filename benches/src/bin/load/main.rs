//! Load and endurance: the local stack, its state on disk, under mixed traffic by `wrk` (`benches/load/mixed.lua`), with a
//! stall of the database for 5 s after a third of the time and an outage of SES for 10 s after two thirds. Then every response
//! that a caller got is compared with the table and the mails. The program fails if an effect is missing, a mail went out twice
//! or is in no response, a request stayed unanswered, memory grew, or the API was not back a second after an outage, beside the
//! usual time of a request.
//!
//! `benches/load/endure` runs `posthorn-load <connections> <seconds>` in the repository.

mod audit;
mod link;
mod memory;
mod probe;
mod responses;
mod stack;
mod terminal;
mod traffic;

use std::{io, process::ExitCode, time::Duration};

use link::{Link, State};
use memory::Memory;
use posthorn_lambda::env::monotonic_now;
use probe::{Outage, Probes};
use stack::Stack;
use terminal::{Failures, print};
use tokio::time::{Instant, sleep, sleep_until};
use traffic::Traffic;

const STALL: Duration = Duration::from_secs(5);
const OUTAGE: Duration = Duration::from_secs(10);
/// The longest time until feedback's queue is empty.
const MAX_REST: Duration = Duration::from_mins(3);

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<u32>());
    let (Some(Ok(connections)), Some(Ok(seconds)), None) = (arguments.next(), arguments.next(), arguments.next())
    else {
        print("usage: posthorn-load <connections> <seconds>");
        return ExitCode::from(2);
    };
    match load(connections, Duration::from_secs(seconds.into())).await {
        Ok(failures) if failures.is_empty() => ExitCode::SUCCESS,
        Ok(failures) => {
            for failure in failures {
                print(&format!("FAILED: {failure}"));
            }
            ExitCode::FAILURE
        }
        Err(error) => {
            print(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn load(connections: u32, time: Duration) -> io::Result<Failures> {
    let stack = Stack::start().await?;
    let failures = measure(&stack, connections, time).await;
    let is_kept = !failures.as_ref().is_ok_and(Failures::is_empty);
    if is_kept {
        print(&format!("kept, to be looked at: {}", stack.folder.display()));
    }
    stack.end(is_kept);
    failures
}

async fn measure(stack: &Stack, connections: u32, time: Duration) -> io::Result<Failures> {
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
    let mut failures = probes.end(&outages).await;
    failures.extend(traffic.end(stack).await?);
    failures.extend(memory.end().await);
    let rest_ends = monotonic_now() + MAX_REST;
    loop {
        let audit = audit::audit(stack).await?;
        if audit.is_at_rest() || monotonic_now() > rest_ends {
            failures.extend(audit.failures());
            return Ok(failures);
        }
        sleep(Duration::from_secs(1)).await;
    }
}

/// Disturbs a link for a while.
async fn outage(
    name: &'static str,
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
    Outage { name, routes, began, ended: monotonic_now() }
}

//! The guard's rule on simulated projects whose true rates are known (seeded, so the same in every run), and the number of events
//! that `feedback` handles in a second. The program fails if the rule stops too many good projects or spares a bad one.

use std::{process::ExitCode, time::Duration};

use aws_lambda_events::sqs::SqsEvent;
use futures_util::{StreamExt, stream};
use posthorn_auth::reputation::{Counts, Level, Rule};
use posthorn_bundle::{Bundle, Clients};
use posthorn_lambda::env::monotonic_now;
use posthorn_table::{
    Timestamp, Uuid, contact,
    email::{Email, Status},
    statistics::FeedbackMetric,
};
use posthorn_testkit::{
    backends::Backends,
    clock::Clock,
    feedback::{sns_envelope, sqs_event, sqs_record},
};
use serde_json::{Value, json};

const PROJECTS: u32 = 1_000;
const SENDS: u64 = 10_000;
const EVENTS: u32 = 1_000;

#[tokio::main]
async fn main() -> ExitCode {
    let mut holds = true;
    print("metric, true rate: stopped within 10,000 sends, median send of the stop");
    for (metric, per_million, goal) in [
        (FeedbackMetric::Bounce, 20_000, Goal::Spares),
        (FeedbackMetric::Bounce, 50_000, Goal::Spares),
        (FeedbackMetric::Bounce, 80_000, Goal::None),
        (FeedbackMetric::Bounce, 120_000, Goal::StopsBefore(300)),
        (FeedbackMetric::Complaint, 500, Goal::Spares),
        (FeedbackMetric::Complaint, 1_000, Goal::None),
        (FeedbackMetric::Complaint, 5_000, Goal::None),
        (FeedbackMetric::Complaint, 10_000, Goal::StopsBefore(SENDS)),
    ] {
        holds &= simulate(metric, per_million, goal);
    }
    throughput().await;
    if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The goal of the rule at a true rate.
#[derive(Clone, Copy)]
enum Goal {
    /// At most 1 % of the projects are stopped.
    Spares,
    /// All projects are stopped, half of them before this send.
    StopsBefore(u64),
    /// There is no goal: between the two lines either is right.
    None,
}

fn simulate(metric: FeedbackMetric, per_million: u64, goal: Goal) -> bool {
    let env = Clock::at(Timestamp::UNIX_EPOCH).env(per_million);
    let occurs = || u64::from_be_bytes(env.random()) % 1_000_000 < per_million;
    let mut stops: Vec<u64> = (0..PROJECTS).filter_map(|_| first_stop(metric, &occurs)).collect();
    stops.sort_unstable();
    let median = stops.get(stops.len() / 2).copied();
    let holds = match goal {
        Goal::Spares => stops.len() * 100 <= PROJECTS as usize,
        Goal::StopsBefore(send) => stops.len() == PROJECTS as usize && median < Some(send),
        Goal::None => true,
    };
    let [whole, rest] = [per_million / 10_000, per_million % 10_000];
    let [percent, tenths] = [stops.len() * 100 / PROJECTS as usize, stops.len() * 1_000 / PROJECTS as usize % 10];
    let median = median.map_or_else(|| "never".to_owned(), |send| send.to_string());
    let verdict = if holds { "" } else { ", which misses the goal" };
    print(&format!("{}, {whole}.{rest:04} %: {percent}.{tenths} %, {median}{verdict}", metric.as_str()));
    holds
}

/// The send at which a project is stopped, if it is stopped. Each event comes before the next send.
fn first_stop(metric: FeedbackMetric, occurs: &impl Fn() -> bool) -> Option<u64> {
    let (rule, mut counts) = (Rule::default(), Counts::default());
    for send in 1..=SENDS {
        counts.sent = send;
        if !occurs() {
            continue;
        }
        match metric {
            FeedbackMetric::Bounce => counts.bounced += 1,
            FeedbackMetric::Complaint => counts.complained += 1,
        }
        if rule.level(metric, &counts) == Level::Disable {
            return Some(send);
        }
    }
    None
}

/// Measures a thousand events, ten of them bounces, in batches of ten, eight batches at once.
async fn throughput() {
    let backends = Backends::start().await;
    let project = backends.project(|_| {}).await.project.facts.id;
    let functions = Bundle::new(Clients::of(&backends));
    let emails: Vec<Email> = (0..EVENTS).map(|number| email(project, number, backends.clock.now())).collect();
    for email in &emails {
        backends.table.permit_email(email).await.expect("an email's record");
    }
    let records: Vec<Value> = (0..).zip(&emails).map(|(number, email)| record(number, email)).collect();
    let batches: Vec<SqsEvent> =
        records.chunks(10).map(|batch| serde_json::from_value(sqs_event(batch)).expect("a batch")).collect();
    let started = monotonic_now();
    stream::iter(batches)
        .for_each_concurrent(8, |batch| async {
            let response = functions.deliver(batch, started + Duration::from_mins(1)).await;
            assert!(response.batch_item_failures.is_empty(), "an event failed");
        })
        .await;
    let rate = f64::from(EVENTS) / started.elapsed().as_secs_f64();
    let calls = backends.calls.take();
    let reads = calls.iter().filter(|call| *call == "BatchGetItem").count();
    print(&format!("feedback: {rate:.0} events a second, 1 % bounces; {reads} windows read"));
}

fn email(project: Uuid, number: u32, now: Timestamp) -> Email {
    let to = format!("user-{number}@example.org");
    Email {
        id: Uuid::from_u128(u128::from(number)),
        project,
        epoch: 0,
        contact: contact::id(project, &to),
        to,
        status: Status::Sent,
        error: None,
        message_id: None,
        nonce: "nonce".to_owned(),
        created_at: now,
    }
}

fn record(number: u32, email: &Email) -> Value {
    let mail = json!({
        "timestamp": "2025-11-30T10:30:00.000Z",
        "messageId": "ses-1",
        "tags": {"posthorn-project": [email.project], "posthorn-email": [email.id]},
    });
    let time = "2025-11-30T10:30:01.000Z";
    let event = if number.is_multiple_of(100) {
        let recipients = json!([{"emailAddress": email.to}]);
        let bounce = json!({"bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": recipients, "timestamp": time});
        json!({"eventType": "Bounce", "mail": mail, "bounce": bounce})
    } else {
        json!({"eventType": "Delivery", "mail": mail, "delivery": {"timestamp": time}})
    };
    sqs_record(&sns_envelope(&event, "sns-1", Timestamp::UNIX_EPOCH), &number.to_string())
}

#[expect(clippy::print_stdout, reason = "the table is what this program is for")]
fn print(line: &str) {
    println!("{line}");
}

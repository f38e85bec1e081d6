//! Sending under an idempotency key (`functions/send`): the claim, the email records as permits, the mail service.
//!
//! **Covered.** The same request, made by several attempts at once and after another; a crash at any step, before and after
//! the effect of a call; leases that end; writes whose answer is lost, that the SDK makes again, or that never arrive; a
//! mail service that takes a mail, throttles, refuses, or does not say; a suppressed contact; a monthly limit; no time to
//! record outcomes; the mail service's own events, late and at any point.
//!
//! **Bounds.** See the tests: attempts, recipients, faults, leases that end. The last attempt comes when all others have
//! ended, all leases are over, and all events are in, and meets no fault: what it is answered is what the client is left
//! with.
//!
//! **Abstracted.** Recipients of one attempt are handed over one after the other (they share no item). An attempt that has
//! a lease is stopped before it ends (Lambda's timeout, 29 s, against 60), and a write in flight has arrived by then. Reads
//! do not fail: an attempt that fails on one has ended, as in a crash. Fingerprints agree; the body is always the same.

mod attempt;
mod call;

use std::collections::BTreeMap;

use posthorn_errors::Code;
use posthorn_model::{Model, Step};
use posthorn_table::{
    Uuid,
    email::{Email, ReportedStatus},
    idempotency::Claim,
    in_memory::{ClaimRecord, EmailRecord},
};
use send::decide::Delivery;

use crate::support::{breaks, holds};

const TWICE: &str = "a key and recipient have at most one hand-over";
const FREED: &str = "a freed key means that nobody got anything";
const KEPT: &str = "a kept answer is never changed, and is what everybody gets from then on";
const TRUE: &str = "SENT is said of what was handed over alone, FAILED of what was not";
const ENDED: &str =
    "in the end the client has an answer: what was handed over is SENT, unless a first answer doubted it";
const DOUBT: &str = "a doubt has a cause: a crash, a failed call, or an attempt that was still handing over";
const FINAL: &str = "whoever is told FAILED beside an answer's SENT gets nothing under the key any more";
const PROPERTIES: [&str; 7] = [TWICE, FREED, KEPT, TRUE, FINAL, DOUBT, ENDED];

const ATTEMPTS: [&str; 4] = ["first attempt", "second attempt", "third attempt", "fourth attempt"];

/// What is taken out of the protocol, to see that it is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Without {
    Nothing,
    /// Attempts go on when their lease is over.
    LongLease,
    /// Neither the permit nor the take-over looks whose it is.
    Fences,
    /// Whoever takes over mints ids of their own.
    KeptIds,
    /// A key is freed whoever holds it.
    OwnRelease,
    /// An answer is kept over one that is kept.
    FirstAnswer,
    /// A key is freed while its first recipients may have got the mail.
    Doubt,
    /// An attempt records what became of an email on whosever record there is.
    OwnOutcomes,
    /// An attempt takes its own echo for a rival's permit.
    Echo,
    /// An attempt answers what its claim may not have kept.
    KeptFailures,
}

#[derive(Debug)]
struct Sending {
    attempts: usize,
    recipients: usize,
    faults: u8,
    leases: u8,
    without: Without,
}

/// What an attempt was answered: a body, or an error's code.
type Told = Result<String, Code>;

#[derive(Clone, Hash)]
struct World {
    /// Leases that have ended since the beginning.
    now: u8,
    faults: u8,
    claim: ClaimRecord,
    emails: BTreeMap<Uuid, EmailRecord>,
    attempts: Vec<(u8, Phase)>,
    /// The emails that the mail service took, by recipient.
    taken: Vec<Vec<Uuid>>,
    told: Option<Told>,
    /// Who was told to have failed, in an answer that is no failure.
    failed: Vec<bool>,
    /// Something happened after which nobody can know what became of an email.
    is_in_doubt: bool,
    broken: Option<&'static str>,
}

#[derive(Clone, Hash)]
enum Phase {
    Waiting,
    Claiming,
    Reading(Claim),
    TakingOver(Claim, Vec<Email>),
    Reserving(Claim, Vec<Email>),
    Delivering(Run, Next),
    /// Only the claim is left to be written, then this is the answer: if `must_be_kept`, only if it is.
    Settling(Claim, Told, bool),
    Ended,
}

/// What a running attempt does for the recipient whose turn it is.
#[derive(Clone, Hash)]
enum Next {
    Permit,
    SendResult,
}

#[derive(Clone, Hash)]
struct Run {
    claim: Claim,
    earlier: Vec<Email>,
    deliveries: Vec<Delivery>,
    /// Writes that are still to be made, in any order.
    writes: Vec<Write>,
    told: Option<Told>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Write {
    Outcome(usize),
    Withdrawal(usize),
    Claim,
}

impl Sending {
    /// The mail service's events that have something to tell.
    fn events(world: &World) -> Vec<Step<World>> {
        let mut steps = vec![];
        for id in world.taken.iter().flatten() {
            let mut after = world.clone();
            let record = after.emails.entry(*id).or_default();
            let before = record.clone();
            record.see(ReportedStatus::Sent, "ses-1");
            if *record != before {
                steps.push(Step { who: "the mail service", what: "tells that it took an email", after });
            }
        }
        steps
    }

    fn somebody_delivers(world: &World) -> bool {
        world.attempts.iter().any(|(_, phase)| matches!(phase, Phase::Delivering(..)))
    }

    /// A lease ends: whoever held it has crashed.
    fn lease_ends(&self, world: &World) -> Option<Step<World>> {
        let began = world.attempts.iter().any(|(_, phase)| !matches!(phase, Phase::Waiting));
        let last_began = !matches!(world.attempts[self.attempts - 1].1, Phase::Waiting);
        if world.now >= self.leases || !began || last_began {
            return None;
        }
        let mut after = world.clone();
        after.now += 1;
        after.is_in_doubt |= Self::somebody_delivers(world);
        for (_, phase) in &mut after.attempts {
            if !matches!(phase, Phase::Waiting) && self.without != Without::LongLease {
                *phase = Phase::Ended;
            }
        }
        Some(Step { who: "time", what: "every lease ends", after })
    }

    /// What the last attempt must have been answered.
    fn is_well_ended(world: &World) -> bool {
        match &world.told {
            Some(Ok(_)) => true,
            Some(Err(code)) => {
                let is_final = matches!(code, Code::DeliveryUnknown | Code::DeliveryFailed);
                is_final && world.taken.iter().all(Vec::is_empty)
            }
            None => false,
        }
    }
}

/// The statuses in an answer's body.
fn statuses(body: &str) -> Vec<String> {
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let emails = body["data"]["emails"].as_array().unwrap();
    emails.iter().map(|email| email["status"].as_str().unwrap().to_owned()).collect()
}

impl Model for Sending {
    type State = World;

    fn start(&self) -> World {
        World {
            now: 0,
            faults: self.faults,
            claim: ClaimRecord::default(),
            emails: BTreeMap::new(),
            attempts: vec![(0, Phase::Waiting); self.attempts],
            taken: vec![vec![]; self.recipients],
            told: None,
            failed: vec![false; self.recipients],
            is_in_doubt: false,
            broken: None,
        }
    }

    fn steps(&self, world: &World) -> Vec<Step<World>> {
        let mut steps = Self::events(world);
        steps.extend(self.lease_ends(world));
        for who in 0..self.attempts {
            steps.extend(match &world.attempts[who].1 {
                Phase::Waiting => self.start_of(world, who),
                Phase::Claiming => self.claiming(world, who),
                Phase::Reading(held) => self.reading(world, who, held),
                Phase::TakingOver(held, emails) => self.taking_over(world, who, held, emails),
                Phase::Reserving(claim, earlier) => self.reserving(world, who, claim, earlier),
                Phase::Delivering(run, next) => {
                    let mut steps = self.recording(world, who, run, next);
                    steps.extend(match next {
                        _ if run.told.is_some() => vec![],
                        Next::Permit => self.permitting(world, who, run),
                        Next::SendResult => self.handing_over(world, who, run),
                    });
                    steps
                }
                Phase::Settling(held, told, must_be_kept) => self.settling(world, who, held, told, *must_be_kept),
                Phase::Ended => vec![],
            });
        }
        let kept = world.claim.0.as_ref().and_then(|claim| claim.response.as_ref());
        for step in &mut steps {
            let now_kept = step.after.claim.0.as_ref().and_then(|claim| claim.response.as_ref());
            if kept.is_some() && kept != now_kept {
                step.after.broken = step.after.broken.or(Some(KEPT));
            }
        }
        steps
    }

    fn check(&self, world: &World, is_end: bool) -> Result<(), &'static str> {
        if world.taken.iter().any(|taken| taken.len() > 1) {
            return Err(TWICE);
        }
        if let Some(broken) = world.broken {
            return Err(broken);
        }
        if is_end && !Self::is_well_ended(world) { Err(ENDED) } else { Ok(()) }
    }
}

const SMALL: Sending = Sending { attempts: 3, recipients: 1, faults: 2, leases: 2, without: Without::Nothing };

#[test]
fn one_recipient_three_attempts_two_faults() {
    let reached = [
        "takes the key over",
        "withdraws a record",
        "a write's answer is lost, and the SDK makes it again",
        "answers without having recorded it all",
        "tells that it took an email",
    ];
    holds(&SMALL, &PROPERTIES, &reached);
}

#[test]
fn one_recipient_four_attempts_one_fault() {
    holds(
        &Sending { attempts: 4, faults: 1, ..SMALL },
        &PROPERTIES,
        &["is replayed", "is told that another attempt runs"],
    );
}

#[test]
fn two_recipients_three_attempts_two_faults_one_lease() {
    let reached = ["finds an email without a record", "finds a record of every email", "is over the monthly limit"];
    holds(&Sending { recipients: 2, leases: 1, ..SMALL }, &PROPERTIES, &reached);
}

#[test]
fn a_protocol_without_one_of_its_parts_is_caught() {
    for (without, attempts, recipients, faults, property) in [
        (Without::LongLease, 3, 1, 1, FREED),
        (Without::Fences, 4, 1, 0, TWICE),
        (Without::KeptIds, 3, 2, 0, TWICE),
        (Without::OwnRelease, 3, 1, 2, KEPT),
        (Without::FirstAnswer, 4, 2, 0, KEPT),
        (Without::Doubt, 3, 2, 1, FREED),
        (Without::OwnOutcomes, 3, 2, 2, ENDED),
        (Without::Echo, 3, 1, 1, DOUBT),
        (Without::KeptFailures, 3, 2, 2, FINAL),
    ] {
        breaks(&Sending { attempts, recipients, faults, leases: 1, without }, property);
    }
}

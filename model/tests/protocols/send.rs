//! Sending under an idempotency key (`functions/send`): the claim, the email records as permits, and the mail service.
//!
//! **Covered.** One request, made by several attempts at once and one after the others; a crash at any step, before and after the
//! effect of a call; leases that end; writes whose response is lost, that the SDK repeats, or that never arrive; a mail service
//! that accepts a mail, throttles, refuses, or does not respond; a suppressed contact; a monthly limit; no time to record outcomes;
//! events of the mail service, late and at any point.
//!
//! **Bounds.** The tests name the attempts, recipients, faults, and leases that end. The last attempt begins when all others have
//! ended, all leases are over and all events have arrived, and meets no fault: its response is the one that the client keeps.
//!
//! **Abstracted.** One attempt sends to its recipients one after the other, since they share no item. An attempt with a lease is
//! stopped before the lease ends (Lambda's timeout is 29 s, the lease 60), and its writes have arrived by then. Reads do not fail:
//! an attempt that fails on one has ended, as after a crash. Fingerprints agree, since the body is always equal.

mod attempt;
mod call;

use std::collections::BTreeMap;

use posthorn_delivery::Delivery;
use posthorn_errors::Code;
use posthorn_model::{Model, Step};
use posthorn_table::{
    Uuid,
    email::{Email, ReportedStatus},
    idempotency::Claim,
    in_memory::{ClaimRecord, EmailRecord},
};

use crate::support::{assert_holds, assert_violates};

const AT_MOST_ONCE: &str = "a recipient gets at most one mail under a key";
const FREED_MEANS_UNSENT: &str = "a freed key means that nobody got a mail";
const RESPONSE_IS_FINAL: &str = "a stored response is never changed, and every later attempt gets it";
const STATUSES_ARE_TRUE: &str = "only a mail that was sent is SENT, and only one that was not is FAILED";
const CLIENT_HAS_RESPONSE: &str =
    "in the end the client has a response: a mail that was sent is SENT, unless an earlier response did not know";
const DOUBT_HAS_CAUSE: &str =
    "DELIVERY_UNKNOWN has a cause: a crash, a failed call, or an attempt that was still sending";
const FAILED_IS_FINAL: &str =
    "a recipient that a response calls FAILED beside a SENT one never gets a mail under the key";
const PROPERTIES: [&str; 7] = [
    AT_MOST_ONCE,
    FREED_MEANS_UNSENT,
    RESPONSE_IS_FINAL,
    STATUSES_ARE_TRUE,
    FAILED_IS_FINAL,
    DOUBT_HAS_CAUSE,
    CLIENT_HAS_RESPONSE,
];

const ATTEMPTS: [&str; 4] = ["first attempt", "second attempt", "third attempt", "fourth attempt"];

/// A part that is taken out of the protocol, to show that the protocol needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mutation {
    None,
    /// Attempts continue after their lease has ended.
    LongLease,
    /// Neither the permit nor the take-over checks its owner.
    Fences,
    /// An attempt that takes over generates new ids.
    KeptIds,
    /// A key is freed even if another attempt holds it.
    OwnRelease,
    /// A response is stored over one that is stored already.
    FirstAnswer,
    /// A key is freed although its first recipients may have got the mail.
    Doubt,
    /// An attempt records the outcome of an email on a record of any attempt.
    OwnOutcomes,
    /// An attempt takes the echo of its own permit for a permit of another.
    Echo,
    /// An attempt returns a response that its claim may not have stored.
    KeptFailures,
}

#[derive(Debug)]
struct SendModel {
    attempts: usize,
    recipients: usize,
    faults: u8,
    leases: u8,
    mutation: Mutation,
}

/// The response of an attempt: a body, or the code of an error.
type Response = Result<String, Code>;

#[derive(Clone, Hash)]
struct World {
    /// The number of leases that have ended.
    now: u8,
    faults: u8,
    claim: ClaimRecord,
    emails: BTreeMap<Uuid, EmailRecord>,
    attempts: Vec<(u8, Phase)>,
    /// The emails that the mail service accepted, by recipient.
    taken: Vec<Vec<Uuid>>,
    response: Option<Response>,
    /// True for each recipient that a response other than an error called failed.
    failed: Vec<bool>,
    /// True after a step that makes it unknown whether an email was sent.
    is_in_doubt: bool,
    violated: Option<&'static str>,
}

#[derive(Clone, Hash)]
enum Phase {
    Waiting,
    Claiming,
    Reading(Claim),
    TakingOver(Claim, Vec<Email>),
    Reserving(Claim, Vec<Email>),
    Delivering(Run, Next),
    /// Only the claim is left to be written, and then this is the response. If the flag is set, it is the response only if the
    /// claim stores it.
    Settling(Claim, Response, bool),
    Ended,
}

/// The next call of a running attempt for the current recipient.
#[derive(Clone, Hash)]
enum Next {
    Permit,
    Send,
}

#[derive(Clone, Hash)]
struct Run {
    claim: Claim,
    earlier: Vec<Email>,
    deliveries: Vec<Delivery>,
    /// The writes that are still to be made, in any order.
    writes: Vec<Write>,
    response: Option<Response>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Write {
    Outcome(usize),
    Withdrawal(usize),
    Claim,
}

impl SendModel {
    /// The events of the mail service that change a record.
    fn events(world: &World) -> Vec<Step<World>> {
        let mut steps = vec![];
        for id in world.taken.iter().flatten() {
            let mut after = world.clone();
            let record = after.emails.entry(*id).or_default();
            let before = record.clone();
            record.record_report(ReportedStatus::Sent, "ses-1");
            if *record != before {
                steps.push(Step { actor: "the mail service", action: "reports that it accepted an email", after });
            }
        }
        steps
    }

    fn somebody_delivers(world: &World) -> bool {
        world.attempts.iter().any(|(_, phase)| matches!(phase, Phase::Delivering(..)))
    }

    /// All leases end: the attempts that held them have crashed.
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
            if !matches!(phase, Phase::Waiting) && self.mutation != Mutation::LongLease {
                *phase = Phase::Ended;
            }
        }
        Some(Step { actor: "time", action: "every lease ends", after })
    }

    /// True if the last attempt has a response that a client may keep.
    fn has_valid_end(world: &World) -> bool {
        match &world.response {
            Some(Ok(_)) => true,
            Some(Err(code)) => {
                let is_final = matches!(code, Code::DeliveryUnknown | Code::DeliveryFailed);
                is_final && world.taken.iter().all(Vec::is_empty)
            }
            None => false,
        }
    }
}

/// The statuses in the body of a response.
fn statuses(body: &str) -> Vec<String> {
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let emails = body["data"]["emails"].as_array().unwrap();
    emails.iter().map(|email| email["status"].as_str().unwrap().to_owned()).collect()
}

impl Model for SendModel {
    type State = World;

    fn initial_state(&self) -> World {
        World {
            now: 0,
            faults: self.faults,
            claim: ClaimRecord::default(),
            emails: BTreeMap::new(),
            attempts: vec![(0, Phase::Waiting); self.attempts],
            taken: vec![vec![]; self.recipients],
            response: None,
            failed: vec![false; self.recipients],
            is_in_doubt: false,
            violated: None,
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
                        _ if run.response.is_some() => vec![],
                        Next::Permit => self.permitting(world, who, run),
                        Next::Send => self.sending(world, who, run),
                    });
                    steps
                }
                Phase::Settling(held, response, must_be_stored) => {
                    self.settling(world, who, held, response, *must_be_stored)
                }
                Phase::Ended => vec![],
            });
        }
        let kept = world.claim.0.as_ref().and_then(|claim| claim.response.as_ref());
        for step in &mut steps {
            let now_kept = step.after.claim.0.as_ref().and_then(|claim| claim.response.as_ref());
            if kept.is_some() && kept != now_kept {
                step.after.violated = step.after.violated.or(Some(RESPONSE_IS_FINAL));
            }
        }
        steps
    }

    fn check(&self, world: &World, is_end: bool) -> Result<(), &'static str> {
        if world.taken.iter().any(|taken| taken.len() > 1) {
            return Err(AT_MOST_ONCE);
        }
        if let Some(violated) = world.violated {
            return Err(violated);
        }
        if is_end && !Self::has_valid_end(world) { Err(CLIENT_HAS_RESPONSE) } else { Ok(()) }
    }
}

const SMALL: SendModel = SendModel { attempts: 3, recipients: 1, faults: 2, leases: 2, mutation: Mutation::None };

#[test]
fn one_recipient_three_attempts_and_two_faults_keep_the_promises() {
    let reached = [
        "takes the key over",
        "withdraws a record",
        "a write's response is lost, and the SDK repeats it",
        "answers mutation having recorded it all",
        "reports that it accepted an email",
    ];
    assert_holds(&SMALL, &PROPERTIES, &reached);
}

#[test]
fn one_recipient_four_attempts_and_one_fault_keep_the_promises() {
    assert_holds(
        &SendModel { attempts: 4, faults: 1, ..SMALL },
        &PROPERTIES,
        &["is replayed", "is told that another attempt runs"],
    );
}

#[test]
fn two_recipients_three_attempts_two_faults_and_one_lease_keep_the_promises() {
    let reached = ["finds an email mutation a record", "finds a record of every email", "is over the monthly limit"];
    assert_holds(&SendModel { recipients: 2, leases: 1, ..SMALL }, &PROPERTIES, &reached);
}

#[test]
fn every_mutation_of_the_protocol_is_found() {
    for (mutation, attempts, recipients, faults, property) in [
        (Mutation::LongLease, 3, 1, 1, FREED_MEANS_UNSENT),
        (Mutation::Fences, 4, 1, 0, AT_MOST_ONCE),
        (Mutation::KeptIds, 3, 2, 0, AT_MOST_ONCE),
        (Mutation::OwnRelease, 3, 1, 2, RESPONSE_IS_FINAL),
        (Mutation::FirstAnswer, 4, 2, 0, RESPONSE_IS_FINAL),
        (Mutation::Doubt, 3, 2, 1, FREED_MEANS_UNSENT),
        (Mutation::OwnOutcomes, 3, 2, 2, CLIENT_HAS_RESPONSE),
        (Mutation::Echo, 3, 1, 1, DOUBT_HAS_CAUSE),
        (Mutation::KeptFailures, 3, 2, 2, FAILED_IS_FINAL),
    ] {
        assert_violates(&SendModel { attempts, recipients, faults, leases: 1, mutation }, property);
    }
}

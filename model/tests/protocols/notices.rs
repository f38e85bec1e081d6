//! The guard's notices (`shared/auth/src/guard.rs`, `shared/alerts/src/notices.rs`): a bounce is counted, the rule is looked
//! at, a warning is recorded, the project is disabled with a notice, and what is recorded is published under a lease.
//!
//! **Covered.** Two emails bounce, which crosses both lines; the events come at once, and one of them twice; each is given
//! again until it is done; the operator reinstates the project in between; a crash at any step; writes whose answer is lost
//! or that never arrive; a topic that refuses or does not answer; leases that end.
//!
//! **Bounds.** Two records of a queue with one fault; with a duplicate, or with the operator, without one.
//!
//! **Abstracted.** One metric. The count and its mark on the email are one step, as they are one transaction. Whoever is
//! about to publish when its lease ends counts as crashed: a publishing ends in half a lease. Warnings hold for seven days,
//! which do not pass. Records are given again for as long as they fail, not five times.

mod work;

use std::collections::BTreeMap;

use posthorn_model::{Model, Step};
use posthorn_table::{
    Uuid,
    in_memory::{Leased, Notices, Stored},
    notice::Notice,
    project::{Project, ProjectFacts, Status},
};

use crate::support::{breaks, holds};
use work::at;

const ONCE: &str = "a crossing is recorded once, and a project is disabled once an epoch";
const TOLD: &str = "what is marked as published was published, and in the end everything is";
const COPIES: &str = "a second copy comes only after a fault";
const REINSTATED: &str = "nothing from before a reinstatement disables the project again";
const STOPPED: &str = "in the end a project over the line was warned of and disabled";
const PROPERTIES: [&str; 5] = [ONCE, TOLD, COPIES, REINSTATED, STOPPED];

/// Everybody who works, and the email that each record of the queue is about.
const RECORDS: [(&str, Option<usize>); 4] = [
    ("the operator", None),
    ("first record", Some(0)),
    ("second record", Some(1)),
    ("second record's duplicate", Some(1)),
];
const OPERATOR: usize = 0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Without {
    Nothing,
    /// Whoever sees a notice publishes it.
    Lease,
    /// A notice is recorded over one of its name.
    Name,
    /// A project is changed whatever its version, and whatever is recorded.
    Version,
    /// A duplicate looks at nothing.
    LookAgain,
    /// The rule is looked at before the count.
    CountFirst,
    /// A notice is marked before it is published.
    PublishFirst,
}

#[derive(Debug)]
struct Guarding {
    /// Two, or three with the duplicate.
    records: usize,
    operator: bool,
    faults: u8,
    without: Without,
}

#[derive(Clone, Hash)]
struct World {
    /// Leases that have ended.
    now: u8,
    faults: u8,
    stored: Stored,
    notices: Notices,
    counted: [bool; 2],
    copies: BTreeMap<String, u8>,
    workers: Vec<Phase>,
    disabled: u8,
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum Phase {
    Waiting,
    Counting(Option<Bounces>),
    Looking,
    Window(Project),
    Warning(Project, Bounces),
    Recording(Project, Bounces, Notice),
    Changing(Project, Option<Bounces>),
    /// A change whose answer is lost, looked up.
    Settling(Project, Project),
    Listing,
    Publishing(Vec<Notice>, Round),
    Done,
}

/// Emails that bounced, of two that were sent.
type Bounces = u64;

/// How far a round of publishing has come with its first notice, and what it met before.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Round {
    stage: Stage,
    leased_elsewhere: bool,
    has_failed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Stage {
    Lease,
    Publish,
    Mark,
    Release,
}

impl Guarding {
    /// A worker dies, and its record is given again.
    fn crashes(world: &World) -> Vec<Step<World>> {
        let at_work =
            (0..world.workers.len()).filter(|who| !matches!(world.workers[*who], Phase::Waiting | Phase::Done));
        let crash = |who| {
            Self::step(world, who, "crashes", |after| {
                (after.faults, after.workers[who]) = (after.faults - 1, Phase::Waiting);
            })
        };
        if world.faults == 0 { vec![] } else { at_work.map(crash).collect() }
    }

    /// The lease ends of somebody who is not about to publish any more.
    fn lease_ends(world: &World) -> Option<Step<World>> {
        let is_leased = world.notices.0.values().any(|leased| leased.until.is_some_and(|until| until > at(world.now)));
        let is_publishing = |phase: &Phase| match phase {
            Phase::Publishing(_, round) => round.stage != Stage::Lease,
            _ => false,
        };
        let after = World { now: world.now + 1, ..world.clone() };
        let is_abandoned = is_leased && !world.workers.iter().any(is_publishing);
        is_abandoned.then_some(Step { who: "time", what: "a lease ends", after })
    }

    fn has_warned_and_disabled_once(world: &World) -> bool {
        let of = |level: &str| world.notices.0.keys().filter(|name| name.contains(level)).count();
        of("#warning#") == 1 && of("#disabled#") == 1
    }
}

impl Model for Guarding {
    type State = World;

    fn start(&self) -> World {
        let facts = ProjectFacts {
            id: Uuid::nil(),
            name: "Acme".to_owned(),
            status: Status::Active,
            epoch: 0,
            domains: vec![],
            default_sender: None,
            monthly_limit: None,
        };
        let (created_at, updated_at) = (at(0), at(0));
        let project = Project { facts, version: 0, keys: vec![], created_at, updated_at, disabled: None };
        let mut stored = Stored::default();
        assert!(stored.change(None, &project));
        let mut workers = vec![Phase::Waiting; 1 + self.records];
        if !self.operator {
            workers[OPERATOR] = Phase::Done;
        }
        World {
            now: 0,
            faults: self.faults,
            stored,
            notices: Notices::default(),
            counted: [false; 2],
            copies: BTreeMap::new(),
            workers,
            disabled: 0,
        }
    }

    fn steps(&self, world: &World) -> Vec<Step<World>> {
        let mut steps: Vec<_> = (0..world.workers.len()).flat_map(|who| self.work(world, who)).collect();
        steps.extend(Self::crashes(world));
        steps.extend(Self::lease_ends(world));
        steps
    }

    fn check(&self, world: &World, is_end: bool) -> Result<(), &'static str> {
        if world.disabled > 1 {
            return Err(if self.operator { REINSTATED } else { ONCE });
        }
        let used = self.faults - world.faults;
        if world.copies.values().any(|copies| *copies > 1 + used) {
            return Err(COPIES);
        }
        let is_told = |name: &String| world.copies.get(name).is_some_and(|copies| *copies > 0);
        let unpublished =
            |(name, leased): (&String, &Leased)| (leased.notice.published_at.is_some() || is_end) && !is_told(name);
        if world.notices.0.iter().any(unpublished) {
            return Err(TOLD);
        }
        if is_end && !Self::has_warned_and_disabled_once(world) { Err(STOPPED) } else { Ok(()) }
    }
}

const TWO_RECORDS: Guarding = Guarding { records: 2, operator: false, faults: 1, without: Without::Nothing };

#[test]
fn two_records_and_a_fault() {
    let reached = ["records a warning", "disables the project", "gives the lease back", "a lease ends", "crashes"];
    holds(&TWO_RECORDS, &PROPERTIES, &reached);
}

#[test]
fn two_records_and_a_duplicate() {
    holds(&Guarding { records: 3, faults: 0, ..TWO_RECORDS }, &PROPERTIES, &["disables the project"]);
}

#[test]
fn two_records_and_the_operator() {
    holds(&Guarding { operator: true, faults: 0, ..TWO_RECORDS }, &PROPERTIES, &["reinstates the project"]);
}

#[test]
fn a_protocol_without_one_of_its_parts_is_caught() {
    for (without, operator, faults, property) in [
        (Without::Lease, false, 0, COPIES),
        (Without::Name, false, 0, COPIES),
        (Without::Version, true, 0, REINSTATED),
        (Without::LookAgain, false, 1, STOPPED),
        (Without::CountFirst, false, 0, STOPPED),
        (Without::PublishFirst, false, 1, TOLD),
    ] {
        breaks(&Guarding { operator, faults, without, ..TWO_RECORDS }, property);
    }
}

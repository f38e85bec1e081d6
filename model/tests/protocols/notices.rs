//! The guard's notices (`shared/auth/src/guard.rs`, `shared/alerts/src/notices.rs`): a bounce is counted, the rule is evaluated, a
//! warning is recorded, the project is disabled with a notice, and recorded notices are published under a lease.
//!
//! **Covered.** Two emails bounce, which crosses both thresholds; their events come at once, and one of them twice; each is
//! delivered again until it is done; the operator reinstates the project in between; a crash at any step; writes whose response is
//! lost or that never arrive; a topic that refuses or does not respond; leases that end.
//!
//! **Bounds.** Two records of a queue with one fault. With a duplicate, or with the operator, there is no fault.
//!
//! **Abstracted.** There is one metric. The count and its mark on the email are one step, as they are one transaction. A worker
//! that is about to publish when its lease ends counts as crashed, since publishing takes half a lease at most. Warnings hold for
//! seven days, which do not pass. Records are delivered again as long as they fail, not five times.

mod work;
mod world;

use std::collections::BTreeMap;

use posthorn_model::{Model, Step};
use posthorn_table::{
    Uuid,
    in_memory::{Leased, Notices, Stored},
    project::{Project, ProjectFacts, Status},
};

use crate::support::{assert_holds, assert_violates};
use work::at;
use world::{GuardModel, Mutation, OPERATOR, Phase, Stage, World};

const DISABLED_ONCE: &str = "a crossing is recorded once, and a project is disabled once an epoch";
const ALL_PUBLISHED: &str = "a notice that is marked as published was published, and in the end all are";
const COPIES_NEED_FAULTS: &str = "a second copy comes only after a fault";
const REINSTATEMENT_HOLDS: &str = "no event from before a reinstatement disables the project again";
const WARNED_AND_DISABLED: &str = "in the end a project over the threshold was warned about and disabled";
const PROPERTIES: [&str; 5] =
    [DISABLED_ONCE, ALL_PUBLISHED, COPIES_NEED_FAULTS, REINSTATEMENT_HOLDS, WARNED_AND_DISABLED];

impl GuardModel {
    /// A worker crashes, and its record is delivered again.
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

    /// The lease of a worker ends that will not publish any more.
    fn lease_ends(world: &World) -> Option<Step<World>> {
        let is_leased = world.notices.0.values().any(|leased| leased.until.is_some_and(|until| until > at(world.now)));
        let is_publishing = |phase: &Phase| match phase {
            Phase::Publishing(_, round) => round.stage != Stage::Lease,
            _ => false,
        };
        let after = World { now: world.now + 1, ..world.clone() };
        let is_abandoned = is_leased && !world.workers.iter().any(is_publishing);
        is_abandoned.then_some(Step { actor: "time", action: "a lease ends", after })
    }

    fn has_warned_and_disabled_once(world: &World) -> bool {
        let of = |level: &str| world.notices.0.keys().filter(|name| name.contains(level)).count();
        of("#warning#") == 1 && of("#disabled#") == 1
    }
}

impl Model for GuardModel {
    type State = World;

    fn initial_state(&self) -> World {
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
            return Err(if self.operator { REINSTATEMENT_HOLDS } else { DISABLED_ONCE });
        }
        let used = self.faults - world.faults;
        if world.copies.values().any(|copies| *copies > 1 + used) {
            return Err(COPIES_NEED_FAULTS);
        }
        let is_published = |name: &String| world.copies.get(name).is_some_and(|copies| *copies > 0);
        let unpublished = |(name, leased): (&String, &Leased)| {
            (leased.notice.published_at.is_some() || is_end) && !is_published(name)
        };
        if world.notices.0.iter().any(unpublished) {
            return Err(ALL_PUBLISHED);
        }
        if is_end && !Self::has_warned_and_disabled_once(world) { Err(WARNED_AND_DISABLED) } else { Ok(()) }
    }
}

const TWO_RECORDS: GuardModel = GuardModel { records: 2, operator: false, faults: 1, mutation: Mutation::None };

#[test]
fn two_records_with_a_fault_keep_the_promises() {
    let reached = ["records a warning", "disables the project", "releases the lease", "a lease ends", "crashes"];
    assert_holds(&TWO_RECORDS, &PROPERTIES, &reached);
}

#[test]
fn two_records_with_a_duplicate_keep_the_promises() {
    assert_holds(&GuardModel { records: 3, faults: 0, ..TWO_RECORDS }, &PROPERTIES, &["disables the project"]);
}

#[test]
fn two_records_and_the_operator_keep_the_promises() {
    assert_holds(&GuardModel { operator: true, faults: 0, ..TWO_RECORDS }, &PROPERTIES, &["reinstates the project"]);
}

#[test]
fn every_mutation_of_the_protocol_is_found() {
    for (mutation, operator, faults, property) in [
        (Mutation::Lease, false, 0, COPIES_NEED_FAULTS),
        (Mutation::Name, false, 0, COPIES_NEED_FAULTS),
        (Mutation::Version, true, 0, REINSTATEMENT_HOLDS),
        (Mutation::LookAgain, false, 1, WARNED_AND_DISABLED),
        (Mutation::CountFirst, false, 0, WARNED_AND_DISABLED),
        (Mutation::PublishFirst, false, 1, ALL_PUBLISHED),
    ] {
        assert_violates(&GuardModel { operator, faults, mutation, ..TWO_RECORDS }, property);
    }
}

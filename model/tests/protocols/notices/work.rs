//! The steps of a record of the queue and of the operator, one call at a time.

use posthorn_alerts::pending;
use posthorn_auth::{
    guard::{CountedEvent, Crossing, reinstate},
    reputation::{Counts, Level, Rate, Rule, Thresholds},
};
use posthorn_model::Step;
use posthorn_table::{
    Timestamp, Uuid,
    notice::{LEASE, Notice},
    project::{Project, Status},
    statistics::FeedbackMetric,
};

use super::world::{Bounces, GuardModel, Mutation, OPERATOR, Phase, RECORDS, Round, Stage, World};

pub(super) fn at(leases: u8) -> Timestamp {
    Timestamp::UNIX_EPOCH + LEASE * i32::from(leases)
}

fn nonce(who: usize) -> String {
    format!("nonce {who}")
}

/// The rule of the model: it warns at one of two emails and disables at two.
fn rule() -> Rule {
    let bounce = Thresholds { floor: 2, warn: Rate::per_million(500_000), disable: Rate::per_million(1_000_000) };
    Rule { bounce, ..Rule::default() }
}

fn crossing(rule: &Rule, bounced: Bounces, now: Timestamp) -> Option<Crossing<'_>> {
    Crossing::find(rule, FeedbackMetric::Bounce, Counts { sent: 2, bounced, complained: 0 }, now)
}

/// The ways in which a call to the table may end: its label, whether it takes effect, and whether there is a response.
const CALLS: [(&str, bool, bool); 3] =
    [("", true, true), (": the response is lost", true, false), (": it never arrives", false, false)];

impl GuardModel {
    pub(super) fn step(
        world: &World,
        who: usize,
        action: &'static str,
        change: impl FnOnce(&mut World),
    ) -> Step<World> {
        let mut after = world.clone();
        change(&mut after);
        Step { actor: RECORDS[who].0, action, after }
    }

    /// The steps of a write: it is made, it is made and the response is lost, or it never arrives. Without a response the record is
    /// delivered again.
    fn write(
        world: &World,
        who: usize,
        action: &'static str,
        effect: &dyn Fn(&mut World) -> Phase,
    ) -> Vec<Step<World>> {
        let possible = if world.faults == 0 { &CALLS[..1] } else { &CALLS[..] };
        let step = |(fault, has_effect, has_response): &(&'static str, bool, bool)| {
            let action = if fault.is_empty() { action } else { fault.trim_start_matches(": ") };
            Self::step(world, who, action, |after| {
                after.faults -= u8::from(!has_response);
                let next = if *has_effect { effect(after) } else { Phase::Waiting };
                after.workers[who] = if *has_response { next } else { Phase::Waiting };
            })
        };
        possible.iter().map(step).collect()
    }

    pub(super) fn project(world: &World) -> Project {
        world.stored.project.clone().unwrap()
    }

    fn counted_event() -> CountedEvent {
        CountedEvent { project: Uuid::nil(), epoch: 0, metric: FeedbackMetric::Bounce }
    }

    fn bounced(world: &World) -> Bounces {
        world.counted.iter().map(|counted| u64::from(*counted)).sum()
    }

    pub(super) fn work(&self, world: &World, who: usize) -> Vec<Step<World>> {
        let to = |action, phase: Phase| vec![Self::step(world, who, action, |after| after.workers[who] = phase)];
        match &world.workers[who] {
            Phase::Waiting if who == OPERATOR => to("reads the project", Phase::Changing(Self::project(world), None)),
            Phase::Waiting => {
                let early = (self.mutation == Mutation::CountFirst).then(|| Self::bounced(world));
                to("begins", Phase::Counting(early))
            }
            Phase::Counting(early) => Self::write(world, who, "counts", &|after| {
                let was_counted = RECORDS[who].1.is_none_or(|email| std::mem::replace(&mut after.counted[email], true));
                match early {
                    _ if was_counted && self.mutation == Mutation::LookAgain => Phase::Listing,
                    Some(counts) => Self::decided(after, Self::project(after), *counts),
                    None => Phase::Looking,
                }
            }),
            Phase::Looking => {
                let project = Self::project(world);
                let next =
                    if Self::counted_event().concerns(&project) { Phase::Window(project) } else { Phase::Listing };
                to("reads the project", next)
            }
            Phase::Window(project) => {
                to("reads the window", Self::decided(world, project.clone(), Self::bounced(world)))
            }
            Phase::Warning(project, counts) => {
                let rule = rule();
                let crossing = crossing(&rule, *counts, at(world.now)).unwrap();
                to(
                    "reads the notices",
                    match crossing.warning(project, &world.notices.all()) {
                        Some(warning) => Phase::Recording(project.clone(), *counts, warning),
                        None => Self::warned(project, *counts),
                    },
                )
            }
            Phase::Recording(project, counts, warning) => Self::write(world, who, "records a warning", &|after| {
                let stored = Self::project(after);
                if self.mutation == Mutation::Name && stored == *project {
                    after.notices.0.remove(&warning.name);
                }
                after.notices.record(warning, &project.facts, &stored.facts);
                Self::warned(project, *counts)
            }),
            Phase::Changing(project, counts) => self.changing(world, who, project, *counts),
            Phase::Settling(previous, next) => {
                let is_made = world.stored.has(Some(previous), next);
                to("checks whether its change was made", if is_made { Phase::Listing } else { Phase::Waiting })
            }
            Phase::Listing => {
                let pending = pending(world.notices.all());
                let round = Round { stage: Stage::Lease, leased_elsewhere: false, has_failed: false };
                to("lists the notices to publish", Self::round(pending, round))
            }
            Phase::Publishing(pending, round) => self.publishing(world, who, pending, *round),
            Phase::Done => vec![],
        }
    }

    fn decided(world: &World, project: Project, counts: Bounces) -> Phase {
        let is_over = crossing(&rule(), counts, at(world.now)).is_some();
        if is_over { Phase::Warning(project, counts) } else { Phase::Listing }
    }

    /// The phase after the warning.
    fn warned(project: &Project, counts: Bounces) -> Phase {
        let level = crossing(&rule(), counts, at(0)).map(|crossing| crossing.level);
        if level == Some(Level::Disable) { Phase::Changing(project.clone(), Some(counts)) } else { Phase::Listing }
    }

    /// Disables the project, or reinstates it if it is the operator.
    fn changing(&self, world: &World, who: usize, project: &Project, counts: Option<Bounces>) -> Vec<Step<World>> {
        let rule = rule();
        let (next, notice) = match counts.and_then(|counts| crossing(&rule, counts, at(world.now))) {
            Some(crossing) => crossing.disable(project),
            None if project.facts.status == Status::Active => {
                return vec![Self::step(world, who, "finds nothing to reinstate", |after| {
                    after.workers[who] = if Self::others_are_done(world) { Phase::Listing } else { Phase::Waiting };
                })];
            }
            None => reinstate(project, at(world.now)),
        };
        let commit = |after: &mut World| {
            let stored = Self::project(after);
            let previous = if self.mutation == Mutation::Version { &stored } else { project };
            let is_free = self.mutation == Mutation::Version || !after.notices.0.contains_key(&notice.name);
            let is_made = is_free && after.stored.change(Some(previous), &next);
            if is_made {
                after.notices.add(&notice);
                after.disabled += u8::from(next.facts.status == Status::Disabled);
            }
            is_made
        };
        let action = if counts.is_some() { "disables the project" } else { "reinstates the project" };
        let mut steps = vec![Self::step(world, who, action, |after| {
            after.workers[who] = match commit(after) {
                false if who == OPERATOR => Phase::Waiting,
                false if Self::counted_event().concerns(&Self::project(world)) => {
                    Phase::Changing(Self::project(world), counts)
                }
                _ => Phase::Listing,
            };
        })];
        if world.faults > 0 {
            steps.push(Self::step(world, who, "changes the project: the response is lost", |after| {
                after.faults -= 1;
                let _unknown = commit(after);
                after.workers[who] = Phase::Settling(project.clone(), next.clone());
            }));
        }
        steps
    }

    fn others_are_done(world: &World) -> bool {
        world.workers[1..].iter().all(|phase| *phase == Phase::Done)
    }

    /// Continues with the notices that are left, or ends the round.
    fn round(left: Vec<Notice>, round: Round) -> Phase {
        match left.as_slice() {
            [_, ..] => Phase::Publishing(left, Round { stage: Stage::Lease, ..round }),
            [] if round.has_failed => Phase::Waiting,
            [] if round.leased_elsewhere => Phase::Listing,
            [] => Phase::Done,
        }
    }

    fn publishing(&self, world: &World, who: usize, pending: &[Notice], round: Round) -> Vec<Step<World>> {
        let [notice, left @ ..] = pending else { return vec![] };
        let (name, now) = (&notice.name, at(world.now));
        let with = |stage| Phase::Publishing(pending.to_vec(), Round { stage, ..round });
        let failed = || Self::round(left.to_vec(), Round { has_failed: true, ..round });
        match round.stage {
            Stage::Lease => Self::write(world, who, "asks for the lease of a notice", &|after| {
                let is_leased = after.notices.lease(name, &nonce(who), now) || self.mutation == Mutation::Lease;
                if is_leased && self.mutation == Mutation::PublishFirst {
                    after.notices.mark_published(name, now);
                }
                let elsewhere = Round { leased_elsewhere: true, ..round };
                if is_leased { with(Stage::Publish) } else { Self::round(left.to_vec(), elsewhere) }
            }),
            Stage::Publish => {
                let outcomes = [
                    ("publishes", 1, Stage::Mark),
                    ("publishes, and the response of the topic is lost", 1, Stage::Release),
                    ("is refused by the topic", 0, Stage::Release),
                ];
                let possible = if world.faults == 0 { &outcomes[..1] } else { &outcomes[..] };
                let step = |(action, copies, stage): &(&'static str, u8, Stage)| {
                    Self::step(world, who, action, |after| {
                        after.faults -= u8::from(*stage == Stage::Release);
                        *after.copies.entry(name.clone()).or_default() += copies;
                        after.workers[who] = with(*stage);
                    })
                };
                possible.iter().map(step).collect()
            }
            Stage::Mark => Self::write(world, who, "marks a notice as published", &|after| {
                after.notices.mark_published(name, now);
                Self::round(left.to_vec(), round)
            }),
            Stage::Release => vec![Self::step(world, who, "releases the lease", |after| {
                after.notices.release(name, &nonce(who));
                after.workers[who] = failed();
            })],
        }
    }
}

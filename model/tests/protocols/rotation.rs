//! Replacing keys (`functions/regenerate-keys`, and the operator's `project rotate`): one transaction on condition of the version,
//! a grace period, and a read that finds the result of a lost response.
//!
//! **Covered.** Rotations of one class or both, with and without grace, at once, by the API with one secret key and by the
//! operator; a crash at any step; a transaction whose response is lost for good, or that never arrives; time that passes between
//! any two steps.
//!
//! **Bounds.** Three rotations, one fault, two minutes; a grace lasts one.
//!
//! **Abstracted.** The SDK repeats a transaction with its token, so the repetition is no second transaction. The project is not
//! disabled, and its domains do not change. TTL removes nothing: an expired item is treated as if it were gone.

use std::sync::LazyLock;

use posthorn_auth::{KeyClass, KeyDigest, KeySelection, NewProject, new_project, replace_keys, rotate};
use posthorn_errors::Code;
use posthorn_model::{Model, Step};
use posthorn_table::{Timestamp, in_memory::Stored, project::Project};

use crate::support::{assert_holds, assert_violates};

const LIVE_KEYS_WORK: &str = "there is a live key of each class, and it works";
const GRACE_HOLDS: &str = "a replaced key works until its grace is over, unless it is replaced again, and never after";
const RETURNED_KEYS_WORK: &str = "the keys that a rotation returned work, unless they were replaced later";
const FAILED_KEYS_DO_NOT_WORK: &str = "no key works that was generated for a rotation that returned an error";
const ONE_ROTATION_A_KEY: &str = "only one of the rotations with one secret key replaces it";
const PROPERTIES: [&str; 5] =
    [LIVE_KEYS_WORK, GRACE_HOLDS, RETURNED_KEYS_WORK, FAILED_KEYS_DO_NOT_WORK, ONE_ROTATION_A_KEY];

const ROTATIONS: [&str; 3] = ["first rotation", "second rotation", "the operator"];
const GRACE_SECONDS: u32 = 60;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mutation {
    None,
    /// The transaction does not check the version.
    Version,
    /// The items of replaced keys are not removed.
    Removal,
    /// The result of a lost response is found by comparing the whole project only.
    OwnKeys,
}

#[derive(Debug)]
struct RotationModel {
    /// The keys that the API's rotations and then the operator's replace, with their grace in seconds.
    requests: [(KeySelection, u32); 3],
    faults: u8,
    minutes: u8,
    mutation: Mutation,
}

#[derive(Clone, Hash)]
struct World {
    now: u8,
    faults: u8,
    stored: Stored,
    rotations: [Phase; 3],
    /// The rotations that were committed, in order.
    committed: Vec<usize>,
    results: [Option<RotationResult>; 3],
}

#[derive(Clone, Hash)]
enum Phase {
    Waiting,
    Reading(u8),
    Changing(Change),
    /// The transaction had this error, and a read is to find its result.
    Looking(Change, Code),
    Ended,
}

/// The result of a rotation: done, refused, or failed with the change that it had decided.
#[derive(Clone, PartialEq, Eq, Hash)]
enum RotationResult {
    Done(Change),
    Refused,
    Failed(Change),
}

/// A change that a rotation decided.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Change {
    previous: Project,
    next: Project,
    /// The time at which replaced keys stop working.
    until: Option<Timestamp>,
}

impl Change {
    fn new_keys(&self) -> impl Iterator<Item = &str> {
        let is_old = |digest: &str| self.previous.keys.iter().any(|key| key.digest == digest);
        self.next.keys.iter().map(|key| key.digest.as_str()).filter(move |digest| !is_old(digest))
    }
}

fn at(minutes: u8) -> Timestamp {
    Timestamp::from_second(60 * i64::from(minutes)).unwrap()
}

/// Random bytes that differ for each seed.
fn random(seed: u8) -> impl FnMut(&mut [u8]) {
    let mut state = u32::from(seed) + 1;
    move |buffer| {
        for byte in buffer {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *byte = (state >> 24) as u8;
        }
    }
}

/// The initial project, and its secret key, which the API's rotations present.
static PROJECT: LazyLock<(Project, KeyDigest)> = LazyLock::new(|| {
    let new = NewProject { name: "Acme".to_owned(), ..NewProject::default() };
    let (project, [secret, _public]) = new_project(new, at(0), &mut random(9)).unwrap();
    (project, secret.digest())
});

fn works(world: &World, digest: &str) -> bool {
    world.stored.keys.get(digest).is_some_and(|key| !key.is_retired(at(world.now)))
}

impl RotationModel {
    const OPERATOR: usize = 2;

    /// The next steps of a rotation. There are several if a call may fail.
    fn rotate(&self, world: &World, who: usize) -> Vec<Step<World>> {
        let mut steps = vec![];
        let mut add = |action, change: &dyn Fn(&mut World)| {
            let mut after = world.clone();
            change(&mut after);
            steps.push(Step { actor: ROTATIONS[who], action, after });
        };
        let secret = &PROJECT.1;
        match &world.rotations[who] {
            Phase::Waiting if who == Self::OPERATOR || works(world, secret.as_str()) => {
                add("begins", &|after| after.rotations[who] = Phase::Reading(after.now));
            }
            Phase::Waiting => add("is refused, for its key does not work", &|after| {
                Self::end(after, who, RotationResult::Refused);
            }),
            Phase::Reading(began) => {
                add("reads the project and decides", &|after| match self.decide(world, who, secret, *began) {
                    Ok(change) => after.rotations[who] = Phase::Changing(change),
                    Err(_code) => Self::end(after, who, RotationResult::Refused),
                });
            }
            Phase::Changing(change) => {
                add("changes the project", &|after| {
                    let is_made = self.commit(after, who, change);
                    let phase = Phase::Looking(change.clone(), Code::Conflict);
                    if is_made {
                        Self::end(after, who, RotationResult::Done(change.clone()));
                    } else {
                        after.rotations[who] = phase;
                    }
                });
                if world.faults > 0 {
                    for (action, arrives) in
                        [("changes the project, and the response is lost", true), ("never arrives", false)]
                    {
                        add(action, &|after| {
                            after.faults -= 1;
                            let _unknown = arrives && self.commit(after, who, change);
                            after.rotations[who] = Phase::Looking(change.clone(), Code::ServiceUnavailable);
                        });
                    }
                }
            }
            Phase::Looking(change, error) => {
                let (previous, next) = (&change.previous, &change.next);
                let found = match self.mutation {
                    Mutation::OwnKeys => world.stored.project.as_ref() == Some(next),
                    _ => world.stored.has(Some(previous), next),
                };
                match error {
                    _ if found => {
                        add("finds its change made", &|after| {
                            Self::end(after, who, RotationResult::Done(change.clone()));
                        });
                    }
                    Code::Conflict if who == Self::OPERATOR => {
                        add("begins again", &|after| after.rotations[who] = Phase::Reading(after.now));
                    }
                    _ => add("finds that another came first, or nothing", &|after| {
                        Self::end(after, who, RotationResult::Failed(change.clone()));
                    }),
                }
            }
            Phase::Ended => {}
        }
        if world.faults > 0 && matches!(world.rotations[who], Phase::Changing(_) | Phase::Looking(..)) {
            add("crashes", &|after| (after.faults, after.rotations[who]) = (after.faults - 1, Phase::Ended));
        }
        steps
    }

    fn decide(&self, world: &World, who: usize, secret: &KeyDigest, began: u8) -> Result<Change, Code> {
        let project = world.stored.project.as_ref().ok_or(Code::InvalidApiKey)?;
        let (selection, grace) = self.requests[who];
        let fill = &mut random(u8::try_from(who).unwrap() * 16 + u8::try_from(project.version % 16).unwrap() + 32);
        let rotation = if who == Self::OPERATOR {
            replace_keys(project, selection, grace, at(began), fill)
        } else {
            rotate(project, secret, selection, grace, at(began), fill).map_err(|failure| failure.code())?
        };
        Ok(Change { previous: project.clone(), next: rotation.next, until: rotation.previous_keys_expire_at })
    }

    fn commit(&self, world: &mut World, who: usize, change: &Change) -> bool {
        let before = world.stored.clone();
        let theirs = before.project.clone();
        let previous = if self.mutation == Mutation::Version { theirs.as_ref() } else { Some(&change.previous) };
        let is_made = world.stored.change(previous, &change.next);
        if is_made {
            world.committed.push(who);
        }
        if self.mutation == Mutation::Removal {
            for (digest, item) in before.keys {
                world.stored.keys.entry(digest).or_insert(item);
            }
        }
        is_made
    }

    fn end(world: &mut World, who: usize, result: RotationResult) {
        world.rotations[who] = Phase::Ended;
        world.results[who] = Some(result);
    }

    fn has_live_keys(world: &World) -> bool {
        let Some(project) = &world.stored.project else { return false };
        [KeyClass::Secret, KeyClass::Public].iter().all(|class| {
            let mut live = project.keys.iter().filter(|key| key.class == *class && key.is_live());
            live.any(|key| works(world, &key.digest))
        })
    }

    /// True if a later rotation replaced the keys of this class again.
    fn is_replaced_later(&self, world: &World, who: usize, class: KeyClass) -> bool {
        let later = world.committed.iter().skip_while(|committed| **committed != who).skip(1);
        later.copied().any(|later| self.requests[later].0.includes(class))
    }

    fn check_answer(&self, world: &World, who: usize, change: &Change) -> Result<(), &'static str> {
        for key in change.next.keys.iter().filter(|key| change.new_keys().any(|digest| digest == key.digest)) {
            if !works(world, &key.digest) && !self.is_replaced_later(world, who, key.class) {
                return Err(RETURNED_KEYS_WORK);
            }
        }
        for key in change.previous.keys.iter().filter(|key| self.requests[who].0.includes(key.class)) {
            let is_over = change.until.is_none_or(|until| until <= at(world.now));
            let is_open = works(world, &key.digest);
            let must_be_open = !is_over && key.is_live() && !self.is_replaced_later(world, who, key.class);
            if is_over && is_open || must_be_open && !is_open {
                return Err(GRACE_HOLDS);
            }
        }
        Ok(())
    }
}

impl Model for RotationModel {
    type State = World;

    fn initial_state(&self) -> World {
        let mut stored = Stored::default();
        assert!(stored.change(None, &PROJECT.0));
        World {
            now: 0,
            faults: self.faults,
            stored,
            rotations: [Phase::Waiting, Phase::Waiting, Phase::Waiting],
            committed: vec![],
            results: [None, None, None],
        }
    }

    fn steps(&self, world: &World) -> Vec<Step<World>> {
        let mut steps: Vec<_> = (0..3).flat_map(|who| self.rotate(world, who)).collect();
        if world.now < self.minutes {
            steps.push(Step {
                actor: "time",
                action: "a minute passes",
                after: World { now: world.now + 1, ..world.clone() },
            });
        }
        steps
    }

    fn check(&self, world: &World, _: bool) -> Result<(), &'static str> {
        if !Self::has_live_keys(world) {
            return Err(LIVE_KEYS_WORK);
        }
        for (who, result) in world.results.iter().enumerate() {
            match result {
                Some(RotationResult::Done(change)) => self.check_answer(world, who, change)?,
                Some(RotationResult::Failed(change)) if change.new_keys().any(|digest| works(world, digest)) => {
                    return Err(FAILED_KEYS_DO_NOT_WORK);
                }
                Some(RotationResult::Failed(_) | RotationResult::Refused) | None => {}
            }
        }
        let replaced = |who: &usize| {
            let is_done = matches!(world.results[*who], Some(RotationResult::Done(_)));
            is_done && self.requests[*who].0.includes(KeyClass::Secret)
        };
        if (0..Self::OPERATOR).filter(replaced).count() > 1 { Err(ONE_ROTATION_A_KEY) } else { Ok(()) }
    }
}

const BOTH_AT_ONCE: RotationModel = RotationModel {
    requests: [(KeySelection::Both, 0), (KeySelection::Secret, GRACE_SECONDS), (KeySelection::Public, GRACE_SECONDS)],
    faults: 1,
    minutes: 2,
    mutation: Mutation::None,
};

#[test]
fn two_rotations_by_the_api_and_one_by_the_operator_keep_the_promises() {
    let reached = [
        "finds its change made",
        "finds that another came first, or nothing",
        "begins again",
        "is refused, for its key does not work",
    ];
    assert_holds(&BOTH_AT_ONCE, &PROPERTIES, &reached);
}

#[test]
fn rotations_with_grace_of_one_class_each_keep_the_promises() {
    let requests = [
        (KeySelection::Secret, GRACE_SECONDS),
        (KeySelection::Public, GRACE_SECONDS),
        (KeySelection::Both, GRACE_SECONDS),
    ];
    assert_holds(&RotationModel { requests, ..BOTH_AT_ONCE }, &PROPERTIES, &["finds its change made", "crashes"]);
}

#[test]
fn every_mutation_of_the_protocol_is_found() {
    for (mutation, property) in [
        (Mutation::Version, RETURNED_KEYS_WORK),
        (Mutation::Removal, GRACE_HOLDS),
        (Mutation::OwnKeys, FAILED_KEYS_DO_NOT_WORK),
    ] {
        assert_violates(&RotationModel { mutation, ..BOTH_AT_ONCE }, property);
    }
}

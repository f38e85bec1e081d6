//! Replacing keys (`functions/regenerate-keys`, and the operator's `project rotate`): one transaction on condition of the
//! version, a grace period, and a read that settles a lost answer.
//!
//! **Covered.** Rotations of one class or both, with and without grace, at once, by the API with the same secret key and
//! by the operator; a crash at any step; a transaction whose answer is lost for good, or that never arrives; time that
//! passes between any two steps.
//!
//! **Bounds.** Three rotations, one fault, two minutes; a grace lasts one.
//!
//! **Abstracted.** The SDK's own retry of a transaction carries its token, so that it is no second one. The project is
//! not disabled, its domains stay. TTL removes nothing: an item past its time is as good as gone.

use std::sync::LazyLock;

use posthorn_auth::{KeyClass, KeyDigest, KeySelection, NewProject, new_project, replace_keys, rotate};
use posthorn_errors::Code;
use posthorn_model::{Model, Step};
use posthorn_table::{Timestamp, in_memory::Stored, project::Project};

use crate::support::{breaks, holds};

const LIVE: &str = "there is a live key of each class, and it works";
const GRACE: &str = "a replaced key works until its grace is over, unless it is replaced again, and never after";
const ANSWERED: &str = "the keys that a rotation was answered work, unless they were replaced later";
const UNKNOWN: &str = "no key works that was minted for a rotation that was answered an error";
const ONE: &str = "of the rotations with one secret key, one replaces it";
const PROPERTIES: [&str; 5] = [LIVE, GRACE, ANSWERED, UNKNOWN, ONE];

const ROTATIONS: [&str; 3] = ["first rotation", "second rotation", "the operator"];
const GRACE_SECONDS: u32 = 60;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Without {
    Nothing,
    /// The transaction does not look at the version.
    Version,
    /// The items of keys that are dropped stay.
    Removal,
    /// A lost answer is settled by comparing the whole project alone.
    OwnKeys,
}

#[derive(Debug)]
struct Rotating {
    /// What the API's rotations, and then the operator's, replace, with what grace.
    wanted: [(KeySelection, u32); 3],
    faults: u8,
    minutes: u8,
    without: Without,
}

#[derive(Clone, Hash)]
struct World {
    now: u8,
    faults: u8,
    stored: Stored,
    rotations: [Phase; 3],
    /// The rotations that were committed, in order.
    committed: Vec<usize>,
    told: [Option<Told>; 3],
}

#[derive(Clone, Hash)]
enum Phase {
    Waiting,
    Reading(u8),
    Changing(Change),
    /// The transaction's answer was this; a read is to settle it.
    Looking(Change, Code),
    Ended,
}

/// What a rotation was answered: done, refused, or failed with what it had decided.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Told {
    Done(Change),
    Refused,
    Failed(Change),
}

/// A rotation that was decided.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Change {
    previous: Project,
    next: Project,
    /// When keys that it replaced stop to work.
    until: Option<Timestamp>,
}

impl Change {
    fn minted(&self) -> impl Iterator<Item = &str> {
        let is_old = |digest: &str| self.previous.keys.iter().any(|key| key.digest == digest);
        self.next.keys.iter().map(|key| key.digest.as_str()).filter(move |digest| !is_old(digest))
    }
}

fn at(minutes: u8) -> Timestamp {
    Timestamp::from_second(60 * i64::from(minutes)).unwrap()
}

/// Randomness of its own for everybody.
fn random(seed: u8) -> impl FnMut(&mut [u8]) {
    let mut state = u32::from(seed) + 1;
    move |buffer| {
        for byte in buffer {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *byte = (state >> 24) as u8;
        }
    }
}

/// The project as it begins, and its secret key, which the API's rotations present.
static PROJECT: LazyLock<(Project, KeyDigest)> = LazyLock::new(|| {
    let new = NewProject { name: "Acme".to_owned(), ..NewProject::default() };
    let (project, [secret, _public]) = new_project(new, at(0), &mut random(9)).unwrap();
    (project, secret.digest())
});

fn opens(world: &World, digest: &str) -> bool {
    world.stored.keys.get(digest).is_some_and(|key| !key.is_retired(at(world.now)))
}

impl Rotating {
    const OPERATOR: usize = 2;

    /// What a rotation does next; more than one way if a call may fail.
    fn rotate(&self, world: &World, who: usize) -> Vec<Step<World>> {
        let mut steps = vec![];
        let mut add = |what, change: &dyn Fn(&mut World)| {
            let mut after = world.clone();
            change(&mut after);
            steps.push(Step { who: ROTATIONS[who], what, after });
        };
        let secret = &PROJECT.1;
        match &world.rotations[who] {
            Phase::Waiting if who == Self::OPERATOR || opens(world, secret.as_str()) => {
                add("begins", &|after| after.rotations[who] = Phase::Reading(after.now));
            }
            Phase::Waiting => add("is refused, for its key does not work", &|after| {
                Self::end(after, who, Told::Refused);
            }),
            Phase::Reading(began) => {
                add("reads the project and decides", &|after| match self.decide(world, who, secret, *began) {
                    Ok(change) => after.rotations[who] = Phase::Changing(change),
                    Err(_code) => Self::end(after, who, Told::Refused),
                });
            }
            Phase::Changing(change) => {
                add("changes the project", &|after| {
                    let is_made = self.commit(after, who, change);
                    let phase = Phase::Looking(change.clone(), Code::Conflict);
                    if is_made {
                        Self::end(after, who, Told::Done(change.clone()));
                    } else {
                        after.rotations[who] = phase;
                    }
                });
                if world.faults > 0 {
                    for (what, arrives) in
                        [("changes the project, and the answer is lost", true), ("never arrives", false)]
                    {
                        add(what, &|after| {
                            after.faults -= 1;
                            let _unknown = arrives && self.commit(after, who, change);
                            after.rotations[who] = Phase::Looking(change.clone(), Code::ServiceUnavailable);
                        });
                    }
                }
            }
            Phase::Looking(change, error) => {
                let (previous, next) = (&change.previous, &change.next);
                let found = match self.without {
                    Without::OwnKeys => world.stored.project.as_ref() == Some(next),
                    _ => world.stored.has(Some(previous), next),
                };
                match error {
                    _ if found => {
                        add("finds its change made", &|after| Self::end(after, who, Told::Done(change.clone())));
                    }
                    Code::Conflict if who == Self::OPERATOR => {
                        add("begins again", &|after| after.rotations[who] = Phase::Reading(after.now));
                    }
                    _ => add("finds that another came first, or nothing", &|after| {
                        Self::end(after, who, Told::Failed(change.clone()));
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
        let (which, grace) = self.wanted[who];
        let fill = &mut random(u8::try_from(who).unwrap() * 16 + u8::try_from(project.version % 16).unwrap() + 32);
        let rotation = if who == Self::OPERATOR {
            replace_keys(project, which, grace, at(began), fill)
        } else {
            rotate(project, secret, which, grace, at(began), fill).map_err(|failure| failure.code())?
        };
        Ok(Change { previous: project.clone(), next: rotation.next, until: rotation.previous_keys_expire_at })
    }

    fn commit(&self, world: &mut World, who: usize, change: &Change) -> bool {
        let before = world.stored.clone();
        let theirs = before.project.clone();
        let previous = if self.without == Without::Version { theirs.as_ref() } else { Some(&change.previous) };
        let is_made = world.stored.change(previous, &change.next);
        if is_made {
            world.committed.push(who);
        }
        if self.without == Without::Removal {
            for (digest, item) in before.keys {
                world.stored.keys.entry(digest).or_insert(item);
            }
        }
        is_made
    }

    fn end(world: &mut World, who: usize, told: Told) {
        world.rotations[who] = Phase::Ended;
        world.told[who] = Some(told);
    }

    fn has_live_keys(world: &World) -> bool {
        let Some(project) = &world.stored.project else { return false };
        [KeyClass::Secret, KeyClass::Public].iter().all(|class| {
            let mut live = project.keys.iter().filter(|key| key.class == *class && key.is_live());
            live.any(|key| opens(world, &key.digest))
        })
    }

    /// True if a later commit replaced keys of a class again.
    fn is_replaced_later(&self, world: &World, who: usize, class: KeyClass) -> bool {
        let later = world.committed.iter().skip_while(|committed| **committed != who).skip(1);
        later.copied().any(|later| self.wanted[later].0.includes(class))
    }

    fn check_answer(&self, world: &World, who: usize, change: &Change) -> Result<(), &'static str> {
        for key in change.next.keys.iter().filter(|key| change.minted().any(|digest| digest == key.digest)) {
            if !opens(world, &key.digest) && !self.is_replaced_later(world, who, key.class) {
                return Err(ANSWERED);
            }
        }
        for key in change.previous.keys.iter().filter(|key| self.wanted[who].0.includes(key.class)) {
            let is_over = change.until.is_none_or(|until| until <= at(world.now));
            let is_open = opens(world, &key.digest);
            let must_be_open = !is_over && key.is_live() && !self.is_replaced_later(world, who, key.class);
            if is_over && is_open || must_be_open && !is_open {
                return Err(GRACE);
            }
        }
        Ok(())
    }
}

impl Model for Rotating {
    type State = World;

    fn start(&self) -> World {
        let mut stored = Stored::default();
        assert!(stored.change(None, &PROJECT.0));
        World {
            now: 0,
            faults: self.faults,
            stored,
            rotations: [Phase::Waiting, Phase::Waiting, Phase::Waiting],
            committed: vec![],
            told: [None, None, None],
        }
    }

    fn steps(&self, world: &World) -> Vec<Step<World>> {
        let mut steps: Vec<_> = (0..3).flat_map(|who| self.rotate(world, who)).collect();
        if world.now < self.minutes {
            steps.push(Step {
                who: "time",
                what: "a minute passes",
                after: World { now: world.now + 1, ..world.clone() },
            });
        }
        steps
    }

    fn check(&self, world: &World, _: bool) -> Result<(), &'static str> {
        if !Self::has_live_keys(world) {
            return Err(LIVE);
        }
        for (who, told) in world.told.iter().enumerate() {
            match told {
                Some(Told::Done(change)) => self.check_answer(world, who, change)?,
                Some(Told::Failed(change)) if change.minted().any(|digest| opens(world, digest)) => {
                    return Err(UNKNOWN);
                }
                Some(Told::Failed(_) | Told::Refused) | None => {}
            }
        }
        let replaced = |who: &usize| {
            let told = matches!(world.told[*who], Some(Told::Done(_)));
            told && self.wanted[*who].0.includes(KeyClass::Secret)
        };
        if (0..Self::OPERATOR).filter(replaced).count() > 1 { Err(ONE) } else { Ok(()) }
    }
}

const BOTH_AT_ONCE: Rotating = Rotating {
    wanted: [(KeySelection::Both, 0), (KeySelection::Secret, GRACE_SECONDS), (KeySelection::Public, GRACE_SECONDS)],
    faults: 1,
    minutes: 2,
    without: Without::Nothing,
};

#[test]
fn two_by_the_api_and_one_by_the_operator() {
    let reached = [
        "finds its change made",
        "finds that another came first, or nothing",
        "begins again",
        "is refused, for its key does not work",
    ];
    holds(&BOTH_AT_ONCE, &PROPERTIES, &reached);
}

#[test]
fn all_with_grace_and_one_class_each() {
    let wanted = [
        (KeySelection::Secret, GRACE_SECONDS),
        (KeySelection::Public, GRACE_SECONDS),
        (KeySelection::Both, GRACE_SECONDS),
    ];
    holds(&Rotating { wanted, ..BOTH_AT_ONCE }, &PROPERTIES, &["finds its change made", "crashes"]);
}

#[test]
fn a_protocol_without_one_of_its_parts_is_caught() {
    for (without, property) in [(Without::Version, ANSWERED), (Without::Removal, GRACE), (Without::OwnKeys, UNKNOWN)] {
        breaks(&Rotating { without, ..BOTH_AT_ONCE }, property);
    }
}

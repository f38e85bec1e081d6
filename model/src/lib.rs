//! Explores every state that a small model of a protocol can reach, breadth first, so that the first counterexample is
//! a shortest one. The models are in `tests/`.
//!
//! Our own, and not `stateright`: that has no features, so its web server, its actors and a second random generator would
//! come along, and its "eventually" misses states that are reached on two ways (its documentation says so). What is needed
//! here is what must hold in every state, what must hold at every end, and what was reached at all.
//!
//! States are told apart by a 64-bit hash: among a million of them, two fall together with a probability of 1 in 40
//! million.

use std::{
    collections::{BTreeSet, HashSet, VecDeque},
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
};

/// A protocol, small enough to be explored.
pub trait Model {
    /// All there is: what is stored, how far everybody is, what is left of the bounds.
    type State: Clone + Hash;

    /// How it begins.
    fn start(&self) -> Self::State;

    /// Everything that can happen next. None: an end.
    fn steps(&self, state: &Self::State) -> Vec<Step<Self::State>>;

    /// What must hold in every state; `is_end` if nothing can happen any more.
    ///
    /// # Errors
    /// What does not.
    fn check(&self, state: &Self::State, is_end: bool) -> Result<(), &'static str>;
}

/// Something that happens.
#[derive(Debug)]
pub struct Step<State> {
    /// To whom.
    pub who: &'static str,
    /// What.
    pub what: &'static str,
    /// How everything is afterwards.
    pub after: State,
}

/// What an exploration found.
#[derive(Debug)]
pub struct Explored {
    /// Different states.
    pub states: usize,
    /// Steps between them.
    pub steps: usize,
    /// States in which nothing can happen any more.
    pub ends: usize,
    /// Steps on the longest of the shortest ways to a state.
    pub depth: usize,
    /// Everything that happened on some way.
    pub happened: BTreeSet<&'static str>,
    /// The first state in which something did not hold, if there is one.
    pub counterexample: Option<Counterexample>,
}

/// How to get to a state that must not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counterexample {
    /// What does not hold.
    pub broken: &'static str,
    /// The steps from the start.
    pub way: Vec<(&'static str, &'static str)>,
}

impl fmt::Display for Counterexample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "does not hold: {}", self.broken)?;
        for (number, (who, what)) in (1..).zip(&self.way) {
            write!(f, "\n{number:>4}. {who}: {what}")?;
        }
        Ok(())
    }
}

/// How a state was first reached: from which, by what. The start is its own origin.
struct Origin {
    from: usize,
    step: (&'static str, &'static str),
    depth: usize,
}

/// Explores all of a model, or until something does not hold.
pub fn explore<M: Model>(model: &M) -> Explored {
    let start = model.start();
    let mut seen = HashSet::from([fingerprint(&start)]);
    let mut origins = vec![Origin { from: 0, step: ("", ""), depth: 0 }];
    let mut frontier = VecDeque::from([(0, start)]);
    let mut explored =
        Explored { states: 1, steps: 0, ends: 0, depth: 0, happened: BTreeSet::new(), counterexample: None };
    while let Some((place, state)) = frontier.pop_front() {
        let steps = model.steps(&state);
        explored.ends += usize::from(steps.is_empty());
        if let Err(broken) = model.check(&state, steps.is_empty()) {
            explored.counterexample = Some(Counterexample { broken, way: way(&origins, place) });
            break;
        }
        explored.steps += steps.len();
        for Step { who, what, after } in steps {
            explored.happened.insert(what);
            if seen.insert(fingerprint(&after)) {
                let depth = origins[place].depth + 1;
                explored.depth = depth;
                frontier.push_back((origins.len(), after));
                origins.push(Origin { from: place, step: (who, what), depth });
            }
        }
    }
    Explored { states: origins.len(), ..explored }
}

fn fingerprint(state: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    state.hash(&mut hasher);
    hasher.finish()
}

/// The steps from the start to a place.
fn way(origins: &[Origin], place: usize) -> Vec<(&'static str, &'static str)> {
    let back = std::iter::successors(Some(&origins[place]), |origin| Some(&origins[origin.from]));
    let mut way: Vec<_> = back.take(origins[place].depth).map(|origin| origin.step).collect();
    way.reverse();
    way
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two clerks, each of whom reads a number and writes it back one higher.
    struct Clerks {
        limit: u8,
    }

    impl Model for Clerks {
        type State = (u8, [Option<u8>; 2], [bool; 2]);

        fn start(&self) -> Self::State {
            (0, [None; 2], [false; 2])
        }

        fn steps(&self, state: &Self::State) -> Vec<Step<Self::State>> {
            let clerks = [(0, "Ada"), (1, "Bob")].into_iter().filter(|(clerk, _)| !state.2[*clerk]);
            let step = |(clerk, who): (usize, _)| {
                let mut after = *state;
                let what = if let Some(read) = after.1[clerk].take() {
                    (after.0, after.2[clerk]) = (read + 1, true);
                    "writes"
                } else {
                    after.1[clerk] = Some(after.0);
                    "reads"
                };
                Step { who, what, after }
            };
            clerks.map(step).collect()
        }

        fn check(&self, state: &Self::State, is_end: bool) -> Result<(), &'static str> {
            let holds = !is_end || state.0 >= self.limit;
            if holds { Ok(()) } else { Err("both are counted") }
        }
    }

    #[test]
    fn every_state_is_reached_once() {
        let explored = explore(&Clerks { limit: 1 });
        assert_eq!(explored.counterexample, None);
        // By hand: 1 before, 2 with one read, 1 with both, 2 with one counted, 4 with one counted and one read, 2 ends.
        assert_eq!((explored.states, explored.steps, explored.ends, explored.depth), (12, 14, 2, 4));
        assert_eq!(explored.happened, BTreeSet::from(["reads", "writes"]));
    }

    #[test]
    fn a_counterexample_is_a_shortest_way() {
        let found = explore(&Clerks { limit: 2 }).counterexample.unwrap();
        let way = [("Ada", "reads"), ("Bob", "reads"), ("Ada", "writes"), ("Bob", "writes")];
        assert_eq!((found.broken, found.way.as_slice()), ("both are counted", &way[..]));
        assert!(found.to_string().ends_with("\n   4. Bob: writes"), "{found}");
    }
}

//! Explores every state that a small model of a protocol can reach, breadth first, so that the first counterexample has a shortest
//! trace. The models are in `tests/`.
//!
//! The explorer is written here and not taken from `stateright`, which has no features to leave out its web server, its actors and
//! a second random generator, and whose "eventually" misses states that are reached on two ways (its documentation says so). The
//! tests need only invariants of all states, invariants of the final states, and the actions that were reached.
//!
//! States are compared by a 64-bit hash: among a million states two collide with a probability of 1 in 40 million.

use std::{
    collections::{BTreeSet, HashSet, VecDeque},
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
};

/// A model of a protocol, small enough to be explored.
pub trait Model {
    /// The whole state: the stored items, the progress of every actor, and the faults and time that are left.
    type State: Clone + Hash;

    /// The state in which the protocol begins.
    fn initial_state(&self) -> Self::State;

    /// All steps that can happen next. A state without any is final.
    fn steps(&self, state: &Self::State) -> Vec<Step<Self::State>>;

    /// Checks the properties of a state. `is_end` is true for a final state.
    ///
    /// # Errors
    /// The property that the state violates.
    fn check(&self, state: &Self::State, is_end: bool) -> Result<(), &'static str>;
}

/// A step of an actor.
#[derive(Debug)]
pub struct Step<State> {
    /// The name of the actor.
    pub actor: &'static str,
    /// The action of the actor.
    pub action: &'static str,
    /// The state after the step.
    pub after: State,
}

/// The result of an exploration.
#[derive(Debug)]
pub struct Exploration {
    /// The number of different states.
    pub states: usize,
    /// The number of steps between the states.
    pub steps: usize,
    /// The number of final states.
    pub final_states: usize,
    /// The number of steps of the longest shortest trace to a state.
    pub depth: usize,
    /// All actions of all steps.
    pub actions: BTreeSet<&'static str>,
    /// The trace to the first state that violates a property, if there is one.
    pub counterexample: Option<Counterexample>,
}

/// A violated property, and the steps that violate it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counterexample {
    /// The violated property.
    pub violated: &'static str,
    /// The steps from the initial state, each with its actor and action.
    pub trace: Vec<(&'static str, &'static str)>,
}

impl fmt::Display for Counterexample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "violated: {}", self.violated)?;
        for (number, (actor, action)) in (1..).zip(&self.trace) {
            write!(f, "\n{number:>4}. {actor}: {action}")?;
        }
        Ok(())
    }
}

/// The step by which a state was first reached, and the state before it. The initial state is its own origin.
struct Origin {
    from: usize,
    step: (&'static str, &'static str),
    depth: usize,
}

/// Explores all states of a model, or the states up to the first violation.
pub fn explore<M: Model>(model: &M) -> Exploration {
    let start = model.initial_state();
    let mut seen = HashSet::from([fingerprint(&start)]);
    let mut origins = vec![Origin { from: 0, step: ("", ""), depth: 0 }];
    let mut frontier = VecDeque::from([(0, start)]);
    let mut exploration =
        Exploration { states: 1, steps: 0, final_states: 0, depth: 0, actions: BTreeSet::new(), counterexample: None };
    while let Some((place, state)) = frontier.pop_front() {
        let steps = model.steps(&state);
        exploration.final_states += usize::from(steps.is_empty());
        if let Err(violated) = model.check(&state, steps.is_empty()) {
            exploration.counterexample = Some(Counterexample { violated, trace: trace(&origins, place) });
            break;
        }
        exploration.steps += steps.len();
        for Step { actor, action, after } in steps {
            exploration.actions.insert(action);
            if seen.insert(fingerprint(&after)) {
                let depth = origins[place].depth + 1;
                exploration.depth = depth;
                frontier.push_back((origins.len(), after));
                origins.push(Origin { from: place, step: (actor, action), depth });
            }
        }
    }
    Exploration { states: origins.len(), ..exploration }
}

fn fingerprint(state: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    state.hash(&mut hasher);
    hasher.finish()
}

/// The steps from the initial state to the state at `place`.
fn trace(origins: &[Origin], place: usize) -> Vec<(&'static str, &'static str)> {
    let back = std::iter::successors(Some(&origins[place]), |origin| Some(&origins[origin.from]));
    let mut trace: Vec<_> = back.take(origins[place].depth).map(|origin| origin.step).collect();
    trace.reverse();
    trace
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two clerks who each read a number and write it back increased by one.
    struct LostUpdateModel {
        limit: u8,
    }

    impl Model for LostUpdateModel {
        type State = (u8, [Option<u8>; 2], [bool; 2]);

        fn initial_state(&self) -> Self::State {
            (0, [None; 2], [false; 2])
        }

        fn steps(&self, state: &Self::State) -> Vec<Step<Self::State>> {
            let clerks = [(0, "Ada"), (1, "Bob")].into_iter().filter(|(clerk, _)| !state.2[*clerk]);
            let step = |(clerk, actor): (usize, _)| {
                let mut after = *state;
                let action = if let Some(read) = after.1[clerk].take() {
                    (after.0, after.2[clerk]) = (read + 1, true);
                    "writes"
                } else {
                    after.1[clerk] = Some(after.0);
                    "reads"
                };
                Step { actor, action, after }
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
        let exploration = explore(&LostUpdateModel { limit: 1 });
        assert_eq!(exploration.counterexample, None);
        // Counted by hand: 1 state before, 2 with one read, 1 with both, 2 with one counted, 4 with one counted and one read, 2
        // final ones.
        assert_eq!(
            (exploration.states, exploration.steps, exploration.final_states, exploration.depth),
            (12, 14, 2, 4)
        );
        assert_eq!(exploration.actions, BTreeSet::from(["reads", "writes"]));
    }

    #[test]
    fn a_counterexample_has_a_shortest_trace() {
        let found = explore(&LostUpdateModel { limit: 2 }).counterexample.unwrap();
        let trace = [("Ada", "reads"), ("Bob", "reads"), ("Ada", "writes"), ("Bob", "writes")];
        assert_eq!((found.violated, found.trace.as_slice()), ("both are counted", &trace[..]));
        assert!(found.to_string().ends_with("\n   4. Bob: writes"), "{found}");
    }
}

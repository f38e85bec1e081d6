//! Follows the text of a template to know the context of its outputs.

use super::context::Context;
use super::state::State;

/// The largest number of states that are followed at once. With more every context is unknown.
const MAX_STATES: usize = 4;

/// The states in which the HTML tokenizer may be. There are several if the branches of an `if` end differently, and behind an
/// output that may have written nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tracker {
    states: [State; MAX_STATES],
    /// The number of states, 0 if there were too many.
    count: usize,
}

impl Default for Tracker {
    /// The beginning of a text.
    fn default() -> Self {
        Tracker { states: [State::default(); MAX_STATES], count: 1 }
    }
}

impl Tracker {
    /// Advances over a text of the template.
    pub(crate) fn advance(&mut self, text: &str) {
        if let [state] = &mut self.states[..self.count] {
            state.advance(text);
            return;
        }
        self.states[..self.count].iter_mut().for_each(|state| state.advance(text));
        self.follow(self.clone().known());
    }

    /// The context of an output here.
    pub(crate) fn context(&self) -> Context {
        self.known().iter().map(State::context).reduce(Context::either).unwrap_or(Context::UNKNOWN)
    }

    /// Advances over an output.
    pub(crate) fn after_output(&mut self) {
        if self.known().iter().all(|state| *state == state.after_output()) {
            return;
        }
        let states: Vec<State> = self.known().iter().flat_map(|state| [*state, state.after_output()]).collect();
        self.follow(&states);
    }

    /// Continues from the states of both trackers, because branches meet here.
    pub(crate) fn join(&mut self, other: &Tracker) {
        if self.count == 0 || other.count == 0 {
            self.follow(&[]);
        } else if self != other {
            self.follow(&[self.known(), other.known()].concat());
        }
    }

    fn known(&self) -> &[State] {
        &self.states[..self.count]
    }

    /// Continues from these states.
    fn follow(&mut self, states: &[State]) {
        let mut different: Vec<State> = Vec::with_capacity(MAX_STATES);
        for state in states {
            if !different.contains(state) {
                different.push(*state);
            }
        }
        self.count = if different.len() > MAX_STATES { 0 } else { different.len() };
        self.states = std::array::from_fn(|index| {
            different.get(index).copied().filter(|_| index < self.count).unwrap_or_default()
        });
    }
}

//! Follows the text of a template, to know the context of its outputs.

use super::Context;
use super::state::State;

/// States that are followed at once. Beyond, every output is in doubt.
const MAX_STATES: usize = 4;

/// The states in which HTML's tokenizer may be. There is more than one where the branches of an `if` end differently, and
/// behind an output that may have written nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tracker {
    states: [State; MAX_STATES],
    /// The number of them, 0 if there were too many.
    count: usize,
}

impl Default for Tracker {
    /// In text.
    fn default() -> Self {
        Tracker { states: [State::default(); MAX_STATES], count: 1 }
    }
}

impl Tracker {
    /// Walks over text of the template.
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
        self.known().iter().map(State::context).reduce(Context::and).unwrap_or(Context::DOUBT)
    }

    /// Walks over an output.
    pub(crate) fn after_output(&mut self) {
        if self.known().iter().all(|state| *state == state.after_output()) {
            return;
        }
        let states: Vec<State> = self.known().iter().flat_map(|state| [*state, state.after_output()]).collect();
        self.follow(&states);
    }

    /// Goes on from here and from `other`: branches meet.
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

    /// Follows these states.
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

//! The state of a rendering: the names that a template sees, and the values of its expressions.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use crate::expression::{Expression, Path, Step};
use crate::mail_part::MailPart;
use crate::meter::{LimitExceeded, Meter};
use crate::mistake::{self, Mistake, Mistakes};
use crate::print::text_of;
use crate::round::Round;
use crate::value::Value;
use crate::variables::{self, Variables};

/// The least similarity to a name of the data (from 0 to 1) at which an unknown name is taken for a misspelling.
const MIN_SIMILARITY: f64 = 0.7;
/// The bytes that the turn of a cycle occupies beside its key.
const CYCLE_BYTES: usize = 100;

/// The length in bytes up to which the work of looking a name up is that of a step.
const SHORT_NAME: usize = 32;
/// The bytes of a text that are counted in the time in which one byte is changed.
const COUNTED_BYTES: usize = 16;

/// The state of one rendering.
pub(crate) struct Run<'t> {
    pub(crate) source: &'t str,
    pub(crate) part: MailPart,
    pub(crate) variables: &'t Variables,
    pub(crate) meter: Meter,
    /// The rounds of the loops that are open, the innermost last.
    pub(crate) rounds: Vec<Round<'t>>,
    /// The positions at which loops ended, by the keys of the loops.
    pub(crate) loop_ends: HashMap<&'t str, u64>,
    pub(crate) assigned: HashMap<&'t str, Value>,
    counters: HashMap<&'t str, i64>,
    cycles: HashMap<String, usize>,
    /// The text that `ifchanged` printed last.
    pub(crate) last_if_changed: Option<String>,
    /// The offsets of names that the data did not have. A preview collects them.
    missing_names: RefCell<HashSet<usize>>,
    /// The mistakes for the author. A preview collects them.
    pub(crate) mistakes: Option<RefCell<Mistakes>>,
}

impl<'t> Run<'t> {
    pub(crate) fn new(source: &'t str, part: MailPart, variables: &'t Variables, meter: Meter) -> Run<'t> {
        Run {
            source,
            part,
            variables,
            meter,
            rounds: Vec::new(),
            loop_ends: HashMap::new(),
            assigned: HashMap::new(),
            counters: HashMap::new(),
            cycles: HashMap::new(),
            last_if_changed: None,
            missing_names: RefCell::default(),
            mistakes: None,
        }
    }

    /// Reports a mistake to the author, once for each offset.
    pub(crate) fn report(&self, offset: usize, mistake: impl FnOnce() -> Mistake) {
        if let Some(mistakes) = &self.mistakes {
            mistakes.borrow_mut().add(offset, mistake);
        }
    }

    /// Reports a fallback that is a name of the data: a fallback is always printed literally.
    pub(crate) fn report_name_as_fallback(&self, literal: &Value, offset: usize) {
        let name = literal.as_text().unwrap_or_default();
        let root = name.split('.').next().unwrap_or_default();
        if self.mistakes.is_some() && self.variables.get(root).is_some() {
            let message = || {
                format!("A fallback is printed as it is written: for the value of {name} write \"| default: {name}\".")
            };
            self.report(offset, || Mistake::Other(message()));
        }
    }

    /// Reports an unknown name that is similar to a known one.
    fn report_unknown_name(&self, name: &str, offset: usize) {
        let is_new = self.mistakes.is_some() && self.missing_names.borrow_mut().insert(offset);
        if is_new && self.variables.get(name).is_none() && !self.assigned.contains_key(name) {
            let known = self.variables.names().chain(self.assigned.keys().copied());
            if let Some(known) = mistake::nearest(name, known, MIN_SIMILARITY) {
                self.report(offset, || {
                    Mistake::Other(format!("There is no \"{name}\" in this data: perhaps \"{known}\" is meant."))
                });
            }
        }
    }

    /// The next value of a cycle. Cycles that share a key share their turn, even if they differ in the number of values.
    pub(crate) fn next_of_cycle(
        &mut self,
        group: Option<&Expression>,
        key: &str,
        values: &'t [Expression],
    ) -> Result<Value, LimitExceeded> {
        let key = match group {
            Some(group) => format!(": {}", text_of(&self.value(group)?)),
            None => key.to_owned(),
        };
        self.meter.spend_bytes(key.len() + CYCLE_BYTES)?;
        let turn = self.cycles.entry(key).or_default();
        let value = values.get(*turn);
        *turn = if *turn + 1 >= values.len() { 0 } else { *turn + 1 };
        value.map_or(Ok(Value::Nil), |value| self.value(value))
    }

    /// Changes a counter and returns its value before the change. A new counter begins with the integer of the variable of this
    /// name, or with 0.
    pub(crate) fn count(&mut self, name: &'t str, change: impl FnOnce(i64) -> i64) -> Result<i64, LimitExceeded> {
        self.meter.spend_bytes(3 * name.len())?;
        let before = self.counters.get(name).copied().unwrap_or_else(|| match self.variables.get(name) {
            Some(Value::Integer(number)) => *number,
            _ => 0,
        });
        self.counters.insert(name, change(before));
        Ok(before)
    }

    /// The value of an expression. A name that does not exist has the value null.
    pub(crate) fn value(&self, expression: &Expression) -> Result<Value, LimitExceeded> {
        self.meter.step()?;
        match expression {
            Expression::Literal(value) => Ok(value.clone()),
            Expression::Path(path) => self.resolve(path),
            Expression::Range(ends) => {
                let (from, to) = (self.value(&ends.0)?, self.value(&ends.1)?);
                Ok(Value::Range(from.as_integer().unwrap_or(0), to.as_integer().unwrap_or(0)))
            }
        }
    }

    fn resolve(&self, path: &Path) -> Result<Value, LimitExceeded> {
        let (mut value, mut steps) = match &path.root {
            Step::Name(name) => {
                self.pay_for_name(name)?;
                let found = self.resolve_root(name, &path.steps);
                if found.0.is_nil() {
                    self.report_unknown_name(name, path.offset);
                }
                found
            }
            Step::Computed(name) => {
                let name = self.value(name)?;
                self.meter.spend_bytes(name.text_len())?;
                self.resolve_root(name.as_text().unwrap_or_default(), &path.steps)
            }
        };
        while let Some((step, rest)) = steps.split_first() {
            self.meter.step()?;
            value = match step {
                Step::Name(name) => {
                    self.pay_for_name(name)?;
                    self.meter.spend_bytes(value.text_len() / COUNTED_BYTES)?;
                    variables::member(&value, name)
                }
                Step::Computed(index) => {
                    let index = self.value(index)?;
                    self.meter.spend_bytes(index.text_len() + value.text_len() / COUNTED_BYTES)?;
                    variables::item(&value, &index)
                }
            };
            steps = rest;
        }
        Ok(value)
    }

    /// Spends the work of looking up a long name. The work of a short one is part of the step.
    pub(crate) fn pay_for_name(&self, name: &str) -> Result<(), LimitExceeded> {
        self.meter.spend_bytes(name.len().saturating_sub(SHORT_NAME))
    }

    /// The value of a name, and the steps of the path that are left to follow from this value.
    fn resolve_root<'p>(&self, name: &str, steps: &'p [Step]) -> (Value, &'p [Step]) {
        if let Some(round) = self.rounds.iter().rev().find(|round| round.name == name) {
            return (round.item.clone(), steps);
        }
        if let Some(value) = self.assigned.get(name) {
            return (value.clone(), steps);
        }
        match name {
            "forloop" => self.forloop(steps),
            "tablerowloop" => match (self.rounds.iter().rev().find(|round| !round.is_for()), steps.split_first()) {
                (Some(round), Some((Step::Name(field), rest))) => (round.field(field), rest),
                _ => (self.variable(name), steps),
            },
            _ => (self.variable(name), steps),
        }
    }

    /// A field of the innermost loop, or of a loop around it for each `parentloop`.
    fn forloop<'p>(&self, steps: &'p [Step]) -> (Value, &'p [Step]) {
        let is_parent = |step: &&Step| matches!(step, Step::Name(name) if &**name == "parentloop");
        let parents = steps.iter().take_while(is_parent).count();
        let round = self.rounds.iter().rev().filter(|round| round.is_for()).nth(parents);
        match (round, steps.get(parents..).and_then(<[Step]>::split_first)) {
            (Some(round), Some((Step::Name(field), rest))) => (round.field(field), rest),
            _ if self.rounds.is_empty() => (self.variable("forloop"), steps),
            _ => (Value::Nil, &[]),
        }
    }

    fn variable(&self, name: &str) -> Value {
        match self.counters.get(name) {
            Some(count) => Value::Integer(*count),
            None => self.variables.get(name).cloned().unwrap_or_default(),
        }
    }
}

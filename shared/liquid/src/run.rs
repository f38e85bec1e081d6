//! Runs the program of a template.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use crate::compare;
use crate::expression::{Expression, Path, Step};
use crate::html::Context;
use crate::mail_part::MailPart;
use crate::meter::{Limit, Meter};
use crate::mistake::{self, Mistake, Notices};
use crate::print::{self, text_of};
use crate::repeat::Round;
use crate::tree::{Branch, Node, Output, When};
use crate::value::Value;
use crate::variables::{self, Variables};

/// How alike a name must be to one of the data (from 0 to 1) to be taken for a slip.
const ALIKE: f64 = 0.7;
/// Bytes that the turn of a cycle occupies beside its key.
const CYCLE: usize = 100;

/// Bytes of a name that is looked up in the time of a step.
const SHORT_NAME: usize = 32;
/// Bytes of a text that are counted in the time in which one byte is changed.
const COUNTED_BYTES: usize = 16;

/// How a list of nodes ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    On,
    Break,
    Continue,
}

/// The state of one rendering.
pub(crate) struct Run<'t> {
    source: &'t str,
    pub(crate) part: MailPart,
    pub(crate) variables: &'t Variables,
    pub(crate) meter: Meter,
    /// The rounds of the loops around, the innermost last.
    pub(crate) rounds: Vec<Round<'t>>,
    /// The positions at which loops ended, by their keys.
    pub(crate) ends: HashMap<&'t str, u64>,
    assigned: HashMap<&'t str, Value>,
    counters: HashMap<&'t str, i64>,
    cycles: HashMap<String, usize>,
    /// The text that `ifchanged` printed last.
    changed: Option<String>,
    /// The offsets of names that were not there, in a preview.
    missed: RefCell<HashSet<usize>>,
    /// The mistakes that the author is told, in a preview.
    notices: Option<RefCell<Notices>>,
}

impl<'t> Run<'t> {
    pub(crate) fn new(source: &'t str, part: MailPart, variables: &'t Variables, meter: Meter) -> Run<'t> {
        Run {
            source,
            part,
            variables,
            meter,
            rounds: Vec::new(),
            ends: HashMap::new(),
            assigned: HashMap::new(),
            counters: HashMap::new(),
            cycles: HashMap::new(),
            changed: None,
            missed: RefCell::default(),
            notices: None,
        }
    }

    /// The text of the program, or the limit that it exceeds.
    pub(crate) fn render(mut self, program: &'t [Node]) -> Result<String, Limit> {
        let mut out = String::with_capacity(self.source.len());
        self.nodes(program, &mut out)?;
        Ok(out)
    }

    /// The work that the program takes, within its limits.
    pub(crate) fn fuel_of(mut self, program: &'t [Node]) -> u64 {
        let _ = self.nodes(program, &mut String::new());
        self.meter.spent()
    }

    /// The same, and the mistakes that showed.
    pub(crate) fn preview(mut self, program: &'t [Node]) -> (Result<String, Limit>, Notices) {
        self.notices = Some(RefCell::default());
        let mut out = String::new();
        let flow = self.nodes(program, &mut out);
        (flow.map(|_| out), self.notices.map(RefCell::into_inner).unwrap_or_default())
    }

    /// Tells the author of a mistake, once for each place.
    pub(crate) fn tell(&self, offset: usize, mistake: impl FnOnce() -> Mistake) {
        if let Some(notices) = &self.notices {
            notices.borrow_mut().add(offset, mistake);
        }
    }

    /// Tells the author of a fallback that is a name of this data: it is printed as it is written.
    pub(crate) fn tell_of_name_as_fallback(&self, literal: &Value, offset: usize) {
        let name = literal.as_text().unwrap_or_default();
        let root = name.split('.').next().unwrap_or_default();
        if self.notices.is_some() && self.variables.get(root).is_some() {
            let message = || {
                format!("A fallback is printed as it is written: for the value of {name} write \"| default: {name}\".")
            };
            self.tell(offset, || Mistake::Other(message()));
        }
    }

    /// Tells the author of a name that is not there, if it is like one that is.
    fn tell_of_unknown_name(&self, name: &str, offset: usize) {
        let is_new = self.notices.is_some() && self.missed.borrow_mut().insert(offset);
        if is_new && self.variables.get(name).is_none() && !self.assigned.contains_key(name) {
            let known = self.variables.names().chain(self.assigned.keys().copied());
            if let Some(known) = mistake::nearest(name, known, ALIKE) {
                self.tell(offset, || {
                    Mistake::Other(format!("There is no \"{name}\" in this data: perhaps \"{known}\" is meant."))
                });
            }
        }
    }

    /// Renders the nodes up to the first that leaves the loop or starts its next round.
    pub(crate) fn nodes(&mut self, nodes: &'t [Node], out: &mut String) -> Result<Flow, Limit> {
        for node in nodes {
            let flow = self.node(node, out)?;
            if flow != Flow::On {
                return Ok(flow);
            }
        }
        Ok(Flow::On)
    }

    fn node(&mut self, node: &'t Node, out: &mut String) -> Result<Flow, Limit> {
        self.meter.step()?;
        match node {
            Node::Text(range) => {
                self.meter.write(out, self.source.get(range.clone()).unwrap_or_default())?;
            }
            Node::Output(output) => self.output(output, out)?,
            Node::Assign { name, chain } => {
                self.pay_for_name(name)?;
                let (value, _) = chain.evaluate(self)?;
                self.assigned.insert(name, value);
            }
            Node::Capture { name, body } => return self.capture(name, body),
            Node::If(branches) => return self.branch(branches, out),
            Node::Case { subject, branches } => return self.case(subject, branches, out),
            Node::For(repeat) => return repeat.render(out, self),
            Node::TableRow(repeat) => return repeat.render_rows(out, self),
            Node::Cycle { group, key, values, context } => {
                let value = self.next_of_cycle(group.as_ref(), key, values)?;
                self.print(&value, *context, out)?;
            }
            Node::IfChanged(body) => return self.if_changed(body, out),
            Node::Increment(name) => {
                let count = self.count(name, |count| count.saturating_add(1))?;
                self.meter.write(out, &count.to_string())?;
            }
            Node::Decrement(name) => {
                let count = self.count(name, |count| count.saturating_sub(1))?;
                self.meter.write(out, &count.saturating_sub(1).to_string())?;
            }
            Node::Break => return Ok(Flow::Break),
            Node::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::On)
    }

    fn output(&mut self, output: &'t Output, out: &mut String) -> Result<(), Limit> {
        let (value, is_raw) = output.chain.evaluate(self)?;
        match &value {
            Value::List(items) if output.has_items => self.print_items(items, output.context, out),
            _ if is_raw => {
                self.pay_for_printing(&value)?;
                self.meter.write(out, &text_of(&value))
            }
            _ => self.print(&value, output.context, out),
        }
    }

    /// Prints a value, escaped for its place.
    fn print(&self, value: &Value, context: Context, out: &mut String) -> Result<(), Limit> {
        self.pay_for_printing(value)?;
        print::write(value, self.part, context, &self.meter, out)
    }

    /// Prints the items of an array that stands alone in an output: as items of a list in HTML, with commas elsewhere.
    fn print_items(&self, items: &[Value], context: Context, out: &mut String) -> Result<(), Limit> {
        items.iter().try_for_each(|item| self.pay_for_printing(item))?;
        print::write_items(items, self.part, context, &self.meter, out)
    }

    fn pay_for_printing(&self, value: &Value) -> Result<(), Limit> {
        self.meter.step()?;
        print::pay_for_spelling(value, &self.meter)
    }

    /// Keeps what the body prints. In HTML it is escaped by then, so it is HTML already.
    fn capture(&mut self, name: &'t str, body: &'t [Node]) -> Result<Flow, Limit> {
        self.pay_for_name(name)?;
        let mut captured = String::new();
        let flow = self.nodes(body, &mut captured)?;
        let captured = captured.into();
        let value = if self.part == MailPart::Html { Value::Markup(captured) } else { Value::Text(captured) };
        self.assigned.insert(name, value);
        Ok(flow)
    }

    fn branch(&mut self, branches: &'t [Branch], out: &mut String) -> Result<Flow, Limit> {
        for branch in branches {
            let holds = match &branch.condition {
                Some(condition) => condition.holds(self)? != branch.negated,
                None => true,
            };
            if holds {
                return self.nodes(&branch.body, out);
            }
        }
        Ok(Flow::On)
    }

    /// Renders a body once for each of its values that matches, and `else` if nothing matched before it.
    fn case(&mut self, subject: &Expression, branches: &'t [When], out: &mut String) -> Result<Flow, Limit> {
        let subject = self.value(subject)?;
        let mut has_matched = false;
        for branch in branches {
            let Some(values) = &branch.values else {
                if !has_matched {
                    let flow = self.nodes(&branch.body, out)?;
                    if flow != Flow::On {
                        return Ok(flow);
                    }
                }
                continue;
            };
            for value in values {
                let value = self.value(value)?;
                if compare::equal(&subject, &value, &self.meter)? {
                    has_matched = true;
                    let flow = self.nodes(&branch.body, out)?;
                    if flow != Flow::On {
                        return Ok(flow);
                    }
                }
            }
        }
        Ok(Flow::On)
    }

    /// The value whose turn it is. Values that go on together count their turns together, however many they are.
    fn next_of_cycle(
        &mut self,
        group: Option<&Expression>,
        key: &str,
        values: &'t [Expression],
    ) -> Result<Value, Limit> {
        let key = match group {
            Some(group) => format!(": {}", text_of(&self.value(group)?)),
            None => key.to_owned(),
        };
        self.meter.spend_bytes(key.len() + CYCLE)?;
        let turn = self.cycles.entry(key).or_default();
        let value = values.get(*turn);
        *turn = if *turn + 1 >= values.len() { 0 } else { *turn + 1 };
        value.map_or(Ok(Value::Nil), |value| self.value(value))
    }

    /// Prints the body, unless that is what was printed last.
    fn if_changed(&mut self, body: &'t [Node], out: &mut String) -> Result<Flow, Limit> {
        let start = out.len();
        let flow = self.nodes(body, out)?;
        let text = out.get(start..).unwrap_or_default();
        self.meter.spend_bytes(text.len())?;
        if self.changed.as_deref() == Some(text) {
            out.truncate(start);
        } else {
            self.changed = Some(text.to_owned());
        }
        Ok(flow)
    }

    /// Changes a counter and returns its value before: at first that of the variable of its name, or 0.
    fn count(&mut self, name: &'t str, change: impl FnOnce(i64) -> i64) -> Result<i64, Limit> {
        self.meter.spend_bytes(3 * name.len())?;
        let before = self.counters.get(name).copied().unwrap_or_else(|| match self.variables.get(name) {
            Some(Value::Integer(number)) => *number,
            _ => 0,
        });
        self.counters.insert(name, change(before));
        Ok(before)
    }

    /// The value of an expression. A value that is not there is null.
    pub(crate) fn value(&self, expression: &Expression) -> Result<Value, Limit> {
        self.meter.step()?;
        match expression {
            Expression::Literal(value) => Ok(value.clone()),
            Expression::Path(path) => self.follow(path),
            Expression::Range(ends) => {
                let (from, to) = (self.value(&ends.0)?, self.value(&ends.1)?);
                Ok(Value::Range(from.as_integer().unwrap_or(0), to.as_integer().unwrap_or(0)))
            }
        }
    }

    fn follow(&self, path: &Path) -> Result<Value, Limit> {
        let (mut value, mut steps) = match &path.root {
            Step::Name(name) => {
                self.pay_for_name(name)?;
                let found = self.root(name, &path.steps);
                if found.0.is_nil() {
                    self.tell_of_unknown_name(name, path.offset);
                }
                found
            }
            Step::Computed(name) => {
                let name = self.value(name)?;
                self.meter.spend_bytes(name.text_len())?;
                self.root(name.as_text().unwrap_or_default(), &path.steps)
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

    /// Takes the work of looking a long name up. A short one is paid for by the step.
    fn pay_for_name(&self, name: &str) -> Result<(), Limit> {
        self.meter.spend_bytes(name.len().saturating_sub(SHORT_NAME))
    }

    /// The value of a name, and the steps that are left to follow from it.
    fn root<'p>(&self, name: &str, steps: &'p [Step]) -> (Value, &'p [Step]) {
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

    /// A field of the innermost loop, or with `parentloop` of one around it.
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

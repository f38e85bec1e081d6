//! Renders the program of a template.

use std::cell::RefCell;

use crate::compare;
use crate::expression::Expression;
use crate::html::Context;
use crate::loop_head::Items;
use crate::mail_part::MailPart;
use crate::meter::LimitExceeded;
use crate::mistake::Mistakes;
use crate::node::{Branch, Loop, Node, Output, When};
use crate::print::{self, text_of};
use crate::round::{LoopKind, Round};
use crate::run::Run;
use crate::value::Value;

/// The units of work for making an array of a key and its value.
const PAIR_COST: usize = 160;

/// The way in which the rendering of a list of nodes ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    Completed,
    Break,
    Continue,
}

impl<'t> Run<'t> {
    /// The text of the program, or the limit that it exceeds.
    pub(crate) fn render(mut self, program: &'t [Node]) -> Result<String, LimitExceeded> {
        let mut out = String::with_capacity(self.source.len());
        self.nodes(program, &mut out)?;
        Ok(out)
    }

    /// The units of work that rendering the program spends.
    pub(crate) fn fuel_of(mut self, program: &'t [Node]) -> u64 {
        let _ = self.nodes(program, &mut String::new());
        self.meter.spent()
    }

    /// The text of the program, or the limit that it exceeds, with the mistakes that showed.
    pub(crate) fn preview(mut self, program: &'t [Node]) -> (Result<String, LimitExceeded>, Mistakes) {
        self.mistakes = Some(RefCell::default());
        let mut out = String::new();
        let flow = self.nodes(program, &mut out);
        (flow.map(|_| out), self.mistakes.map(RefCell::into_inner).unwrap_or_default())
    }

    /// Renders the nodes up to the first `break` or `continue`.
    pub(crate) fn nodes(&mut self, nodes: &'t [Node], out: &mut String) -> Result<Flow, LimitExceeded> {
        for node in nodes {
            let flow = self.node(node, out)?;
            if flow != Flow::Completed {
                return Ok(flow);
            }
        }
        Ok(Flow::Completed)
    }

    fn node(&mut self, node: &'t Node, out: &mut String) -> Result<Flow, LimitExceeded> {
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
            Node::If(branches) => return self.if_block(branches, out),
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
        Ok(Flow::Completed)
    }

    fn output(&mut self, output: &'t Output, out: &mut String) -> Result<(), LimitExceeded> {
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

    /// Prints a value, escaped for its context.
    fn print(&self, value: &Value, context: Context, out: &mut String) -> Result<(), LimitExceeded> {
        self.pay_for_printing(value)?;
        print::write(value, self.part, context, &self.meter, out)
    }

    /// Prints the items of an array that is the whole value of an output: as list items in HTML, with commas elsewhere.
    fn print_items(&self, items: &[Value], context: Context, out: &mut String) -> Result<(), LimitExceeded> {
        items.iter().try_for_each(|item| self.pay_for_printing(item))?;
        print::write_items(items, self.part, context, &self.meter, out)
    }

    fn pay_for_printing(&self, value: &Value) -> Result<(), LimitExceeded> {
        self.meter.step()?;
        print::pay_for_collection(value, &self.meter)
    }

    /// Renders the body into a variable. In an HTML part the text is HTML: the values in it were escaped.
    fn capture(&mut self, name: &'t str, body: &'t [Node]) -> Result<Flow, LimitExceeded> {
        self.pay_for_name(name)?;
        let mut captured = String::new();
        let flow = self.nodes(body, &mut captured)?;
        let captured = captured.into();
        let value = if self.part == MailPart::Html { Value::Html(captured) } else { Value::Text(captured) };
        self.assigned.insert(name, value);
        Ok(flow)
    }

    fn if_block(&mut self, branches: &'t [Branch], out: &mut String) -> Result<Flow, LimitExceeded> {
        for branch in branches {
            let holds = match &branch.condition {
                Some(condition) => condition.holds(self)? != branch.negated,
                None => true,
            };
            if holds {
                return self.nodes(&branch.body, out);
            }
        }
        Ok(Flow::Completed)
    }

    /// Renders the body of `when` once for each of its values that equals the subject, and the body of `else` if no value before it
    /// did.
    fn case(&mut self, subject: &Expression, branches: &'t [When], out: &mut String) -> Result<Flow, LimitExceeded> {
        let subject = self.value(subject)?;
        let mut has_matched = false;
        for branch in branches {
            let Some(values) = &branch.values else {
                if !has_matched {
                    let flow = self.nodes(&branch.body, out)?;
                    if flow != Flow::Completed {
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
                    if flow != Flow::Completed {
                        return Ok(flow);
                    }
                }
            }
        }
        Ok(Flow::Completed)
    }

    /// Prints the body, unless its text is the one that `ifchanged` printed last.
    fn if_changed(&mut self, body: &'t [Node], out: &mut String) -> Result<Flow, LimitExceeded> {
        let start = out.len();
        let flow = self.nodes(body, out)?;
        let text = out.get(start..).unwrap_or_default();
        self.meter.spend_bytes(text.len())?;
        if self.last_if_changed.as_deref() == Some(text) {
            out.truncate(start);
        } else {
            self.last_if_changed = Some(text.to_owned());
        }
        Ok(flow)
    }
}

impl Loop {
    pub(crate) fn render<'t>(&'t self, out: &mut String, run: &mut Run<'t>) -> Result<Flow, LimitExceeded> {
        let items = Items::of(run.value(&self.head.items)?);
        let (start, length) = self.head.window(items.len(), run)?;
        if length == 0 {
            return run.nodes(&self.otherwise, out);
        }
        for index in 0..length {
            self.begin_round(run, &items, LoopKind::For, (start, length, index))?;
            let flow = run.nodes(&self.body, out);
            run.rounds.pop();
            if flow? == Flow::Break {
                break;
            }
        }
        Ok(Flow::Completed)
    }

    /// Prints the rows of a table.
    pub(crate) fn render_rows<'t>(&'t self, out: &mut String, run: &mut Run<'t>) -> Result<Flow, LimitExceeded> {
        let items = Items::of(run.value(&self.head.items)?);
        let (start, length) = self.head.window(items.len(), run)?;
        let cols = self.head.columns(length, run)?;
        run.meter.write(out, "<tr class=\"row1\">\n")?;
        for index in 0..length {
            self.begin_round(run, &items, LoopKind::TableRow { cols }, (start, length, index))?;
            run.meter.write(out, &format!("<td class=\"col{}\">", index % cols + 1))?;
            let flow = run.nodes(&self.body, out);
            let round = run.rounds.pop();
            let flow = flow?;
            run.meter.write(out, "</td>")?;
            if flow == Flow::Break {
                break;
            }
            if round.is_some_and(|round| round.ends_row(cols)) {
                run.meter.write(out, &format!("</tr>\n<tr class=\"row{}\">", index / cols + 2))?;
            }
        }
        run.meter.write(out, "</tr>\n")?;
        Ok(Flow::Completed)
    }

    fn begin_round<'t>(
        &'t self,
        run: &mut Run<'t>,
        items: &Items,
        kind: LoopKind,
        (start, length, index): (u64, u64, u64),
    ) -> Result<(), LimitExceeded> {
        run.meter.step()?;
        if matches!(items, Items::Pairs(_)) {
            run.meter.spend_bytes(PAIR_COST)?;
        }
        let position = if self.head.reversed { length - 1 - index } else { index };
        let item = items.get(start + position);
        run.rounds.push(Round { name: &self.head.name, item, kind, key: &self.head.key, index, length });
        Ok(())
    }
}

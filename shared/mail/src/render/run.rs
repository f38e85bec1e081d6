//! Runs the program of a template.

use liquid_core::{Expression, ValueCow};

use super::Part;
use super::chain::{Chain, Evaluated, Trust, value_of};
use super::condition::equal;
use super::meter::{Limit, Meter};
use super::print::string;
use super::scope::{Globals, Scope, Variables};
use super::tree::{Branch, Node};

/// How a list of nodes ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    On,
    Break,
    Continue,
}

/// The text of the program for one recipient, or the limit it ran into.
pub(super) fn render(
    program: &[Node],
    source: &str,
    part: Part,
    variables: &Variables,
    meter: Meter,
) -> Result<String, Limit> {
    let globals = Globals::new(source, part, variables, meter);
    let mut out = String::with_capacity(source.len());
    nodes(program, &mut out, &Scope::outermost(&globals))?;
    Ok(out)
}

/// Renders the nodes up to the first that leaves the loop or starts its next round.
pub(super) fn nodes(nodes: &[Node], out: &mut String, scope: &Scope) -> Result<Flow, Limit> {
    for node in nodes {
        let flow = node.render(out, scope)?;
        if flow != Flow::On {
            return Ok(flow);
        }
    }
    Ok(Flow::On)
}

impl Node {
    fn render(&self, out: &mut String, scope: &Scope) -> Result<Flow, Limit> {
        scope.meter().step()?;
        match self {
            Node::Text(range) => {
                let text = scope.globals.source.get(range.clone()).unwrap_or_default();
                scope.meter().write(out, text)?;
            }
            Node::Output(chain) => chain.evaluate(scope)?.print(out, scope)?,
            Node::Assign { name, chain } => assign(name, chain, scope)?,
            Node::Capture { name, body } => return capture(name, body, scope),
            Node::If(branches) => return branch(branches, out, scope),
            Node::Case { subject, branches, otherwise } => return case(subject, branches, otherwise, out, scope),
            Node::For(repeat) => return repeat.render(out, scope),
            Node::Cycle { key, values } => cycle(key, values, out, scope)?,
            Node::Increment(name) => {
                let value = scope.globals.count(name, |value| value.saturating_add(1));
                scope.meter().write(out, &value.to_string())?;
            }
            Node::Decrement(name) => {
                let value = scope.globals.count(name, |value| value.saturating_sub(1));
                scope.meter().write(out, &value.saturating_sub(1).to_string())?;
            }
            Node::Break => return Ok(Flow::Break),
            Node::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::On)
    }
}

fn assign(name: &str, chain: &Chain, scope: &Scope) -> Result<(), Limit> {
    let (value, is_markup) = chain.evaluate(scope)?.into_owned(scope)?;
    scope.globals.assign(name, value, is_markup);
    Ok(())
}

/// Keeps what the body prints. In HTML it is escaped by then, so it is HTML already.
fn capture(name: &str, body: &[Node], scope: &Scope) -> Result<Flow, Limit> {
    let mut captured = String::new();
    let flow = nodes(body, &mut captured, scope)?;
    scope.globals.assign(name, string(captured), scope.globals.part == Part::Html);
    Ok(flow)
}

fn branch(branches: &[Branch], out: &mut String, scope: &Scope) -> Result<Flow, Limit> {
    for branch in branches {
        let holds = match &branch.condition {
            Some(condition) => condition.holds(scope)? != branch.negated,
            None => true,
        };
        if holds {
            return nodes(&branch.body, out, scope);
        }
    }
    Ok(Flow::On)
}

fn case(
    subject: &Expression,
    branches: &[(Vec<Expression>, Vec<Node>)],
    otherwise: &[Node],
    out: &mut String,
    scope: &Scope,
) -> Result<Flow, Limit> {
    let subject = value_of(subject, scope)?;
    for (values, body) in branches {
        if is_among(&subject, values, scope)? {
            return nodes(body, out, scope);
        }
    }
    nodes(otherwise, out, scope)
}

fn is_among(subject: &ValueCow, values: &[Expression], scope: &Scope) -> Result<bool, Limit> {
    for value in values {
        if equal(subject.as_view(), value_of(value, scope)?.as_view(), scope.meter())? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn cycle(key: &str, values: &[Expression], out: &mut String, scope: &Scope) -> Result<(), Limit> {
    let turn = scope.globals.count(&format!("cycle {key}"), |turn| turn.saturating_add(1));
    let Some(value) = values.get(usize::try_from(turn).unwrap_or(0) % values.len().max(1)) else { return Ok(()) };
    Evaluated { value: value_of(value, scope)?, trust: Trust::Data }.print(out, scope)
}

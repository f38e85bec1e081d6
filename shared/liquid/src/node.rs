//! The program of a template: its texts, outputs and tags as a tree.

use std::ops::Range;

use crate::chain::Chain;
use crate::condition::Condition;
use crate::expression::Expression;
use crate::html::Context;
use crate::loop_head::LoopHead;

/// One element of a template.
pub(crate) enum Node {
    Text(Range<usize>),
    Output(Output),
    Assign { name: String, chain: Chain },
    Capture { name: String, body: Vec<Node> },
    If(Vec<Branch>),
    Case { subject: Expression, branches: Vec<When> },
    For(Box<Loop>),
    TableRow(Box<Loop>),
    Cycle { group: Option<Expression>, key: String, values: Vec<Expression>, context: Context },
    IfChanged(Vec<Node>),
    Increment(String),
    Decrement(String),
    Break,
    Continue,
}

impl Node {
    /// Makes the context of each value that the node prints unknown, so that the value is written safely for every context.
    pub(crate) fn forget_context(&mut self) {
        let doubt = |nodes: &mut Vec<Node>| nodes.iter_mut().for_each(Node::forget_context);
        match self {
            Node::Output(output) => output.context = Context::UNKNOWN,
            Node::Cycle { context, .. } => *context = Context::UNKNOWN,
            Node::If(branches) => branches.iter_mut().for_each(|branch| doubt(&mut branch.body)),
            Node::Case { branches, .. } => branches.iter_mut().for_each(|branch| doubt(&mut branch.body)),
            Node::For(repeat) | Node::TableRow(repeat) => {
                doubt(&mut repeat.body);
                doubt(&mut repeat.otherwise);
            }
            Node::IfChanged(body) => doubt(body),
            Node::Text(_)
            | Node::Assign { .. }
            | Node::Capture { .. }
            | Node::Increment(_)
            | Node::Decrement(_)
            | Node::Break
            | Node::Continue => {}
        }
    }
}

/// A value that is printed.
pub(crate) struct Output {
    pub(crate) chain: Chain,
    /// The place in HTML where the value is printed.
    pub(crate) context: Context,
    /// True if an array is printed as list items.
    pub(crate) has_items: bool,
}

/// A body and its condition. The body of `else` has none.
pub(crate) struct Branch {
    pub(crate) condition: Option<Condition>,
    /// True if the condition must not hold, as in `unless`.
    pub(crate) negated: bool,
    pub(crate) body: Vec<Node>,
}

/// The body of `when` and its values, or the body of `else`, which has no values.
pub(crate) struct When {
    pub(crate) values: Option<Vec<Expression>>,
    pub(crate) body: Vec<Node>,
}

/// A loop: its head, its body, and the body of `else` for a loop without rounds.
pub(crate) struct Loop {
    pub(crate) head: LoopHead,
    pub(crate) body: Vec<Node>,
    pub(crate) otherwise: Vec<Node>,
}

//! Builds the program of a template: outputs and tags as a tree of bounded depth.

use std::ops::Range;

use liquid_core::Expression;
use liquid_core::parser::TagTokenIter;

use super::Part;
use super::chain::Chain;
use super::condition::Condition;
use super::lexer::{self, Piece};
use super::repeat::{Loop, LoopHead};
use super::tokens;

/// How deep blocks may nest: reading, rendering and dropping the tree recurse along it.
pub(super) const MAX_DEPTH: usize = 48;

/// One element of a template.
pub(super) enum Node {
    Text(Range<usize>),
    Output(Chain),
    Assign { name: String, chain: Chain },
    Capture { name: String, body: Vec<Node> },
    If(Vec<Branch>),
    Case { subject: Expression, branches: Vec<(Vec<Expression>, Vec<Node>)>, otherwise: Vec<Node> },
    For(Box<Loop>),
    Cycle { key: String, values: Vec<Expression> },
    Increment(String),
    Decrement(String),
    Break,
    Continue,
}

/// A body and the condition it stands under. `else` has none.
pub(super) struct Branch {
    pub(super) condition: Option<Condition>,
    /// Whether the condition must not hold, as in `unless`.
    pub(super) negated: bool,
    pub(super) body: Vec<Node>,
}

/// The program of `source`, or `None` if it is not Liquid or exceeds a limit.
pub(super) fn parse(source: &str, part: Part) -> Option<Vec<Node>> {
    let pieces = lexer::pieces(source)?.into_iter();
    let mut parser = Parser { source, part, pieces, depth: 0 };
    match parser.block(&[])? {
        (program, None) => Some(program),
        (_, Some(_)) => None,
    }
}

/// A tag: its name and the text behind it.
#[derive(Clone, Copy)]
struct Tag<'s> {
    name: &'s str,
    rest: &'s str,
}

struct Parser<'s> {
    source: &'s str,
    part: Part,
    pieces: std::vec::IntoIter<Piece>,
    depth: usize,
}

impl<'s> Parser<'s> {
    /// The nodes up to a tag named in `ends`, and that tag. With no `ends`, the nodes up to the end of the source.
    fn block(&mut self, ends: &[&str]) -> Option<(Vec<Node>, Option<Tag<'s>>)> {
        let mut nodes = Vec::new();
        while let Some(piece) = self.pieces.next() {
            nodes.push(match piece {
                Piece::Text(range) => Node::Text(range),
                Piece::Output(range) => Node::Output(Chain::output(self.source.get(range)?, self.part)?),
                Piece::Tag(range) => {
                    let tag = Tag::parse(self.source.get(range)?);
                    if ends.contains(&tag.name) {
                        return Some((nodes, Some(tag)));
                    }
                    self.tag(tag)?
                }
            });
        }
        ends.is_empty().then_some((nodes, None))
    }

    /// The nodes up to a tag named in `ends`, and that tag, one level deeper.
    fn body(&mut self, ends: &[&str]) -> Option<(Vec<Node>, Tag<'s>)> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let (nodes, end) = self.block(ends)?;
        self.depth -= 1;
        Some((nodes, end?))
    }

    /// The nodes up to the tag `end`, which takes no arguments.
    fn last_body(&mut self, end: &str) -> Option<Vec<Node>> {
        let (nodes, end) = self.body(&[end])?;
        end.is_bare().then_some(nodes)
    }

    fn tag(&mut self, tag: Tag) -> Option<Node> {
        match tag.name {
            "assign" => assign(tag.rest),
            "capture" => {
                let name = tokens::identifier(tag.rest)?.to_owned();
                Some(Node::Capture { name, body: self.last_body("endcapture")? })
            }
            "if" => self.branches(tag.rest, "endif", false),
            "unless" => self.branches(tag.rest, "endunless", true),
            "case" => self.case(tag.rest),
            "for" => self.repeat(tag.rest),
            "cycle" => cycle(tag.rest),
            "increment" => Some(Node::Increment(tokens::identifier(tag.rest)?.to_owned())),
            "decrement" => Some(Node::Decrement(tokens::identifier(tag.rest)?.to_owned())),
            "break" => tag.is_bare().then_some(Node::Break),
            "continue" => tag.is_bare().then_some(Node::Continue),
            _ => None,
        }
    }

    fn branches(&mut self, condition: &str, end: &str, negated: bool) -> Option<Node> {
        let mut branches = Vec::new();
        let mut condition = Some(Condition::parse(condition)?);
        loop {
            let (body, tag) = self.body(&["elsif", "else", end])?;
            let negated = negated && branches.is_empty();
            branches.push(Branch { condition, negated, body });
            match tag.name {
                "elsif" => condition = Some(Condition::parse(tag.rest)?),
                "else" => {
                    tag.is_bare().then_some(())?;
                    branches.push(Branch { condition: None, negated: false, body: self.last_body(end)? });
                    return Some(Node::If(branches));
                }
                _ => return tag.is_bare().then_some(Node::If(branches)),
            }
        }
    }

    fn case(&mut self, subject: &str) -> Option<Node> {
        let subject = tokens::value(subject)?;
        let mut branches = Vec::new();
        let (_before_the_first_when, mut tag) = self.body(&["when", "else", "endcase"])?;
        while tag.name == "when" {
            let values = tokens::read(tag.rest, |tokens| tokens::values(tokens, &[",", "or"]))?;
            let (body, next) = self.body(&["when", "else", "endcase"])?;
            branches.push((values, body));
            tag = next;
        }
        tag.is_bare().then_some(())?;
        let otherwise = if tag.name == "else" { self.last_body("endcase")? } else { Vec::new() };
        Some(Node::Case { subject, branches, otherwise })
    }

    fn repeat(&mut self, head: &str) -> Option<Node> {
        let head = LoopHead::parse(head)?;
        let (body, end) = self.body(&["else", "endfor"])?;
        end.is_bare().then_some(())?;
        let otherwise = if end.name == "else" { self.last_body("endfor")? } else { Vec::new() };
        Some(Node::For(Box::new(Loop { head, body, otherwise })))
    }
}

impl<'s> Tag<'s> {
    fn parse(body: &'s str) -> Tag<'s> {
        let body = body.trim();
        let end = body.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(body.len());
        let (name, rest) = body.split_at(end);
        Tag { name, rest }
    }

    fn is_bare(self) -> bool {
        self.rest.trim().is_empty()
    }
}

fn assign(text: &str) -> Option<Node> {
    let (name, chain) = text.split_once('=')?;
    Some(Node::Assign { name: tokens::identifier(name)?.to_owned(), chain: Chain::parse(chain)? })
}

/// `cycle a, b` or `cycle group: a, b`. Cycles of one group, or without one of the same values, go on together.
fn cycle(text: &str) -> Option<Node> {
    let values = |tokens: &mut TagTokenIter| tokens::values(tokens, &[","]);
    if let Some(values) = tokens::read(text, values) {
        return Some(Node::Cycle { key: text.trim().to_owned(), values });
    }
    tokens::read(text, |tokens| {
        let key = tokens::next_value(tokens)?.to_string();
        (tokens.next()?.as_str() == ":").then_some(())?;
        Some(Node::Cycle { key, values: values(tokens)? })
    })
}

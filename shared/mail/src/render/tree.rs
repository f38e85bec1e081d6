//! Builds the program of a template: outputs and tags as a tree of bounded depth.

use std::ops::Range;

use liquid_core::Expression;
use liquid_core::parser::TagTokenIter;

use super::chain::Chain;
use super::condition::Condition;
use super::lexer::{self, Piece};
use super::repeat::{Loop, LoopHead};
use super::tokens;
use super::{Part, SourceLimit, Unread};

/// How deep blocks may nest: reading, rendering and dropping the tree recurse along it.
pub(super) const MAX_DEPTH: usize = 48;

const DEPTH: SourceLimit = SourceLimit { max: MAX_DEPTH, of: "blocks inside each other" };

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
    /// True if the condition must not hold, as in `unless`.
    pub(super) negated: bool,
    pub(super) body: Vec<Node>,
}

/// The program of `source`.
///
/// # Errors
/// Whatever comes first: the limit that it exceeds, or that it is not Liquid.
pub(super) fn parse(source: &str, part: Part) -> Result<Vec<Node>, Unread> {
    let pieces = lexer::pieces(source)?.into_iter();
    let mut parser = Parser { source, part, pieces, depth: 0 };
    match parser.block(&[])? {
        (program, None) => Ok(program),
        (_, Some(_)) => Err(Unread::NotLiquid),
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
    fn block(&mut self, ends: &[&str]) -> Result<(Vec<Node>, Option<Tag<'s>>), Unread> {
        let mut nodes = Vec::new();
        while let Some(piece) = self.pieces.next() {
            nodes.push(match piece {
                Piece::Text(range) => Node::Text(range),
                Piece::Output(range) => Node::Output(Chain::output(self.inside(range), self.part)?),
                Piece::Tag(range) => {
                    let tag = Tag::parse(self.inside(range));
                    if ends.contains(&tag.name) {
                        return Ok((nodes, Some(tag)));
                    }
                    self.tag(tag)?
                }
                Piece::Excess(limit) => return Err(Unread::TooLarge(limit)),
            });
        }
        ends.is_empty().then_some((nodes, None)).ok_or(Unread::NotLiquid)
    }

    fn inside(&self, range: Range<usize>) -> &'s str {
        self.source.get(range).unwrap_or_default()
    }

    /// The nodes up to a tag named in `ends`, and that tag, one level deeper.
    fn body(&mut self, ends: &[&str]) -> Result<(Vec<Node>, Tag<'s>), Unread> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Unread::TooLarge(DEPTH));
        }
        let (nodes, end) = self.block(ends)?;
        self.depth -= 1;
        Ok((nodes, end.ok_or(Unread::NotLiquid)?))
    }

    /// The nodes up to the tag `end`, which takes no arguments.
    fn last_body(&mut self, end: &str) -> Result<Vec<Node>, Unread> {
        let (nodes, end) = self.body(&[end])?;
        end.bare().map(|()| nodes)
    }

    fn tag(&mut self, tag: Tag) -> Result<Node, Unread> {
        match tag.name {
            "assign" => assign(tag.rest),
            "capture" => {
                let name = identifier(tag.rest)?;
                Ok(Node::Capture { name, body: self.last_body("endcapture")? })
            }
            "if" => self.branches(tag.rest, "endif", false),
            "unless" => self.branches(tag.rest, "endunless", true),
            "case" => self.case(tag.rest),
            "for" => self.repeat(tag.rest),
            "cycle" => cycle(tag.rest),
            "increment" => Ok(Node::Increment(identifier(tag.rest)?)),
            "decrement" => Ok(Node::Decrement(identifier(tag.rest)?)),
            "break" => tag.bare().map(|()| Node::Break),
            "continue" => tag.bare().map(|()| Node::Continue),
            _ => Err(Unread::NotLiquid),
        }
    }

    fn branches(&mut self, condition: &str, end: &str, negated: bool) -> Result<Node, Unread> {
        let mut branches = Vec::new();
        let mut condition = Some(Condition::parse(condition)?);
        loop {
            let (body, tag) = self.body(&["elsif", "else", end])?;
            let negated = negated && branches.is_empty();
            branches.push(Branch { condition, negated, body });
            match tag.name {
                "elsif" => condition = Some(Condition::parse(tag.rest)?),
                "else" => {
                    tag.bare()?;
                    branches.push(Branch { condition: None, negated: false, body: self.last_body(end)? });
                    return Ok(Node::If(branches));
                }
                _ => return tag.bare().map(|()| Node::If(branches)),
            }
        }
    }

    fn case(&mut self, subject: &str) -> Result<Node, Unread> {
        let subject = tokens::value(subject)?;
        let mut branches = Vec::new();
        let (_before_the_first_when, mut tag) = self.body(&["when", "else", "endcase"])?;
        while tag.name == "when" {
            let values = tokens::read(tag.rest, |tokens| tokens::values(tokens, &[",", "or"]))?;
            let (body, next) = self.body(&["when", "else", "endcase"])?;
            branches.push((values, body));
            tag = next;
        }
        tag.bare()?;
        let otherwise = if tag.name == "else" { self.last_body("endcase")? } else { Vec::new() };
        Ok(Node::Case { subject, branches, otherwise })
    }

    fn repeat(&mut self, head: &str) -> Result<Node, Unread> {
        let head = LoopHead::parse(head)?;
        let (body, end) = self.body(&["else", "endfor"])?;
        end.bare()?;
        let otherwise = if end.name == "else" { self.last_body("endfor")? } else { Vec::new() };
        Ok(Node::For(Box::new(Loop { head, body, otherwise })))
    }
}

impl<'s> Tag<'s> {
    fn parse(body: &'s str) -> Tag<'s> {
        let body = body.trim();
        let end = body.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(body.len());
        let (name, rest) = body.split_at(end);
        Tag { name, rest }
    }

    /// That the tag has no arguments.
    fn bare(self) -> Result<(), Unread> {
        if self.rest.trim().is_empty() { Ok(()) } else { Err(Unread::NotLiquid) }
    }
}

fn identifier(text: &str) -> Result<String, Unread> {
    tokens::identifier(text).map(str::to_owned).ok_or(Unread::NotLiquid)
}

fn assign(text: &str) -> Result<Node, Unread> {
    let (name, chain) = text.split_once('=').ok_or(Unread::NotLiquid)?;
    Ok(Node::Assign { name: identifier(name)?, chain: Chain::parse(chain)? })
}

/// `cycle a, b` or `cycle group: a, b`. Cycles of one group, or without one of the same values, go on together.
fn cycle(text: &str) -> Result<Node, Unread> {
    let values = |tokens: &mut TagTokenIter| tokens::values(tokens, &[","]);
    match tokens::read(text, values) {
        Err(Unread::NotLiquid) => {}
        values => return values.map(|values| Node::Cycle { key: text.trim().to_owned(), values }),
    }
    tokens::read(text, |tokens| {
        let key = tokens::next_value(tokens)?.to_string();
        (tokens.next()?.as_str() == ":").then_some(())?;
        Some(Node::Cycle { key, values: values(tokens)? })
    })
}

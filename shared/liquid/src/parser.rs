//! Parses a source into the program of a template, a tree of bounded depth.

mod blocks;
mod tag;

use std::ops::Range;

use crate::chain::Chain;
use crate::cursor::{Cursor, is_variable};
use crate::entities::decode;
use crate::error::{ParseError, Problem, SourceLimit};
use crate::expression::{Expression, NAME};
use crate::html::{Context, Tracker};
use crate::lexer::{Lexer, Piece};
use crate::mail_part::MailPart;
use crate::markup::Markup;
use crate::mistake::{Mistake, Mistakes, no_tag};
use crate::node::{Node, Output};
use tag::{Inside, Tag, lines};

/// The depth to which blocks may nest: parsing, rendering and dropping the tree recurse.
pub(crate) const MAX_DEPTH: usize = 48;

const HYPHEN: &str = "A hyphen must stand right behind the {%.";
const DEPTH: SourceLimit = SourceLimit { max: MAX_DEPTH, of: "blocks inside each other" };

/// The nodes of a block. `is_blank` is true if they print nothing but white space.
#[derive(Default)]
struct Block {
    nodes: Vec<Node>,
    is_blank: bool,
}

impl Block {
    /// The nodes, without their texts if `blank` is true: a block that would print nothing but white space prints nothing at all.
    fn nodes(mut self, blank: bool) -> Vec<Node> {
        if blank {
            self.nodes.retain(|node| !matches!(node, Node::Text(_)));
        }
        self.nodes
    }
}

/// The program of `source`, and the mistakes that a mail tolerates.
///
/// # Errors
/// The first syntax error, or the limit that the source exceeds.
pub(crate) fn parse(source: &str, part: MailPart) -> Result<(Vec<Node>, Mistakes), ParseError> {
    parse_with_work(source, part).0
}

/// The result of [`parse`], and the number of bytes that were looked at, each counted as often as it was looked at.
pub(crate) fn parse_with_work(source: &str, part: MailPart) -> (Result<(Vec<Node>, Mistakes), ParseError>, usize) {
    let mut parser = Parser {
        source,
        part,
        lexer: Lexer::new(source),
        lines: Vec::new(),
        depth: 0,
        open: Vec::new(),
        tracker: Tracker::default(),
        exits: Vec::new(),
        mistakes: Mistakes::default(),
        work: 0,
    };
    let block = parser.block(&[]);
    (block.map(|(block, _)| (block.nodes, parser.mistakes)), parser.lexer.work + parser.work)
}

struct Parser<'s> {
    source: &'s str,
    part: MailPart,
    lexer: Lexer<'s>,
    /// The lines that are left of each `liquid` tag that is being read, in reverse order.
    lines: Vec<Vec<Tag<'s>>>,
    depth: usize,
    /// The blocks that are open, each with its offset in the source and the name of the tag that closes it.
    open: Vec<(usize, &'static str)>,
    tracker: Tracker,
    /// For each loop that is open, the places in HTML where `break` and `continue` leave its rounds.
    exits: Vec<Option<Tracker>>,
    mistakes: Mistakes,
    /// The number of bytes of tags and outputs that were read.
    work: usize,
}

impl<'s> Parser<'s> {
    /// The nodes up to a tag named in `ends`, and that tag. Without `ends` the nodes up to the end of the source, or of the
    /// `liquid` tag that is being read.
    fn block(&mut self, ends: &[&str]) -> Result<(Block, Option<Tag<'s>>), ParseError> {
        let mut block = Block { nodes: Vec::new(), is_blank: true };
        loop {
            let tag = match self.lines.last_mut() {
                Some(lines) => lines.pop(),
                None => match self.lexer.piece()? {
                    Some(Piece::Tag(range)) => Some(self.tag(range)),
                    Some(piece) => {
                        self.add_text_or_output(piece, &mut block)?;
                        continue;
                    }
                    None => None,
                },
            };
            let Some(tag) = tag else { return Ok((block, None)) };
            if ends.contains(&tag.name()) {
                return Ok((block, Some(tag)));
            }
            self.add_tag(&tag, &mut block)?;
        }
    }

    /// Adds a text or output to the block.
    fn add_text_or_output(&mut self, piece: Piece, block: &mut Block) -> Result<(), ParseError> {
        match piece {
            Piece::Text(range) => {
                let text = self.source.get(range.clone()).unwrap_or_default();
                if self.part == MailPart::Html && range.end < self.source.len() {
                    self.tracker.advance(text);
                }
                block.is_blank &= text.trim().is_empty();
                block.nodes.push(Node::Text(range));
            }
            Piece::Output(range) | Piece::Tag(range) => {
                block.is_blank = false;
                let inside = self.inside(range);
                block.nodes.push(Node::Output(self.output(&inside, &inside.text, true)?));
            }
        }
        Ok(())
    }

    fn inside(&self, range: Range<usize>) -> Inside<'s> {
        Inside { text: decode(self.source.get(range.clone()).unwrap_or_default(), self.part), start: range.start }
    }

    /// The tag whose inside is `range` of the source.
    fn tag(&self, range: Range<usize>) -> Tag<'s> {
        let open = self.source.get(..range.start).and_then(|before| before.rfind('{')).unwrap_or(range.start);
        Tag::new(self.inside(range), open)
    }

    fn read<T>(
        &mut self,
        tag: &Tag,
        read: impl FnOnce(&mut Markup, &str) -> Result<T, ParseError>,
    ) -> Result<T, ParseError> {
        self.work += tag.rest().len();
        read(&mut tag.inside.markup(self.part, &mut self.mistakes), tag.rest())
    }

    fn output(&mut self, inside: &Inside, text: &str, may_be_list: bool) -> Result<Output, ParseError> {
        self.work += text.len();
        let chain = Chain::parse_output(&mut inside.markup(self.part, &mut self.mistakes), text)?;
        let context = self.tracker.context();
        self.tracker.after_output();
        let context = if chain.gives_json() { context.for_json() } else { context };
        Ok(Output { has_items: may_be_list && chain.is_bare(), chain, context })
    }

    /// The body of the tag `of`: the nodes up to a tag named in `ends`, and that tag. Bodies nest to [`MAX_DEPTH`].
    fn body(&mut self, of: &Tag, ends: &[&'static str]) -> Result<(Block, Tag<'s>), ParseError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(ParseError::limit(of.open, DEPTH));
        }
        let close = ends.last().copied().unwrap_or_default();
        self.open.push((of.open, close));
        let (block, end) = self.block(ends)?;
        self.open.pop();
        self.depth -= 1;
        let message = || format!("The block {{% {} %}} is never closed: write {{% {close} %}} behind it.", of.name());
        Ok((block, end.ok_or_else(|| ParseError::syntax(of.open, message()))?))
    }

    fn add_tag(&mut self, tag: &Tag<'s>, block: &mut Block) -> Result<(), ParseError> {
        let (node, is_blank) = match tag.name() {
            "liquid" => return self.liquid(tag, block),
            "assign" => (self.read(tag, assign)?, true),
            "capture" => (self.capture(tag)?, true),
            "echo" => (Node::Output(self.output(&tag.inside, tag.rest(), false)?), false),
            "if" => self.if_block(tag, "endif")?,
            "unless" => self.if_block(tag, "endunless")?,
            "case" => self.case_block(tag)?,
            "for" => self.for_loop(tag)?,
            "tablerow" => self.table_row(tag)?,
            "cycle" => {
                let context = self.tracker.context();
                self.tracker.after_output();
                (self.read(tag, |markup, rest| cycle(markup, rest, context))?, false)
            }
            "ifchanged" => {
                let (body, _) = self.body(tag, &["endifchanged"])?;
                let is_blank = body.is_blank;
                (Node::IfChanged(body.nodes(false)), is_blank)
            }
            "increment" => (Node::Increment(self.counter(tag)?), false),
            "decrement" => (Node::Decrement(self.counter(tag)?), false),
            "break" => (self.leave(Node::Break), false),
            "continue" => (self.leave(Node::Continue), false),
            _ => return Err(self.no_tag(tag)),
        };
        block.is_blank &= is_blank;
        block.nodes.push(node);
        Ok(())
    }

    /// The error of a tag that does not exist, or does not belong to this place.
    fn no_tag(&self, tag: &Tag) -> ParseError {
        let word = tag.inside.text.split_whitespace().next().unwrap_or_default();
        let name = if tag.name().is_empty() { String::new() } else { Cursor::new(word).shown() };
        let open = self.open.last().map(|(at, close)| (Problem::at(self.source, *at, "").line, *close));
        ParseError::syntax(tag.open, if word.starts_with('-') { HYPHEN.to_owned() } else { no_tag(&name, open) })
    }

    /// Adds the nodes of a `liquid` tag to the block. Each line of it is a tag.
    fn liquid(&mut self, tag: &Tag<'s>, block: &mut Block) -> Result<(), ParseError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(ParseError::limit(tag.open, DEPTH));
        }
        self.lines.push(lines(tag)?);
        let (inner, _) = self.block(&[])?;
        self.lines.pop();
        self.depth -= 1;
        block.is_blank &= inner.is_blank;
        block.nodes.extend(inner.nodes);
        Ok(())
    }

    /// The name of a counter, whose value is printed.
    fn counter(&mut self, tag: &Tag) -> Result<String, ParseError> {
        self.tracker.after_output();
        self.variable(tag)
    }

    /// Remembers this place in HTML, where the node leaves the round of the innermost loop.
    fn leave(&mut self, node: Node) -> Node {
        match self.exits.last_mut() {
            Some(Some(exit)) => exit.join(&self.tracker),
            Some(exit) => *exit = Some(self.tracker.clone()),
            None => {}
        }
        node
    }

    /// The name of the variable that a tag sets.
    fn variable(&mut self, tag: &Tag) -> Result<String, ParseError> {
        self.read(tag, |markup, rest| variable(markup, rest, rest))
    }
}

/// Reports an `else` with a condition, which has no effect.
fn report_else_if(markup: &mut Markup, text: &str) {
    if text.split_whitespace().next() == Some("if") {
        let message = "Write {% elsif … %}: an else has no condition.";
        markup.report(text.trim_start(), Mistake::Other(message.to_owned()));
    }
}

/// The name, if a variable may have it. `place` is the text for the place of an error.
fn variable(markup: &mut Markup, place: &str, name: &str) -> Result<String, ParseError> {
    let name = name.trim();
    if name.len() > NAME.max {
        return Err(ParseError::limit(markup.offset(place.trim_start()), NAME));
    }
    if is_variable(name) {
        return Ok(name.to_owned());
    }
    Err(markup.error(place.trim_start(), "A variable's name must stand here: letters, digits, \"_\" and \"-\"."))
}

fn assign(markup: &mut Markup, text: &str) -> Result<Node, ParseError> {
    let Some((name, chain)) = text.split_once('=') else {
        return Err(markup.error(text, "An assign must be written as {% assign name = value %}."));
    };
    Ok(Node::Assign { name: variable(markup, text, name)?, chain: Chain::parse(markup, chain)? })
}

/// Reads the values of `when`: `value, value or value`. Further words are reported and ignored.
fn when(markup: &mut Markup, text: &str) -> Result<Vec<Expression>, ParseError> {
    let mut cursor = Cursor::new(text);
    let mut values = vec![markup.expression(&mut cursor)?];
    while cursor.eat(",") || cursor.eat_word("or") {
        values.push(markup.expression(&mut cursor)?);
    }
    if !cursor.is_at_end() {
        markup.report(
            cursor.rest(),
            Mistake::Other("Values of \"when\" must be separated by \",\" or \"or\".".to_owned()),
        );
    }
    Ok(values)
}

/// Reads `a, b` or `group: a, b`. Cycles with one group, or without a group but with one text of values, share their turn.
fn cycle(markup: &mut Markup, text: &str, context: Context) -> Result<Node, ParseError> {
    let mut cursor = Cursor::new(text);
    let mut first = markup.expression(&mut cursor)?;
    let mut group = None;
    if cursor.eat(":") {
        group = Some(std::mem::replace(&mut first, markup.expression(&mut cursor)?));
    }
    let mut values = vec![first];
    while cursor.eat(",") {
        values.push(markup.expression(&mut cursor)?);
    }
    markup.end(&cursor)?;
    Ok(Node::Cycle { group, key: text.trim().to_owned(), values, context })
}

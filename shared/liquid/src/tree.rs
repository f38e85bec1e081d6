//! Builds the program of a template: outputs and tags as a tree of bounded depth.

mod blocks;
mod tag;

use std::ops::Range;

use crate::chain::Chain;
use crate::condition::Condition;
use crate::cursor::{Cursor, is_variable};
use crate::entities::decode;
use crate::error::{Fault, Problem, SourceLimit};
use crate::expression::{Expression, NAME};
use crate::html::{Context, Tracker};
use crate::lexer::{Lexer, Piece};
use crate::mail_part::MailPart;
use crate::mistake::{Mistake, Notices, no_tag};
use crate::repeat::Loop;
use crate::source::Markup;
use tag::{Inside, Tag, lines};

/// How deep blocks may nest: reading, rendering and dropping the tree recurse along it.
pub(crate) const MAX_DEPTH: usize = 48;

const HYPHEN: &str = "A hyphen must stand right behind the {%.";
const DEPTH: SourceLimit = SourceLimit { max: MAX_DEPTH, of: "blocks inside each other" };

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
    /// Takes back what is known of the place in HTML of each value that it prints.
    fn doubt(&mut self) {
        let doubt = |nodes: &mut Vec<Node>| nodes.iter_mut().for_each(Node::doubt);
        match self {
            Node::Output(output) => output.context = Context::DOUBT,
            Node::Cycle { context, .. } => *context = Context::DOUBT,
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
    /// Its place in HTML.
    pub(crate) context: Context,
    /// True if the items of an array become items of a list.
    pub(crate) has_items: bool,
}

/// A body and the condition that it stands under. `else` has none.
pub(crate) struct Branch {
    pub(crate) condition: Option<Condition>,
    /// True if the condition must not hold, as in `unless`.
    pub(crate) negated: bool,
    pub(crate) body: Vec<Node>,
}

/// A body, and the values for each of which it is rendered. `else` has none: it is rendered if nothing was before.
pub(crate) struct When {
    pub(crate) values: Option<Vec<Expression>>,
    pub(crate) body: Vec<Node>,
}

/// The nodes of a block, and whether they print nothing but white space.
#[derive(Default)]
struct Block {
    nodes: Vec<Node>,
    is_blank: bool,
}

impl Block {
    /// The nodes, without their texts if `blank`: a tag that prints nothing but white space prints nothing.
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
/// The first mistake for which it is no Liquid, or the limit that it exceeds.
pub(crate) fn parse(source: &str, part: MailPart) -> Result<(Vec<Node>, Notices), Fault> {
    parse_with_work(source, part).0
}

/// As [`parse`], and the bytes that were looked at, each as often as it was.
pub(crate) fn parse_with_work(source: &str, part: MailPart) -> (Result<(Vec<Node>, Notices), Fault>, usize) {
    let mut parser = Parser {
        source,
        part,
        lexer: Lexer::new(source),
        lines: Vec::new(),
        depth: 0,
        open: Vec::new(),
        tracker: Tracker::default(),
        exits: Vec::new(),
        notices: Notices::default(),
        work: 0,
    };
    let block = parser.block(&[]);
    (block.map(|(block, _)| (block.nodes, parser.notices)), parser.lexer.work + parser.work)
}

struct Parser<'s> {
    source: &'s str,
    part: MailPart,
    lexer: Lexer<'s>,
    /// The lines that are left of each `liquid` tag that is being read, in reverse.
    lines: Vec<Vec<Tag<'s>>>,
    depth: usize,
    /// The blocks that are open: where each begins in the source, and the tag that closes it.
    open: Vec<(usize, &'static str)>,
    tracker: Tracker,
    /// The places in HTML where rounds of the loops around are left early.
    exits: Vec<Option<Tracker>>,
    notices: Notices,
    /// The bytes of tags and outputs that were read.
    work: usize,
}

impl<'s> Parser<'s> {
    /// The nodes up to a tag named in `ends`, and that tag. With no `ends`, the nodes up to the end of the source, or of the
    /// `liquid` tag that is being read.
    fn block(&mut self, ends: &[&str]) -> Result<(Block, Option<Tag<'s>>), Fault> {
        let mut block = Block { nodes: Vec::new(), is_blank: true };
        loop {
            let tag = match self.lines.last_mut() {
                Some(lines) => lines.pop(),
                None => match self.lexer.piece()? {
                    Some(Piece::Tag(range)) => Some(self.tag(range)),
                    Some(piece) => {
                        self.printed(piece, &mut block)?;
                        continue;
                    }
                    None => None,
                },
            };
            let Some(tag) = tag else { return Ok((block, None)) };
            if ends.contains(&tag.name()) {
                return Ok((block, Some(tag)));
            }
            self.add(&tag, &mut block)?;
        }
    }

    /// Adds a text or output.
    fn printed(&mut self, piece: Piece, block: &mut Block) -> Result<(), Fault> {
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

    fn read<T>(&mut self, tag: &Tag, read: impl FnOnce(&mut Markup, &str) -> Result<T, Fault>) -> Result<T, Fault> {
        self.work += tag.rest().len();
        read(&mut tag.inside.markup(self.part, &mut self.notices), tag.rest())
    }

    fn output(&mut self, inside: &Inside, text: &str, may_be_list: bool) -> Result<Output, Fault> {
        self.work += text.len();
        let chain = Chain::output(&mut inside.markup(self.part, &mut self.notices), text)?;
        let context = self.tracker.context();
        self.tracker.after_output();
        let context = if chain.gives_json() { context.of_json() } else { context };
        Ok(Output { has_items: may_be_list && chain.is_bare(), chain, context })
    }

    /// The nodes up to a tag named in `ends`, and that tag, one level deeper.
    fn body(&mut self, of: &Tag, ends: &[&'static str]) -> Result<(Block, Tag<'s>), Fault> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Fault::limit(of.open, DEPTH));
        }
        let close = ends.last().copied().unwrap_or_default();
        self.open.push((of.open, close));
        let (block, end) = self.block(ends)?;
        self.open.pop();
        self.depth -= 1;
        let message = || format!("The block {{% {} %}} is never closed: write {{% {close} %}} behind it.", of.name());
        Ok((block, end.ok_or_else(|| Fault::syntax(of.open, message()))?))
    }

    fn add(&mut self, tag: &Tag<'s>, block: &mut Block) -> Result<(), Fault> {
        let (node, is_blank) = match tag.name() {
            "liquid" => return self.liquid(tag, block),
            "assign" => (self.read(tag, assign)?, true),
            "capture" => (self.capture(tag)?, true),
            "echo" => (Node::Output(self.output(&tag.inside, tag.rest(), false)?), false),
            "if" => self.branches(tag, "endif")?,
            "unless" => self.branches(tag, "endunless")?,
            "case" => self.case(tag)?,
            "for" => self.repeat(tag)?,
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

    /// The mistake of a tag that there is not, or not here.
    fn no_tag(&self, tag: &Tag) -> Fault {
        let word = tag.inside.text.split_whitespace().next().unwrap_or_default();
        let name = if tag.name().is_empty() { String::new() } else { Cursor::new(word).shown() };
        let open = self.open.last().map(|(at, close)| (Problem::at(self.source, *at, "").line, *close));
        Fault::syntax(tag.open, if word.starts_with('-') { HYPHEN.to_owned() } else { no_tag(&name, open) })
    }

    /// The nodes of a `liquid` tag, each line of which is a tag.
    fn liquid(&mut self, tag: &Tag<'s>, block: &mut Block) -> Result<(), Fault> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Fault::limit(tag.open, DEPTH));
        }
        self.lines.push(lines(tag)?);
        let (inner, _) = self.block(&[])?;
        self.lines.pop();
        self.depth -= 1;
        block.is_blank &= inner.is_blank;
        block.nodes.extend(inner.nodes);
        Ok(())
    }

    /// A name of a counter, which is printed.
    fn counter(&mut self, tag: &Tag) -> Result<String, Fault> {
        self.tracker.after_output();
        self.variable(tag)
    }

    /// A node that leaves the round of the loop around it, from this place in HTML.
    fn leave(&mut self, node: Node) -> Node {
        match self.exits.last_mut() {
            Some(Some(exit)) => exit.join(&self.tracker),
            Some(exit) => *exit = Some(self.tracker.clone()),
            None => {}
        }
        node
    }

    /// A name that a tag gives a variable.
    fn variable(&mut self, tag: &Tag) -> Result<String, Fault> {
        self.read(tag, |markup, rest| variable(markup, rest, rest))
    }
}

/// Tells the author of an `else` that has a condition, which does nothing.
fn tell_else_if(markup: &mut Markup, text: &str) {
    if text.split_whitespace().next() == Some("if") {
        let message = "Write {% elsif … %}: an else has no condition.";
        markup.notice(text.trim_start(), Mistake::Other(message.to_owned()));
    }
}

/// The name, if a variable may have it.
fn variable(markup: &mut Markup, place: &str, name: &str) -> Result<String, Fault> {
    let name = name.trim();
    if name.len() > NAME.max {
        return Err(Fault::limit(markup.offset(place.trim_start()), NAME));
    }
    if is_variable(name) {
        return Ok(name.to_owned());
    }
    Err(markup.fault(place.trim_start(), "A variable's name must stand here: letters, digits, \"_\" and \"-\"."))
}

fn assign(markup: &mut Markup, text: &str) -> Result<Node, Fault> {
    let Some((name, chain)) = text.split_once('=') else {
        return Err(markup.fault(text, "An assign must be written as {% assign name = value %}."));
    };
    Ok(Node::Assign { name: variable(markup, text, name)?, chain: Chain::parse(markup, chain)? })
}

/// `value, value or value`. Further words are told to the author and mean nothing.
fn when(markup: &mut Markup, text: &str) -> Result<Vec<Expression>, Fault> {
    let mut cursor = Cursor::new(text);
    let mut values = vec![markup.expression(&mut cursor)?];
    while cursor.eat(",") || cursor.eat_word("or") {
        values.push(markup.expression(&mut cursor)?);
    }
    if !cursor.is_at_end() {
        markup.notice(
            cursor.rest(),
            Mistake::Other("Values of \"when\" must be separated by \",\" or \"or\".".to_owned()),
        );
    }
    Ok(values)
}

/// `a, b` or `group: a, b`. Cycles of one group, or without one of the same values, go on together.
fn cycle(markup: &mut Markup, text: &str, context: Context) -> Result<Node, Fault> {
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

//! Parses tags that have bodies.

use super::tag::Tag;
use super::{Block, Parser, report_else_if, variable, when};
use crate::condition::Condition;
use crate::cursor::Cursor;
use crate::error::ParseError;
use crate::html::Tracker;
use crate::loop_head::LoopHead;
use crate::node::{Branch, Loop, Node, When};

impl<'s> Parser<'s> {
    /// Parses `capture`. Its body is HTML that begins as text, whatever the place where it is printed later.
    pub(super) fn capture(&mut self, tag: &Tag) -> Result<Node, ParseError> {
        let name = self.read(tag, |markup, rest| variable(markup, rest, rest.trim().trim_matches(['"', '\''])))?;
        let outside = std::mem::take(&mut self.tracker);
        let (body, _) = self.body(tag, &["endcapture"])?;
        self.tracker = outside;
        Ok(Node::Capture { name, body: body.nodes(false) })
    }

    /// Parses `if` or `unless`. Of several `else` the first counts.
    pub(super) fn if_block(&mut self, tag: &Tag, end: &'static str) -> Result<(Node, bool), ParseError> {
        let is_unless = tag.name() == "unless";
        let mut condition = Some(self.read(tag, Condition::parse)?);
        let (before, mut after) = (self.tracker.clone(), None);
        let mut branches: Vec<(Option<Condition>, Block)> = Vec::new();
        let mut has_else = false;
        loop {
            self.tracker.clone_from(&before);
            let (body, next) = self.body(tag, &["elsif", "else", end])?;
            self.join_end(&mut after);
            branches.push((condition, body));
            match next.name() {
                "elsif" => condition = Some(self.read(&next, Condition::parse)?),
                "else" => {
                    self.read(&next, |markup, rest| {
                        report_else_if(markup, rest);
                        Ok(())
                    })?;
                    condition = None;
                    has_else = true;
                }
                _ => break,
            }
        }
        if !has_else {
            self.tracker.clone_from(&before);
            self.join_end(&mut after);
        }
        self.tracker = after.unwrap_or(before);
        let is_blank = branches.iter().all(|(_, body)| body.is_blank);
        let branch = |(index, (condition, body)): (usize, (Option<Condition>, Block))| Branch {
            condition,
            negated: is_unless && index == 0,
            body: body.nodes(is_blank),
        };
        Ok((Node::If(branches.into_iter().enumerate().map(branch).collect()), is_blank))
    }

    /// Joins the place in HTML where a branch ends with the places where other branches ended.
    fn join_end(&self, after: &mut Option<Tracker>) {
        match after {
            Some(after) => after.join(&self.tracker),
            None => *after = Some(self.tracker.clone()),
        }
    }

    pub(super) fn case_block(&mut self, tag: &Tag) -> Result<(Node, bool), ParseError> {
        let subject = self.read(tag, |markup, rest| {
            let mut cursor = Cursor::new(rest);
            let subject = markup.expression(&mut cursor)?;
            markup.end(&cursor).map(|()| subject)
        })?;
        let ends = ["when", "else", "endcase"];
        let (before, mut after) = (self.tracker.clone(), None);
        self.join_end(&mut after);
        let (_before_the_first_when, mut next) = self.body(tag, &ends)?;
        let mut branches = Vec::new();
        while next.name() != "endcase" {
            let values = if next.name() == "when" { Some(self.read(&next, when)?) } else { None };
            self.tracker.clone_from(&before);
            let (body, end) = self.body(tag, &ends)?;
            self.join_end(&mut after);
            branches.push((values, body));
            next = end;
        }
        self.tracker = after.unwrap_or(before);
        let is_blank = branches.iter().all(|(_, body)| body.is_blank);
        let branches = branches.into_iter().map(|(values, body)| When { values, body: body.nodes(is_blank) }).collect();
        Ok((Node::Case { subject, branches }, is_blank))
    }

    pub(super) fn for_loop(&mut self, tag: &Tag) -> Result<(Node, bool), ParseError> {
        let head = self.read(tag, |markup, rest| LoopHead::parse(markup, rest, &["limit", "offset"]))?;
        let mut after = Some(self.tracker.clone());
        let (body, end) = self.loop_body(tag, &["else", "endfor"])?;
        self.join_end(&mut after);
        let otherwise = if end.name() == "else" { self.body(tag, &["endfor"])?.0 } else { Block::default() };
        self.join_end(&mut after);
        self.tracker = after.unwrap_or_default();
        let is_blank = body.is_blank && (otherwise.is_blank || otherwise.nodes.is_empty());
        let node = Loop { head, body: body.nodes(is_blank), otherwise: otherwise.nodes(is_blank) };
        Ok((Node::For(Box::new(node)), is_blank))
    }

    pub(super) fn table_row(&mut self, tag: &Tag) -> Result<(Node, bool), ParseError> {
        let head = self.read(tag, |markup, rest| LoopHead::parse(markup, rest, &["limit", "offset", "cols"]))?;
        let (body, _) = self.loop_body(tag, &["endtablerow"])?;
        Ok((Node::TableRow(Box::new(Loop { head, body: body.nodes(false), otherwise: Vec::new() })), false))
    }

    /// The body of a loop, and the tag that ends it. If a round may end in another place of HTML than it began in, later rounds
    /// begin in places that were not followed, so all contexts in the body become unknown.
    fn loop_body(&mut self, tag: &Tag, ends: &[&'static str]) -> Result<(Block, Tag<'s>), ParseError> {
        let before = self.tracker.clone();
        self.exits.push(None);
        let (mut body, end) = self.body(tag, ends)?;
        if let Some(exit) = self.exits.pop().flatten() {
            self.tracker.join(&exit);
        }
        if self.tracker != before {
            body.nodes.iter_mut().for_each(Node::forget_context);
        }
        Ok((body, end))
    }
}

//! `{% for %}` and `{% tablerow %}` over arrays, objects and ranges, none of which is copied or spelled out.

use std::sync::Arc;

use crate::cursor::Cursor;
use crate::error::Fault;
use crate::expression::{Expression, NAME};
use crate::meter::Limit;
use crate::mistake::Mistake;
use crate::run::{Flow, Run};
use crate::source::Markup;
use crate::tree::Node;
use crate::value::{Object, Value};

/// Units of work for making a list of a key and its value.
const PAIR: usize = 160;

/// A loop: its head, its body, and the body for nothing to loop over.
pub(crate) struct Loop {
    pub(crate) head: LoopHead,
    pub(crate) body: Vec<Node>,
    pub(crate) otherwise: Vec<Node>,
}

/// `item in items limit: 2 offset: 1 reversed`.
pub(crate) struct LoopHead {
    name: String,
    /// `item-items`, by which loops go on where others ended.
    key: String,
    items: Expression,
    limit: Option<Expression>,
    offset: Option<Offset>,
    cols: Option<Expression>,
    reversed: bool,
    /// Its offset in the source.
    place: usize,
}

enum Offset {
    Value(Expression),
    /// `continue`: where the last loop of the same key ended.
    Continue,
}

impl LoopHead {
    /// Reads the head of a loop that takes these attributes.
    pub(crate) fn parse(markup: &mut Markup, text: &str, attributes: &[&str]) -> Result<LoopHead, Fault> {
        let mut cursor = Cursor::new(text);
        let place = markup.offset(cursor.rest());
        let name = cursor.name().ok_or_else(|| markup.fault(cursor.rest(), WRONG))?.to_owned();
        if name.len() > NAME.max {
            return Err(Fault::limit(place, NAME));
        }
        if !cursor.eat_word("in") {
            return Err(markup.fault(cursor.rest(), no_in(&cursor)));
        }
        let start = cursor.rest();
        let items = markup.expression(&mut cursor)?;
        let written = start.strip_suffix(cursor.rest()).unwrap_or(start).trim();
        let key = format!("{name}-{written}");
        let mut head = LoopHead { name, key, items, limit: None, offset: None, cols: None, reversed: false, place };
        while !cursor.is_at_end() {
            head.attribute(markup, &mut cursor, attributes)?;
        }
        Ok(head)
    }

    fn attribute(&mut self, markup: &mut Markup, cursor: &mut Cursor, attributes: &[&str]) -> Result<(), Fault> {
        if cursor.eat(",") {
            return Ok(());
        }
        if cursor.eat_word("reversed") {
            self.reversed = true;
            return Ok(());
        }
        let start = cursor.rest();
        let name = cursor.name().filter(|name| attributes.contains(name) && cursor.eat(":"));
        match name {
            Some("limit") => self.limit = Some(markup.expression(cursor)?),
            Some("cols") => self.cols = Some(markup.expression(cursor)?),
            Some("offset") if cursor.eat_word("continue") => self.offset = Some(Offset::Continue),
            Some(_) => self.offset = Some(Offset::Value(markup.expression(cursor)?)),
            None => return Err(markup.fault(start, no_attribute(start, attributes))),
        }
        Ok(())
    }
}

const WRONG: &str = "A loop must be written as {% for item in items %}.";

/// The sentence for a loop without `in` at the cursor.
fn no_in(cursor: &Cursor) -> &'static str {
    match cursor.peek_name() {
        Some("of") => "Write \"in\": {% for item in items %}.",
        _ if cursor.starts_with(",") => {
            "A loop has one variable: write {% for entry in object %}, with entry[0] for the key and entry[1] for the value."
        }
        _ => WRONG,
    }
}

/// The sentence for a text that is no attribute.
fn no_attribute(text: &str, attributes: &[&str]) -> String {
    if let Some(name) = attributes.iter().find(|name| text.starts_with(**name)) {
        return format!("Write {name}: with a colon.");
    }
    if text.starts_with('|') {
        return "A loop has no filters: assign the array before, with {% assign sorted = items | sort %}.".to_owned();
    }
    if text.starts_with("..") {
        return "A range is written as (1..5).".to_owned();
    }
    format!("A loop may be followed by {}: … and reversed alone.", attributes.join(": …, "))
}

/// The values that a loop runs over.
enum Items {
    List(Arc<Vec<Value>>),
    Pairs(Arc<Object>),
    Range { from: i64, length: u64 },
    One(Value),
    None,
}

impl Items {
    fn of(value: Value) -> Items {
        match value {
            Value::List(items) => Items::List(items),
            Value::Object(entries) => Items::Pairs(entries),
            Value::Range(from, to) if to < from => Items::None,
            Value::Range(from, to) => Items::Range { from, length: to.abs_diff(from).saturating_add(1) },
            Value::Text(_) | Value::Markup(_) if !value.is_empty() => Items::One(value),
            _ => Items::None,
        }
    }

    fn len(&self) -> u64 {
        match self {
            Items::List(items) => items.len() as u64,
            Items::Pairs(entries) => entries.len() as u64,
            Items::Range { length, .. } => *length,
            Items::One(_) => 1,
            Items::None => 0,
        }
    }

    fn get(&self, index: u64) -> Value {
        let position = usize::try_from(index).unwrap_or(usize::MAX);
        match self {
            Items::List(items) => items.get(position).cloned().unwrap_or_default(),
            Items::Pairs(entries) => {
                entries.get_index(position).map(|(key, value)| Value::pair(key, value)).unwrap_or_default()
            }
            Items::Range { from, .. } => Value::Integer(from.wrapping_add_unsigned(index)),
            Items::One(value) => value.clone(),
            Items::None => Value::Nil,
        }
    }
}

/// The tag of a loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LoopKind {
    For,
    TableRow {
        /// Cells in a row.
        cols: u64,
    },
}

/// One round of a loop: the name that it binds, and how far the loop is.
pub(crate) struct Round<'t> {
    pub(crate) name: &'t str,
    pub(crate) item: Value,
    kind: LoopKind,
    key: &'t str,
    index: u64,
    length: u64,
}

impl Round<'_> {
    pub(crate) fn is_for(&self) -> bool {
        self.kind == LoopKind::For
    }

    /// A field of `forloop` or `tablerowloop`.
    pub(crate) fn field(&self, name: &str) -> Value {
        let number = |count: u64| Value::Integer(i64::try_from(count).unwrap_or(i64::MAX));
        let left = self.length - self.index;
        match (name, self.kind) {
            ("index", _) => number(self.index + 1),
            ("index0", _) => number(self.index),
            ("rindex", _) => number(left),
            ("rindex0", _) => number(left - 1),
            ("length", _) => number(self.length),
            ("first", _) => Value::Bool(self.index == 0),
            ("last", _) => Value::Bool(left == 1),
            ("name", LoopKind::For) => Value::text(self.key),
            ("row", LoopKind::TableRow { cols }) => number(self.index / cols + 1),
            ("col", LoopKind::TableRow { cols }) => number(self.index % cols + 1),
            ("col0", LoopKind::TableRow { cols }) => number(self.index % cols),
            ("col_first", LoopKind::TableRow { cols }) => Value::Bool(self.index.is_multiple_of(cols)),
            ("col_last", LoopKind::TableRow { cols }) => Value::Bool(self.index % cols == cols - 1),
            _ => Value::Nil,
        }
    }

    fn ends_row(&self, cols: u64) -> bool {
        self.index % cols == cols - 1 && self.index + 1 < self.length
    }
}

impl Loop {
    pub(crate) fn render<'t>(&'t self, out: &mut String, run: &mut Run<'t>) -> Result<Flow, Limit> {
        let items = Items::of(run.value(&self.head.items)?);
        let (start, length) = self.window(items.len(), run)?;
        if length == 0 {
            return run.nodes(&self.otherwise, out);
        }
        for index in 0..length {
            self.enter(run, &items, LoopKind::For, (start, length, index))?;
            let flow = run.nodes(&self.body, out);
            run.rounds.pop();
            if flow? == Flow::Break {
                break;
            }
        }
        Ok(Flow::On)
    }

    /// Prints the rows of a table, `cols` cells in each.
    pub(crate) fn render_rows<'t>(&'t self, out: &mut String, run: &mut Run<'t>) -> Result<Flow, Limit> {
        let items = Items::of(run.value(&self.head.items)?);
        let (start, length) = self.window(items.len(), run)?;
        let cols = match &self.head.cols {
            Some(cols) => self.number("cols", cols, run)?.unwrap_or(length),
            None => length,
        };
        let cols = cols.max(1);
        run.meter.write(out, "<tr class=\"row1\">\n")?;
        for index in 0..length {
            self.enter(run, &items, LoopKind::TableRow { cols }, (start, length, index))?;
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
        Ok(Flow::On)
    }

    fn enter<'t>(
        &'t self,
        run: &mut Run<'t>,
        items: &Items,
        kind: LoopKind,
        (start, length, index): (u64, u64, u64),
    ) -> Result<(), Limit> {
        run.meter.step()?;
        if matches!(items, Items::Pairs(_)) {
            run.meter.spend_bytes(PAIR)?;
        }
        let position = if self.head.reversed { length - 1 - index } else { index };
        let item = items.get(start + position);
        run.rounds.push(Round { name: &self.head.name, item, kind, key: &self.head.key, index, length });
        Ok(())
    }

    /// The first position and the number of rounds that `offset` and `limit` leave of `length`.
    fn window<'t>(&'t self, length: u64, run: &mut Run<'t>) -> Result<(u64, u64), Limit> {
        let offset = match &self.head.offset {
            Some(Offset::Continue) => run.ends.get(self.head.key.as_str()).copied(),
            Some(Offset::Value(offset)) => self.number("offset", offset, run)?,
            None => None,
        };
        let offset = offset.unwrap_or(0).min(length);
        let limit = match &self.head.limit {
            Some(limit) => self.number("limit", limit, run)?,
            None => None,
        };
        let rounds = limit.unwrap_or(u64::MAX).min(length - offset);
        run.meter.spend_bytes(self.head.key.len())?;
        run.ends.insert(&self.head.key, offset + rounds);
        Ok((offset, rounds))
    }

    /// The number that an attribute gives, 0 if it is negative, `None` if it is no number.
    fn number(&self, name: &str, expression: &Expression, run: &Run) -> Result<Option<u64>, Limit> {
        let value = run.value(expression)?;
        let number = value.as_integer();
        if number.is_none() && !value.is_nil() {
            let message = || format!("The attribute \"{name}\" of a loop must be a whole number.");
            run.tell(self.head.place, || Mistake::Other(message()));
        }
        Ok(number.map(|number| u64::try_from(number).unwrap_or(0)))
    }
}

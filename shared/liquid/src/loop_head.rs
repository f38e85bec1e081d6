//! The heads of `{% for %}` and `{% tablerow %}`, and the items that loops run over. Arrays, objects and ranges are neither copied
//! nor written out.

use std::sync::Arc;

use crate::cursor::Cursor;
use crate::error::ParseError;
use crate::expression::{Expression, NAME};
use crate::markup::Markup;
use crate::meter::LimitExceeded;
use crate::mistake::Mistake;
use crate::run::Run;
use crate::value::{Object, Value};

/// The head of a loop: `item in items limit: 2 offset: 1 reversed`.
pub(crate) struct LoopHead {
    pub(crate) name: String,
    /// The key of the loop, `item-items`: `offset: continue` goes on where the last loop with this key ended.
    pub(crate) key: String,
    pub(crate) items: Expression,
    limit: Option<Expression>,
    offset: Option<Offset>,
    cols: Option<Expression>,
    pub(crate) reversed: bool,
    /// The offset of the head in the source.
    place: usize,
}

enum Offset {
    Value(Expression),
    /// `offset: continue`, the position at which the last loop with this key ended.
    Continue,
}

impl LoopHead {
    /// Reads the head of a loop. `attributes` are the names of the attributes that the loop takes.
    pub(crate) fn parse(markup: &mut Markup, text: &str, attributes: &[&str]) -> Result<LoopHead, ParseError> {
        let mut cursor = Cursor::new(text);
        let place = markup.offset(cursor.rest());
        let name = cursor.name().ok_or_else(|| markup.error(cursor.rest(), WRONG))?.to_owned();
        if name.len() > NAME.max {
            return Err(ParseError::limit(place, NAME));
        }
        if !cursor.eat_word("in") {
            return Err(markup.error(cursor.rest(), no_in(&cursor)));
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

    fn attribute(&mut self, markup: &mut Markup, cursor: &mut Cursor, attributes: &[&str]) -> Result<(), ParseError> {
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
            None => return Err(markup.error(start, no_attribute(start, attributes))),
        }
        Ok(())
    }

    /// The position of the first item and the number of rounds, by `offset` and `limit`, for `length` items.
    pub(crate) fn window<'t>(&'t self, length: u64, run: &mut Run<'t>) -> Result<(u64, u64), LimitExceeded> {
        let offset = match &self.offset {
            Some(Offset::Continue) => run.loop_ends.get(self.key.as_str()).copied(),
            Some(Offset::Value(offset)) => self.number("offset", offset, run)?,
            None => None,
        };
        let offset = offset.unwrap_or(0).min(length);
        let limit = match &self.limit {
            Some(limit) => self.number("limit", limit, run)?,
            None => None,
        };
        let rounds = limit.unwrap_or(u64::MAX).min(length - offset);
        run.meter.spend_bytes(self.key.len())?;
        run.loop_ends.insert(&self.key, offset + rounds);
        Ok((offset, rounds))
    }

    /// The cells in a row of `{% tablerow %}`: those of `cols`, or as many as there are rounds, and at least one.
    pub(crate) fn columns(&self, length: u64, run: &Run) -> Result<u64, LimitExceeded> {
        let columns = match &self.cols {
            Some(cols) => self.number("cols", cols, run)?.unwrap_or(length),
            None => length,
        };
        Ok(columns.max(1))
    }

    /// The number that an attribute gives. A negative number becomes 0, and a value that is no number is reported and gives `None`.
    fn number(&self, name: &str, expression: &Expression, run: &Run) -> Result<Option<u64>, LimitExceeded> {
        let value = run.value(expression)?;
        let number = value.as_integer();
        if number.is_none() && !value.is_nil() {
            let message = || format!("The attribute \"{name}\" of a loop must be a whole number.");
            run.report(self.place, || Mistake::Other(message()));
        }
        Ok(number.map(|number| u64::try_from(number).unwrap_or(0)))
    }
}

const WRONG: &str = "A loop must be written as {% for item in items %}.";

/// The sentence on a loop without `in` at the cursor.
fn no_in(cursor: &Cursor) -> &'static str {
    match cursor.peek_name() {
        Some("of") => "Write \"in\": {% for item in items %}.",
        _ if cursor.starts_with(",") => {
            "A loop has one variable: write {% for entry in object %}, with entry[0] for the key and entry[1] for the value."
        }
        _ => WRONG,
    }
}

/// The sentence on a text that is no attribute.
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
pub(crate) enum Items {
    List(Arc<Vec<Value>>),
    Pairs(Arc<Object>),
    Range { from: i64, length: u64 },
    One(Value),
    None,
}

impl Items {
    pub(crate) fn of(value: Value) -> Items {
        match value {
            Value::List(items) => Items::List(items),
            Value::Object(entries) => Items::Pairs(entries),
            Value::Range(from, to) if to < from => Items::None,
            Value::Range(from, to) => Items::Range { from, length: to.abs_diff(from).saturating_add(1) },
            Value::Text(_) | Value::Html(_) if !value.is_empty() => Items::One(value),
            _ => Items::None,
        }
    }

    pub(crate) fn len(&self) -> u64 {
        match self {
            Items::List(items) => items.len() as u64,
            Items::Pairs(entries) => entries.len() as u64,
            Items::Range { length, .. } => *length,
            Items::One(_) => 1,
            Items::None => 0,
        }
    }

    pub(crate) fn get(&self, index: u64) -> Value {
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

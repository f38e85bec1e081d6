//! `{% for %}` over arrays, objects and ranges, none of which is copied or spelled out.

use liquid_core::model::{ArrayView, KStringCow, Value};
use liquid_core::parser::{TagToken, TagTokenIter};
use liquid_core::{Expression, ValueCow, ValueView};

use super::Unread;
use super::chain::value_of;
use super::filters::integer_of;
use super::meter::Limit;
use super::print::{entries, is_string, string, weigh};
use super::run::{self, Flow};
use super::scope::{Binding, Progress, Scope};
use super::tokens::{self, matched};
use super::tree::Node;

/// A loop: its head, its body, and what is rendered where there is nothing to loop over.
pub(super) struct Loop {
    pub(super) head: LoopHead,
    pub(super) body: Vec<Node>,
    pub(super) otherwise: Vec<Node>,
}

/// `item in items limit: 2 offset: 1 reversed`.
pub(super) struct LoopHead {
    name: String,
    source: Source,
    limit: Option<Expression>,
    offset: Option<Expression>,
    reversed: bool,
}

enum Source {
    Value(Expression),
    Range(Expression, Expression),
}

impl LoopHead {
    pub(super) fn parse(text: &str) -> Result<LoopHead, Unread> {
        tokens::read(text, |tokens| {
            let name = matched(tokens.next()?.expect_identifier())?.to_owned();
            (tokens.next()?.as_str() == "in").then_some(())?;
            let source = Source::parse(tokens.next()?)?;
            let mut head = LoopHead { name, source, limit: None, offset: None, reversed: false };
            while let Some(word) = tokens.next() {
                head.attribute(word.as_str(), tokens)?;
            }
            Some(head)
        })
    }

    fn attribute(&mut self, name: &str, tokens: &mut TagTokenIter) -> Option<()> {
        match name {
            "reversed" => self.reversed = true,
            "limit" => self.limit = Some(after_colon(tokens)?),
            "offset" => self.offset = Some(after_colon(tokens)?),
            "," => {}
            _ => return None,
        }
        Some(())
    }
}

fn after_colon(tokens: &mut TagTokenIter) -> Option<Expression> {
    (tokens.next()?.as_str() == ":").then_some(())?;
    tokens::next_value(tokens)
}

impl Source {
    fn parse(token: TagToken) -> Option<Source> {
        match token.expect_range() {
            liquid_core::parser::TryMatchToken::Matches((from, to)) => Some(Source::Range(from, to)),
            liquid_core::parser::TryMatchToken::Fails(token) => tokens::as_value(token).map(Source::Value),
        }
    }
}

/// What a loop runs over.
enum Items<'v> {
    Array(&'v dyn ArrayView),
    Pairs(Vec<Value>),
    Range { from: i64, length: u64 },
    One(&'v dyn ValueView),
    None,
}

impl<'v> Items<'v> {
    fn of(value: &'v dyn ValueView, scope: &Scope) -> Result<Items<'v>, Limit> {
        if let Some(array) = value.as_array() {
            return Ok(Items::Array(array));
        }
        if let Some(object) = value.as_object() {
            weigh(value, scope.meter())?;
            let pair =
                |(key, value): (KStringCow, &dyn ValueView)| Value::array([string(key.as_str()), value.to_value()]);
            return Ok(Items::Pairs(entries(object).into_iter().map(pair).collect()));
        }
        let is_text = is_string(value) && !value.query_state(liquid_core::model::State::Empty);
        Ok(if is_text { Items::One(value) } else { Items::None })
    }

    fn range(from: i64, to: i64) -> Items<'v> {
        let length = if to < from { 0 } else { to.abs_diff(from).saturating_add(1) };
        Items::Range { from, length }
    }

    fn len(&self) -> u64 {
        match self {
            Items::Array(array) => u64::try_from(array.size()).unwrap_or(0),
            Items::Pairs(pairs) => pairs.len() as u64,
            Items::Range { length, .. } => *length,
            Items::One(_) => 1,
            Items::None => 0,
        }
    }

    fn get(&self, index: u64) -> ValueCow<'_> {
        let position = i64::try_from(index).unwrap_or(i64::MAX);
        let found: Option<&dyn ValueView> = match self {
            Items::Array(array) => array.get(position),
            Items::Pairs(pairs) => {
                pairs.as_slice().get(usize::try_from(index).unwrap_or(usize::MAX)).map(Value::as_view)
            }
            Items::Range { from, .. } => return ValueCow::Owned(Value::scalar(from.wrapping_add_unsigned(index))),
            Items::One(value) => Some(*value),
            Items::None => None,
        };
        found.map_or_else(ValueCow::default, ValueCow::Borrowed)
    }
}

impl Loop {
    pub(super) fn render(&self, out: &mut String, scope: &Scope) -> Result<Flow, Limit> {
        match &self.head.source {
            Source::Value(expression) => {
                let value = value_of(expression, scope)?;
                self.run(&Items::of(value.as_view(), scope)?, out, scope)
            }
            Source::Range(from, to) => {
                let (from, to) = (integer(from, scope)?, integer(to, scope)?);
                self.run(&Items::range(from.unwrap_or(0), to.unwrap_or(0)), out, scope)
            }
        }
    }

    fn run(&self, items: &Items, out: &mut String, scope: &Scope) -> Result<Flow, Limit> {
        let (start, length) = self.window(items.len(), scope)?;
        if length == 0 {
            return run::nodes(&self.otherwise, out, scope);
        }
        for index in 0..length {
            scope.meter().step()?;
            let position = if self.head.reversed { length - 1 - index } else { index };
            let item = items.get(start + position);
            let progress = Progress { index, length };
            let inner = scope.inner(Binding { name: &self.head.name, item: item.as_view(), progress });
            if run::nodes(&self.body, out, &inner)? == Flow::Break {
                break;
            }
        }
        Ok(Flow::On)
    }

    /// The first position and the number of rounds that `offset` and `limit` leave of `length`.
    fn window(&self, length: u64, scope: &Scope) -> Result<(u64, u64), Limit> {
        let offset = attribute(self.head.offset.as_ref(), scope)?.unwrap_or(0).min(length);
        let limit = attribute(self.head.limit.as_ref(), scope)?.unwrap_or(u64::MAX);
        Ok((offset, limit.min(length - offset)))
    }
}

/// The number an attribute gives, 0 if it is negative, `None` if it is no number.
fn attribute(expression: Option<&Expression>, scope: &Scope) -> Result<Option<u64>, Limit> {
    let Some(expression) = expression else { return Ok(None) };
    Ok(integer(expression, scope)?.map(|number| u64::try_from(number).unwrap_or(0)))
}

fn integer(expression: &Expression, scope: &Scope) -> Result<Option<i64>, Limit> {
    Ok(integer_of(value_of(expression, scope)?.as_view()))
}

//! The conditions of `if`, `unless` and `elsif`.

use std::cmp::Ordering;

use crate::compare;
use crate::cursor::Cursor;
use crate::error::ParseError;
use crate::expression::Expression;
use crate::foreign_syntax::MarkupPlace;
use crate::markup::Markup;
use crate::meter::LimitExceeded;
use crate::mistake::Mistake;
use crate::run::Run;
use crate::value::Value;

/// Tests joined by `and` and `or`, which bind from right to left: `a and b or c` is `a and (b or c)`.
pub(crate) struct Condition {
    first: Test,
    rest: Vec<(Connective, Test)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Connective {
    And,
    Or,
}

struct Test {
    left: Expression,
    comparison: Option<(Operator, Expression)>,
    /// The offset of the test in the source.
    offset: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Contains,
}

const MIXED: &str = "A text is compared with a number: write \"| plus: 0\" in an assign before.";

const OPERATORS: &[(&str, Operator)] = &[
    ("==", Operator::Equal),
    ("!=", Operator::NotEqual),
    ("<>", Operator::NotEqual),
    ("\u{2260}", Operator::NotEqual),
    ("\u{2264}", Operator::LessOrEqual),
    ("\u{2265}", Operator::GreaterOrEqual),
    ("<=", Operator::LessOrEqual),
    (">=", Operator::GreaterOrEqual),
    ("<", Operator::Less),
    (">", Operator::Greater),
];

impl Condition {
    pub(crate) fn parse(markup: &mut Markup, text: &str) -> Result<Condition, ParseError> {
        markup.place = MarkupPlace::Condition;
        let mut cursor = Cursor::new(text);
        let first = Test::parse(markup, &mut cursor)?;
        let mut rest = Vec::new();
        while let Some(connective) = Connective::parse(&mut cursor) {
            rest.push((connective, Test::parse(markup, &mut cursor)?));
        }
        markup.end(&cursor)?;
        Ok(Condition { first, rest })
    }

    pub(crate) fn holds(&self, run: &Run) -> Result<bool, LimitExceeded> {
        let mut holds = self.first.holds(run)?;
        for (connective, test) in &self.rest {
            let is_settled = holds == (*connective == Connective::Or);
            if is_settled {
                return Ok(holds);
            }
            holds = test.holds(run)?;
        }
        Ok(holds)
    }
}

impl Connective {
    fn parse(cursor: &mut Cursor) -> Option<Connective> {
        if cursor.eat_word("and") {
            return Some(Connective::And);
        }
        cursor.eat_word("or").then_some(Connective::Or)
    }
}

impl Test {
    fn parse(markup: &mut Markup, cursor: &mut Cursor) -> Result<Test, ParseError> {
        let offset = markup.offset(cursor.rest());
        let left = markup.expression(cursor)?;
        let comparison = match Operator::parse(cursor) {
            Some(operator) => Some((operator, markup.expression(cursor)?)),
            None => None,
        };
        Ok(Test { left, comparison, offset })
    }

    fn holds(&self, run: &Run) -> Result<bool, LimitExceeded> {
        let left = run.value(&self.left)?;
        let Some((operator, right)) = &self.comparison else { return Ok(left.is_true_condition()) };
        let right = run.value(right)?;
        Ok(match operator {
            Operator::Equal => compare::equal(&left, &right, &run.meter)?,
            Operator::NotEqual => !compare::equal(&left, &right, &run.meter)?,
            Operator::Contains => compare::contains(&left, &right, &run.meter)?,
            Operator::Less => self.order(&left, &right, run)?.is_some_and(Ordering::is_lt),
            Operator::LessOrEqual => self.order(&left, &right, run)?.is_some_and(Ordering::is_le),
            Operator::Greater => self.order(&left, &right, run)?.is_some_and(Ordering::is_gt),
            Operator::GreaterOrEqual => self.order(&left, &right, run)?.is_some_and(Ordering::is_ge),
        })
    }

    /// The order of two values. A text that spells a number is compared with a number as a number, as in JavaScript. The author is
    /// told, since no other Liquid compares so.
    fn order(&self, left: &Value, right: &Value, run: &Run) -> Result<Option<Ordering>, LimitExceeded> {
        run.meter.spend_bytes(left.text_len().min(right.text_len()))?;
        let is_mixed = |a: &Value, b: &Value| a.as_text().is_some() && matches!(b, Value::Integer(_) | Value::Float(_));
        if is_mixed(left, right) || is_mixed(right, left) {
            run.report(self.offset, || Mistake::Other(MIXED.to_owned()));
            return Ok(match (left.as_number(), right.as_number()) {
                (Some(left), Some(right)) => compare::order(&left, &right),
                _ => None,
            });
        }
        Ok(compare::order(left, right))
    }
}

impl Operator {
    fn parse(cursor: &mut Cursor) -> Option<Operator> {
        if cursor.eat_word("contains") {
            return Some(Operator::Contains);
        }
        OPERATORS.iter().find(|(sign, _)| cursor.eat(sign)).map(|(_, operator)| *operator)
    }
}

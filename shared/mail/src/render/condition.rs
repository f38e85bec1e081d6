//! The conditions of `if`, `unless` and `elsif`.

use liquid_core::model::ValueViewCmp;
use liquid_core::parser::{TagToken, TagTokenIter};
use liquid_core::{Expression, ValueView};

use super::Unread;
use super::chain::value_of;
use super::meter::{Limit, Meter};
use super::print::{is_string, text_of, weigh};
use super::scope::Scope;
use super::tokens;

/// Alternatives, each a list of tests that must all hold: `and` binds tighter than `or`.
pub(super) struct Condition(Vec<Vec<Test>>);

struct Test {
    left: Expression,
    comparison: Option<(Operator, Expression)>,
}

#[derive(Debug, Clone, Copy)]
enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Contains,
}

impl Condition {
    pub(super) fn parse(text: &str) -> Result<Condition, Unread> {
        tokens::read(text, parse)
    }

    pub(super) fn holds(&self, scope: &Scope) -> Result<bool, Limit> {
        for tests in &self.0 {
            if all_hold(tests, scope)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn all_hold(tests: &[Test], scope: &Scope) -> Result<bool, Limit> {
    for test in tests {
        if !test.holds(scope)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn parse(tokens: &mut TagTokenIter) -> Option<Condition> {
    let mut alternatives = vec![Vec::new()];
    loop {
        let (test, connective) = Test::parse(tokens)?;
        alternatives.last_mut()?.push(test);
        match connective.as_deref() {
            None => return Some(Condition(alternatives)),
            Some("and") => {}
            Some("or") => alternatives.push(Vec::new()),
            Some(_) => return None,
        }
    }
}

impl Test {
    /// The next test and the word after it.
    fn parse(tokens: &mut TagTokenIter) -> Option<(Test, Option<String>)> {
        let left = tokens::next_value(tokens)?;
        let word = next_word(tokens);
        let Some(operator) = word.as_deref().and_then(Operator::parse) else {
            return Some((Test { left, comparison: None }, word));
        };
        let right = tokens::next_value(tokens)?;
        Some((Test { left, comparison: Some((operator, right)) }, next_word(tokens)))
    }

    fn holds(&self, scope: &Scope) -> Result<bool, Limit> {
        let left = value_of(&self.left, scope)?;
        let Some((operator, right)) = &self.comparison else {
            return Ok(is_truthy(left.as_view()));
        };
        let right = value_of(right, scope)?;
        compare(left.as_view(), *operator, right.as_view(), scope.meter())
    }
}

fn next_word(tokens: &mut TagTokenIter) -> Option<String> {
    tokens.next().as_ref().map(TagToken::as_str).map(str::to_owned)
}

impl Operator {
    fn parse(text: &str) -> Option<Operator> {
        Some(match text {
            "==" => Operator::Equal,
            "!=" | "<>" => Operator::NotEqual,
            "<" => Operator::Less,
            "<=" => Operator::LessOrEqual,
            ">" => Operator::Greater,
            ">=" => Operator::GreaterOrEqual,
            "contains" => Operator::Contains,
            _ => return None,
        })
    }
}

fn compare(left: &dyn ValueView, operator: Operator, right: &dyn ValueView, meter: &Meter) -> Result<bool, Limit> {
    weigh(left, meter)?;
    weigh(right, meter)?;
    let (a, b) = (ValueViewCmp::new(left), ValueViewCmp::new(right));
    Ok(match operator {
        Operator::Equal => a == b,
        Operator::NotEqual => a != b,
        Operator::Less => a < b,
        Operator::LessOrEqual => a <= b,
        Operator::Greater => a > b,
        Operator::GreaterOrEqual => a >= b,
        Operator::Contains => return contains(left, right, meter),
    })
}

/// True if a string holds a text, an array an item, an object a key.
fn contains(left: &dyn ValueView, right: &dyn ValueView, meter: &Meter) -> Result<bool, Limit> {
    if let Some(array) = left.as_array() {
        for item in array.values() {
            if equal(item, right, meter)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    Ok(match left.as_object() {
        Some(object) => object.contains_key(&text_of(right)),
        None => is_string(left) && text_of(left).contains(&*text_of(right)),
    })
}

/// True if the two are the same value.
pub(super) fn equal(left: &dyn ValueView, right: &dyn ValueView, meter: &Meter) -> Result<bool, Limit> {
    compare(left, Operator::Equal, right, meter)
}

/// True if the value is neither null nor false.
pub(super) fn is_truthy(value: &dyn ValueView) -> bool {
    value.query_state(liquid_core::model::State::Truthy)
}

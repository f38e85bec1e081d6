//! Reads the inside of a tag with the grammar of `liquid-core`, bounded where that grammar recurses or panics.

use liquid_core::Expression;
use liquid_core::parser::{Tag, TagToken, TagTokenIter, TryMatchToken};
use liquid_core::runtime::Variable;

use super::{SourceLimit, Unread};

/// How deep `a[b[c]]` may nest: the grammar recurses there.
const MAX_BRACKETS: usize = 8;
/// The longest run of digits read as a number: the grammar panics on what an `i64` cannot hold.
const MAX_DIGITS: usize = 18;
const BRACKETS: SourceLimit = SourceLimit { max: MAX_BRACKETS, of: "brackets inside each other" };
const DIGITS: SourceLimit = SourceLimit { max: MAX_DIGITS, of: "digits in a number" };
/// Names that the grammar reads as values of their own.
const LITERALS: [&str; 6] = ["nil", "null", "empty", "blank", "true", "false"];

/// The result of `read` over the tokens of `text`.
///
/// # Errors
/// `NotLiquid` if the grammar does not read it, or if `read` leaves a token; `TooLarge` if the grammar would read it, but for a limit.
pub(super) fn read<T>(text: &str, read: impl FnOnce(&mut TagTokenIter) -> Option<T>) -> Result<T, Unread> {
    let (text, exceeded) = bounded(text)?;
    let value = all_tokens(&format!("{{% _ {text} %}}"), read).ok_or(Unread::NotLiquid)?;
    exceeded.map_or(Ok(value), |limit| Err(Unread::TooLarge(limit)))
}

fn all_tokens<T>(tag: &str, read: impl FnOnce(&mut TagTokenIter) -> Option<T>) -> Option<T> {
    let parsed = Tag::new(tag).ok().filter(|parsed| parsed.as_str().len() == tag.len())?;
    let mut tokens = parsed.into_tokens();
    let value = read(&mut tokens)?;
    tokens.next().is_none().then_some(value)
}

/// The single value `text` consists of. Most are a plain name: that needs no grammar, and the grammar stumbles over
/// names that begin like a literal, such as `nullable`.
pub(super) fn value(text: &str) -> Result<Expression, Unread> {
    match identifier(text) {
        Some(name) if !LITERALS.contains(&name) => Ok(Expression::Variable(Variable::with_literal(name.to_owned()))),
        _ => read(text, next_value),
    }
}

/// The next token as a value.
pub(super) fn next_value(tokens: &mut TagTokenIter) -> Option<Expression> {
    as_value(tokens.next()?)
}

/// The token as a value.
pub(super) fn as_value(token: TagToken) -> Option<Expression> {
    matched(token.expect_value())
}

/// The match, if there is one.
pub(super) fn matched<T>(result: TryMatchToken<T>) -> Option<T> {
    match result {
        TryMatchToken::Matches(value) => Some(value),
        TryMatchToken::Fails(_) => None,
    }
}

/// One or more values with a separator from `separators` between each two.
pub(super) fn values(tokens: &mut TagTokenIter, separators: &[&str]) -> Option<Vec<Expression>> {
    let mut values = vec![next_value(tokens)?];
    while let Some(separator) = tokens.next() {
        separators.contains(&separator.as_str()).then_some(())?;
        values.push(next_value(tokens)?);
    }
    Some(values)
}

/// The name, if `text` is an identifier that a variable can have.
pub(super) fn identifier(text: &str) -> Option<&str> {
    let name = text.trim();
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    (starts_well && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))).then_some(name)
}

/// The text with tabs as spaces, which the grammar lacks, and without the digits that it cannot bear; and the limit that it exceeds.
///
/// # Errors
/// If its brackets nest too deep for the grammar. Those that are not closed are no Liquid.
fn bounded(text: &str) -> Result<(String, Option<SourceLimit>), Unread> {
    let mut quote = None;
    let (mut depth, mut deepest, mut digits, mut exceeded) = (0_usize, 0_usize, 0_usize, None);
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        let is_code = quote.is_none();
        match c {
            '"' | '\'' if is_code => quote = Some(c),
            _ if quote == Some(c) => quote = None,
            '[' if is_code => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            ']' if is_code => depth = depth.saturating_sub(1),
            _ => {}
        }
        digits = if is_code && c.is_ascii_digit() { digits + 1 } else { 0 };
        if digits > MAX_DIGITS {
            exceeded = Some(DIGITS);
        } else {
            safe.push(if is_code && c == '\t' { ' ' } else { c });
        }
    }
    match deepest > MAX_BRACKETS {
        true if depth > 0 => Err(Unread::NotLiquid),
        true => Err(Unread::TooLarge(BRACKETS)),
        false => Ok((safe, exceeded)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(value(text).ok().map(|value| value.to_string()).as_deref(), expected, "{text}");
    }

    #[test]
    fn one_value_and_nothing_else_is_a_value() {
        check("a", Some("a"));
        check("\ta[\"x y\"]\t", Some("a[\"x y\"]"));
        check("'}} %}'", Some("\"}} %}\""));
        check("12", Some("12"));
        for text in ["", "a b", "a |", "| a", "a %} b", "[a]", ".a", "a..b", "a == b", "(1..2)", "\u{e9}"] {
            check(text, None);
        }
    }

    #[test]
    fn a_plain_name_is_what_the_grammar_makes_of_it() {
        for name in ["a", "_", "a_b", "A1", "a-b", "a-", "nil", "null", "empty", "blank", "true", "false"] {
            let text = format!(" {name} ");
            assert_eq!(format!("{:?}", value(&text)), format!("{:?}", read(&text, next_value)), "{name}");
        }
    }

    #[test]
    fn a_name_may_begin_like_a_literal() {
        for name in ["empty_cart", "nullable", "true_name", "nilly"] {
            check(name, Some(name));
        }
    }

    #[test]
    fn what_the_grammar_cannot_bear_is_refused() {
        check("999999999999999999", Some("999999999999999999"));
        check("'9999999999999999999'", Some("\"9999999999999999999\""));
        let error = |text: &str| value(text).err();
        for text in ["9999999999999999999", &"9".repeat(4_000), "a[9999999999999999999]", "-9999999999999999999.5"] {
            assert_eq!(error(text), Some(Unread::TooLarge(DIGITS)), "{text}");
        }
        assert_eq!(error("9999999999999999999 a"), Some(Unread::NotLiquid));
        let nested = |depth: usize| format!("a{}{}", "[a".repeat(depth), "]".repeat(depth));
        assert_eq!((error(&nested(8)), error(&nested(9))), (None, Some(Unread::TooLarge(BRACKETS))));
        assert_eq!(error(&format!("a{}", "[a".repeat(4000))), Some(Unread::NotLiquid));
    }
}

//! Filters that cut a text into parts or to a length, or count its words.

use std::borrow::Cow;

use super::call::{FilterCall, FilterError};
use super::list::{character, pay_for_items};
use super::text::with_runs_replaced;
use crate::value::Value;

/// The parts of the text between separators, without empty parts at the end. An empty separator splits the text into characters,
/// and a blank splits it at any white space.
pub(super) fn split(call: &FilterCall) -> Result<Value, FilterError> {
    let (text, separator) = (call.text(), call.argument_text(0).unwrap_or_default());
    let parts = match &*separator {
        "" => return characters(&text, call),
        " " => collected(text.split_whitespace(), call)?,
        separator => {
            let mut parts = collected(text.split(separator), call)?;
            let kept = parts.iter().rposition(|part| !part.is_empty()).map_or(0, |last| last + 1);
            parts.truncate(kept);
            parts
        }
    };
    Ok(Value::list(parts))
}

fn characters(text: &str, call: &FilterCall) -> Result<Value, FilterError> {
    pay_for_items(text.chars().count(), call.meter)?;
    Ok(Value::list(text.chars().map(character).collect()))
}

fn collected<'t>(parts: impl Iterator<Item = &'t str> + Clone, call: &FilterCall) -> Result<Vec<Value>, FilterError> {
    pay_for_items(parts.clone().count(), call.meter)?;
    Ok(parts.map(Value::text).collect())
}

/// The first argument: the length to which a text is cut.
fn length(call: &FilterCall, default: i64) -> Result<usize, FilterError> {
    let length = call.integer(0)?.unwrap_or(default);
    Ok(usize::try_from(length).unwrap_or(if length < 0 { 0 } else { usize::MAX }))
}

fn ellipsis<'c>(call: &FilterCall<'c>) -> Cow<'c, str> {
    call.argument_text(1).unwrap_or(Cow::Borrowed("..."))
}

/// Cuts the text to as many characters as the first argument says (50), with the second argument (`...`) at the end of them.
pub(super) fn truncate(call: &FilterCall) -> Result<Value, FilterError> {
    if call.input.is_nil() {
        return Ok(Value::Nil);
    }
    let (text, length, ellipsis) = (call.text(), length(call, 50)?, ellipsis(call));
    if text.chars().count() <= length {
        return Ok(Value::text(&*text));
    }
    let kept = length.saturating_sub(ellipsis.chars().count());
    Ok(Value::text(text.chars().take(kept).chain(ellipsis.chars()).collect::<String>()))
}

/// Cuts the text to as many words as the first argument says (15), and adds the second argument (`...`).
pub(super) fn truncatewords(call: &FilterCall) -> Result<Value, FilterError> {
    if call.input.is_nil() {
        return Ok(Value::Nil);
    }
    let (text, count) = (call.text(), length(call, 15)?.max(1));
    if text.split_whitespace().nth(count).is_none() {
        return Ok(Value::text(&*text));
    }
    let mut out = String::with_capacity(text.len());
    for (index, word) in text.split_whitespace().take(count).enumerate() {
        out.push_str(if index > 0 { " " } else { "" });
        out.push_str(word);
    }
    Ok(Value::text(out + &ellipsis(call)))
}

/// The count of words. With `"cjk"` or `"auto"` each Chinese, Japanese or Korean character counts as a word.
pub(super) fn number_of_words(call: &FilterCall) -> Result<Value, FilterError> {
    let (text, mode) = (call.text(), call.argument_text(0).unwrap_or_default());
    Ok(Value::count(match &*mode {
        "cjk" | "auto" => {
            let others = text.split(|c: char| c.is_whitespace() || is_cjk(c)).filter(|word| !word.is_empty());
            text.chars().filter(|c| is_cjk(*c)).count() + others.count()
        }
        _ => text.split_whitespace().count(),
    }))
}

fn is_cjk(character: char) -> bool {
    matches!(character, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}')
}

/// The text as a part of a URL: words joined by hyphens. The first argument is the mode. The second, if true, keeps upper case.
pub(super) fn slugify(call: &FilterCall) -> Result<Value, FilterError> {
    let text = call.text();
    call.pay_for_growth(&text)?;
    let hyphenated = |text: &str, is_kept: fn(char) -> bool| {
        let slug = with_runs_replaced(text, '-', |character| !is_kept(character));
        let slug = slug.strip_prefix('-').unwrap_or(&slug);
        slug.strip_suffix('-').unwrap_or(slug).to_owned()
    };
    let slug = match call.argument_text(0).as_deref().unwrap_or("default") {
        "raw" => hyphenated(&text, |character| !character.is_whitespace()),
        "default" => hyphenated(&text, is_of_word),
        "pretty" => hyphenated(&text, |character| is_of_word(character) || "._~!$&'()+,;=@".contains(character)),
        "ascii" => hyphenated(&text, |character| character.is_ascii_alphanumeric()),
        "latin" => hyphenated(&without_accents(&text), is_of_word),
        _ => text.into_owned(),
    };
    let is_cased = call.argument(1).is_some_and(Value::is_truthy);
    Ok(Value::text(if is_cased { slug } else { slug.to_lowercase() }))
}

/// True for letters, digits and combining accents, which follow their letter.
fn is_of_word(character: char) -> bool {
    character.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&character)
}

/// The text without the accents of Western letters.
fn without_accents(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            'à'..='å' => out.push('a'),
            'æ' => out.push_str("ae"),
            'ç' => out.push('c'),
            'è'..='ë' => out.push('e'),
            'ì'..='ï' => out.push('i'),
            'ð' => out.push('d'),
            'ñ' => out.push('n'),
            'ò'..='ö' | 'ø' => out.push('o'),
            'ù'..='ü' => out.push('u'),
            'ý' | 'ÿ' => out.push('y'),
            'ß' => out.push_str("ss"),
            'œ' => out.push_str("oe"),
            'þ' => out.push_str("th"),
            'ẞ' => out.push_str("SS"),
            'Œ' => out.push_str("OE"),
            'Þ' => out.push_str("TH"),
            _ => out.push(character),
        }
    }
    out
}

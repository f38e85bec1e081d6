//! Addresses: the scheme that one has, as browsers find it (<https://url.spec.whatwg.org/#scheme-start-state>).

use std::borrow::Cow;

use super::{Context, Link, Place, Trust};

/// Bytes of the output that are looked through for the beginning of an address. No scheme is as long.
const MAX_LOOK_BACK: usize = 256;
/// Characters of the longest scheme that is looked at.
const MAX_SCHEME: usize = 16;

/// Schemes of addresses that run a script or hold a document.
const HARMFUL: [&str; 5] = ["javascript", "vbscript", "livescript", "data", "mocha"];
/// Schemes that some programs skip, to read another behind them.
const WRAPPERS: [&str; 4] = ["view-source", "feed", "jar", "wyciwyg"];

/// The value as it may be written into an address, of which `before` ends with the beginning: nothing if the address would
/// be harmful, and without characters that browsers skip, so that the beginning of an address is always near.
pub(super) fn harmless<'v>(value: &'v str, trust: Trust, context: Context, before: &str) -> Cow<'v, str> {
    let start = beginning(before, context);
    if is_harmful_behind(start, value, trust, context.link) {
        return Cow::Borrowed("");
    }
    if context.link == Link::Many {
        return Cow::Borrowed(value);
    }
    let is_first = start.chars().all(|c| c <= ' ');
    let value = if is_first { value.trim_start_matches(|c| c <= ' ') } else { value };
    if value.contains(|c: char| c.is_ascii_control()) {
        return value.chars().filter(|c| !c.is_ascii_control()).collect();
    }
    Cow::Borrowed(value)
}

/// True if the value of an attribute is harmful. It is HTML.
pub(super) fn is_harmful(value: &str, link: Link) -> bool {
    is_harmful_behind("", value, Trust::Markup, link)
}

/// The part of the address that was written already: `/` if it is too long to have part of a scheme.
fn beginning(before: &str, context: Context) -> &str {
    let from = before.floor_char_boundary(before.len().saturating_sub(MAX_LOOK_BACK));
    let near = &before[from..];
    let is_separator = |c: char| context.link == Link::Many && (c == ',' || c.is_ascii_whitespace());
    let found = match context.place {
        Place::Quoted(quote) => near.rsplit_once(|c| c == quote || is_separator(c)),
        _ => near.rsplit_once(|c: char| c.is_ascii_whitespace() || is_separator(c)),
    };
    let near = match found {
        Some((_, near)) => near,
        None if from == 0 => near,
        None => "/",
    };
    match context.place {
        Place::Quoted(_) => near,
        _ => near.split_once('=').map_or(near, |(_, value)| value).trim_start_matches(['"', '\'']),
    }
}

fn is_harmful_behind(start: &str, value: &str, trust: Trust, link: Link) -> bool {
    // The author may write a picture into the mail.
    if start.trim_ascii_start().get(..11).is_some_and(|start| start.eq_ignore_ascii_case("data:image/")) {
        return false;
    }
    let value = value.chars().flat_map(|c| match (trust, c) {
        (Trust::Text, '&') => "&amp;".chars().chain(None),
        _ => "".chars().chain(Some(c)),
    });
    let characters = Decoded { html: start.chars().chain(value) };
    let one = characters.clone().filter(|c| !c.is_ascii_control()).skip_while(|c| *c == ' ');
    let many = characters.map(|c| if c.is_ascii_whitespace() { ',' } else { c });
    (link != Link::Many && begins_harmfully(&mut { one }).is_err()) || (link != Link::One && begin_harmfully(many))
}

/// True if one of the addresses begins harmfully. They are separated by commas.
fn begin_harmfully(characters: impl Iterator<Item = char>) -> bool {
    let mut characters = characters.filter(|c| !c.is_ascii_control());
    loop {
        match begins_harmfully(&mut characters) {
            Err(Harmful) => return true,
            Ok(Some(',')) => {}
            Ok(_) if characters.any(|c| c == ',') => {}
            Ok(_) => return false,
        }
    }
}

struct Harmful;

/// Reads the scheme of an address and returns the character behind it. The address is harmful if it has a harmful scheme,
/// or would have with a `:` behind it.
fn begins_harmfully(characters: &mut impl Iterator<Item = char>) -> Result<Option<char>, Harmful> {
    let mut scheme = String::with_capacity(MAX_SCHEME);
    loop {
        scheme.clear();
        let end = characters.find(|c| {
            let goes_on = scheme.len() < MAX_SCHEME && (c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
            if goes_on {
                scheme.push(c.to_ascii_lowercase());
            }
            !goes_on
        });
        match end {
            Some(':') | None if HARMFUL.contains(&scheme.as_str()) => return Err(Harmful),
            Some(':') if WRAPPERS.contains(&scheme.as_str()) => {}
            _ => return Ok(end),
        }
    }
}

/// The characters of HTML, with its character references read as far as they matter in a scheme.
#[derive(Clone)]
struct Decoded<I> {
    html: I,
}

impl<I: Iterator<Item = char> + Clone> Iterator for Decoded<I> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        let c = self.html.next()?;
        if c != '&' {
            return Some(c);
        }
        let Some((decoded, len)) = reference(self.html.clone()) else { return Some(c) };
        self.html.nth(len - 1);
        Some(decoded)
    }
}

/// The character of the reference behind a `&`, and the reference's length.
fn reference(mut text: impl Iterator<Item = char> + Clone) -> Option<(char, usize)> {
    let begins_with = |name: &&(&str, char)| text.clone().take(name.0.len()).eq(name.0.chars());
    if let Some((name, c)) = [("colon;", ':'), ("Tab;", '\t'), ("NewLine;", '\n')].iter().find(begins_with) {
        return Some((*c, name.len()));
    }
    text.next().filter(|c| *c == '#')?;
    let radix = if text.clone().next().is_some_and(|c| matches!(c, 'x' | 'X')) { 16 } else { 10 };
    let prefix = usize::from(radix == 16);
    let digits = text.clone().skip(prefix).map_while(|c| c.to_digit(radix));
    let (code, len) =
        digits.fold((0_u32, 0), |(code, len), digit| (code.saturating_mul(radix).saturating_add(digit), len + 1));
    let semicolon = usize::from(text.nth(prefix + len) == Some(';'));
    (len > 0).then(|| (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 1 + prefix + len + semicolon))
}

//! Judges addresses by their scheme, which is found as browsers find it (<https://url.spec.whatwg.org/#scheme-start-state>).

use std::borrow::Cow;

use super::context::{Addresses, Context, Place, Trust};

/// The largest number of bytes of the output that are searched for the beginning of an address. No scheme is as long.
const MAX_LOOK_BACK: usize = 256;
/// The largest length of a scheme that is read.
const MAX_SCHEME: usize = 16;

/// The schemes of addresses that run a script or contain a document.
const HARMFUL: [&str; 5] = ["javascript", "vbscript", "livescript", "data", "mocha"];
/// The schemes that some programs skip to read another scheme behind them.
const WRAPPERS: [&str; 4] = ["view-source", "feed", "jar", "wyciwyg"];

/// The part of the value that may be written into an address, of which `before` ends with the beginning. It is empty if the address
/// would be harmful. Characters that browsers skip are left out, so that the beginning of an address is always near.
pub(super) fn harmless_part<'v>(value: &'v str, trust: Trust, context: Context, before: &str) -> Cow<'v, str> {
    let start = beginning(before, context);
    if is_harmful_behind(start, value, trust, context.addresses) {
        return Cow::Borrowed("");
    }
    if context.addresses == Addresses::Many {
        return Cow::Borrowed(value);
    }
    let is_first = start.chars().all(|c| c <= ' ');
    let value = if is_first { value.trim_start_matches(|c| c <= ' ') } else { value };
    if value.contains(|c: char| c.is_ascii_control()) {
        return value.chars().filter(|c| !c.is_ascii_control()).collect();
    }
    Cow::Borrowed(value)
}

/// True if the value of an attribute, which is HTML, is harmful.
pub(super) fn is_harmful(value: &str, addresses: Addresses) -> bool {
    is_harmful_behind("", value, Trust::Html, addresses)
}

/// The part of the address that is written already, or `/` if it is so long that its scheme lies before it.
fn beginning(before: &str, context: Context) -> &str {
    let from = before.floor_char_boundary(before.len().saturating_sub(MAX_LOOK_BACK));
    let near = &before[from..];
    let is_separator = |c: char| context.addresses == Addresses::Many && (c == ',' || c.is_ascii_whitespace());
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

fn is_harmful_behind(start: &str, value: &str, trust: Trust, addresses: Addresses) -> bool {
    // The author may embed a picture in the mail.
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
    (addresses != Addresses::Many && begins_harmfully(&mut { one }).is_err())
        || (addresses != Addresses::One && begin_harmfully(many))
}

/// True if one of the addresses begins harmfully. Commas separate them.
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

/// Reads the scheme of an address and returns the character behind it. The address is harmful if its scheme is, or if a `:` behind
/// it would make it so.
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

/// The characters of HTML. Character references are resolved as far as they matter in a scheme.
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

/// The character of the reference behind a `&`, and the length of the reference.
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

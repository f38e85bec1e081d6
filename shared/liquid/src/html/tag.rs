//! A quick way over whole tags, as most tags are.

use super::names::{Name, RawElement, find_byte, is_blank};

/// The length of the tag that begins behind a `<`, with its `>`. `None` if the tag does not end in `bytes`, if its content is raw
/// text, or if its quotes are not in the usual places: the tokenizer then reads the tag step by step.
pub(super) fn tag_len(bytes: &[u8]) -> Option<usize> {
    let slash = usize::from(bytes.first() == Some(&b'/'));
    bytes.get(slash).filter(|first| first.is_ascii_alphabetic())?;
    let name = bytes[slash..].iter().position(|byte| is_blank(*byte) || matches!(*byte, b'/' | b'>'))?;
    let mut from = slash + name;
    if slash == 0 && is_raw(&bytes[..from]) {
        return None;
    }
    loop {
        let rest = &bytes[from..];
        let at = rest.iter().position(|byte| matches!(*byte, b'"' | b'\'' | b'>'))?;
        if rest[at] == b'>' {
            return Some(from + at + 1);
        }
        if !ends_with_name(&rest[..at]) {
            return None;
        }
        from += at + 1 + find_byte(&rest[at + 1..], rest[at])? + 1;
    }
}

fn is_raw(name: &[u8]) -> bool {
    let mut lower = Name::default();
    lower.push(name);
    RawElement::of(lower.as_bytes()).is_some()
}

/// True if the text between two values in quotes ends with a name and its `=`, and not in a value without quotes.
fn ends_with_name(between: &[u8]) -> bool {
    let Some(names) = between.strip_suffix(b"=") else { return false };
    let len = names.iter().rev().take_while(|byte| !is_blank(**byte) && !matches!(byte, b'=' | b'/')).count();
    let before = &names[..names.len() - len];
    let is_separate = before.last().is_none_or(|byte| is_blank(*byte));
    len > 0 && is_separate && before.iter().rev().find(|byte| !is_blank(**byte)) != Some(&b'=')
}

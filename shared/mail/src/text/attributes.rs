//! How many attributes a tag has, before a parser compares each of them to all others.

/// The most attributes one tag may have.
pub(super) const MAX_ATTRIBUTES: usize = 500;
/// How often a byte may be read on average: a tag may begin inside what another's quotes hold.
const READINGS: usize = 8;

/// Where the reading of a tag stands (HTML standard, 13.2.5.32 to 13.2.5.40).
#[derive(Clone, Copy)]
enum State {
    Name,
    Before,
    Attribute,
    AfterAttribute,
    BeforeValue,
    Value,
    Quoted(u8),
}

/// Whether no tag of `html`, wherever one could begin, has more attributes than it may.
pub(super) fn are_few(html: &str) -> bool {
    let bytes = html.as_bytes();
    let mut budget = bytes.len().saturating_mul(READINGS);
    for (at, _) in html.match_indices('<') {
        let rest = bytes.get(at + 1..).unwrap_or_default();
        let inside = rest.strip_prefix(b"/").unwrap_or(rest);
        if !inside.first().is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        let Some(left) = length_if_few(inside).and_then(|length| budget.checked_sub(length)) else { return false };
        budget = left;
    }
    true
}

/// How long the tag is that stands here, if it has few attributes.
fn length_if_few(inside: &[u8]) -> Option<usize> {
    let (mut state, mut count) = (State::Name, 0);
    for (at, &byte) in inside.iter().enumerate() {
        let next = state.after(byte);
        match (state, next) {
            (_, None) => return Some(at),
            (State::Before | State::AfterAttribute, Some(State::Attribute)) => count += 1,
            _ => {}
        }
        if count > MAX_ATTRIBUTES {
            return None;
        }
        state = next.unwrap_or(state);
    }
    Some(inside.len())
}

impl State {
    /// The state behind a byte, `None` at the end of the tag.
    fn after(self, byte: u8) -> Option<State> {
        let is_blank = byte.is_ascii_whitespace();
        Some(match (self, byte) {
            (State::Quoted(quote), _) => {
                if byte == quote {
                    State::Before
                } else {
                    self
                }
            }
            (_, b'>') => return None,
            (State::BeforeValue, b'"' | b'\'') => State::Quoted(byte),
            (State::BeforeValue, _) => {
                if is_blank {
                    self
                } else {
                    State::Value
                }
            }
            (State::Value, _) => {
                if is_blank {
                    State::Before
                } else {
                    self
                }
            }
            (_, b'/') => State::Before,
            (State::Attribute | State::AfterAttribute, b'=') => State::BeforeValue,
            (State::Attribute | State::AfterAttribute, _) if is_blank => State::AfterAttribute,
            (State::Name, _) if !is_blank => State::Name,
            (State::Name | State::Before, _) if is_blank => State::Before,
            _ => State::Attribute,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_counted_as_a_parser_does() {
        let check = |attribute: &str, at_most: usize| {
            assert!(are_few(&format!("x<p {}>", attribute.repeat(at_most))), "{attribute}");
            assert!(!are_few(&format!("x<p {}>", attribute.repeat(at_most + 1))), "{attribute}");
        };
        for one in ["a ", "a=b ", "a = b ", "a='b c d>'", "a=\"b c d>\"", "a/", "'a ", "\"a "] {
            check(one, MAX_ATTRIBUTES);
        }
        check("a 'b=c ", MAX_ATTRIBUTES / 2);
    }

    #[test]
    fn a_tag_may_begin_where_another_seems_to_be_open() {
        let many = format!("<p {}>", "a ".repeat(MAX_ATTRIBUTES + 1));
        for before in ["<!-- ", "<textarea><style></textarea>", "<script><!--<script></script>", "<p a='"] {
            assert!(!are_few(&format!("{before}{many}")), "{before}");
        }
        assert!(!are_few(&many.replace("<p", "</p")));
    }

    #[test]
    fn overlapping_tags_are_read_within_a_budget() {
        assert!(!are_few(&"<a".repeat(100_000)));
        assert!(are_few(&"1 < 2 <> </> <é ".repeat(10_000)));
        assert!(are_few(&"<p class='a' style=\"b: c\"><br/></p>".repeat(5_000)));
    }
}

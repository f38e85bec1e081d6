//! Cuts a source into literal text, outputs and tags, in one pass over its bytes.

use std::ops::Range;

use super::{SourceLimit, Unread};

/// Bytes one `{{ }}` or `{% %}` may hold.
pub(super) const MAX_MARKUP: usize = 8 * 1024;
/// Bytes all of them together may hold. It bounds what parsing them can cost.
const MAX_TOTAL: usize = 96 * 1024;
/// How many of them there may be, with the texts between them.
const MAX_PIECES: usize = 16_000;

const MARKUP: SourceLimit = SourceLimit { max: MAX_MARKUP, of: "bytes in one tag" };
const TOTAL: SourceLimit = SourceLimit { max: MAX_TOTAL, of: "bytes in all its tags" };
const PIECES: SourceLimit = SourceLimit { max: MAX_PIECES, of: "tags and texts between them" };

/// A stretch of the source, without its delimiters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Text(Range<usize>),
    Output(Range<usize>),
    Tag(Range<usize>),
    /// Here the source exceeds a limit. Nothing follows.
    Excess(SourceLimit),
}

/// The pieces of `source`, with `raw` and `comment` blocks and the whitespace control resolved, as far as the limits allow.
///
/// # Errors
/// `NotLiquid` if a delimiter is never closed.
pub(super) fn pieces(source: &str) -> Result<Vec<Piece>, Unread> {
    let mut lexer = Lexer { source, position: 0, budget: MAX_TOTAL, trim: false, pieces: Vec::new() };
    while let Some(open) = lexer.next_opener() {
        match lexer.markup(open) {
            Ok(()) => {}
            Err(Unread::TooLarge(limit)) => {
                lexer.pieces.push(Piece::Excess(limit));
                return Ok(lexer.pieces);
            }
            Err(Unread::NotLiquid) => return Err(Unread::NotLiquid),
        }
    }
    lexer.text(source.len(), false);
    Ok(lexer.pieces)
}

/// Follows string literals byte by byte. A quote inside a word (`what's`) opens none.
#[derive(Default)]
pub(super) struct Quotes {
    open: Option<u8>,
    previous: u8,
}

impl Quotes {
    /// True if `byte`, the next one, stands outside every string literal.
    pub(super) fn is_code(&mut self, byte: u8) -> bool {
        let in_word = self.previous.is_ascii_alphanumeric() || !self.previous.is_ascii();
        self.previous = byte;
        match self.open {
            Some(quote) if byte == quote => self.open = None,
            Some(_) => {}
            None if matches!(byte, b'"' | b'\'') && !in_word => self.open = Some(byte),
            None => return true,
        }
        false
    }
}

/// One `{{ … }}` or `{% … %}`: its inside, where the source goes on, and which neighbours lose their whitespace.
struct Markup {
    body: Range<usize>,
    end: usize,
    trims_before: bool,
    trims_after: bool,
}

struct Lexer<'s> {
    source: &'s str,
    position: usize,
    budget: usize,
    trim: bool,
    pieces: Vec<Piece>,
}

impl Lexer<'_> {
    fn next_opener(&self) -> Option<usize> {
        let bytes = self.source.as_bytes();
        let mut from = self.position;
        loop {
            let at = from + self.source.get(from..)?.find('{')?;
            if matches!(bytes.get(at + 1), Some(b'{' | b'%')) {
                return Some(at);
            }
            from = at + 1;
        }
    }

    fn markup(&mut self, open: usize) -> Result<(), Unread> {
        let is_output = self.source.as_bytes().get(open + 1) == Some(&b'{');
        let markup = self.delimited(open, if is_output { *b"}}" } else { *b"%}" })?;
        self.text(open, markup.trims_before);
        self.go_on_after(&markup);
        match self.source.get(markup.body.clone()).unwrap_or_default().trim() {
            _ if is_output => self.push(Piece::Output(markup.body)),
            "raw" => self.raw().ok_or(Unread::NotLiquid),
            "comment" => self.comment().ok_or(Unread::NotLiquid),
            _ => self.push(Piece::Tag(markup.body)),
        }
    }

    fn go_on_after(&mut self, markup: &Markup) {
        self.position = markup.end;
        self.trim = markup.trims_after;
    }

    fn push(&mut self, piece: Piece) -> Result<(), Unread> {
        self.pieces.push(piece);
        if self.pieces.len() > MAX_PIECES { Err(Unread::TooLarge(PIECES)) } else { Ok(()) }
    }

    /// Takes the literal text up to `end`.
    fn text(&mut self, end: usize, trim_end: bool) {
        let whole = self.source.get(self.position..end).unwrap_or_default();
        let late = if self.trim { whole.trim_start() } else { whole };
        let start = end - late.len();
        let kept = if trim_end { late.trim_end() } else { late };
        if !kept.is_empty() {
            self.pieces.push(Piece::Text(start..start + kept.len()));
        }
    }

    fn delimited(&mut self, open: usize, closer: [u8; 2]) -> Result<Markup, Unread> {
        let bytes = self.source.as_bytes();
        let trims_before = bytes.get(open + 2) == Some(&b'-');
        let start = open + 2 + usize::from(trims_before);
        let close = self.close(start, closer)?;
        let trims_after = close > start && bytes.get(close - 1) == Some(&b'-');
        Ok(Markup { body: start..close - usize::from(trims_after), end: close + 2, trims_before, trims_after })
    }

    /// Where `closer` follows `start`: the first one outside a string, or the first one at all if a quote stays open.
    fn close(&mut self, start: usize, closer: [u8; 2]) -> Result<usize, Unread> {
        let rest = self.source.as_bytes().get(start..).unwrap_or_default();
        let window = rest.get(..MAX_MARKUP + closer.len()).unwrap_or(rest);
        let is_closer = |pair: &[u8]| pair == closer;
        let outside = outside_strings(window, is_closer);
        let Some(close) = outside.or_else(|| window.windows(2).position(is_closer)) else {
            return Err(if is_closed(rest, closer) { Unread::TooLarge(MARKUP) } else { Unread::NotLiquid });
        };
        let left = self.budget.checked_sub(outside.unwrap_or(window.len()));
        self.budget = left.ok_or(Unread::TooLarge(TOTAL))?;
        Ok(start + close)
    }

    /// Takes everything up to `{% endraw %}` as literal text.
    fn raw(&mut self) -> Option<()> {
        let mut from = self.position;
        loop {
            let at = from + self.source.get(from..)?.find("{%")?;
            if let Some(end) = self.bare_tag(at, "endraw") {
                self.text(at, end.trims_before);
                self.go_on_after(&end);
                return Some(());
            }
            from = at + 2;
        }
    }

    /// Skips to the `{% endcomment %}` that belongs to the comment just opened.
    fn comment(&mut self) -> Option<()> {
        let mut depth = 1_usize;
        while depth > 0 {
            let at = self.position + self.source.get(self.position..)?.find("{%")?;
            self.position = at + 2;
            if self.bare_tag(at, "comment").is_some() {
                depth += 1;
            } else if let Some(end) = self.bare_tag(at, "endcomment") {
                depth -= 1;
                self.go_on_after(&end);
            }
        }
        Some(())
    }

    /// The tag at `open` if it is `name` without arguments.
    fn bare_tag(&self, open: usize, name: &str) -> Option<Markup> {
        let inside = self.source.get(open + 2..)?;
        let (trims_before, inside) = without_dash(inside);
        let (trims_after, rest) = without_dash(inside.trim_start().strip_prefix(name)?.trim_start());
        let end = self.source.len() - rest.strip_prefix("%}")?.len();
        Some(Markup { body: open..end, end, trims_before, trims_after })
    }
}

fn without_dash(text: &str) -> (bool, &str) {
    text.strip_prefix('-').map_or((false, text), |rest| (true, rest))
}

fn outside_strings(text: &[u8], is_sought: impl Fn(&[u8]) -> bool) -> Option<usize> {
    let mut quotes = Quotes::default();
    let mut pairs = text.windows(2).enumerate();
    pairs.find(|(_, pair)| quotes.is_code(pair[0]) && is_sought(pair)).map(|(at, _)| at)
}

/// True if a `closer` comes, however late, before the next markup opens.
fn is_closed(rest: &[u8], closer: [u8; 2]) -> bool {
    let is_delimiter = |pair: &[u8]| pair == closer || matches!(pair, b"{{" | b"{%");
    let next = outside_strings(rest, is_delimiter).or_else(|| rest.windows(2).position(is_delimiter));
    next.and_then(|at| rest.get(at..)).is_some_and(|rest| rest.starts_with(&closer))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pieces of `source` written as `text`, `{body}` and `%body%`, joined by `·`.
    fn check(source: &str, expected: Option<&str>) {
        let show = |piece: &Piece| match piece {
            Piece::Text(range) => source[range.clone()].to_owned(),
            Piece::Output(range) => format!("{{{}}}", &source[range.clone()]),
            Piece::Tag(range) => format!("%{}%", &source[range.clone()]),
            Piece::Excess(limit) => limit.of.to_owned(),
        };
        let shown = pieces(source).ok().map(|pieces| pieces.iter().map(show).collect::<Vec<_>>().join("·"));
        assert_eq!(shown.as_deref(), expected, "{source}");
    }

    #[test]
    fn text_outputs_and_tags_are_told_apart() {
        check("", Some(""));
        check("a { b } % c", Some("a { b } % c"));
        check("a{{b}}c{% d %}", Some("a·{b}·c·% d %"));
    }

    #[test]
    fn whitespace_control_trims_the_neighbours() {
        check("a \n {{- b -}} \t c", Some("a·{ b }·c"));
        check("a {%- b -%} {%- c %} d", Some("a·% b %·% c %· d"));
        check("{{-}}{{--}}", Some("{}·{}"));
    }

    #[test]
    fn a_closer_inside_a_string_closes_nothing() {
        check(r#"{{ a ?? "}}" }}"#, Some(r#"{ a ?? "}}" }"#));
        check("{% assign a = '%}' %}", Some("% assign a = '%}' %"));
    }

    #[test]
    fn an_apostrophe_opens_no_string_inside_a_word_or_when_it_stays_open() {
        check("{{ a ?? what's up }} it's", Some("{ a ?? what's up }· it's"));
        check("{{ a ?? 'tis }} b", Some("{ a ?? 'tis }· b"));
    }

    #[test]
    fn raw_is_text_and_comments_are_nothing() {
        check("{% raw %} {{ a }} {% b {% endraw %}", Some(" {{ a }} {% b "));
        check("{% raw -%} a {%- endraw -%} b", Some("a·b"));
        check("a{% comment %}{{ {% comment %}{% endcomment %}{% endcomment %}b", Some("a·b"));
    }

    #[test]
    fn what_is_never_closed_is_refused() {
        for source in ["{{ a", "{% if", "{{ a }", "{% raw %}a", "{% comment %}a", "{% raw %}{% endraw"] {
            check(source, None);
        }
    }

    #[test]
    fn more_markup_than_the_limits_allow_ends_the_pieces() {
        let excess = |source: &str| match pieces(source).map(|mut pieces| pieces.pop()) {
            Ok(Some(Piece::Excess(limit))) => Some(limit),
            _ => None,
        };
        let spaces = |count| format!("{{{{{}}}}}", " ".repeat(count));
        let string = |count| format!("{{% assign a = '{}' %}}", "{{".repeat(count));
        for (within, beyond, limit) in [
            ("{{a}}".repeat(MAX_PIECES), "{{a}}".repeat(MAX_PIECES + 1), PIECES),
            (spaces(MAX_MARKUP), spaces(MAX_MARKUP + 1), MARKUP),
            (string(MAX_MARKUP / 2 - 10), string(MAX_MARKUP), MARKUP),
            (spaces(MAX_TOTAL / 24).repeat(24), spaces(MAX_TOTAL / 24).repeat(25), TOTAL),
        ] {
            assert_eq!((excess(&within), excess(&beyond)), (None, Some(limit)), "{limit:?}");
        }
    }

    #[test]
    fn markup_that_another_opens_in_or_that_ends_nowhere_is_no_liquid() {
        let filler = "x".repeat(2 * MAX_MARKUP);
        for source in ["{{".repeat(1 << 20), format!("{{{{ {filler}"), format!("{{{{ a }} {filler} {{{{ b }}}}}}")] {
            assert_eq!(pieces(&source), Err(Unread::NotLiquid), "{source:.20}");
        }
    }
}

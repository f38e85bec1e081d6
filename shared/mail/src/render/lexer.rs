//! Cuts a source into literal text, outputs and tags, in one pass over its bytes.

use std::ops::Range;

/// Bytes one `{{ }}` or `{% %}` may hold.
pub(super) const MAX_MARKUP: usize = 8 * 1024;
/// Bytes all of them together may hold. It bounds what parsing them can cost.
const MAX_TOTAL: usize = 96 * 1024;
/// How many of them there may be.
const MAX_PIECES: usize = 16_000;

/// A stretch of the source, without its delimiters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Text(Range<usize>),
    Output(Range<usize>),
    Tag(Range<usize>),
}

/// The pieces of `source`, with `raw` and `comment` blocks and the whitespace control resolved. `None` if a delimiter
/// is never closed or a limit is exceeded.
pub(super) fn pieces(source: &str) -> Option<Vec<Piece>> {
    let mut lexer = Lexer { source, position: 0, budget: MAX_TOTAL, trim: false, pieces: Vec::new() };
    while let Some(open) = lexer.next_opener() {
        lexer.markup(open)?;
    }
    lexer.text(source.len(), false);
    Some(lexer.pieces)
}

/// Follows string literals byte by byte. A quote inside a word (`what's`) opens none.
#[derive(Default)]
pub(super) struct Quotes {
    open: Option<u8>,
    previous: u8,
}

impl Quotes {
    /// Whether `byte`, the next one, stands outside every string literal.
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

    fn markup(&mut self, open: usize) -> Option<()> {
        let is_output = self.source.as_bytes().get(open + 1) == Some(&b'{');
        let markup = self.delimited(open, if is_output { *b"}}" } else { *b"%}" })?;
        self.text(open, markup.trims_before);
        self.go_on_after(&markup);
        match self.source.get(markup.body.clone())?.trim() {
            _ if is_output => self.push(Piece::Output(markup.body)),
            "raw" => self.raw(),
            "comment" => self.comment(),
            _ => self.push(Piece::Tag(markup.body)),
        }
    }

    fn go_on_after(&mut self, markup: &Markup) {
        self.position = markup.end;
        self.trim = markup.trims_after;
    }

    fn push(&mut self, piece: Piece) -> Option<()> {
        self.pieces.push(piece);
        (self.pieces.len() <= MAX_PIECES).then_some(())
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

    fn delimited(&mut self, open: usize, closer: [u8; 2]) -> Option<Markup> {
        let bytes = self.source.as_bytes();
        let trims_before = bytes.get(open + 2) == Some(&b'-');
        let start = open + 2 + usize::from(trims_before);
        let close = self.close(start, closer)?;
        let trims_after = close > start && bytes.get(close - 1) == Some(&b'-');
        Some(Markup { body: start..close - usize::from(trims_after), end: close + 2, trims_before, trims_after })
    }

    /// Where `closer` follows `start`: the first one outside a string, or the first one at all if a quote stays open.
    fn close(&mut self, start: usize, closer: [u8; 2]) -> Option<usize> {
        let rest = self.source.as_bytes().get(start..)?;
        let window = rest.get(..MAX_MARKUP).unwrap_or(rest);
        let outside = closer_outside_strings(window, closer);
        self.budget = self.budget.checked_sub(outside.unwrap_or(window.len()))?;
        let close = outside.or_else(|| window.windows(2).position(|pair| pair == closer))?;
        Some(start + close)
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

fn closer_outside_strings(window: &[u8], closer: [u8; 2]) -> Option<usize> {
    let mut quotes = Quotes::default();
    let mut pairs = window.windows(2).enumerate();
    pairs.find(|(_, pair)| quotes.is_code(pair[0]) && *pair == closer).map(|(at, _)| at)
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
        };
        let shown = pieces(source).map(|pieces| pieces.iter().map(show).collect::<Vec<_>>().join("·"));
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
    fn more_markup_than_the_limits_allow_is_refused() {
        assert_eq!(pieces(&"{{".repeat(1 << 20)), None);
        assert_eq!(pieces(&"{{a}}".repeat(MAX_PIECES + 1)), None);
        assert_eq!(pieces(&format!("{{{{ '{}' }}}}", "x".repeat(MAX_MARKUP))), None);
        assert_eq!(pieces(&format!("{{{{{}}}}}", " ".repeat(200)).repeat(MAX_TOTAL / 200 + 1)), None);
        assert!(pieces(&"{{a}}".repeat(MAX_PIECES)).is_some());
    }
}

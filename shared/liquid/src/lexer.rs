//! Cuts a source into literal text, outputs and tags, in one pass over its bytes.

use std::ops::Range;

use crate::error::{ParseError, SourceLimit};

/// The largest length in bytes of one `{{ }}` or `{% %}`.
pub(crate) const MAX_MARKUP: usize = 8 * 1024;
/// The largest length in bytes of all `{{ }}` and `{% %}` of a source together.
const MAX_TOTAL: usize = 96 * 1024;
/// The largest number of outputs, tags and texts between them.
const MAX_PIECES: usize = 16_000;

const MARKUP: SourceLimit = SourceLimit { max: MAX_MARKUP, of: "bytes in one tag" };
const TOTAL: SourceLimit = SourceLimit { max: MAX_TOTAL, of: "bytes in all its tags" };
const PIECES: SourceLimit = SourceLimit { max: MAX_PIECES, of: "tags and texts between them" };

/// A piece of the source by its offsets, without delimiters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(Range<usize>),
    Output(Range<usize>),
    Tag(Range<usize>),
}

/// An output or tag with its delimiters.
struct Delimited {
    body: Range<usize>,
    /// The offset behind the closing delimiter.
    end: usize,
    trims_before: bool,
    trims_after: bool,
}

/// Cuts a source into its pieces. Blocks of `raw`, `comment` and `doc`, inline comments and whitespace control are resolved.
pub(crate) struct Lexer<'s> {
    source: &'s str,
    position: usize,
    /// The piece that follows the text that was returned last.
    next: Option<Piece>,
    trim: bool,
    bytes_left: usize,
    pieces_left: usize,
    /// The number of bytes that were looked at, each counted as often as it was looked at.
    pub(crate) work: usize,
}

impl<'s> Lexer<'s> {
    pub(crate) fn new(source: &'s str) -> Lexer<'s> {
        Lexer { source, position: 0, next: None, trim: false, bytes_left: MAX_TOTAL, pieces_left: MAX_PIECES, work: 0 }
    }

    /// The next piece, `None` at the end of the source.
    ///
    /// # Errors
    /// A [`ParseError`] for a delimiter or block that is never closed, and for a limit.
    pub(crate) fn piece(&mut self) -> Result<Option<Piece>, ParseError> {
        let Some(piece) = self.any_piece()? else { return Ok(None) };
        self.pieces_left = self.pieces_left.checked_sub(1).ok_or_else(|| ParseError::limit(self.position, PIECES))?;
        Ok(Some(piece))
    }

    fn any_piece(&mut self) -> Result<Option<Piece>, ParseError> {
        while self.next.is_none() {
            let open = self.next_opener();
            self.work += open.unwrap_or(self.source.len()) - self.position;
            let Some(open) = open else {
                let text = self.text(self.source.len(), false);
                self.position = self.source.len();
                return Ok(text);
            };
            let text = self.markup(open)?;
            if text.is_some() {
                return Ok(text);
            }
        }
        Ok(self.next.take())
    }

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

    /// Reads the output or tag that opens at `open`, keeps it for the next call, and returns the text before it.
    fn markup(&mut self, open: usize) -> Result<Option<Piece>, ParseError> {
        let is_output = self.source.as_bytes().get(open + 1) == Some(&b'{');
        let markup = self.read_delimited(open, is_output)?;
        let before = self.text(open, markup.trims_before);
        self.continue_after(&markup);
        let body = self.source.get(markup.body.clone()).unwrap_or_default().trim();
        self.next = match body {
            _ if is_output => Some(Piece::Output(markup.body)),
            "raw" => self.raw(open)?,
            "doc" => self.doc(open).map(|()| None)?,
            _ if body.split_whitespace().next() == Some("comment") => self.comment(open).map(|()| None)?,
            _ if body.starts_with('#') => inline_comment(open, body).map(|()| None)?,
            _ => Some(Piece::Tag(markup.body)),
        };
        Ok(before)
    }

    fn continue_after(&mut self, markup: &Delimited) {
        self.position = markup.end;
        self.trim = markup.trims_after;
    }

    /// The literal text from the position up to `end`, `None` if there is none.
    fn text(&self, end: usize, trim_end: bool) -> Option<Piece> {
        let whole = self.source.get(self.position..end).unwrap_or_default();
        let late = if self.trim { whole.trim_start() } else { whole };
        let start = end - late.len();
        let kept = if trim_end { late.trim_end() } else { late };
        (!kept.is_empty()).then(|| Piece::Text(start..start + kept.len()))
    }

    fn read_delimited(&mut self, open: usize, is_output: bool) -> Result<Delimited, ParseError> {
        let bytes = self.source.as_bytes();
        let trims_before = bytes.get(open + 2) == Some(&b'-');
        let start = open + 2 + usize::from(trims_before);
        let close = self.close(open, start, is_output)?;
        let trims_after = close > start && bytes.get(close - 1) == Some(&b'-');
        Ok(Delimited { body: start..close - usize::from(trims_after), end: close + 2, trims_before, trims_after })
    }

    /// The offset of the closing delimiter for what begins at `start`: the first one outside of string literals, or the first one
    /// at all if a quote stays open. In an inline comment quotes mean nothing.
    fn close(&mut self, open: usize, start: usize, is_output: bool) -> Result<usize, ParseError> {
        let closer = if is_output { *b"}}" } else { *b"%}" };
        let rest = self.source.as_bytes().get(start..).unwrap_or_default();
        let window = rest.get(..MAX_MARKUP + closer.len()).unwrap_or(rest);
        let is_closer = |pair: &[u8]| pair == closer;
        let is_comment = !is_output && window.trim_ascii_start().starts_with(b"#");
        let outside = if is_comment { None } else { outside_strings(window, is_closer) };
        let close = outside.or_else(|| window.windows(2).position(is_closer));
        self.work += 2 * outside.unwrap_or(window.len());
        let Some(close) = close else {
            self.work += rest.len();
            return Err(if is_closed(rest, closer) {
                ParseError::limit(open, MARKUP)
            } else {
                unclosed(open, is_output)
            });
        };
        let left = self.bytes_left.checked_sub(outside.unwrap_or(window.len()));
        self.bytes_left = left.ok_or_else(|| ParseError::limit(open, TOTAL))?;
        Ok(start + close)
    }

    /// The literal text up to `{% endraw %}`.
    fn raw(&mut self, open: usize) -> Result<Option<Piece>, ParseError> {
        let mut from = self.position;
        loop {
            let at = self.find_tag(from).ok_or_else(|| never_closed(open, "raw"))?;
            if let Some(end) = self.bare_tag(at, "endraw") {
                let text = self.text(at, end.trims_before);
                self.continue_after(&end);
                return Ok(text);
            }
            from = at + 2;
        }
    }

    /// Skips to the `{% endcomment %}` of the comment that begins at `open`. Comments nest.
    fn comment(&mut self, open: usize) -> Result<(), ParseError> {
        let unclosed = || never_closed(open, "comment");
        let mut depth = 1_usize;
        while depth > 0 {
            let at = self.find_tag(self.position).ok_or_else(unclosed)?;
            if let Some(end) = self.bare_tag(at, "raw") {
                self.continue_after(&end);
                self.raw(at)?;
            } else if let Some(end) = self.bare_tag(at, "endcomment") {
                depth -= 1;
                self.continue_after(&end);
            } else {
                depth += usize::from(self.bare_tag(at, "comment").is_some());
                let end = self.source.get(at..).and_then(|rest| rest.find("%}")).ok_or_else(unclosed)?;
                self.work += end;
                self.position = at + end + 2;
            }
        }
        Ok(())
    }

    /// Skips to the next `{% enddoc %}`.
    fn doc(&mut self, open: usize) -> Result<(), ParseError> {
        let unclosed = || never_closed(open, "doc");
        loop {
            let at = self.find_tag(self.position).ok_or_else(unclosed)?;
            if self.bare_tag(at, "doc").is_some() {
                return Err(ParseError::syntax(at, "A block {% doc %} may not stand in another."));
            }
            if let Some(end) = self.bare_tag(at, "enddoc") {
                self.continue_after(&end);
                return Ok(());
            }
            self.position = at + 2;
        }
    }

    fn find_tag(&mut self, from: usize) -> Option<usize> {
        let rest = self.source.get(from..)?;
        let found = rest.find("{%");
        self.work += found.unwrap_or(rest.len());
        Some(from + found?)
    }

    /// The tag at `open` if its name is `name` and it has no arguments.
    fn bare_tag(&mut self, open: usize, name: &str) -> Option<Delimited> {
        let (trims_before, inside) = without_dash(self.source.get(open + 2..)?);
        let named = inside.trim_start();
        self.work += inside.len() - named.len();
        let (trims_after, rest) = without_dash(named.strip_prefix(name)?.trim_start());
        self.work += named.len() - rest.len();
        let end = self.source.len() - rest.strip_prefix("%}")?.len();
        Some(Delimited { body: open..end, end, trims_before, trims_after })
    }
}

fn without_dash(text: &str) -> (bool, &str) {
    text.strip_prefix('-').map_or((false, text), |rest| (true, rest))
}

fn unclosed(open: usize, is_output: bool) -> ParseError {
    let (opener, closer) = if is_output { ("{{", "}}") } else { ("{%", "%}") };
    ParseError::syntax(open, format!("A {opener} is never closed: write {closer} behind it."))
}

fn never_closed(open: usize, name: &str) -> ParseError {
    ParseError::syntax(open, format!("A block {{% {name} %}} is never closed: write {{% end{name} %}} behind it."))
}

/// Checks that every line of an inline comment begins with `#`.
fn inline_comment(open: usize, body: &str) -> Result<(), ParseError> {
    let is_comment = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    let message = "Every line of a comment {% # … %} must begin with #.";
    if body.lines().all(is_comment) { Ok(()) } else { Err(ParseError::syntax(open, message)) }
}

/// Follows string literals byte by byte. A quote inside a word (`what's`) does not open one.
#[derive(Default)]
pub(crate) struct Quotes {
    open: Option<u8>,
    previous: u8,
}

impl Quotes {
    /// Takes the next byte, and returns true if it stands outside of every string literal.
    pub(crate) fn is_code(&mut self, byte: u8) -> bool {
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

fn outside_strings(text: &[u8], is_sought: impl Fn(&[u8]) -> bool) -> Option<usize> {
    let first = text.windows(2).position(&is_sought)?;
    if !text.get(..first)?.iter().any(|byte| matches!(byte, b'"' | b'\'')) {
        return Some(first);
    }
    let mut quotes = Quotes::default();
    let mut pairs = text.windows(2).enumerate();
    pairs.find(|(_, pair)| quotes.is_code(pair[0]) && is_sought(pair)).map(|(at, _)| at)
}

/// True if a `closer` comes before the next opening delimiter, at any distance.
fn is_closed(rest: &[u8], closer: [u8; 2]) -> bool {
    let is_delimiter = |pair: &[u8]| pair == closer || matches!(pair, b"{{" | b"{%");
    let next = outside_strings(rest, is_delimiter).or_else(|| rest.windows(2).position(is_delimiter));
    next.and_then(|at| rest.get(at..)).is_some_and(|rest| rest.starts_with(&closer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ParseErrorKind;

    fn pieces(source: &str) -> Result<Vec<Piece>, ParseError> {
        let mut lexer = Lexer::new(source);
        std::iter::from_fn(|| lexer.piece().transpose()).collect()
    }

    /// Asserts the pieces of `source`, written as `text`, `{body}` and `%body%` and joined by `·`, or the offset and message of its
    /// error.
    fn check(source: &str, expected: &str) {
        let show = |piece: &Piece| match piece {
            Piece::Text(range) => source[range.clone()].to_owned(),
            Piece::Output(range) => format!("{{{}}}", &source[range.clone()]),
            Piece::Tag(range) => format!("%{}%", &source[range.clone()]),
        };
        let shown = match pieces(source) {
            Ok(pieces) => pieces.iter().map(show).collect::<Vec<_>>().join("·"),
            Err(error) => format!("{}: {}", error.offset, error.problem(source).message),
        };
        assert_eq!(shown, expected, "{source}");
    }

    #[test]
    fn text_outputs_and_tags_are_told_apart() {
        check("", "");
        check("a { b } % c", "a { b } % c");
        check("a{{b}}c{% d %}", "a·{b}·c·% d %");
    }

    #[test]
    fn whitespace_control_trims_the_neighbours() {
        check("a \n {{- b -}} \t c", "a·{ b }·c");
        check("a {%- b -%} {%- c %} d", "a·% b %·% c %· d");
        check("{{-}}{{--}}", "{}·{}");
        check("a {%- # b -%} c", "a·c");
        check("a {%- comment %}{% endcomment -%} c", "a·c");
    }

    #[test]
    fn a_closer_inside_a_string_closes_nothing() {
        check(r#"{{ a ?? "}}" }}"#, r#"{ a ?? "}}" }"#);
        check("{% assign a = '%}' %}", "% assign a = '%}' %");
    }

    #[test]
    fn an_apostrophe_opens_no_string_inside_a_word_or_when_it_stays_open() {
        check("{{ a ?? what's up }} it's", "{ a ?? what's up }· it's");
        check("{{ a ?? 'tis }} b", "{ a ?? 'tis }· b");
        check("{% # don't 'say %} 'a' %}", " 'a' %}");
    }

    #[test]
    fn raw_is_text_and_comments_are_nothing() {
        check("{% raw %} {{ a }} {% b {% endraw %}", " {{ a }} {% b ");
        check("{% raw -%} a {%- endraw -%} b", "a·b");
        check("a{% comment %}{{ {% comment %}{% endcomment %}{% endcomment %}b", "a·b");
        check("a{% comment %}{% raw %}{% endcomment %}{% endraw %}{% endcomment %}b", "a·b");
        check("a{% doc %}{% if {{ {% enddoc %}b", "a·b");
        check("a{% # one\n # two %}b", "a·b");
    }

    #[test]
    fn a_source_in_which_something_is_never_closed_is_no_liquid() {
        check("x{{ a", "1: A {{ is never closed: write }} behind it.");
        check("{{ a }", "0: A {{ is never closed: write }} behind it.");
        check("{% if", "0: A {% is never closed: write %} behind it.");
        check("{% raw %}a", "0: A block {% raw %} is never closed: write {% endraw %} behind it.");
        check("{% raw %}{% endraw", "0: A block {% raw %} is never closed: write {% endraw %} behind it.");
        check("{% comment %}a", "0: A block {% comment %} is never closed: write {% endcomment %} behind it.");
        check(
            "{% comment %}{% x {% endcomment %}",
            "0: A block {% comment %} is never closed: write {% endcomment %} behind it.",
        );
        check("{% doc %}a", "0: A block {% doc %} is never closed: write {% enddoc %} behind it.");
        check("{% doc %}{% doc %}", "9: A block {% doc %} may not stand in another.");
        check("{% # one\n two %}", "0: Every line of a comment {% # … %} must begin with #.");
    }

    #[test]
    fn markup_beyond_the_limits_is_refused() {
        let excess = |source: &str| match pieces(source).map_err(|error| error.kind) {
            Err(ParseErrorKind::Limit(limit)) => Some(limit),
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
            assert!(matches!(pieces(&source).unwrap_err().kind, ParseErrorKind::Syntax(_)), "{source:.20}");
        }
    }
}

//! Character references inside of delimiters, which HTML editors put there: `{% if age &gt; 18 %}`, `{{&nbsp;name }}`.

use std::borrow::Cow;

use crate::lexer::Quotes;
use crate::mail_part::MailPart;

/// A stand-in for the bytes of a character beyond ASCII.
const NOT_ASCII: u8 = 0xff;
/// The largest length in bytes of a reference that is resolved, without its `&`.
const MAX_REFERENCE: usize = 8;

/// The markup with its character references resolved: all of them in HTML. In other parts no string literal was escaped, so only
/// the references outside of string literals are resolved, where Liquid has no `&` at all.
pub(crate) fn decode(markup: &str, part: MailPart) -> Cow<'_, str> {
    if !markup.contains('&') && (markup.is_ascii() || !markup.contains(is_unseen)) {
        return Cow::Borrowed(markup);
    }
    let mut quotes = Quotes::default();
    let mut out = String::with_capacity(markup.len());
    let mut rest = markup;
    while let Some(c) = rest.chars().next() {
        let reference = if c == '&' { character(rest) } else { None };
        let is_code = quotes.is_code(if c.is_ascii() { c as u8 } else { NOT_ASCII });
        let (decoded, after) = match reference {
            Some((decoded, after)) if is_code || part == MailPart::Html => (decoded, after),
            _ => (c, rest.get(c.len_utf8()..).unwrap_or_default()),
        };
        if !(is_code && is_unseen(decoded)) {
            out.push(decoded);
        }
        rest = after;
    }
    // A text that does not change is borrowed, so that its offsets are offsets in the source.
    if out == markup { Cow::Borrowed(markup) } else { Cow::Owned(out) }
}

/// True for characters without width, which editors leave in a text unnoticed.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

/// The character of the reference with which `text` begins, and the text behind the reference.
fn character(text: &str) -> Option<(char, &str)> {
    let inside = text.strip_prefix('&')?;
    let end = inside.bytes().take(MAX_REFERENCE + 1).position(|byte| byte == b';')?;
    let (name, after) = (inside.get(..end)?, inside.get(end + 1..)?);
    let number = |digits, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    let decoded = match name {
        "lt" | "LT" => '<',
        "gt" | "GT" => '>',
        "amp" | "AMP" => '&',
        "quot" | "QUOT" => '"',
        "apos" => '\'',
        "ge" => '\u{2265}',
        "le" => '\u{2264}',
        "ne" => '\u{2260}',
        "nbsp" => '\u{a0}',
        "ensp" => '\u{2002}',
        "emsp" => '\u{2003}',
        "thinsp" => '\u{2009}',
        "shy" => '\u{ad}',
        "zwnj" => '\u{200c}',
        "zwj" => '\u{200d}',
        "ldquo" => '\u{201c}',
        "rdquo" => '\u{201d}',
        "bdquo" => '\u{201e}',
        "lsquo" => '\u{2018}',
        "rsquo" => '\u{2019}',
        _ => match name.strip_prefix('#')? {
            hex if hex.starts_with(['x', 'X']) => number(hex.get(1..)?, 16)?,
            decimal => number(decimal, 10)?,
        },
    };
    Some((decoded, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_resolved_as_the_part_asks() {
        let check = |markup, html, text| {
            assert_eq!((&*decode(markup, MailPart::Html), &*decode(markup, MailPart::Text)), (html, text), "{markup}");
        };
        check("age &gt;= 18", "age >= 18", "age >= 18");
        check("&nbsp;name&#160;", "\u{a0}name\u{a0}", "\u{a0}name\u{a0}");
        check("x ?? &quot;a &amp; b&quot;", "x ?? \"a & b\"", "x ?? \"a & b\"");
        check("'&lt;' &lt; \"&#x3c;\"", "'<' < \"<\"", "'&lt;' < \"&#x3c;\"");
        check(
            "a & b &x; &#; &#xd800; &toolonganame; &",
            "a & b &x; &#; &#xd800; &toolonganame; &",
            "a & b &x; &#; &#xd800; &toolonganame; &",
        );
        check("é &lt; é", "é < é", "é < é");
        check("a\u{200b} &#8203;| x: &ldquo;b&rdquo;", "a | x: “b”", "a | x: “b”");
        check("'a\u{200b}' \u{feff}b", "'a\u{200b}' b", "'a\u{200b}' b");
    }
}

//! Reads the inside of a tag or output from left to right.

/// A place in the inside of a tag or output.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'t> {
    rest: &'t str,
}

impl<'t> Cursor<'t> {
    pub(crate) fn new(text: &'t str) -> Cursor<'t> {
        Cursor { rest: text.trim_start() }
    }

    /// The text that is left, from the next character on that is not white space.
    pub(crate) fn rest(&self) -> &'t str {
        self.rest
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn starts_with(&self, text: &str) -> bool {
        self.rest.starts_with(text)
    }

    fn advance(&mut self, bytes: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.rest = rest.trim_start();
        taken
    }

    /// Takes `text` and returns true if it comes next.
    pub(crate) fn eat(&mut self, text: &str) -> bool {
        let is_next = self.rest.starts_with(text);
        if is_next {
            self.advance(text.len());
        }
        is_next
    }

    /// Takes the name `word` and returns true if it comes next as a whole name.
    pub(crate) fn eat_word(&mut self, word: &str) -> bool {
        let is_next = self.peek_name() == Some(word);
        if is_next {
            self.advance(word.len());
        }
        is_next
    }

    /// The name that comes next: letters, digits, `_` and `-`, not all of them digits, perhaps with a `?` behind.
    pub(crate) fn peek_name(&self) -> Option<&'t str> {
        let name = self.peek_step()?;
        let is_name =
            !name.starts_with(|c: char| c.is_ascii_digit()) || name.chars().any(|c| c.is_alphabetic() || c == '_');
        is_name.then_some(name)
    }

    /// Takes the name that comes next.
    pub(crate) fn name(&mut self) -> Option<&'t str> {
        let name = self.peek_name()?;
        Some(self.advance(name.len()))
    }

    /// The step of a path that comes next, which may be a number as well.
    fn peek_step(&self) -> Option<&'t str> {
        let length = name_len(self.rest);
        let is_question =
            self.rest.as_bytes().get(length) == Some(&b'?') && self.rest.as_bytes().get(length + 1) != Some(&b'?');
        let starts_well = length > 0 && !self.rest.starts_with('-');
        starts_well.then(|| self.rest.get(..length + usize::from(is_question)))?
    }

    /// Takes the step of a path that comes next.
    pub(crate) fn step(&mut self) -> Option<&'t str> {
        let step = self.peek_step()?;
        Some(self.advance(step.len()))
    }

    /// Takes the string literal that comes next, and returns its inside.
    pub(crate) fn string(&mut self) -> Option<&'t str> {
        let (inside, length) = quoted(self.rest)?;
        self.advance(length);
        Some(inside)
    }

    /// Takes the number that comes next: digits, perhaps with a sign before them and a fraction.
    pub(crate) fn number(&mut self) -> Option<&'t str> {
        let bytes = self.rest.as_bytes();
        let digits = |from: usize| bytes.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
        let sign = usize::from(bytes.first() == Some(&b'-'));
        let whole = digits(sign);
        if whole == 0 {
            return None;
        }
        let mut length = sign + whole;
        if bytes.get(length) == Some(&b'.') && digits(length + 1) > 0 {
            length += 1 + digits(length + 1);
        }
        Some(self.advance(length))
    }

    /// True if an argument of a filter may come next: a name, number or string, or the quotes and parentheses that other languages
    /// put around one.
    pub(crate) fn starts_with_argument(&self) -> bool {
        self.rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '"' | '\'' | '(' | '“' | '‘' | '„'))
    }

    /// The text that comes next, shortened for an error message.
    pub(crate) fn shown(&self) -> String {
        const MAX_SHOWN: usize = 30;
        let text = self.rest.trim_end();
        let shown = text.chars().take(MAX_SHOWN).map(|c| if c.is_control() { ' ' } else { c });
        let is_cut = text.chars().nth(MAX_SHOWN).is_some();
        shown.chain(is_cut.then_some('…')).collect()
    }
}

/// The inside of the string literal with which `text` begins, and the length of the whole literal in bytes. Its quotes may be
/// typographic, since editors replace straight quotes.
pub(crate) fn quoted(text: &str) -> Option<(&str, usize)> {
    let open = text.chars().next()?;
    let closes: &[char] = match open {
        '"' => &['"'],
        '\'' => &['\''],
        '\u{201c}' | '\u{201d}' | '\u{201e}' => &['\u{201c}', '\u{201d}'],
        '\u{2018}' | '\u{2019}' | '\u{201a}' => &['\u{2018}', '\u{2019}'],
        _ => return None,
    };
    let start = open.len_utf8();
    let end = start + text.get(start..)?.find(closes)?;
    let close = text.get(end..)?.chars().next()?.len_utf8();
    Some((text.get(start..end)?, end + close))
}

/// The number of bytes of the name characters with which `text` begins.
fn name_len(text: &str) -> usize {
    let is_ascii_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let length = text.bytes().take_while(is_ascii_name).count();
    match text.as_bytes().get(length) {
        Some(byte) if !byte.is_ascii() => text.find(|c: char| !is_name_character(c)).unwrap_or(text.len()),
        _ => length,
    }
}

fn is_name_character(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}

/// True if a variable may have this name: name characters without a hyphen at the beginning. Digits alone are a name here.
pub(crate) fn is_variable(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('-') && name.chars().all(is_name_character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_begin_with_letters_or_digits_but_are_no_numbers() {
        let check = |text, name: Option<&str>, rest| {
            let mut cursor = Cursor::new(text);
            assert_eq!((cursor.name(), cursor.rest()), (name, rest), "{text}");
        };
        check(" a b", Some("a"), "b");
        check("2fa_code", Some("2fa_code"), "");
        check("empty_slots.x", Some("empty_slots"), ".x");
        check("a-b? == c", Some("a-b?"), "== c");
        check("x??y", Some("x"), "??y");
        check("prénom", Some("prénom"), "");
        check("123", None, "123");
        check("-foo", None, "-foo");
        check("@foo", None, "@foo");
        check("'a'", None, "'a'");
    }

    #[test]
    fn numbers_and_strings_are_read_to_their_ends() {
        let number = |text| Cursor::new(text).number();
        assert_eq!(
            ["1", "-1.5", "1..5", "1.x", "-", "a"].map(number),
            [Some("1"), Some("-1.5"), Some("1"), Some("1"), None, None]
        );
        let string = |text| Cursor::new(text).string();
        assert_eq!(["'a\"b' c", "\"\"", "'a", "a"].map(string), [Some("a\"b"), Some(""), None, None]);
        assert_eq!(["“it’s”", "‘a’ b", "„a“", "“a"].map(string), [Some("it’s"), Some("a"), Some("a"), None]);
    }
}

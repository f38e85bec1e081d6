//! Names of elements and attributes, and the values that attributes take.

use super::Link;

/// Bytes of a name that are kept: one more than the longest name that matters has.
const MAX_NAME: usize = 12;
/// Bytes of a name that are looked at before an output.
const MAX_LOOK_BACK: usize = 64;

/// True if HTML takes the byte for white space.
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\x0C' | b'\r')
}

/// The place of the first `byte`. Looks at eight bytes at once, as far as there are as many.
pub(super) fn find(bytes: &[u8], byte: u8) -> Option<usize> {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    let (chunks, tail) = bytes.as_chunks::<8>();
    for (index, chunk) in chunks.iter().enumerate() {
        // A byte that is equal is zero here, and lends from the bit above it.
        let different = u64::from_le_bytes(*chunk) ^ (ONES * u64::from(byte));
        let zeros = different.wrapping_sub(ONES) & !different & (ONES << 7);
        if zeros != 0 {
            return usize::try_from(zeros.trailing_zeros() / 8).ok().map(|at| index * 8 + at);
        }
    }
    tail.iter().position(|found| *found == byte).map(|at| chunks.len() * 8 + at)
}

/// The beginning of a name, in lower case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Name {
    bytes: [u8; MAX_NAME],
    len: u8,
}

impl Name {
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        let start = usize::from(self.len);
        let len = bytes.len().min(MAX_NAME - start);
        let kept = &mut self.bytes[start..start + len];
        kept.copy_from_slice(&bytes[..len]);
        kept.make_ascii_lowercase();
        self.len = u8::try_from(start + len).unwrap_or(self.len);
    }

    /// Pushes without a namespace: `xlink:href` is `href`.
    pub(super) fn push_local(&mut self, bytes: &[u8]) {
        match bytes.iter().rposition(|byte| *byte == b':') {
            Some(colon) => {
                *self = Name::default();
                self.push(&bytes[colon + 1..]);
            }
            None => self.push(bytes),
        }
    }
}

/// An element whose content is text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Raw {
    Script,
    Style,
    Title,
    Textarea,
    Xmp,
    Iframe,
    Noembed,
    Noframes,
}

impl Raw {
    pub(super) fn name(self) -> &'static str {
        match self {
            Raw::Script => "script",
            Raw::Style => "style",
            Raw::Title => "title",
            Raw::Textarea => "textarea",
            Raw::Xmp => "xmp",
            Raw::Iframe => "iframe",
            Raw::Noembed => "noembed",
            Raw::Noframes => "noframes",
        }
    }

    /// The element of this name, given in lower case.
    pub(super) fn of(name: &[u8]) -> Option<Raw> {
        Some(match name {
            b"script" => Raw::Script,
            b"style" => Raw::Style,
            b"title" => Raw::Title,
            b"textarea" => Raw::Textarea,
            b"xmp" => Raw::Xmp,
            b"iframe" => Raw::Iframe,
            b"noembed" => Raw::Noembed,
            b"noframes" => Raw::Noframes,
            _ => return None,
        })
    }
}

/// A kind of attribute.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Kind {
    #[default]
    Plain,
    /// Its value is an address.
    Link,
    /// Its value is a list of addresses.
    Links,
    /// It may be any attribute.
    Any,
    /// Its value is a script.
    Handler,
}

impl Kind {
    /// The kind of the attribute of this name, given in lower case and without a namespace.
    pub(super) fn of(name: &[u8]) -> Kind {
        match name {
            b"action" | b"background" | b"base" | b"cite" | b"classid" | b"codebase" | b"data" | b"dynsrc"
            | b"formaction" | b"href" | b"icon" | b"longdesc" | b"lowsrc" | b"manifest" | b"poster" | b"profile"
            | b"src" | b"usemap" => Kind::Link,
            b"archive" | b"imagesrcset" | b"ping" | b"srcset" => Kind::Links,
            [b'o', b'n', _, ..] => Kind::Handler,
            _ => Kind::Plain,
        }
    }

    pub(super) fn link(self) -> Link {
        match self {
            Kind::Link => Link::One,
            Kind::Links => Link::Many,
            Kind::Any => Link::Any,
            Kind::Plain | Kind::Handler => Link::No,
        }
    }
}

/// True for the characters of which a value may make names.
fn is_name_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.')
}

/// True if data may name an attribute so: no handler of events, and no document in an attribute.
fn is_harmless_attribute(name: &str) -> bool {
    let local = name.rsplit(':').next().unwrap_or(name).to_ascii_lowercase();
    let is_name = !name.is_empty() && name.chars().all(is_name_character) && !name.ends_with('-');
    is_name && !local.starts_with("on") && local != "srcdoc"
}

/// True if data may name an element so: none that takes what follows it for text.
fn is_harmless_element(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    Raw::of(name.as_bytes()).is_none() && name != "plaintext"
}

/// The names in `value` that may be written inside of a tag, behind `before`. The first may go on with a name that begins
/// there, which may be the element's.
pub(super) fn harmless_names(value: &str, may_be_element: bool, before: &str) -> String {
    let begins_anew = value.starts_with(|c: char| c.is_ascii_whitespace());
    let is_harmless = |(index, word): &(usize, &str)| {
        let start = if *index > 0 || begins_anew { "" } else { name_at_end(before) };
        let name = format!("{start}{word}");
        is_harmless_attribute(&name) && (!may_be_element || is_harmless_element(&name))
    };
    let words: Vec<&str> =
        value.split_ascii_whitespace().enumerate().filter(is_harmless).map(|(_, word)| word).collect();
    let blank = if begins_anew { " " } else { "" };
    format!("{blank}{}", words.join(" "))
}

/// The name with which `text` ends.
fn name_at_end(text: &str) -> &str {
    let is_name = |byte: &u8| is_name_character(char::from(*byte));
    let len = text.bytes().rev().take(MAX_LOOK_BACK).take_while(is_name).count();
    &text[text.len() - len..]
}

/// True if markup is a list of attributes whose values have quotes, none of them harmful. Data that was escaped for text
/// cannot bring a quote, and so no value.
pub(super) fn is_harmless_list(markup: &str, is_harmful: impl Fn(&str, Link) -> bool) -> bool {
    let mut rest = markup.trim_ascii();
    while !rest.is_empty() {
        let Some((name, value, next)) = split_attribute(rest) else { return false };
        let local = name.rsplit(':').next().unwrap_or(name).to_ascii_lowercase();
        let link = Kind::of(local.as_bytes()).link();
        if !is_harmless_attribute(name) || (link != Link::No && is_harmful(value, link)) {
            return false;
        }
        rest = next.trim_ascii_start();
    }
    true
}

/// An attribute's name, its value, and what comes behind it.
fn split_attribute(text: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = text.split_at(text.find(|c| !is_name_character(c)).unwrap_or(text.len()));
    let rest = rest.trim_ascii_start();
    let Some(value) = rest.strip_prefix('=') else { return Some((name, "", rest)) };
    let value = value.trim_ascii_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (value, rest) = value[1..].split_once(quote)?;
    Some((name, value, rest))
}

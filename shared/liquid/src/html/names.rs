//! The names of elements and attributes, and the values that attributes take.

use super::context::Addresses;

/// The bytes of a name that are kept: one more than the longest name that matters has.
const MAX_NAME: usize = 12;
/// The bytes before an output that are searched for the beginning of a name.
const MAX_LOOK_BACK: usize = 64;

/// True for a byte that is white space in HTML.
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\x0C' | b'\r')
}

/// The index of the first `byte`. It looks at eight bytes at once as long as there are eight.
pub(super) fn find_byte(bytes: &[u8], byte: u8) -> Option<usize> {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    let (chunks, tail) = bytes.as_chunks::<8>();
    for (index, chunk) in chunks.iter().enumerate() {
        // A byte that is equal is zero here, and borrows from the bit above it.
        let different = u64::from_le_bytes(*chunk) ^ (ONES * u64::from(byte));
        let zeros = different.wrapping_sub(ONES) & !different & (ONES << 7);
        if zeros != 0 {
            return usize::try_from(zeros.trailing_zeros() / 8).ok().map(|at| index * 8 + at);
        }
    }
    tail.iter().position(|found| *found == byte).map(|at| chunks.len() * 8 + at)
}

/// The beginning of a name in lower case.
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

    /// Appends a part of a name without its namespace: `xlink:href` is `href`.
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
pub(super) enum RawElement {
    Script,
    Style,
    Title,
    Textarea,
    Xmp,
    Iframe,
    Noembed,
    Noframes,
}

impl RawElement {
    pub(super) fn name(self) -> &'static str {
        match self {
            RawElement::Script => "script",
            RawElement::Style => "style",
            RawElement::Title => "title",
            RawElement::Textarea => "textarea",
            RawElement::Xmp => "xmp",
            RawElement::Iframe => "iframe",
            RawElement::Noembed => "noembed",
            RawElement::Noframes => "noframes",
        }
    }

    /// The element of this name, which is in lower case. `None` if its content is not text.
    pub(super) fn of(name: &[u8]) -> Option<RawElement> {
        Some(match name {
            b"script" => RawElement::Script,
            b"style" => RawElement::Style,
            b"title" => RawElement::Title,
            b"textarea" => RawElement::Textarea,
            b"xmp" => RawElement::Xmp,
            b"iframe" => RawElement::Iframe,
            b"noembed" => RawElement::Noembed,
            b"noframes" => RawElement::Noframes,
            _ => return None,
        })
    }
}

/// A kind of attribute.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum AttributeKind {
    #[default]
    Plain,
    /// The value is an address.
    Address,
    /// The value is a list of addresses.
    Addresses,
    /// The name is not known, so the value may be anything.
    Unknown,
    /// The value is a script.
    Handler,
}

impl AttributeKind {
    /// The kind of the attribute of this name, which is in lower case and without a namespace.
    pub(super) fn of(name: &[u8]) -> AttributeKind {
        match name {
            b"action" | b"background" | b"base" | b"cite" | b"classid" | b"codebase" | b"data" | b"dynsrc"
            | b"formaction" | b"href" | b"icon" | b"longdesc" | b"lowsrc" | b"manifest" | b"poster" | b"profile"
            | b"src" | b"usemap" => AttributeKind::Address,
            b"archive" | b"imagesrcset" | b"ping" | b"srcset" => AttributeKind::Addresses,
            [b'o', b'n', _, ..] => AttributeKind::Handler,
            _ => AttributeKind::Plain,
        }
    }

    pub(super) fn addresses(self) -> Addresses {
        match self {
            AttributeKind::Address => Addresses::One,
            AttributeKind::Addresses => Addresses::Many,
            AttributeKind::Unknown => Addresses::Unknown,
            AttributeKind::Plain | AttributeKind::Handler => Addresses::None,
        }
    }
}

/// True for the characters of a name that a value may write.
fn is_name_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.')
}

/// True if data may write this name of an attribute: neither an event handler, nor an attribute that contains a document.
fn is_harmless_attribute(name: &str) -> bool {
    let local = name.rsplit(':').next().unwrap_or(name).to_ascii_lowercase();
    let is_name = !name.is_empty() && name.chars().all(is_name_character) && !name.ends_with('-');
    is_name && !local.starts_with("on") && local != "srcdoc"
}

/// True if data may write this name of an element: not one that makes the following markup text.
fn is_harmless_element(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    RawElement::of(name.as_bytes()).is_none() && name != "plaintext"
}

/// The names in `value` that may be written inside of a tag, behind `before`. The first of them may continue a name that `before`
/// ends with, which may be the name of the element.
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

/// The name at the end of `text`.
fn name_at_end(text: &str) -> &str {
    let is_name = |byte: &u8| is_name_character(char::from(*byte));
    let len = text.bytes().rev().take(MAX_LOOK_BACK).take_while(is_name).count();
    &text[text.len() - len..]
}

/// True if the HTML is a list of harmless attributes whose values have quotes. Data in it was escaped for text, so it contains no
/// quote, and no value of an attribute.
pub(super) fn is_harmless_list(markup: &str, is_harmful: impl Fn(&str, Addresses) -> bool) -> bool {
    let mut rest = markup.trim_ascii();
    while !rest.is_empty() {
        let Some((name, value, next)) = split_attribute(rest) else { return false };
        let local = name.rsplit(':').next().unwrap_or(name).to_ascii_lowercase();
        let addresses = AttributeKind::of(local.as_bytes()).addresses();
        if !is_harmless_attribute(name) || (addresses != Addresses::None && is_harmful(value, addresses)) {
            return false;
        }
        rest = next.trim_ascii_start();
    }
    true
}

/// The name and the value of the first attribute, and the text behind it.
fn split_attribute(text: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = text.split_at(text.find(|c| !is_name_character(c)).unwrap_or(text.len()));
    let rest = rest.trim_ascii_start();
    let Some(value) = rest.strip_prefix('=') else { return Some((name, "", rest)) };
    let value = value.trim_ascii_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (value, rest) = value[1..].split_once(quote)?;
    Some((name, value, rest))
}

//! A state of the HTML tokenizer, as far as it decides about values.
//!
//! The rules are those of <https://html.spec.whatwg.org/multipage/parsing.html#tokenization>. One is added for mails: Outlook reads
//! the inside of `<!--[if mso]> … <![endif]-->` as markup, and so does this tokenizer.

use super::context::{Addresses, Context, Place};
use super::names::{AttributeKind, Name, RawElement, find_byte, is_blank};
use super::tag::tag_len;

/// The beginning of a conditional comment, behind its `<!`.
const CONDITION: &str = "--[if";

/// The place to which the tokenizer has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Mode {
    #[default]
    Text,
    /// Behind `<`.
    TagOpen,
    /// Behind `</`.
    EndTagOpen,
    /// Behind `<!`. The name holds the text that followed.
    MarkupDeclaration,
    /// In a doctype, or in any other markup that ends at the next `>`.
    BogusComment,
    Comment,
    /// In `<!--[if mso]>`, before its `>`.
    ConditionalComment,
    TagName,
    BeforeAttributeName,
    AttributeName,
    AfterAttributeName,
    BeforeAttributeValue,
    DoubleQuoted,
    SingleQuoted,
    Unquoted,
    /// In the text of a script, a style sheet or a similar element.
    Raw,
    /// In such a text, behind a `<`. The name holds the text that followed.
    RawTagOpen,
}

/// The dashes that were read last, which decide whether a `>` ends a comment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Dashes {
    #[default]
    None,
    One,
    Two,
    /// `--!`, which may end a comment too.
    Bang,
    /// There are none, but the comment begins here.
    Start,
    /// There is one, with which the comment began.
    StartOne,
}

impl Dashes {
    /// The dashes at the end of these bytes. The last three bytes decide, and the dashes before them if there are fewer.
    fn after(self, bytes: &[u8]) -> Dashes {
        let (dashes, bytes) = bytes.split_last_chunk::<3>().map_or((self, bytes), |(_, tail)| (Dashes::None, tail));
        bytes.iter().fold(dashes, |dashes, byte| match (byte, dashes) {
            (b'-', Dashes::Start) => Dashes::StartOne,
            (b'-', Dashes::None | Dashes::Bang) => Dashes::One,
            (b'-', _) => Dashes::Two,
            (b'!', Dashes::Two) => Dashes::Bang,
            _ => Dashes::None,
        })
    }

    /// True if a `>` ends the comment.
    fn ends_comment(self) -> bool {
        !matches!(self, Dashes::None | Dashes::One)
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct State {
    mode: Mode,
    /// The name of a tag or attribute that is being read, or the text behind `<!` or behind a `<` in raw text.
    name: Name,
    is_end_tag: bool,
    /// True if an output is part of the attribute's name, so that the name may be any.
    is_any_name: bool,
    /// The element with raw text that this tag begins, or whose text is being read.
    raw: Option<RawElement>,
    /// The kind of the attribute whose value is next or is being read.
    kind: AttributeKind,
    /// True inside of a conditional comment.
    is_conditional: bool,
    dashes: Dashes,
}

impl State {
    /// Advances over a text of the template.
    pub(super) fn advance(&mut self, text: &str) {
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            if self.is_conditional
                && let Some(end) = self.comment_end(rest)
            {
                *self = State::default();
                rest = &rest[end..];
            }
            let was_conditional = self.is_conditional;
            while !rest.is_empty() && was_conditional == self.is_conditional {
                rest = &rest[self.step(rest)..];
            }
        }
    }

    /// The state behind an output that wrote something. The escaping for its context lets the output have no other effect than
    /// these.
    pub(super) fn after_output(mut self) -> State {
        match self.mode {
            Mode::TagOpen
            | Mode::EndTagOpen
            | Mode::TagName
            | Mode::BeforeAttributeName
            | Mode::AttributeName
            | Mode::AfterAttributeName => {
                self.enter(Mode::AttributeName);
                self.kind = AttributeKind::Plain;
                self.is_any_name = true;
            }
            Mode::BeforeAttributeValue => self.mode = Mode::Unquoted,
            Mode::RawTagOpen => self.enter(Mode::Raw),
            Mode::MarkupDeclaration if self.name.as_bytes().starts_with(b"--") => self.enter(Mode::Comment),
            Mode::MarkupDeclaration => self.enter(Mode::BogusComment),
            _ => {}
        }
        self.dashes = Dashes::None;
        self
    }

    pub(super) fn context(&self) -> Context {
        let (place, addresses) = match self.mode {
            Mode::TagOpen | Mode::EndTagOpen | Mode::TagName => (Place::ElementName, Addresses::None),
            Mode::BeforeAttributeName | Mode::AttributeName | Mode::AfterAttributeName => {
                (Place::AttributeName, Addresses::None)
            }
            Mode::DoubleQuoted | Mode::SingleQuoted if self.kind == AttributeKind::Handler => {
                (Place::Handler, Addresses::None)
            }
            Mode::BeforeAttributeValue | Mode::Unquoted if self.kind == AttributeKind::Handler => {
                (Place::UnquotedHandler, Addresses::None)
            }
            Mode::DoubleQuoted => (Place::Quoted('"'), self.kind.addresses()),
            Mode::SingleQuoted => (Place::Quoted('\''), self.kind.addresses()),
            Mode::BeforeAttributeValue | Mode::Unquoted => (Place::Unquoted, self.kind.addresses()),
            Mode::Raw | Mode::RawTagOpen if self.raw == Some(RawElement::Script) => (Place::Script, Addresses::None),
            Mode::Raw | Mode::RawTagOpen if self.raw == Some(RawElement::Style) => (Place::Style, Addresses::None),
            _ => (Place::Text, Addresses::None),
        };
        let is_comment = matches!(self.mode, Mode::MarkupDeclaration | Mode::Comment | Mode::ConditionalComment);
        let is_raw_text = place == Place::Text && matches!(self.mode, Mode::Raw | Mode::RawTagOpen);
        Context { place, addresses, in_comment: is_comment || self.is_conditional, is_raw_text, is_json: false }
    }

    /// Reads a piece from the beginning of `rest` and returns its length, which is 0 if only the mode changes.
    fn step(&mut self, rest: &[u8]) -> usize {
        match self.mode {
            Mode::Text => self.read_text(rest),
            Mode::DoubleQuoted => self.read_quoted(rest, b'"'),
            Mode::SingleQuoted => self.read_quoted(rest, b'\''),
            Mode::BogusComment | Mode::ConditionalComment => self.until(rest, b'>', Mode::Text),
            Mode::Comment => self.read_comment(rest),
            Mode::BeforeAttributeName => self.before_attribute_name(rest),
            Mode::AttributeName => self.read_attribute_name(rest),
            Mode::AfterAttributeName => self.after_attribute_name(rest),
            Mode::BeforeAttributeValue => self.before_attribute_value(rest),
            Mode::Unquoted => self.read_unquoted(rest),
            Mode::TagName => self.read_tag_name(rest),
            Mode::Raw => self.until(rest, b'<', Mode::RawTagOpen),
            Mode::TagOpen | Mode::EndTagOpen | Mode::MarkupDeclaration | Mode::RawTagOpen => {
                let first = rest[0];
                usize::from(match self.mode {
                    Mode::TagOpen => self.read_tag_open(first),
                    Mode::EndTagOpen => self.read_end_tag_open(first),
                    Mode::MarkupDeclaration => self.read_markup_declaration(first),
                    _ => self.read_raw_tag_open(first),
                })
            }
        }
    }

    fn enter(&mut self, mode: Mode) {
        self.mode = mode;
        self.name = Name::default();
    }

    /// Advances behind the first `end`, where `mode` begins.
    fn until(&mut self, rest: &[u8], end: u8, mode: Mode) -> usize {
        let Some(at) = find_byte(rest, end) else { return rest.len() };
        self.mode = mode;
        at + 1
    }

    fn read_text(&mut self, rest: &[u8]) -> usize {
        let Some(at) = find_byte(rest, b'<') else { return rest.len() };
        let behind = &rest[at + 1..];
        let tag = tag_len(behind);
        if tag.is_none() {
            self.mode = Mode::TagOpen;
        }
        at + 1 + tag.unwrap_or_default()
    }

    /// Reads the byte behind `<`. Returns true if the byte belongs to the markup that it opens.
    fn read_tag_open(&mut self, first: u8) -> bool {
        self.mode = match first {
            b'/' => Mode::EndTagOpen,
            b'!' => Mode::MarkupDeclaration,
            b'?' => Mode::BogusComment,
            _ if first.is_ascii_alphabetic() => Mode::TagName,
            _ => Mode::Text,
        };
        !matches!(self.mode, Mode::TagName | Mode::Text)
    }

    /// Reads the byte behind `</`. Returns true if the byte is its end.
    fn read_end_tag_open(&mut self, first: u8) -> bool {
        self.is_end_tag = first.is_ascii_alphabetic();
        self.mode = match first {
            b'>' => Mode::Text,
            _ if self.is_end_tag => Mode::TagName,
            _ => Mode::BogusComment,
        };
        first == b'>'
    }

    /// Reads a byte behind `<!`. Returns true if the byte belongs to the beginning of a comment.
    fn read_markup_declaration(&mut self, first: u8) -> bool {
        let mut name = self.name;
        name.push(&[first]);
        if name.as_bytes() == CONDITION.as_bytes() {
            self.enter(Mode::ConditionalComment);
            if !self.is_conditional {
                (self.is_conditional, self.dashes) = (true, Dashes::None);
            }
            return true;
        }
        if CONDITION.as_bytes().starts_with(name.as_bytes()) {
            self.name = name;
            return true;
        }
        let is_comment = self.name.as_bytes().starts_with(b"--");
        if is_comment {
            self.dashes = if self.name.as_bytes() == b"--" { Dashes::Start } else { Dashes::None };
        }
        self.enter(if is_comment { Mode::Comment } else { Mode::BogusComment });
        // A comment in a conditional comment ends both.
        self.is_conditional &= !is_comment;
        false
    }

    fn read_comment(&mut self, rest: &[u8]) -> usize {
        let Some(end) = self.comment_end(rest) else { return rest.len() };
        *self = State::default();
        end
    }

    /// The length of `rest` up to the end of the comment. If `rest` has no end, the dashes at its end are kept.
    fn comment_end(&mut self, rest: &[u8]) -> Option<usize> {
        let mut from = 0;
        while let Some(at) = find_byte(&rest[from..], b'>') {
            from += at + 1;
            if self.dashes.after(&rest[..from - 1]).ends_comment() {
                return Some(from);
            }
        }
        self.dashes = self.dashes.after(rest);
        None
    }

    fn read_tag_name(&mut self, rest: &[u8]) -> usize {
        let end = rest.iter().position(|byte| is_blank(*byte) || matches!(*byte, b'/' | b'>'));
        let name = &rest[..end.unwrap_or(rest.len())];
        self.name.push(name);
        if end.is_some() {
            self.raw = if self.is_end_tag { None } else { RawElement::of(self.name.as_bytes()) };
            self.is_end_tag = false;
            self.enter(Mode::BeforeAttributeName);
        }
        name.len()
    }

    fn before_attribute_name(&mut self, rest: &[u8]) -> usize {
        let Some(at) = rest.iter().position(|byte| !is_blank(*byte) && *byte != b'/') else { return rest.len() };
        match rest[at] {
            b'>' => {
                self.enter(if self.raw.is_some() { Mode::Raw } else { Mode::Text });
                at + 1
            }
            // An `=` may begin a name, but not continue one.
            b'=' => {
                self.enter(Mode::AttributeName);
                self.name.push(b"=");
                at + 1
            }
            _ => {
                self.enter(Mode::AttributeName);
                at
            }
        }
    }

    fn read_attribute_name(&mut self, rest: &[u8]) -> usize {
        let end = rest.iter().position(|byte| is_blank(*byte) || matches!(*byte, b'/' | b'>' | b'='));
        let name = &rest[..end.unwrap_or(rest.len())];
        self.name.push_local(name);
        if end.is_some() {
            self.kind = if self.is_any_name { AttributeKind::Unknown } else { AttributeKind::of(self.name.as_bytes()) };
            self.is_any_name = false;
            self.enter(Mode::AfterAttributeName);
        }
        name.len()
    }

    fn after_attribute_name(&mut self, rest: &[u8]) -> usize {
        let Some(at) = rest.iter().position(|byte| !is_blank(*byte)) else { return rest.len() };
        let is_value = rest[at] == b'=';
        if is_value {
            self.mode = Mode::BeforeAttributeValue;
        } else {
            self.end_attribute();
        }
        at + usize::from(is_value)
    }

    fn before_attribute_value(&mut self, rest: &[u8]) -> usize {
        let Some(at) = rest.iter().position(|byte| !is_blank(*byte)) else { return rest.len() };
        self.mode = match rest[at] {
            b'"' => Mode::DoubleQuoted,
            b'\'' => Mode::SingleQuoted,
            _ => Mode::Unquoted,
        };
        at + usize::from(matches!(self.mode, Mode::DoubleQuoted | Mode::SingleQuoted))
    }

    fn read_unquoted(&mut self, rest: &[u8]) -> usize {
        let end = rest.iter().position(|byte| is_blank(*byte) || *byte == b'>');
        if end.is_some() {
            self.end_attribute();
        }
        end.unwrap_or(rest.len())
    }

    fn read_quoted(&mut self, rest: &[u8], quote: u8) -> usize {
        let Some(at) = find_byte(rest, quote) else { return rest.len() };
        self.end_attribute();
        at + 1
    }

    fn end_attribute(&mut self) {
        self.mode = Mode::BeforeAttributeName;
        self.kind = AttributeKind::Plain;
    }

    /// Reads a byte behind a `<` in raw text. Returns true if the byte belongs to the tag that ends the text.
    fn read_raw_tag_open(&mut self, first: u8) -> bool {
        let mut name = self.name;
        name.push(&[first]);
        let element = self.raw.map_or("", RawElement::name).as_bytes();
        let is_end =
            |name: &Name| name.as_bytes().split_first().is_some_and(|(slash, name)| *slash == b'/' && name == element);
        if is_end(&self.name) && (is_blank(first) || matches!(first, b'/' | b'>')) {
            self.raw = None;
            self.enter(Mode::BeforeAttributeName);
            return false;
        }
        let goes_on = name.as_bytes()[0] == b'/' && element.starts_with(&name.as_bytes()[1..]) && !is_end(&self.name);
        self.enter(if goes_on { Mode::RawTagOpen } else { Mode::Raw });
        if goes_on {
            self.name = name;
        }
        goes_on
    }
}

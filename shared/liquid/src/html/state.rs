//! One state of HTML's tokenizer, as far as it matters for values.
//!
//! The rules are those of <https://html.spec.whatwg.org/multipage/parsing.html#tokenization>. Mails add one: Outlook reads
//! the inside of `<!--[if mso]> … <![endif]-->` as markup, and so does this.

use super::names::{Kind, Name, Raw, find, is_blank};
use super::tag::tag_len;
use super::{Context, Link, Place};

/// A conditional comment begins with this behind its `<!`.
const CONDITION: &str = "--[if";

/// The place that the tokenizer has come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Mode {
    #[default]
    Text,
    /// Behind `<`.
    Open,
    /// Behind `</`.
    EndOpen,
    /// Behind `<!`; the name holds what followed.
    Bang,
    /// In a doctype, or in anything else that ends at the next `>`.
    Bogus,
    Comment,
    /// In `<!--[if mso]>`, before its `>`.
    Condition,
    TagName,
    BeforeName,
    AttributeName,
    AfterName,
    BeforeValue,
    Double,
    Single,
    Unquoted,
    /// In a script, a style sheet or the like, where there is no markup.
    Raw,
    /// As `Raw`, behind a `<`; the name holds what followed.
    RawOpen,
}

/// The `-` that were read last: they decide about a `>` in a comment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Dashes {
    #[default]
    None,
    One,
    Two,
    /// `--!`
    Bang,
    /// None, but the comment begins here.
    Start,
    /// One, and the comment began with it.
    StartOne,
}

impl Dashes {
    /// The dashes behind these bytes. Three bytes decide, unless there are fewer.
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
    fn end(self) -> bool {
        !matches!(self, Dashes::None | Dashes::One)
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct State {
    mode: Mode,
    /// The name that is being read, of a tag or an attribute; or the text behind `<!`, or behind a `<` in raw text.
    name: Name,
    is_end_tag: bool,
    /// True if an output is part of the attribute's name, which may be any name then.
    is_any_name: bool,
    /// The raw text that this tag begins, or that is being read.
    raw: Option<Raw>,
    /// The kind of the attribute whose value comes or is being read.
    kind: Kind,
    /// True inside of a conditional comment.
    is_conditional: bool,
    dashes: Dashes,
}

impl State {
    /// Walks over text of the template.
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

    /// The state behind an output that wrote something, which the context keeps from having any effect but these.
    pub(super) fn after_output(mut self) -> State {
        match self.mode {
            Mode::Open | Mode::EndOpen | Mode::TagName | Mode::BeforeName | Mode::AttributeName | Mode::AfterName => {
                self.enter(Mode::AttributeName);
                self.kind = Kind::Plain;
                self.is_any_name = true;
            }
            Mode::BeforeValue => self.mode = Mode::Unquoted,
            Mode::RawOpen => self.enter(Mode::Raw),
            Mode::Bang if self.name.as_bytes().starts_with(b"--") => self.enter(Mode::Comment),
            Mode::Bang => self.enter(Mode::Bogus),
            _ => {}
        }
        self.dashes = Dashes::None;
        self
    }

    pub(super) fn context(&self) -> Context {
        let (place, link) = match self.mode {
            Mode::Open | Mode::EndOpen | Mode::TagName => (Place::ElementName, Link::No),
            Mode::BeforeName | Mode::AttributeName | Mode::AfterName => (Place::AttributeName, Link::No),
            Mode::Double | Mode::Single if self.kind == Kind::Handler => (Place::Handler, Link::No),
            Mode::BeforeValue | Mode::Unquoted if self.kind == Kind::Handler => (Place::UnquotedHandler, Link::No),
            Mode::Double => (Place::Quoted('"'), self.kind.link()),
            Mode::Single => (Place::Quoted('\''), self.kind.link()),
            Mode::BeforeValue | Mode::Unquoted => (Place::Unquoted, self.kind.link()),
            Mode::Raw | Mode::RawOpen if self.raw == Some(Raw::Script) => (Place::Script, Link::No),
            Mode::Raw | Mode::RawOpen if self.raw == Some(Raw::Style) => (Place::Style, Link::No),
            _ => (Place::Text, Link::No),
        };
        let is_comment = matches!(self.mode, Mode::Bang | Mode::Comment | Mode::Condition);
        let is_raw_text = place == Place::Text && matches!(self.mode, Mode::Raw | Mode::RawOpen);
        Context { place, link, in_comment: is_comment || self.is_conditional, is_raw_text, is_json: false }
    }

    /// Takes a piece from the beginning of `rest`, and returns its length. It may be empty if the mode is another afterwards.
    fn step(&mut self, rest: &[u8]) -> usize {
        match self.mode {
            Mode::Text => self.text(rest),
            Mode::Double => self.quoted(rest, b'"'),
            Mode::Single => self.quoted(rest, b'\''),
            Mode::Bogus | Mode::Condition => self.until(rest, b'>', Mode::Text),
            Mode::Comment => self.comment(rest),
            Mode::BeforeName => self.before_name(rest),
            Mode::AttributeName => self.attribute_name(rest),
            Mode::AfterName => self.after_name(rest),
            Mode::BeforeValue => self.before_value(rest),
            Mode::Unquoted => self.unquoted(rest),
            Mode::TagName => self.tag_name(rest),
            Mode::Raw => self.until(rest, b'<', Mode::RawOpen),
            Mode::Open | Mode::EndOpen | Mode::Bang | Mode::RawOpen => {
                let first = rest[0];
                usize::from(match self.mode {
                    Mode::Open => self.open(first),
                    Mode::EndOpen => self.end_open(first),
                    Mode::Bang => self.bang(first),
                    _ => self.raw_open(first),
                })
            }
        }
    }

    fn enter(&mut self, mode: Mode) {
        self.mode = mode;
        self.name = Name::default();
    }

    /// Goes on to `mode` behind the first `end`.
    fn until(&mut self, rest: &[u8], end: u8, mode: Mode) -> usize {
        let Some(at) = find(rest, end) else { return rest.len() };
        self.mode = mode;
        at + 1
    }

    fn text(&mut self, rest: &[u8]) -> usize {
        let Some(at) = find(rest, b'<') else { return rest.len() };
        let behind = &rest[at + 1..];
        let tag = tag_len(behind);
        if tag.is_none() {
            self.mode = Mode::Open;
        }
        at + 1 + tag.unwrap_or_default()
    }

    /// True if the byte behind `<` belongs to what it opens.
    fn open(&mut self, first: u8) -> bool {
        self.mode = match first {
            b'/' => Mode::EndOpen,
            b'!' => Mode::Bang,
            b'?' => Mode::Bogus,
            _ if first.is_ascii_alphabetic() => Mode::TagName,
            _ => Mode::Text,
        };
        !matches!(self.mode, Mode::TagName | Mode::Text)
    }

    /// True if the byte behind `</` is the end of it.
    fn end_open(&mut self, first: u8) -> bool {
        self.is_end_tag = first.is_ascii_alphabetic();
        self.mode = match first {
            b'>' => Mode::Text,
            _ if self.is_end_tag => Mode::TagName,
            _ => Mode::Bogus,
        };
        first == b'>'
    }

    /// True if the byte belongs to what begins a comment.
    fn bang(&mut self, first: u8) -> bool {
        let mut name = self.name;
        name.push(&[first]);
        if name.as_bytes() == CONDITION.as_bytes() {
            self.enter(Mode::Condition);
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
        self.enter(if is_comment { Mode::Comment } else { Mode::Bogus });
        // A comment in a conditional comment ends both.
        self.is_conditional &= !is_comment;
        false
    }

    fn comment(&mut self, rest: &[u8]) -> usize {
        let Some(end) = self.comment_end(rest) else { return rest.len() };
        *self = State::default();
        end
    }

    /// The length of `rest` up to the end of the comment. Without an end, the dashes are those behind `rest`.
    fn comment_end(&mut self, rest: &[u8]) -> Option<usize> {
        let mut from = 0;
        while let Some(at) = find(&rest[from..], b'>') {
            from += at + 1;
            if self.dashes.after(&rest[..from - 1]).end() {
                return Some(from);
            }
        }
        self.dashes = self.dashes.after(rest);
        None
    }

    fn tag_name(&mut self, rest: &[u8]) -> usize {
        let end = rest.iter().position(|byte| is_blank(*byte) || matches!(*byte, b'/' | b'>'));
        let name = &rest[..end.unwrap_or(rest.len())];
        self.name.push(name);
        if end.is_some() {
            self.raw = if self.is_end_tag { None } else { Raw::of(self.name.as_bytes()) };
            self.is_end_tag = false;
            self.enter(Mode::BeforeName);
        }
        name.len()
    }

    fn before_name(&mut self, rest: &[u8]) -> usize {
        let Some(at) = rest.iter().position(|byte| !is_blank(*byte) && *byte != b'/') else { return rest.len() };
        match rest[at] {
            b'>' => {
                self.enter(if self.raw.is_some() { Mode::Raw } else { Mode::Text });
                at + 1
            }
            // A name may begin with it, but not go on with it.
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

    fn attribute_name(&mut self, rest: &[u8]) -> usize {
        let end = rest.iter().position(|byte| is_blank(*byte) || matches!(*byte, b'/' | b'>' | b'='));
        let name = &rest[..end.unwrap_or(rest.len())];
        self.name.push_local(name);
        if end.is_some() {
            self.kind = if self.is_any_name { Kind::Any } else { Kind::of(self.name.as_bytes()) };
            self.is_any_name = false;
            self.enter(Mode::AfterName);
        }
        name.len()
    }

    fn after_name(&mut self, rest: &[u8]) -> usize {
        let Some(at) = rest.iter().position(|byte| !is_blank(*byte)) else { return rest.len() };
        let is_value = rest[at] == b'=';
        if is_value {
            self.mode = Mode::BeforeValue;
        } else {
            self.end_attribute();
        }
        at + usize::from(is_value)
    }

    fn before_value(&mut self, rest: &[u8]) -> usize {
        let Some(at) = rest.iter().position(|byte| !is_blank(*byte)) else { return rest.len() };
        self.mode = match rest[at] {
            b'"' => Mode::Double,
            b'\'' => Mode::Single,
            _ => Mode::Unquoted,
        };
        at + usize::from(matches!(self.mode, Mode::Double | Mode::Single))
    }

    fn unquoted(&mut self, rest: &[u8]) -> usize {
        let end = rest.iter().position(|byte| is_blank(*byte) || *byte == b'>');
        if end.is_some() {
            self.end_attribute();
        }
        end.unwrap_or(rest.len())
    }

    fn quoted(&mut self, rest: &[u8], quote: u8) -> usize {
        let Some(at) = find(rest, quote) else { return rest.len() };
        self.end_attribute();
        at + 1
    }

    fn end_attribute(&mut self) {
        self.mode = Mode::BeforeName;
        self.kind = Kind::Plain;
    }

    /// True if the byte behind a `<` in raw text belongs to the tag that ends it.
    fn raw_open(&mut self, first: u8) -> bool {
        let mut name = self.name;
        name.push(&[first]);
        let element = self.raw.map_or("", Raw::name).as_bytes();
        let is_end =
            |name: &Name| name.as_bytes().split_first().is_some_and(|(slash, name)| *slash == b'/' && name == element);
        if is_end(&self.name) && (is_blank(first) || matches!(first, b'/' | b'>')) {
            self.raw = None;
            self.enter(Mode::BeforeName);
            return false;
        }
        let goes_on = name.as_bytes()[0] == b'/' && element.starts_with(&name.as_bytes()[1..]) && !is_end(&self.name);
        self.enter(if goes_on { Mode::RawOpen } else { Mode::Raw });
        if goes_on {
            self.name = name;
        }
        goes_on
    }
}

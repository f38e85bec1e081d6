//! A tag that is being read: its name, and the few attributes that have a meaning for the text. Other attributes are not kept, so
//! that a tag with many of them costs no more than its bytes.

use std::borrow::Cow;

use crate::element::Element;

/// The largest number of bytes of a name that are kept. A name of this length has no meaning here.
const MAX_NAME: usize = SKIP_IN_TEXT.len() + 1;
/// The attribute with which React Email marks an element that is to be left out of a text.
const SKIP_IN_TEXT: &[u8] = b"data-skip-in-text";

/// An attribute that is kept.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Attribute {
    Alt,
    Background,
    Class,
    Hidden,
    Href,
    Id,
    Media,
    Open,
    SkipInText,
    Start,
    Style,
    Value,
}

const ATTRIBUTES: [&[u8]; 12] = [
    b"alt",
    b"background",
    b"class",
    b"hidden",
    b"href",
    b"id",
    b"media",
    b"open",
    SKIP_IN_TEXT,
    b"start",
    b"style",
    b"value",
];

/// A start tag or an end tag.
#[derive(Debug, Default)]
pub(crate) struct Tag {
    pub(crate) is_end: bool,
    pub(crate) is_self_closing: bool,
    name: Vec<u8>,
    /// The name of the attribute that is being read.
    attribute: Vec<u8>,
    /// The kept attribute whose value is being read.
    current: Option<usize>,
    has_any: bool,
    is_present: [bool; ATTRIBUTES.len()],
    values: [Vec<u8>; ATTRIBUTES.len()],
}

impl Tag {
    /// Begins a tag, and reuses the memory of the last one.
    pub(crate) fn begin(&mut self, is_end: bool) {
        self.is_end = is_end;
        self.is_self_closing = false;
        self.name.clear();
        self.attribute.clear();
        self.current = None;
        if std::mem::take(&mut self.has_any) {
            self.values.iter_mut().for_each(Vec::clear);
            self.is_present = [false; ATTRIBUTES.len()];
        }
    }

    pub(crate) fn name(&self) -> &[u8] {
        &self.name
    }

    pub(crate) fn element(&self) -> Element {
        Element::of(&self.name)
    }

    pub(crate) fn push_name(&mut self, bytes: &[u8]) {
        push_bounded(&mut self.name, bytes);
    }

    /// Begins an attribute. The one before it ends, maybe without a value.
    pub(crate) fn begin_attribute(&mut self) {
        self.end_attribute();
        self.attribute.clear();
    }

    pub(crate) fn push_attribute_name(&mut self, bytes: &[u8]) {
        push_bounded(&mut self.attribute, bytes);
    }

    /// Begins the value of the attribute. The first of several attributes with one name counts.
    pub(crate) fn begin_value(&mut self) {
        let kept = ATTRIBUTES.iter().position(|name| **name == *self.attribute);
        self.current = kept.filter(|place| !self.is_present[*place]);
        if let Some(place) = self.current {
            self.is_present[place] = true;
            self.has_any = true;
        }
    }

    pub(crate) fn push_value(&mut self, bytes: &[u8]) {
        if let Some(place) = self.current {
            self.values[place].extend_from_slice(bytes);
        }
    }

    /// Ends the last attribute, and with it the tag.
    pub(crate) fn end_attribute(&mut self) {
        if !self.attribute.is_empty() && self.current.is_none() {
            self.begin_value();
        }
        self.current = None;
    }

    /// True if the tag has any attribute that is kept.
    pub(crate) fn has_attributes(&self) -> bool {
        self.has_any
    }

    /// The value of an attribute, `None` if the tag does not have it.
    pub(crate) fn value(&self, attribute: Attribute) -> Option<Cow<'_, str>> {
        let place = attribute as usize;
        self.is_present[place].then(|| String::from_utf8_lossy(&self.values[place]))
    }

    /// True if the tag itself hides its element: by `hidden`, as a `<dialog>` that is not open, or because the author leaves it out
    /// of a text.
    pub(crate) fn hides(&self) -> bool {
        let has = |attribute| self.value(attribute).is_some();
        let is_closed_dialog = self.name == b"dialog" && !has(Attribute::Open);
        let is_skipped = self.value(Attribute::SkipInText).is_some_and(|value| value != "false");
        has(Attribute::Hidden) || is_closed_dialog || is_skipped
    }

    /// The number of an attribute, `None` if the attribute is no number.
    pub(crate) fn number(&self, attribute: Attribute) -> Option<i32> {
        self.value(attribute)?.trim().parse().ok()
    }
}

fn push_bounded(name: &mut Vec<u8>, bytes: &[u8]) {
    let room = MAX_NAME - name.len();
    let from = name.len();
    name.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
    name[from..].make_ascii_lowercase();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_where_their_names_are() {
        let check = |attribute: Attribute, name: &str| assert_eq!(ATTRIBUTES[attribute as usize], name.as_bytes());
        check(Attribute::Alt, "alt");
        check(Attribute::Background, "background");
        check(Attribute::Class, "class");
        check(Attribute::Hidden, "hidden");
        check(Attribute::Href, "href");
        check(Attribute::Id, "id");
        check(Attribute::Media, "media");
        check(Attribute::Open, "open");
        check(Attribute::SkipInText, "data-skip-in-text");
        check(Attribute::Start, "start");
        check(Attribute::Style, "style");
        check(Attribute::Value, "value");
    }
}

//! Writes links, pictures and rules.

use super::{
    Document,
    open_element::{Effect, Link, OpenElement},
};
use crate::{
    address,
    element::ElementKind,
    tag::{Attribute, Tag},
    value::WhiteSpace,
};

const RULE: &str = "----------";

impl Document<'_> {
    pub(super) fn link(&self, tag: &Tag, has_picture: bool) -> Effect {
        let address = tag.value(Attribute::Href).and_then(|href| address::displayed(&href));
        address.map_or(Effect::None, |address| Effect::Link(self.begin_link(address, has_picture)))
    }

    fn begin_link(&self, address: String, has_picture: bool) -> Link {
        Link { address, from: self.writer.length(), has_picture, follows_last: self.writer.follows_link() }
    }

    /// Adds the address of a link that has a text or a picture, unless its text or the link right before it contains the address.
    pub(super) fn end_link(&mut self, link: Link) {
        let has_text = self.writer.has_text_since(link.from);
        if !has_text && !link.has_picture {
            return;
        }
        let text = self.writer.since(link.from, address::max_equivalent_len(&link.address));
        let is_said = text.is_some_and(|text| address::is_contained_in(&link.address, text));
        let is_repeated = link.follows_last && self.last_address == link.address;
        match (is_repeated || is_said, has_text) {
            (true, _) => {}
            (false, true) => self.writer.annotate(&link.address),
            (false, false) => self.writer.address(&link.address),
        }
        self.writer.end_link(!is_repeated);
        self.last_address = link.address;
    }

    pub(super) fn rule(&mut self) {
        self.writer.break_cell(1);
        self.writer.keep_row_lines();
        self.writer.text(RULE, WhiteSpace::Collapse);
        self.writer.break_lines(1);
    }

    /// Writes the alternative text of a picture.
    pub(super) fn picture(&mut self, tag: &Tag) {
        self.picture_in_link();
        if let Some(alt) = tag.value(Attribute::Alt) {
            // Emoji inside of a text are pictures too.
            let is_word = alt.starts_with(char::is_alphanumeric);
            if is_word {
                self.writer.blank();
            }
            self.writer.text(&alt, WhiteSpace::Collapse);
            if is_word {
                self.writer.blank();
            }
        }
    }

    /// Remembers that the open link has a picture.
    pub(super) fn picture_in_link(&mut self) {
        let place = self.last(ElementKind::Anchor).checked_sub(1);
        if let Some(OpenElement { effect: Effect::Link(link), .. }) = place.and_then(|place| self.open.get_mut(place)) {
            link.has_picture = true;
        }
    }

    /// Writes an area of a picture, which is a link.
    pub(super) fn area(&mut self, tag: &Tag) {
        let address = tag.value(Attribute::Href).and_then(|href| address::displayed(&href));
        let link = address.map(|address| self.begin_link(address, true));
        self.picture(tag);
        self.writer.blank();
        if let Some(link) = link {
            self.end_link(link);
        }
    }
}

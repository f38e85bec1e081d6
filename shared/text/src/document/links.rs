//! Links and pictures, of which a text has the addresses and the words.

use super::{Document, Open, Part};
use crate::{
    address,
    name::Name,
    style::Blanks,
    tag::{Attribute, Tag},
};

const RULE: &str = "----------";

pub(super) struct Link {
    address: String,
    /// The text's length when the link began.
    from: usize,
    has_picture: bool,
}

impl Document<'_> {
    pub(super) fn link(&self, tag: &Tag, has_picture: bool) -> Part {
        let address = tag.value(Attribute::Href).and_then(|href| address::shown(&href));
        let from = self.output.length();
        address.map_or(Part::None, |address| Part::Link(Link { address, from, has_picture }))
    }

    /// Adds the address of a link that has a text or a picture, unless it has just been said.
    pub(super) fn end_link(&mut self, link: Link) {
        let has_text = self.output.has_text_since(link.from);
        if !has_text && !link.has_picture {
            return;
        }
        let text = self.output.since(link.from, address::most_said(&link.address));
        let is_said = text.is_some_and(|text| address::is_said_by(&link.address, text));
        if self.last_address != link.address && !is_said {
            if has_text {
                self.output.annotate(&link.address);
            } else {
                self.output.address(&link.address);
            }
        }
        self.last_address = link.address;
    }

    pub(super) fn rule(&mut self) {
        self.output.break_cell(1);
        self.output.text(RULE, Blanks::Collapse);
        self.output.break_lines(1);
    }

    /// A picture is its text.
    pub(super) fn picture(&mut self, tag: &Tag) {
        self.picture_in_link();
        if let Some(alt) = tag.value(Attribute::Alt) {
            // Emoji are pictures as well, within a text.
            let is_word = alt.starts_with(char::is_alphanumeric);
            if is_word {
                self.output.blank();
            }
            self.output.text(&alt, Blanks::Collapse);
            if is_word {
                self.output.blank();
            }
        }
    }

    /// The link that is open has a picture.
    pub(super) fn picture_in_link(&mut self) {
        let place = self.last(Name::Anchor).checked_sub(1);
        if let Some(Open { part: Part::Link(link), .. }) = place.and_then(|place| self.open.get_mut(place)) {
            link.has_picture = true;
        }
    }

    /// A part of a picture that is a link.
    pub(super) fn area(&mut self, tag: &Tag) {
        let from = self.output.length();
        self.picture(tag);
        self.output.blank();
        if let Some(address) = tag.value(Attribute::Href).and_then(|href| address::shown(&href)) {
            self.end_link(Link { address, from, has_picture: true });
        }
    }
}

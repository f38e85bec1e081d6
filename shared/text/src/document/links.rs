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
    /// Nothing stands between it and the link before.
    follows_last: bool,
}

impl Document<'_> {
    pub(super) fn link(&self, tag: &Tag, has_picture: bool) -> Part {
        let address = tag.value(Attribute::Href).and_then(|href| address::shown(&href));
        address.map_or(Part::None, |address| Part::Link(self.begin_link(address, has_picture)))
    }

    fn begin_link(&self, address: String, has_picture: bool) -> Link {
        Link { address, from: self.output.length(), has_picture, follows_last: self.output.follows_link() }
    }

    /// Adds the address of a link that has a text or a picture, unless its text or the link right before it says it.
    pub(super) fn end_link(&mut self, link: Link) {
        let has_text = self.output.has_text_since(link.from);
        if !has_text && !link.has_picture {
            return;
        }
        let text = self.output.since(link.from, address::most_said(&link.address));
        let is_said = text.is_some_and(|text| address::is_said_by(&link.address, text));
        let is_repeated = link.follows_last && self.last_address == link.address;
        match (is_repeated || is_said, has_text) {
            (true, _) => {}
            (false, true) => self.output.annotate(&link.address),
            (false, false) => self.output.address(&link.address),
        }
        self.output.end_link(!is_repeated);
        self.last_address = link.address;
    }

    pub(super) fn rule(&mut self) {
        self.output.break_cell(1);
        self.output.keep_row_lines();
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
        let address = tag.value(Attribute::Href).and_then(|href| address::shown(&href));
        let link = address.map(|address| self.begin_link(address, true));
        self.picture(tag);
        self.output.blank();
        if let Some(link) = link {
            self.end_link(link);
        }
    }
}

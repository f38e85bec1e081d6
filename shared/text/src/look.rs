//! The look of an element: if its content is seen, and how.

use crate::{
    name::Name,
    sheet::Sheet,
    style::{Blanks, Style},
    tag::{Attribute, Tag},
};

/// The look that an element's own tag gives it.
#[expect(clippy::struct_excessive_bools, reason = "each is told by itself")]
pub(crate) struct Own {
    pub(crate) name: Name,
    style: Style,
    /// The style may say something.
    has_style: bool,
    /// The style hides whatever is within.
    is_hidden: bool,
    has_hidden: bool,
    has_background: bool,
}

impl Own {
    pub(crate) fn of(tag: &Tag, name: Name, sheet: &Sheet) -> Self {
        let mut style = sheet.style(tag);
        if let Some(own) = tag.value(Attribute::Style) {
            style.declare(&Style::parse(&own));
        }
        let has_style = tag.has_attributes() || !sheet.is_empty();
        Self {
            name,
            style,
            has_style,
            is_hidden: has_style && style.is_hidden(name == Name::Cell),
            has_hidden: tag.hides(),
            has_background: tag.value(Attribute::Background).is_some(),
        }
    }

    /// True if the tag hides the text within the element. An element of which nothing is ever shown does not count.
    pub(crate) fn hides(&self) -> bool {
        (self.has_hidden || self.has_style)
            && !matches!(self.name, Name::Hidden | Name::Svg)
            && !Look::default().within(self).shows_text()
    }

    /// Line breaks that part the element from what is around it.
    pub(crate) fn line_breaks(&self) -> u32 {
        self.name.line_breaks().max(u32::from(self.style.is_block() && self.name != Name::Cell))
    }

    /// True if the element shows a picture.
    pub(crate) fn is_picture(&self) -> bool {
        let has_picture =
            matches!(self.name, Name::Svg | Name::Media) || self.style.has_picture() || self.has_background;
        has_picture && !self.has_hidden && !self.is_hidden
    }

    /// True if a slash at the end of the tag closes the element: not so in HTML, where what hides would hide what follows.
    pub(crate) fn can_close_itself(&self) -> bool {
        self.name == Name::Svg || (matches!(self.name, Name::Inline | Name::Media) && !self.hides())
    }
}

/// How content looks, as far as that is inherited.
#[derive(Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is inherited by itself")]
pub(crate) struct Look {
    /// Whatever is said of what is within.
    pub(crate) is_hidden: bool,
    is_invisible: bool,
    has_zero_font: bool,
    is_transparent: bool,
    is_indented_away: bool,
    pub(crate) blanks: Blanks,
}

impl Look {
    pub(crate) fn shows_text(self) -> bool {
        self.shows_pictures() && !self.has_zero_font && !self.is_transparent && !self.is_indented_away
    }

    pub(crate) fn shows_pictures(self) -> bool {
        !self.is_hidden && !self.is_invisible
    }

    /// The look of an element within one that looks like this.
    pub(crate) fn within(mut self, own: &Own) -> Self {
        let (name, style) = (own.name, &own.style);
        // A part that is hidden in Outlook alone is a preview, or a button: Outlook is given a drawing of it, everybody else the link.
        let is_preview = style.is_hidden_in_outlook() && name != Name::Anchor;
        self.is_hidden |= own.has_hidden || own.is_hidden || is_preview || matches!(name, Name::Hidden | Name::Svg);
        self.is_invisible = style.is_invisible().unwrap_or(self.is_invisible);
        // In a mail without a document type, a table does not inherit the size.
        self.is_transparent = style.is_transparent().unwrap_or(self.is_transparent);
        self.is_indented_away = style.is_indented_away().unwrap_or(self.is_indented_away);
        self.has_zero_font = style.has_zero_font().unwrap_or(self.has_zero_font && name != Name::Table);
        let keeps = matches!(name, Name::Preformatted | Name::TextArea);
        self.blanks = style.blanks().unwrap_or(if keeps { Blanks::Keep } else { self.blanks });
        self
    }
}

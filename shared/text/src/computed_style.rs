//! The style of an element with the inherited parts: whether its content is visible, and how white space is kept.

use crate::{
    element::ElementKind,
    style::Style,
    style_sheet::StyleSheet,
    tag::{Attribute, Tag},
    value::WhiteSpace,
};

/// The style that an element's own tag and the style sheets give it, without the inherited parts.
#[expect(clippy::struct_excessive_bools, reason = "each is independent of the others")]
pub(crate) struct OwnStyle {
    pub(crate) kind: ElementKind,
    style: Style,
    /// True if the style may have declarations.
    has_style: bool,
    /// True if the style hides all content of the element.
    is_hidden: bool,
    has_hidden: bool,
    has_background: bool,
}

impl OwnStyle {
    pub(crate) fn of(tag: &Tag, kind: ElementKind, sheet: &StyleSheet) -> Self {
        let mut style = sheet.style(tag);
        if let Some(own) = tag.value(Attribute::Style) {
            style.declare(&Style::parse(&own));
        }
        let has_style = tag.has_attributes() || !sheet.is_empty();
        Self {
            kind,
            style,
            has_style,
            is_hidden: has_style && style.is_hidden(kind == ElementKind::Cell),
            has_hidden: tag.hides(),
            has_background: tag.value(Attribute::Background).is_some(),
        }
    }

    /// True if the tag hides the text of the element. Elements whose content is never shown do not count.
    pub(crate) fn hides(&self) -> bool {
        (self.has_hidden || self.has_style)
            && !matches!(self.kind, ElementKind::Hidden | ElementKind::Svg)
            && !ComputedStyle::default().within(self).shows_text()
    }

    /// The number of line breaks before and behind the element.
    pub(crate) fn line_breaks(&self) -> u32 {
        self.kind.line_breaks().max(u32::from(self.style.is_block() && self.kind != ElementKind::Cell))
    }

    /// True if the element shows a picture.
    pub(crate) fn is_picture(&self) -> bool {
        let has_picture = matches!(self.kind, ElementKind::Svg | ElementKind::Media)
            || self.style.has_picture()
            || self.has_background;
        has_picture && !self.has_hidden && !self.is_hidden
    }

    /// True if a slash at the end of the tag closes the element. HTML ignores the slash, but an element that hides must not hide
    /// the text behind it.
    pub(crate) fn can_close_itself(&self) -> bool {
        self.kind == ElementKind::Svg
            || (matches!(self.kind, ElementKind::Inline | ElementKind::Media) && !self.hides())
    }
}

/// The inherited style of content.
#[derive(Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is inherited independently")]
pub(crate) struct ComputedStyle {
    /// True if the content is hidden, whatever the style of its elements.
    pub(crate) is_hidden: bool,
    is_invisible: bool,
    has_zero_font: bool,
    is_transparent: bool,
    is_indented_away: bool,
    pub(crate) white_space: WhiteSpace,
}

impl ComputedStyle {
    pub(crate) fn shows_text(self) -> bool {
        self.shows_pictures() && !self.has_zero_font && !self.is_transparent && !self.is_indented_away
    }

    pub(crate) fn shows_pictures(self) -> bool {
        !self.is_hidden && !self.is_invisible
    }

    /// The style of an element inside of one with this style.
    pub(crate) fn within(mut self, own: &OwnStyle) -> Self {
        let (kind, style) = (own.kind, &own.style);
        // An element that only Outlook hides is a preview, or a link: Outlook is given a drawing of the link.
        let is_preview = style.is_hidden_in_outlook() && kind != ElementKind::Anchor;
        self.is_hidden |=
            own.has_hidden || own.is_hidden || is_preview || matches!(kind, ElementKind::Hidden | ElementKind::Svg);
        self.is_invisible = style.is_invisible().unwrap_or(self.is_invisible);
        // In a mail without a document type, a table does not inherit the size.
        self.is_transparent = style.is_transparent().unwrap_or(self.is_transparent);
        self.is_indented_away = style.is_indented_away().unwrap_or(self.is_indented_away);
        self.has_zero_font = style.has_zero_font().unwrap_or(self.has_zero_font && kind != ElementKind::Table);
        let keeps = matches!(kind, ElementKind::Preformatted | ElementKind::TextArea);
        self.white_space = style.white_space().unwrap_or(if keeps { WhiteSpace::Preserve } else { self.white_space });
        self
    }
}

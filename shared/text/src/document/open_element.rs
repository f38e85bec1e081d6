//! Elements that are open, and their effects on the text.

use crate::{
    computed_style::ComputedStyle,
    element::Element,
    writer::{Cell, Row},
};

/// An element that is open.
pub(super) struct OpenElement {
    pub(super) element: Element,
    /// The value of `Document::last` for the element's number before the element began.
    pub(super) before: usize,
    pub(super) style: ComputedStyle,
    /// The number of the start tag, if the element hides content that would be shown otherwise.
    pub(super) hides_as: Option<usize>,
    pub(super) effect: Effect,
    /// The number of line breaks at the end of the element.
    pub(super) line_breaks: u32,
}

/// The effect of an element on the text, which ends with the element.
pub(super) enum Effect {
    None,
    Link(Link),
    Quotation,
    /// A list, whose lines are indented. Its next item has this number, or a bullet.
    List(Option<i64>),
    Item,
    /// A row, with the state of the row around it.
    Row(Row),
    /// A cell, with the state of the cell around it.
    Cell(Cell),
    Preformatted,
}

/// A link that is open.
pub(super) struct Link {
    pub(super) address: String,
    /// The length of the text where the link began.
    pub(super) from: usize,
    pub(super) has_picture: bool,
    /// True if nothing was written between the link before and this one.
    pub(super) follows_last: bool,
}

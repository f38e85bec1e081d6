//! The kinds of elements, and the way in which each is treated.

use html5gum::State;

/// The kind of an element. Elements of one kind are treated alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum ElementKind {
    /// The element has no meaning for the text.
    Inline,
    /// The element is separated by line breaks.
    Block,
    /// The content is never shown.
    Hidden,
    Anchor,
    Area,
    Break,
    Caption,
    Cell,
    Definition,
    DefinitionList,
    Figure,
    Heading,
    Image,
    Item,
    /// The element shows a picture, or its content if the picture cannot be shown.
    Media,
    Option,
    OrderedList,
    Paragraph,
    Preformatted,
    Quotation,
    /// `html`, `head` and `body`, whose tags may be missing or repeated.
    Root,
    Row,
    Rule,
    RowGroup,
    Svg,
    Table,
    Term,
    TextArea,
    UnorderedList,
    /// The element has neither content nor meaning.
    Void,
}

/// The count of the kinds, whose elements have the kind's number. The numbers of all other elements follow them.
const KINDS: usize = 32;
/// The count of the numbers of other elements. Two names that share a number are distinguished only if their tags are nested
/// properly.
const HASHES: usize = 1000;
/// The multiplier of the hash. It gives the names that mails use different numbers, as a test shows.
const MULTIPLIER: usize = 3;
/// The count of all numbers of elements.
pub(crate) const NUMBERS: usize = KINDS + HASHES;

/// An element by its kind, and by a number with which its end tag finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) kind: ElementKind,
    pub(crate) number: usize,
}

impl Element {
    /// The element with this name, which is in lower case.
    pub(crate) fn of(name: &[u8]) -> Self {
        let kind = ElementKind::of(name);
        let number = match kind {
            ElementKind::Inline | ElementKind::Block | ElementKind::Hidden | ElementKind::Media => KINDS + hash(name),
            _ => kind as usize,
        };
        Self { kind, number }
    }
}

impl From<ElementKind> for Element {
    fn from(kind: ElementKind) -> Self {
        Self { kind, number: kind as usize }
    }
}

fn hash(name: &[u8]) -> usize {
    name.iter().fold(0_usize, |hash, byte| hash.wrapping_mul(MULTIPLIER).wrapping_add(usize::from(*byte))) % HASHES
}

impl ElementKind {
    fn of(name: &[u8]) -> Self {
        match name {
            b"a" => Self::Anchor,
            b"area" => Self::Area,
            b"br" => Self::Break,
            b"caption" => Self::Caption,
            b"td" | b"th" => Self::Cell,
            b"dd" => Self::Definition,
            b"dl" => Self::DefinitionList,
            b"figure" => Self::Figure,
            b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" => Self::Heading,
            b"img" | b"image" => Self::Image,
            b"li" => Self::Item,
            b"amp-anim" | b"amp-img" | b"canvas" | b"object" | b"video" => Self::Media,
            b"option" | b"optgroup" => Self::Option,
            b"ol" => Self::OrderedList,
            b"p" => Self::Paragraph,
            b"pre" | b"listing" | b"xmp" | b"plaintext" => Self::Preformatted,
            b"blockquote" => Self::Quotation,
            b"html" | b"head" | b"body" => Self::Root,
            b"tr" => Self::Row,
            b"hr" => Self::Rule,
            b"tbody" | b"thead" | b"tfoot" => Self::RowGroup,
            b"svg" => Self::Svg,
            b"table" => Self::Table,
            b"dt" => Self::Term,
            b"textarea" => Self::TextArea,
            b"ul" | b"menu" | b"dir" => Self::UnorderedList,
            b"script" | b"style" | b"title" | b"template" | b"iframe" | b"noembed" | b"noframes" | b"datalist" => {
                Self::Hidden
            }
            b"base" | b"basefont" | b"bgsound" | b"col" | b"embed" | b"frame" | b"input" | b"keygen" | b"link"
            | b"meta" | b"param" | b"source" | b"track" | b"wbr" => Self::Void,
            b"address" | b"article" | b"aside" | b"center" | b"details" | b"dialog" | b"div" | b"fieldset"
            | b"figcaption" | b"footer" | b"form" | b"header" | b"hgroup" | b"legend" | b"main" | b"nav"
            | b"search" | b"section" | b"select" | b"summary" => Self::Block,
            _ => Self::Inline,
        }
    }

    /// The number of line breaks before and behind the element: two for a blank line, none for an element within a line.
    pub(crate) fn line_breaks(self) -> u32 {
        match self {
            Self::DefinitionList
            | Self::Figure
            | Self::Heading
            | Self::OrderedList
            | Self::Paragraph
            | Self::Preformatted
            | Self::Quotation
            | Self::Table
            | Self::UnorderedList => 2,
            Self::Block
            | Self::Caption
            | Self::Definition
            | Self::Item
            | Self::Option
            | Self::Row
            | Self::RowGroup
            | Self::Rule
            | Self::Term
            | Self::TextArea => 1,
            _ => 0,
        }
    }

    /// True if the element is separated by line breaks even at the beginning of a table's cell.
    pub(crate) fn breaks_cells(self) -> bool {
        matches!(
            self,
            Self::Item
                | Self::OrderedList
                | Self::UnorderedList
                | Self::Preformatted
                | Self::Quotation
                | Self::Rule
                | Self::Definition
        )
    }

    /// True if the element ends a paragraph where it begins.
    pub(crate) fn ends_paragraph(self) -> bool {
        self.line_breaks() > 0 && !matches!(self, Self::Option | Self::TextArea | Self::Row | Self::RowGroup)
    }

    /// True if HTML allows authors to leave out the end tag.
    pub(crate) fn has_optional_end(self) -> bool {
        matches!(
            self,
            Self::Cell
                | Self::Definition
                | Self::Item
                | Self::Option
                | Self::Paragraph
                | Self::Row
                | Self::RowGroup
                | Self::Term
        )
    }
}

/// The state in which the tokenizer reads the content of an element that has no tags and comments, `None` for any other element.
pub(crate) fn content_state(name: &[u8]) -> Option<State> {
    match name {
        b"title" | b"textarea" => Some(State::RcData),
        b"script" => Some(State::ScriptData),
        b"style" | b"xmp" | b"iframe" | b"noembed" | b"noframes" => Some(State::RawText),
        b"plaintext" => Some(State::PlainText),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn elements_that_mails_use_have_different_numbers() {
        let names = "div section article aside header footer main nav center address form fieldset details dialog summary \
            figcaption legend select search hgroup span font b strong i em u s del ins strike small big sub sup code \
            label button abbr cite q kbd tt mark var samp time bdi bdo dfn ruby rt rp script style title template \
            iframe noembed noframes datalist o:p v:rect v:roundrect noscript object video audio canvas picture";
        let mut numbers = BTreeMap::new();
        for name in names.split_whitespace() {
            let other = numbers.insert(Element::of(name.as_bytes()).number, name);
            assert_eq!(other, None, "{name}");
        }
        assert!(numbers.keys().all(|number| (KINDS..NUMBERS).contains(number) && KINDS > ElementKind::Void as usize));
    }
}

//! Gives tags their meaning, with a stack of the open elements. Each element is found and closed in constant time, however many are
//! open.

mod links;
mod open_element;

use self::open_element::{Effect, OpenElement};
use crate::{
    computed_style::{ComputedStyle, OwnStyle},
    deep_elements::{DeepElements, HidingElement},
    element::{Element, ElementKind, NUMBERS},
    extraction::Extraction,
    style_sheet::StyleSheet,
    tag::{Attribute, Tag},
    writer::TextWriter,
};

/// The depth to which elements are kept. Only the text of deeper elements is.
const MAX_DEPTH: usize = 512;

/// The document while it is read.
pub(crate) struct Document<'u> {
    writer: TextWriter,
    open: Vec<OpenElement>,
    /// For each number of an element, the number of elements that are open up to the last one with it, which is included: 0 if
    /// there is none.
    last: [usize; NUMBERS],
    /// The elements that are open beyond the depth.
    deep: DeepElements,
    sheet: StyleSheet,
    /// The number of elements looked at so far.
    work: usize,
    /// The number of start tags so far.
    tags: usize,
    /// The numbers of the start tags of elements that hide and are never closed, in their order.
    unclosed: &'u [usize],
    /// The number of elements that are open up to the first of the `unclosed` ones, which is included.
    first_unclosed: Option<usize>,
    /// The address of the last link.
    last_address: String,
    /// True at the beginning of preformatted text, where a line break is ignored.
    ignores_line_break: bool,
}

impl<'u> Document<'u> {
    pub(crate) fn new(unclosed: &'u [usize]) -> Self {
        Self {
            writer: TextWriter::default(),
            open: Vec::new(),
            last: [0; NUMBERS],
            deep: DeepElements::default(),
            sheet: StyleSheet::default(),
            work: 0,
            tags: 0,
            unclosed,
            first_unclosed: None,
            last_address: String::new(),
            ignores_line_break: false,
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.writer.is_full()
    }

    pub(crate) fn shows_text(&self) -> bool {
        self.style().shows_text()
    }

    /// Ends the document. The result has the open elements that hide the rest of it, except those whose end tag may be left out.
    pub(crate) fn finish(mut self) -> Extraction {
        let hiding = self.open.iter().filter(|open| !open.element.kind.has_optional_end());
        let hiding = hiding.filter_map(|open| open.hides_as).chain(self.deep.hides_as());
        let unclosed = if self.is_full() { Vec::new() } else { hiding.collect() };
        self.close_from(1);
        let work = self.work + self.tags + self.sheet.work() + self.writer.work();
        Extraction { text: self.writer.finish(), unclosed, work }
    }

    /// Reads a style sheet.
    pub(crate) fn sheet(&mut self, css: &str) {
        self.sheet.read(css);
    }

    pub(crate) fn text(&mut self, text: &str) {
        let style = self.style();
        if style.shows_text() {
            let begins = std::mem::take(&mut self.ignores_line_break);
            let text = if begins { text.strip_prefix('\n').unwrap_or(text) } else { text };
            self.writer.text(text, style.white_space);
        }
    }

    pub(crate) fn start(&mut self, tag: &Tag) {
        let element = tag.element();
        self.tags += 1;
        if matches!(element.kind, ElementKind::Root | ElementKind::Void) {
            return;
        }
        self.close_implied(element.kind);
        let own = OwnStyle::of(tag, element.kind, &self.sheet);
        let style = self.style().within(&own);
        match element.kind {
            ElementKind::Break | ElementKind::Rule | ElementKind::Image | ElementKind::Area
                if !style.shows_pictures() => {}
            ElementKind::Break => self.writer.line_break(),
            ElementKind::Rule => self.rule(),
            ElementKind::Image => self.picture(tag),
            ElementKind::Area => self.area(tag),
            _ => self.element(tag, element, &own, style),
        }
    }

    pub(crate) fn end(&mut self, element: Element) {
        match element.kind {
            ElementKind::Break if self.shows_text() => return self.writer.line_break(),
            ElementKind::Break
            | ElementKind::Root
            | ElementKind::Void
            | ElementKind::Image
            | ElementKind::Area
            | ElementKind::Rule => return,
            _ => {}
        }
        if self.deep.end_last() {
            return;
        }
        let place = self.last[element.number];
        if place > self.floor(element.kind) {
            self.close_from(place);
        } else if !self.style().is_hidden {
            self.writer.break_lines(element.kind.line_breaks());
        }
    }

    fn style(&self) -> ComputedStyle {
        let mut style = self.open.last().map_or_else(ComputedStyle::default, |open| open.style);
        style.is_hidden |= self.deep.hides();
        style
    }

    /// The number of elements that are open up to the last one of this kind, which is included.
    fn last(&self, kind: ElementKind) -> usize {
        self.last[Element::from(kind).number]
    }

    /// The number of open elements that the end of an element of this kind cannot close.
    fn floor(&self, kind: ElementKind) -> usize {
        let table = self.last(ElementKind::Table);
        match kind {
            ElementKind::Table | ElementKind::Hidden | ElementKind::Svg => 0,
            ElementKind::Cell | ElementKind::Row | ElementKind::RowGroup | ElementKind::Caption => table,
            ElementKind::Item => {
                self.cell().max(self.last(ElementKind::OrderedList)).max(self.last(ElementKind::UnorderedList))
            }
            ElementKind::Term | ElementKind::Definition => self.cell().max(self.last(ElementKind::DefinitionList)),
            _ => self.cell(),
        }
    }

    /// The number of elements that are open up to the last cell or table.
    fn cell(&self) -> usize {
        [ElementKind::Cell, ElementKind::Caption, ElementKind::Table]
            .into_iter()
            .map(|kind| self.last(kind))
            .max()
            .unwrap_or_default()
    }

    /// Closes the elements that end where an element of this kind begins.
    fn close_implied(&mut self, kind: ElementKind) {
        if kind.line_breaks() > 0 {
            self.close_unclosed();
        }
        if kind.ends_paragraph() {
            self.close_last(ElementKind::Paragraph);
        }
        if kind == ElementKind::Anchor {
            self.end_last_link();
        }
        let ended: &[ElementKind] = match kind {
            ElementKind::Item => &[ElementKind::Item],
            ElementKind::Option => &[ElementKind::Option],
            ElementKind::Term | ElementKind::Definition => &[ElementKind::Term, ElementKind::Definition],
            ElementKind::Cell => &[ElementKind::Cell, ElementKind::Caption],
            ElementKind::Row => &[ElementKind::Row, ElementKind::Caption],
            ElementKind::RowGroup => &[ElementKind::RowGroup, ElementKind::Row, ElementKind::Caption],
            _ => &[],
        };
        for kind in ended {
            self.close_last(*kind);
        }
    }

    /// Ends the elements that hide and are never closed.
    fn close_unclosed(&mut self) {
        self.deep.end_unclosed();
        if let Some(place) = self.first_unclosed {
            self.close_from(place);
        }
    }

    /// Ends the open link, since links do not nest. Blocks that began inside of it stay open.
    fn end_last_link(&mut self) {
        let place = self.last(ElementKind::Anchor);
        if place <= self.floor(ElementKind::Anchor) {
            return;
        }
        let Some(OpenElement { effect: effect @ Effect::Link(_), .. }) = self.open.get_mut(place - 1) else { return };
        let effect = std::mem::replace(effect, Effect::None);
        self.undo(effect);
        let within = self.open.get(place..).unwrap_or_default();
        let block = within.iter().position(|open| open.element.kind.line_breaks() > 0);
        self.work += block.unwrap_or(within.len());
        if block.is_none() {
            self.close_from(place);
        }
    }

    fn close_last(&mut self, kind: ElementKind) {
        let place = self.last(kind);
        if place > self.floor(kind) {
            self.close_from(place);
        }
    }

    /// Begins an element with this style.
    fn element(&mut self, tag: &Tag, element: Element, own: &OwnStyle, style: ComputedStyle) {
        if own.is_picture() && self.style().shows_pictures() {
            self.picture_in_link();
        }
        if tag.is_self_closing && own.can_close_itself() {
            return;
        }
        if !style.is_hidden {
            self.begin_lines(element.kind, own.line_breaks());
        }
        if element.kind == ElementKind::Cell && self.last(ElementKind::Row) <= self.last(ElementKind::Table) {
            self.begin_lines(ElementKind::Row, ElementKind::Row.line_breaks());
            let row = Effect::Row(self.writer.begin_row());
            self.push(ElementKind::Row.into(), self.style(), false, row, ElementKind::Row.line_breaks());
        }
        let effect = if style.is_hidden { Effect::None } else { self.effect(tag, own) };
        self.push(element, style, own.hides(), effect, own.line_breaks());
        self.ignores_line_break = matches!(element.kind, ElementKind::Preformatted | ElementKind::TextArea);
    }

    fn begin_lines(&mut self, kind: ElementKind, line_breaks: u32) {
        let is_list = matches!(kind, ElementKind::OrderedList | ElementKind::UnorderedList);
        let count = if is_list && self.writer.indents > 0 { 1 } else { line_breaks };
        if kind.breaks_cells() {
            self.writer.break_cell(count);
        } else {
            self.writer.break_lines(count);
        }
    }

    /// Begins the effect of the element on the text.
    fn effect(&mut self, tag: &Tag, own: &OwnStyle) -> Effect {
        match own.kind {
            ElementKind::Anchor => self.link(tag, own.is_picture()),
            ElementKind::Quotation => {
                self.writer.quotations += 1;
                Effect::Quotation
            }
            ElementKind::OrderedList => self.list(Some(tag.number(Attribute::Start).map_or(1, i64::from))),
            ElementKind::UnorderedList | ElementKind::Definition => self.list(None),
            ElementKind::Item => self.item(tag),
            ElementKind::Row => Effect::Row(self.writer.begin_row()),
            ElementKind::Cell => Effect::Cell(self.writer.begin_cell()),
            ElementKind::Preformatted => Effect::Preformatted,
            _ => Effect::None,
        }
    }

    fn list(&mut self, number: Option<i64>) -> Effect {
        self.writer.indents += 1;
        Effect::List(number)
    }

    fn item(&mut self, tag: &Tag) -> Effect {
        let value = tag.number(Attribute::Value).map(i64::from);
        let list = self.last(ElementKind::OrderedList).max(self.last(ElementKind::UnorderedList));
        let number = match list.checked_sub(1).and_then(|place| self.open.get_mut(place)) {
            Some(OpenElement { effect: Effect::List(Some(next)), .. }) => {
                let number = value.unwrap_or(*next);
                *next = number + 1;
                Some(number)
            }
            _ => None,
        };
        self.writer.begin_item(number);
        Effect::Item
    }

    fn push(&mut self, element: Element, style: ComputedStyle, hides: bool, effect: Effect, line_breaks: u32) {
        if self.open.len() >= MAX_DEPTH {
            let is_unclosed = self.unclosed.binary_search(&self.tags).is_ok();
            let hides_as = hides.then_some(self.tags);
            self.deep.begin(style.is_hidden.then_some(HidingElement { hides_as, is_unclosed }));
            return self.undo(effect);
        }
        self.open.push(OpenElement {
            element,
            before: self.last[element.number],
            style,
            hides_as: hides.then_some(self.tags),
            effect,
            line_breaks,
        });
        self.last[element.number] = self.open.len();
        if hides && self.first_unclosed.is_none() && self.unclosed.binary_search(&self.tags).is_ok() {
            self.first_unclosed = Some(self.open.len());
        }
    }

    /// Closes elements until fewer than `place` are open.
    fn close_from(&mut self, place: usize) {
        while self.open.len() >= place.max(1)
            && let Some(closed) = self.open.pop()
        {
            self.last[closed.element.number] = closed.before;
            self.deep = DeepElements::default();
            self.work += 1;
            self.first_unclosed = self.first_unclosed.filter(|place| *place <= self.open.len());
            self.undo(closed.effect);
            if !closed.style.is_hidden {
                self.writer.break_lines(closed.line_breaks);
            }
        }
    }

    /// Ends the effect of an element on the text.
    fn undo(&mut self, effect: Effect) {
        match effect {
            Effect::None => {}
            Effect::Link(link) => self.end_link(link),
            Effect::Quotation => self.writer.quotations -= 1,
            Effect::List(_) => self.writer.indents -= 1,
            Effect::Item => self.writer.end_item(),
            Effect::Row(outer) => self.writer.end_row(outer),
            Effect::Cell(outer) => self.writer.end_cell(outer),
            Effect::Preformatted => self.writer.limit_line_breaks(2),
        }
    }
}

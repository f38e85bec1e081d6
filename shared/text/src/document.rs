//! The meaning of tags: a stack of open elements, of which each is found and closed at once, however many there are.

mod links;

use self::links::Link;
use crate::{
    beyond::{Beyond, Hiding},
    look::{Look, Own},
    name::{Element, NUMBERS, Name},
    output::{Cell, Output, Row},
    sheet::Sheet,
    tag::{Attribute, Tag},
};

/// How deep elements are told apart. What is nested deeper is text alone.
const MAX_DEPTH: usize = 512;

/// The document while it is read.
pub(crate) struct Document<'u> {
    output: Output,
    open: Vec<Open>,
    /// How many elements are open up to the last one of each kind, that included: 0 if there is none.
    last: [usize; NUMBERS],
    /// Elements that are open beyond the depth.
    beyond: Beyond,
    sheet: Sheet,
    /// Elements looked at so far.
    work: usize,
    /// Start tags so far.
    tags: usize,
    /// Elements that hide and are never closed, by their start tags.
    unclosed: &'u [usize],
    /// How many elements are open up to the first of those that are open, that included.
    first_unclosed: Option<usize>,
    /// The address of the last link that has one.
    last_address: String,
    /// A line break that begins preformatted text is none.
    ignores_line_break: bool,
}

/// An element that is open.
struct Open {
    element: Element,
    /// What `Document::last` said of its kind before.
    before: usize,
    look: Look,
    /// Its start tag's number, if the element is what hides its content.
    hides_as: Option<usize>,
    part: Part,
    /// Line breaks where it ends.
    line_breaks: u32,
}

/// The effect of an element's end on the text.
enum Part {
    None,
    Link(Link),
    Quotation,
    /// Its lines are indented. The next item has this number, or a bullet.
    List(Option<i64>),
    Item,
    /// The row around it.
    Row(Row),
    /// The cell around it.
    Cell(Cell),
    Preformatted,
}

impl<'u> Document<'u> {
    pub(crate) fn new(unclosed: &'u [usize]) -> Self {
        Self {
            output: Output::default(),
            open: Vec::new(),
            last: [0; NUMBERS],
            beyond: Beyond::default(),
            sheet: Sheet::default(),
            work: 0,
            tags: 0,
            unclosed,
            first_unclosed: None,
            last_address: String::new(),
            ignores_line_break: false,
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.output.is_full()
    }

    pub(crate) fn shows_text(&self) -> bool {
        self.look().shows_text()
    }

    /// Ends the document. What is open and hides the rest is told, unless its end tag may be missing.
    pub(crate) fn finish(mut self) -> crate::tokens::Reading {
        let hiding = self.open.iter().filter(|open| !open.element.name.has_optional_end());
        let hiding = hiding.filter_map(|open| open.hides_as).chain(self.beyond.hides_as());
        let unclosed = if self.is_full() { Vec::new() } else { hiding.collect() };
        self.close_from(1);
        let work = self.work + self.tags + self.sheet.work() + self.output.work();
        crate::tokens::Reading { text: self.output.finish(), unclosed, work }
    }

    /// Reads a style sheet.
    pub(crate) fn sheet(&mut self, css: &str) {
        self.sheet.read(css);
    }

    pub(crate) fn text(&mut self, text: &str) {
        let look = self.look();
        if look.shows_text() {
            let begins = std::mem::take(&mut self.ignores_line_break);
            let text = if begins { text.strip_prefix('\n').unwrap_or(text) } else { text };
            self.output.text(text, look.blanks);
        }
    }

    pub(crate) fn start(&mut self, tag: &Tag) {
        let element = tag.element();
        self.tags += 1;
        if matches!(element.name, Name::Root | Name::Void) {
            return;
        }
        self.close_implied(element.name);
        let own = Own::of(tag, element.name, &self.sheet);
        let look = self.look().within(&own);
        match element.name {
            Name::Break | Name::Rule | Name::Image | Name::Area if !look.shows_pictures() => {}
            Name::Break => self.output.line_break(),
            Name::Rule => self.rule(),
            Name::Image => self.picture(tag),
            Name::Area => self.area(tag),
            _ => self.element(tag, element, &own, look),
        }
    }

    pub(crate) fn end(&mut self, element: Element) {
        match element.name {
            Name::Break if self.shows_text() => return self.output.line_break(),
            Name::Break | Name::Root | Name::Void | Name::Image | Name::Area | Name::Rule => return,
            _ => {}
        }
        if self.beyond.end_last() {
            return;
        }
        let place = self.last[element.number];
        if place > self.floor(element.name) {
            self.close_from(place);
        } else if !self.look().is_hidden {
            self.output.break_lines(element.name.line_breaks());
        }
    }

    fn look(&self) -> Look {
        let mut look = self.open.last().map_or_else(Look::default, |open| open.look);
        look.is_hidden |= self.beyond.hides();
        look
    }

    /// How many elements are open up to the last one with this name.
    fn last(&self, name: Name) -> usize {
        self.last[Element::from(name).number]
    }

    /// How many elements are open that an element with this name cannot end.
    fn floor(&self, name: Name) -> usize {
        let table = self.last(Name::Table);
        match name {
            Name::Table | Name::Hidden | Name::Svg => 0,
            Name::Cell | Name::Row | Name::RowGroup | Name::Caption => table,
            Name::Item => self.cell().max(self.last(Name::OrderedList)).max(self.last(Name::UnorderedList)),
            Name::Term | Name::Definition => self.cell().max(self.last(Name::DefinitionList)),
            _ => self.cell(),
        }
    }

    /// How many elements are open up to the cell or table that is open last.
    fn cell(&self) -> usize {
        [Name::Cell, Name::Caption, Name::Table].into_iter().map(|name| self.last(name)).max().unwrap_or_default()
    }

    /// Closes what ends where an element with this name begins.
    fn close_implied(&mut self, name: Name) {
        if name.line_breaks() > 0 {
            self.close_unclosed();
        }
        if name.ends_paragraph() {
            self.close_last(Name::Paragraph);
        }
        if name == Name::Anchor {
            self.end_last_link();
        }
        let ended: &[Name] = match name {
            Name::Item => &[Name::Item],
            Name::Option => &[Name::Option],
            Name::Term | Name::Definition => &[Name::Term, Name::Definition],
            Name::Cell => &[Name::Cell, Name::Caption],
            Name::Row => &[Name::Row, Name::Caption],
            Name::RowGroup => &[Name::RowGroup, Name::Row, Name::Caption],
            _ => &[],
        };
        for name in ended {
            self.close_last(*name);
        }
    }

    /// Ends what hides and is never closed.
    fn close_unclosed(&mut self) {
        self.beyond.end_unclosed();
        if let Some(place) = self.first_unclosed {
            self.close_from(place);
        }
    }

    /// Ends the link that is open, for links do not nest. Blocks that began within it stay open.
    fn end_last_link(&mut self) {
        let place = self.last(Name::Anchor);
        if place <= self.floor(Name::Anchor) {
            return;
        }
        let Some(Open { part: part @ Part::Link(_), .. }) = self.open.get_mut(place - 1) else { return };
        let part = std::mem::replace(part, Part::None);
        self.undo(part);
        let within = self.open.get(place..).unwrap_or_default();
        let block = within.iter().position(|open| open.element.name.line_breaks() > 0);
        self.work += block.unwrap_or(within.len());
        if block.is_none() {
            self.close_from(place);
        }
    }

    fn close_last(&mut self, name: Name) {
        let place = self.last(name);
        if place > self.floor(name) {
            self.close_from(place);
        }
    }

    /// Begins an element whose content has this look.
    fn element(&mut self, tag: &Tag, element: Element, own: &Own, look: Look) {
        if own.is_picture() && self.look().shows_pictures() {
            self.picture_in_link();
        }
        if tag.is_self_closing && own.can_close_itself() {
            return;
        }
        if !look.is_hidden {
            self.begin_lines(element.name, own.line_breaks());
        }
        if element.name == Name::Cell && self.last(Name::Row) <= self.last(Name::Table) {
            self.begin_lines(Name::Row, Name::Row.line_breaks());
            let row = Part::Row(self.output.begin_row());
            self.push(Name::Row.into(), self.look(), false, row, Name::Row.line_breaks());
        }
        let part = if look.is_hidden { Part::None } else { self.part(tag, own) };
        self.push(element, look, own.hides(), part, own.line_breaks());
        self.ignores_line_break = matches!(element.name, Name::Preformatted | Name::TextArea);
    }

    fn begin_lines(&mut self, name: Name, line_breaks: u32) {
        let is_list = matches!(name, Name::OrderedList | Name::UnorderedList);
        let count = if is_list && self.output.indents > 0 { 1 } else { line_breaks };
        if name.breaks_cells() {
            self.output.break_cell(count);
        } else {
            self.output.break_lines(count);
        }
    }

    /// The effect of the element on the text from here on.
    fn part(&mut self, tag: &Tag, own: &Own) -> Part {
        match own.name {
            Name::Anchor => self.link(tag, own.is_picture()),
            Name::Quotation => {
                self.output.quotations += 1;
                Part::Quotation
            }
            Name::OrderedList => self.list(Some(tag.number(Attribute::Start).map_or(1, i64::from))),
            Name::UnorderedList | Name::Definition => self.list(None),
            Name::Item => self.item(tag),
            Name::Row => Part::Row(self.output.begin_row()),
            Name::Cell => Part::Cell(self.output.begin_cell()),
            Name::Preformatted => Part::Preformatted,
            _ => Part::None,
        }
    }

    fn list(&mut self, number: Option<i64>) -> Part {
        self.output.indents += 1;
        Part::List(number)
    }

    fn item(&mut self, tag: &Tag) -> Part {
        let value = tag.number(Attribute::Value).map(i64::from);
        let list = self.last(Name::OrderedList).max(self.last(Name::UnorderedList));
        let number = match list.checked_sub(1).and_then(|place| self.open.get_mut(place)) {
            Some(Open { part: Part::List(Some(next)), .. }) => {
                let number = value.unwrap_or(*next);
                *next = number + 1;
                Some(number)
            }
            _ => None,
        };
        self.output.begin_item(number);
        Part::Item
    }

    fn push(&mut self, element: Element, look: Look, hides: bool, part: Part, line_breaks: u32) {
        if self.open.len() >= MAX_DEPTH {
            let is_unclosed = self.unclosed.binary_search(&self.tags).is_ok();
            let hides_as = hides.then_some(self.tags);
            self.beyond.begin(look.is_hidden.then_some(Hiding { hides_as, is_unclosed }));
            return self.undo(part);
        }
        self.open.push(Open {
            element,
            before: self.last[element.number],
            look,
            hides_as: hides.then_some(self.tags),
            part,
            line_breaks,
        });
        self.last[element.number] = self.open.len();
        if hides && self.first_unclosed.is_none() && self.unclosed.binary_search(&self.tags).is_ok() {
            self.first_unclosed = Some(self.open.len());
        }
    }

    /// Closes elements until fewer than so many are open.
    fn close_from(&mut self, place: usize) {
        while self.open.len() >= place.max(1)
            && let Some(closed) = self.open.pop()
        {
            self.last[closed.element.number] = closed.before;
            self.beyond = Beyond::default();
            self.work += 1;
            self.first_unclosed = self.first_unclosed.filter(|place| *place <= self.open.len());
            self.undo(closed.part);
            if !closed.look.is_hidden {
                self.output.break_lines(closed.line_breaks);
            }
        }
    }

    /// Undoes what an element did to the text.
    fn undo(&mut self, part: Part) {
        match part {
            Part::None => {}
            Part::Link(link) => self.end_link(link),
            Part::Quotation => self.output.quotations -= 1,
            Part::List(_) => self.output.indents -= 1,
            Part::Item => self.output.end_item(),
            Part::Row(outer) => self.output.end_row(outer),
            Part::Cell(outer) => self.output.end_cell(outer),
            Part::Preformatted => self.output.limit_line_breaks(2),
        }
    }
}

//! The text while it is written: blanks and line breaks come before what follows them, and only if something does.

mod row;

pub(crate) use self::row::Row;

use std::mem;

use crate::{
    MAX_TEXT,
    characters::{closes, has_variant, is_blank, is_unseen, joins, opens, varies},
    style::Blanks,
};

/// Quotations that are marked at the beginning of a line, and levels by which a line is indented.
const MAX_MARKS: usize = 8;
/// Parts the cells of a row.
const GAP: &str = "  ";
const BULLET: &str = "* ";
/// All marks of a line and all its indents, of which each takes two bytes. A line begins with a part of this.
const MARGIN: &str = "> > > > > > > >                 ";
/// The most that comes between two words, unless line breaks of the HTML are kept.
const MAX_SEPARATION: usize = 256;

/// The text, and what has to come before its next word.
#[derive(Debug, Default)]
pub(crate) struct Output {
    text: String,
    /// The end of the text without the blanks at its end.
    end: usize,
    /// Bytes written, and read again, so far.
    work: usize,
    wanted: Separation,
    /// The mark that the next line begins with if it is an item's first.
    marker: Option<Marker>,
    cell: Cell,
    row: Row,
    /// The text's length where the last link ended.
    last_link: usize,
    pub(crate) quotations: usize,
    pub(crate) indents: usize,
    is_full: bool,
}

/// The mark that an item's first line begins with.
#[derive(Debug)]
enum Marker {
    Bullet,
    Number(i64),
}

/// The gap that parts a word from the one before.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is asked for by itself")]
struct Separation {
    line_breaks: u32,
    is_gap: bool,
    is_blank: bool,
    /// A cell ended here.
    ends_cell: bool,
    /// A link ended here, whose address must not run into a word.
    ends_link: bool,
    /// A character that joins what stands on both sides of it, in a word or an emoji.
    joiner: Option<char>,
}

impl Separation {
    fn is_none(&self) -> bool {
        self.line_breaks == 0 && !self.is_gap && !self.is_blank && self.joiner.is_none()
    }
}

/// The content of a cell so far.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Cell {
    is_empty: bool,
    begins_line: bool,
    has_lines: bool,
    /// The text's length when it began.
    from: usize,
}

impl Output {
    pub(crate) fn is_full(&self) -> bool {
        self.is_full
    }

    pub(crate) fn length(&self) -> usize {
        self.text.len()
    }

    /// The work so far, which must be linear in the HTML.
    pub(crate) fn work(&self) -> usize {
        self.work
    }

    /// True if there is more than blanks from this length on.
    pub(crate) fn has_text_since(&self, length: usize) -> bool {
        self.end > length
    }

    /// The text from this length on, unless it is longer than so many bytes: then it is not read once more for each link
    /// around it.
    pub(crate) fn since(&mut self, length: usize, most: usize) -> Option<&str> {
        let text = self.text.get(length..self.end)?;
        if text.len() > most + MAX_SEPARATION {
            return None;
        }
        self.work += text.len();
        Some(text.trim_start())
    }

    pub(crate) fn finish(mut self) -> String {
        self.text.truncate(self.end);
        self.text
    }

    /// Begins a new line, or leaves one blank. Where a cell or an item begins that has happened, or the row goes on.
    pub(crate) fn break_lines(&mut self, count: u32) {
        if count > 0 && !self.cell.is_empty && self.marker.is_none() {
            self.wanted.line_breaks = self.wanted.line_breaks.max(count);
            self.wanted.joiner = None;
        }
    }

    /// As [`Self::break_lines`], but where a cell begins as well.
    pub(crate) fn break_cell(&mut self, count: u32) {
        self.wanted.is_gap = false;
        self.wanted.line_breaks = self.wanted.line_breaks.max(count);
        self.wanted.joiner = None;
    }

    /// A `<br>`: two leave a blank line, more leave no more.
    pub(crate) fn line_break(&mut self) {
        let count = self.wanted.line_breaks;
        self.break_lines(if count < 2 { count + 1 } else { count });
    }

    /// Ends preformatted text, whose last lines may be blank.
    pub(crate) fn limit_line_breaks(&mut self, count: u32) {
        self.wanted.line_breaks = self.wanted.line_breaks.min(count);
    }

    /// The next line is an item's: with a number, or with a bullet.
    pub(crate) fn begin_item(&mut self, number: Option<i64>) {
        self.marker = Some(number.map_or(Marker::Bullet, Marker::Number));
    }

    /// Items follow each other without blank lines.
    pub(crate) fn end_item(&mut self) {
        self.marker = None;
        self.limit_line_breaks(1);
    }

    /// Begins a cell, and returns what was written into the one around it.
    pub(crate) fn begin_cell(&mut self) -> Cell {
        mem::replace(&mut self.cell, Cell { is_empty: true, from: self.text.len(), ..Cell::default() })
    }

    /// Ends a cell. If it has a text, the next cell goes on in its line, if that is its only one.
    pub(crate) fn end_cell(&mut self, outer: Cell) {
        let inner = mem::replace(&mut self.cell, outer);
        if inner.is_empty {
            return;
        }
        self.count_cell(inner);
        if outer.is_empty {
            self.cell.begins_line = inner.begins_line;
        } else {
            self.cell.has_lines |= inner.begins_line;
        }
        self.cell.has_lines |= inner.has_lines;
        self.cell.is_empty = false;
        self.wanted.is_gap = !inner.has_lines;
        self.wanted.ends_cell = true;
        self.wanted.joiner = None;
        if inner.has_lines {
            self.break_lines(1);
        }
    }

    /// Asks for a blank, unless a line begins.
    pub(crate) fn blank(&mut self) {
        self.wanted.is_blank = true;
        self.wanted.joiner = None;
    }

    /// Adds text of the HTML.
    pub(crate) fn text(&mut self, text: &str, blanks: Blanks) {
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            let plain = rest.bytes().position(|byte| !byte.is_ascii_graphic()).unwrap_or(rest.len());
            let (word, after) = rest.split_at(plain.max(next.len_utf8()));
            rest = after;
            if plain > 0 {
                self.separate(next);
                self.push(word);
            } else {
                self.character(next, blanks);
            }
        }
    }

    /// Adds a character that is no printable one of ASCII.
    fn character(&mut self, c: char, blanks: Blanks) {
        match c {
            '\n' | '\u{2028}' | '\u{2029}' if blanks != Blanks::Collapse => self.kept_line_break(),
            '\r' | '\n' | '\u{C}' | '\u{2028}' | '\u{2029}' => self.blank(),
            c if is_blank(c) && blanks != Blanks::Keep => self.blank(),
            c if joins(c) => self.wanted.joiner = Some(c),
            c if varies(c) && !self.has_variant(c) => {}
            c if is_unseen(c) && !varies(c) && c != '\t' => {}
            c => {
                self.separate(c);
                let c = if c == '\u{A0}' { ' ' } else { c };
                self.push(c.encode_utf8(&mut [0; 4]));
            }
        }
    }

    /// True if this character can change the last one.
    fn has_variant(&self, c: char) -> bool {
        self.wanted.is_none() && self.text.chars().next_back().is_some_and(|last| has_variant(last, c))
    }

    fn kept_line_break(&mut self) {
        let count = self.wanted.line_breaks;
        self.break_lines(count.saturating_add(1));
    }

    /// Adds an address, whole or not at all, and apart from the word before.
    pub(crate) fn address(&mut self, address: &str) {
        if self.has_room(address.len()) {
            self.wanted.is_blank |= !self.text.ends_with(opens);
            self.separate('h');
            self.push(address);
            self.row.add_address(address);
        }
    }

    /// Adds an address in parentheses to the last line, whatever has to come before the next word.
    pub(crate) fn annotate(&mut self, address: &str) {
        if self.has_room(address.len()) {
            for part in [" (", address, ")"] {
                self.push(part);
            }
            self.row.add_address(address);
        }
    }

    /// Ends a link. If its address stands at the end of the text, no word runs into that.
    pub(crate) fn end_link(&mut self, has_address: bool) {
        self.wanted.ends_link = has_address;
        self.last_link = self.text.len();
    }

    /// True if nothing was written since a link ended.
    pub(crate) fn follows_link(&self) -> bool {
        !self.has_text_since(self.last_link)
    }

    fn has_room(&mut self, length: usize) -> bool {
        self.is_full |= self.text.len() + length + MAX_SEPARATION > MAX_TEXT;
        !self.is_full
    }

    /// Writes what has to come before the next word, which begins with this character.
    fn separate(&mut self, next: char) {
        let wanted = mem::take(&mut self.wanted);
        if self.text.is_empty() {
            self.begin_line();
        } else if wanted.is_gap {
            self.push(GAP);
        } else if wanted.line_breaks > 0 {
            let from = self.text.len();
            for _line in 0..wanted.line_breaks {
                self.push("\n");
            }
            self.begin_line();
            self.row.add_break(from..self.text.len(), wanted.ends_cell);
            *(if self.cell.is_empty { &mut self.cell.begins_line } else { &mut self.cell.has_lines }) = true;
        } else if wanted.is_blank || (wanted.ends_link && self.is_apart_from_link(next)) {
            self.push(" ");
        } else if let Some(joiner) = wanted.joiner {
            self.push(joiner.encode_utf8(&mut [0; 4]));
        }
        self.cell.is_empty = false;
    }

    /// True if this character does not stand right behind a link. A slash or a dash does, unless it would seem to be a part
    /// of the address.
    fn is_apart_from_link(&self, next: char) -> bool {
        if self.text.ends_with(')') { next.is_alphanumeric() } else { !closes(next) }
    }

    fn begin_line(&mut self) {
        let marker = self.marker.take();
        self.row.keep_lines_if(marker.is_some());
        let indents = self.indents.min(MAX_MARKS) - usize::from(marker.is_some() && self.indents > 0);
        let quotations = self.quotations.min(MAX_MARKS);
        if quotations + indents > 0 {
            self.push(&MARGIN[2 * (MAX_MARKS - quotations)..2 * (MAX_MARKS + indents)]);
        }
        match marker {
            Some(Marker::Bullet) => self.push(BULLET),
            Some(Marker::Number(number)) => self.push(&format!("{number}. ")),
            None => {}
        }
    }

    /// Adds what there is room for.
    fn push(&mut self, text: &str) {
        let room = MAX_TEXT - self.text.len();
        let fitting = if text.len() <= room { text } else { &text[..text.floor_char_boundary(room)] };
        self.is_full |= text.len() > room;
        // A word of ASCII, as most are, has no blanks to look for.
        let is_word = fitting.bytes().next_back().is_some_and(|byte| byte.is_ascii_graphic());
        let inked = if is_word { fitting.len() } else { fitting.trim_end().len() };
        if inked > 0 {
            self.end = self.text.len() + inked;
        }
        self.text.push_str(fitting);
        self.work += text.len();
    }
}

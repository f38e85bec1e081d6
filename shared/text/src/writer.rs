//! Writes the text. Blanks and line breaks are written before the word that follows them, and only if one does.

mod row;
mod table;

pub(crate) use self::row::{Cell, Row};
use self::row::{GAP, MAX_SEPARATION};

use std::mem;

use crate::{
    characters::{has_variant, is_blank, is_closing, is_invisible, is_joiner, is_opening, is_variation},
    value::WhiteSpace,
};

/// The largest number of marks of quotations at the beginning of a line, and of levels by which a line is indented.
const MAX_MARKS: usize = 8;
const BULLET: &str = "* ";
/// All marks and all indents of a line, two bytes each. A line begins with a part of this.
const MARGIN: &str = "> > > > > > > >                 ";
/// The largest text in bytes. Everything behind it is left out.
pub const MAX_TEXT: usize = 1_000_000;

/// The text, and the separation that is pending before its next word.
#[derive(Debug, Default)]
pub(crate) struct TextWriter {
    text: String,
    /// The length of the text without the blanks at its end.
    end: usize,
    /// The number of bytes that were written, and read again, so far.
    work: usize,
    pending: Separation,
    /// The mark at the beginning of the next line, if the line is the first of an item.
    marker: Option<Marker>,
    cell: Cell,
    row: Row,
    /// The length of the text where the last link ended.
    last_link: usize,
    pub(crate) quotations: usize,
    pub(crate) indents: usize,
    is_full: bool,
}

/// The mark at the beginning of an item.
#[derive(Debug)]
enum Marker {
    Bullet,
    Number(i64),
}

/// The separation of a word from the one before.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is requested independently")]
struct Separation {
    line_breaks: u32,
    is_gap: bool,
    is_blank: bool,
    /// True if a cell ended here.
    ends_cell: bool,
    /// True if a link ended here, whose address must not run into a word.
    ends_link: bool,
    /// A character that joins the characters on both sides of it, in a word or an emoji.
    joiner: Option<char>,
}

impl Separation {
    fn is_none(&self) -> bool {
        self.line_breaks == 0 && !self.is_gap && !self.is_blank && self.joiner.is_none()
    }
}

impl TextWriter {
    pub(crate) fn is_full(&self) -> bool {
        self.is_full
    }

    pub(crate) fn length(&self) -> usize {
        self.text.len()
    }

    /// The work so far. It must be linear in the HTML.
    pub(crate) fn work(&self) -> usize {
        self.work
    }

    /// True if the text has more than blanks from this length on.
    pub(crate) fn has_text_since(&self, length: usize) -> bool {
        self.end > length
    }

    /// The text from this length on, `None` if it is longer than `max` bytes: a text is not read again for each link around it.
    pub(crate) fn since(&mut self, length: usize, max: usize) -> Option<&str> {
        let text = self.text.get(length..self.end)?;
        if text.len() > max + MAX_SEPARATION {
            return None;
        }
        self.work += text.len();
        Some(text.trim_start())
    }

    pub(crate) fn finish(mut self) -> String {
        self.text.truncate(self.end);
        self.text
    }

    /// Requests `count` line breaks, of which two leave a blank line. At the beginning of a cell or an item the line has begun
    /// already, or the row goes on.
    pub(crate) fn break_lines(&mut self, count: u32) {
        if count > 0 && !self.cell.is_empty && self.marker.is_none() {
            self.pending.line_breaks = self.pending.line_breaks.max(count);
            self.pending.joiner = None;
        }
    }

    /// Requests line breaks like [`Self::break_lines`], but at the beginning of a cell too.
    pub(crate) fn break_cell(&mut self, count: u32) {
        self.pending.is_gap = false;
        self.pending.line_breaks = self.pending.line_breaks.max(count);
        self.pending.joiner = None;
    }

    /// Writes a `<br>`: two leave a blank line, and more have no effect.
    pub(crate) fn line_break(&mut self) {
        let count = self.pending.line_breaks;
        self.break_lines(if count < 2 { count + 1 } else { count });
    }

    /// Ends preformatted text, whose last lines may be blank.
    pub(crate) fn limit_line_breaks(&mut self, count: u32) {
        self.pending.line_breaks = self.pending.line_breaks.min(count);
    }

    /// Begins an item with a number or a bullet in its first line.
    pub(crate) fn begin_item(&mut self, number: Option<i64>) {
        self.marker = Some(number.map_or(Marker::Bullet, Marker::Number));
    }

    /// Ends an item. Items follow each other without blank lines.
    pub(crate) fn end_item(&mut self) {
        self.marker = None;
        self.limit_line_breaks(1);
    }

    /// Begins a cell, and returns the state of the cell around it.
    pub(crate) fn begin_cell(&mut self) -> Cell {
        mem::replace(&mut self.cell, Cell { is_empty: true, from: self.text.len(), ..Cell::default() })
    }

    /// Ends a cell. The next cell continues in its line, if the cell has text in one line only.
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
        self.pending.is_gap = !inner.has_lines;
        self.pending.ends_cell = true;
        self.pending.joiner = None;
        if inner.has_lines {
            self.break_lines(1);
        }
    }

    /// Requests a blank, unless a line begins.
    pub(crate) fn blank(&mut self) {
        self.pending.is_blank = true;
        self.pending.joiner = None;
    }

    /// Adds text of the HTML.
    pub(crate) fn text(&mut self, text: &str, white_space: WhiteSpace) {
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            let plain = rest.bytes().position(|byte| !byte.is_ascii_graphic()).unwrap_or(rest.len());
            let (word, after) = rest.split_at(plain.max(next.len_utf8()));
            rest = after;
            if plain > 0 {
                self.separate(next);
                self.push(word);
            } else {
                self.character(next, white_space);
            }
        }
    }

    /// Adds a character that is not a printable ASCII character.
    fn character(&mut self, c: char, white_space: WhiteSpace) {
        match c {
            '\n' | '\u{2028}' | '\u{2029}' if white_space != WhiteSpace::Collapse => self.kept_line_break(),
            '\r' | '\n' | '\u{C}' | '\u{2028}' | '\u{2029}' => self.blank(),
            c if is_blank(c) && white_space != WhiteSpace::Preserve => self.blank(),
            c if is_joiner(c) => self.pending.joiner = Some(c),
            c if is_variation(c) && !self.has_variant(c) => {}
            c if is_invisible(c) && !is_variation(c) && c != '\t' => {}
            c => {
                self.separate(c);
                let c = if c == '\u{A0}' { ' ' } else { c };
                self.push(c.encode_utf8(&mut [0; 4]));
            }
        }
    }

    /// True if this character changes the last one.
    fn has_variant(&self, c: char) -> bool {
        self.pending.is_none() && self.text.chars().next_back().is_some_and(|last| has_variant(last, c))
    }

    fn kept_line_break(&mut self) {
        let count = self.pending.line_breaks;
        self.break_lines(count.saturating_add(1));
    }

    /// Adds an address in full or not at all, separated from the word before.
    pub(crate) fn address(&mut self, address: &str) {
        if self.has_room(address.len()) {
            self.pending.is_blank |= !self.text.ends_with(is_opening);
            self.separate('h');
            self.push(address);
            self.row.add_address(address);
        }
    }

    /// Adds an address in parentheses to the last line, whatever separation is pending.
    pub(crate) fn annotate(&mut self, address: &str) {
        if self.has_room(address.len()) {
            for part in [" (", address, ")"] {
                self.push(part);
            }
            self.row.add_address(address);
        }
    }

    /// Ends a link. No word may run into an address at the end of the text.
    pub(crate) fn end_link(&mut self, has_address: bool) {
        self.pending.ends_link = has_address;
        self.last_link = self.text.len();
    }

    /// True if nothing was written since the last link ended.
    pub(crate) fn follows_link(&self) -> bool {
        !self.has_text_since(self.last_link)
    }

    fn has_room(&mut self, length: usize) -> bool {
        self.is_full |= self.text.len() + length + MAX_SEPARATION > MAX_TEXT;
        !self.is_full
    }

    /// Writes the pending separation before the next word, which begins with this character.
    fn separate(&mut self, next: char) {
        let pending = mem::take(&mut self.pending);
        if self.text.is_empty() {
            self.begin_line();
        } else if pending.is_gap {
            self.push(GAP);
        } else if pending.line_breaks > 0 {
            let from = self.text.len();
            for _line in 0..pending.line_breaks {
                self.push("\n");
            }
            self.begin_line();
            self.row.add_break(from..self.text.len(), pending.ends_cell);
            *(if self.cell.is_empty { &mut self.cell.begins_line } else { &mut self.cell.has_lines }) = true;
        } else if pending.is_blank || (pending.ends_link && self.is_apart_from_link(next)) {
            self.push(" ");
        } else if let Some(joiner) = pending.joiner {
            self.push(joiner.encode_utf8(&mut [0; 4]));
        }
        self.cell.is_empty = false;
    }

    /// True if this character must be separated from a link before it. A slash or a dash is not, unless it would seem to be a part
    /// of the address.
    fn is_apart_from_link(&self, next: char) -> bool {
        if self.text.ends_with(')') { next.is_alphanumeric() } else { !is_closing(next) }
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

    /// Adds as much of the text as there is room for.
    fn push(&mut self, text: &str) {
        let room = MAX_TEXT - self.text.len();
        let fitting = if text.len() <= room { text } else { &text[..text.floor_char_boundary(room)] };
        self.is_full |= text.len() > room;
        // A word of ASCII, as most words are, has no blanks at its end.
        let is_word = fitting.bytes().next_back().is_some_and(|byte| byte.is_ascii_graphic());
        let inked = if is_word { fitting.len() } else { fitting.trim_end().len() };
        if inked > 0 {
            self.end = self.text.len() + inked;
        }
        self.text.push_str(fitting);
        self.work += text.len();
    }
}

//! The text while it is written: blanks and line breaks come before what follows them, and only if something does.

use std::mem;

use crate::{MAX_TEXT, style::Blanks};

/// Quotations that are marked at the beginning of a line, and levels by which a line is indented.
const MAX_MARKS: usize = 8;
/// Parts the cells of a row.
const GAP: &str = "  ";
const BULLET: &str = "* ";

/// The text, and what has to come before its next word.
#[derive(Debug, Default)]
pub(crate) struct Output {
    text: String,
    wanted: Separation,
    /// What the next line begins with if it is an item's first.
    marker: Option<String>,
    cell: Cell,
    pub(crate) quotations: usize,
    pub(crate) indents: usize,
    is_full: bool,
}

/// What parts a word from the one before.
#[derive(Debug, Default)]
struct Separation {
    line_breaks: u32,
    is_gap: bool,
    is_blank: bool,
    /// A character that joins what stands on both sides of it, in a word or an emoji.
    joiner: Option<char>,
}

/// What was written into a cell so far.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Cell {
    is_empty: bool,
    begins_line: bool,
    has_lines: bool,
}

impl Output {
    pub(crate) fn is_full(&self) -> bool {
        self.is_full
    }

    pub(crate) fn length(&self) -> usize {
        self.text.len()
    }

    /// What was written from this length on.
    pub(crate) fn since(&self, length: usize) -> &str {
        self.text.get(length..).unwrap_or_default().trim()
    }

    pub(crate) fn finish(mut self) -> String {
        self.text.truncate(self.text.trim_end().len());
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
        self.marker = Some(number.map_or_else(|| BULLET.to_owned(), |number| format!("{number}. ")));
    }

    /// Items follow each other without blank lines.
    pub(crate) fn end_item(&mut self) {
        self.marker = None;
        self.limit_line_breaks(1);
    }

    /// Begins a cell, and returns what was written into the one around it.
    pub(crate) fn begin_cell(&mut self) -> Cell {
        mem::replace(&mut self.cell, Cell { is_empty: true, ..Cell::default() })
    }

    /// Ends a cell. True if it has a text: the next cell goes on in its line, if that is its only one.
    pub(crate) fn end_cell(&mut self, outer: Cell) -> bool {
        let inner = mem::replace(&mut self.cell, outer);
        if inner.is_empty {
            return false;
        }
        if outer.is_empty {
            self.cell.begins_line = inner.begins_line;
        } else {
            self.cell.has_lines |= inner.begins_line;
        }
        self.cell.has_lines |= inner.has_lines;
        self.cell.is_empty = false;
        self.wanted.is_gap = !inner.has_lines;
        self.wanted.joiner = None;
        if inner.has_lines {
            self.break_lines(1);
        }
        true
    }

    /// Ends a row in which so many cells have a text. The rows of a table leave no blank lines, unless cells have several lines.
    pub(crate) fn end_row(&mut self, cells: u32) {
        if mem::take(&mut self.wanted.is_gap) && cells > 1 {
            self.limit_line_breaks(0);
        }
        self.break_lines(1);
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
                self.separate();
                self.push(word);
            } else {
                self.character(next, blanks);
            }
        }
    }

    /// Adds a character that is no printable one of ASCII.
    fn character(&mut self, c: char, blanks: Blanks) {
        match c {
            '\n' if blanks != Blanks::Collapse => self.kept_line_break(),
            ' ' | '\t' | '\u{A0}' if blanks == Blanks::Keep => {
                self.separate();
                self.push(if c == '\t' { "\t" } else { " " });
            }
            // The figure space fills previews, as the no-break space does.
            ' ' | '\t' | '\n' | '\r' | '\u{C}' | '\u{A0}' | '\u{2007}' => self.blank(),
            '\u{200C}' | '\u{200D}' => self.wanted.joiner = Some(c),
            c if is_unseen(c) => {}
            c => {
                self.separate();
                self.push(c.encode_utf8(&mut [0; 4]));
            }
        }
    }

    fn kept_line_break(&mut self) {
        let count = self.wanted.line_breaks;
        self.break_lines(count.saturating_add(1));
    }

    /// Adds an address, whole or not at all.
    pub(crate) fn address(&mut self, address: &str) {
        if self.has_room(address.len()) {
            self.separate();
            self.push(address);
        }
    }

    /// Adds an address in parentheses to the last line, whatever has to come before the next word.
    pub(crate) fn annotate(&mut self, address: &str) {
        if self.has_room(address.len()) {
            for part in [" (", address, ")"] {
                self.push(part);
            }
        }
    }

    fn has_room(&mut self, length: usize) -> bool {
        const MAX_SEPARATION: usize = 256;
        self.is_full |= self.text.len() + length + MAX_SEPARATION > MAX_TEXT;
        !self.is_full
    }

    /// Writes what has to come before the next word.
    fn separate(&mut self) {
        let wanted = mem::take(&mut self.wanted);
        if self.text.is_empty() {
            self.begin_line();
        } else if wanted.is_gap {
            self.push(GAP);
        } else if wanted.line_breaks > 0 {
            for _line in 0..wanted.line_breaks {
                self.push("\n");
            }
            self.begin_line();
            *(if self.cell.is_empty { &mut self.cell.begins_line } else { &mut self.cell.has_lines }) = true;
        } else if wanted.is_blank {
            self.push(" ");
        } else if let Some(joiner) = wanted.joiner {
            self.push(joiner.encode_utf8(&mut [0; 4]));
        }
        self.cell.is_empty = false;
    }

    fn begin_line(&mut self) {
        for _quotation in 0..self.quotations.min(MAX_MARKS) {
            self.push("> ");
        }
        let marker = self.marker.take();
        let indents = self.indents.min(MAX_MARKS) - usize::from(marker.is_some() && self.indents > 0);
        for _indent in 0..indents {
            self.push("  ");
        }
        self.push(marker.as_deref().unwrap_or_default());
    }

    /// Adds what there is room for.
    fn push(&mut self, text: &str) {
        let room = MAX_TEXT - self.text.len();
        if text.len() <= room {
            self.text.push_str(text);
            return;
        }
        self.is_full = true;
        self.text.push_str(&text[..text.floor_char_boundary(room)]);
    }
}

/// Characters that show nothing: controls, and what fills the preview of a mail. Soft hyphens go with them, for no line is wrapped.
fn is_unseen(c: char) -> bool {
    c.is_control() || matches!(c, '\u{AD}' | '\u{34F}' | '\u{200B}' | '\u{2060}' | '\u{FEFF}')
}

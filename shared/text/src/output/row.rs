//! The row of a table while it is written: one of figures stands on a line, also where its cells have several.

use std::{mem, ops::Range};

use super::{Cell, GAP, MAX_SEPARATION, Output};

/// The most bytes of a row that is put on one line, addresses not counted. A longer one reads better as paragraphs.
const MAX_LINE: usize = 200;
/// The most bytes of a line that is a figure, or says what one is of.
const MAX_FIGURE: usize = 32;
/// Begins an address behind a word.
const WITH_ADDRESS: &str = " (";

/// A row that is being written.
#[derive(Debug, Default)]
pub(crate) struct Row {
    /// The text's length when it began.
    from: usize,
    /// Bytes of the addresses in it.
    addresses: usize,
    /// Cells that have a text.
    cells: u32,
    /// A cell begins with a figure.
    has_figure: bool,
    /// A cell is one short line. In a row of columns that are to be read one after the other, none is.
    has_short_cell: bool,
    /// Its lines stay as they are, for it has a list, a rule or another row in it, or is long.
    keeps_lines: bool,
    breaks: Vec<Break>,
}

/// A line break within a row, with the margin of the line that begins.
#[derive(Debug)]
struct Break {
    range: Range<usize>,
    ends_cell: bool,
}

impl Row {
    pub(super) fn add_address(&mut self, address: &str) {
        self.addresses += address.len();
    }

    pub(super) fn add_break(&mut self, range: Range<usize>, ends_cell: bool) {
        self.keep_lines_if(range.end.saturating_sub(self.from + self.addresses) > MAX_LINE);
        if !self.keeps_lines {
            self.breaks.push(Break { range, ends_cell });
        }
    }

    pub(super) fn keep_lines_if(&mut self, keeps_lines: bool) {
        self.keeps_lines |= keeps_lines;
    }

    /// True if it is one of figures that has several lines, and is to stand on one.
    fn is_to_be_joined(&self, end: usize) -> bool {
        let length = end.saturating_sub(self.from + self.addresses);
        let has_lines = self.breaks.iter().any(|part| part.range.start > self.from);
        let has_figures = self.cells > 1 && self.has_figure && self.has_short_cell;
        has_lines && has_figures && !self.keeps_lines && length <= MAX_LINE
    }

    /// Takes over the lines of a row that ended within this one.
    fn include(&mut self, inner: Self) {
        self.addresses += inner.addresses;
        self.keep_lines_if(inner.keeps_lines || inner.cells > 1);
        if self.breaks.is_empty() {
            self.breaks = inner.breaks;
        } else {
            self.breaks.extend(inner.breaks);
        }
    }
}

impl Output {
    /// Begins a row, and returns the one around it.
    pub(crate) fn begin_row(&mut self) -> Row {
        mem::replace(&mut self.row, Row { from: self.text.len(), ..Row::default() })
    }

    /// The lines of the row that is being written stay as they are.
    pub(crate) fn keep_row_lines(&mut self) {
        self.row.keep_lines_if(true);
    }

    /// Counts a cell with a text. No more is read of it than can be a figure, for there may be cells around it.
    pub(super) fn count_cell(&mut self, cell: Cell) {
        let end = self.end.min(cell.from + MAX_SEPARATION + MAX_FIGURE + WITH_ADDRESS.len());
        let begin = self.text.get(cell.from..self.text.floor_char_boundary(end)).unwrap_or_default();
        let line = begin.trim_start().lines().next().unwrap_or_default();
        let words = line.split_once(WITH_ADDRESS).map_or(line, |(words, _)| words);
        let is_short = words.len() <= MAX_FIGURE;
        self.work += begin.len();
        self.row.cells += 1;
        self.row.has_figure |= is_short && words.contains(char::is_numeric) && !words.contains("://");
        self.row.has_short_cell |= is_short && !cell.has_lines;
    }

    /// Ends a row. The rows of a table leave no blank lines, unless cells have several lines.
    pub(crate) fn end_row(&mut self, outer: Row) {
        let row = mem::replace(&mut self.row, outer);
        let is_joined = row.is_to_be_joined(self.end);
        if is_joined {
            self.join_lines(&row);
        }
        let ends_with_line = mem::take(&mut self.wanted.is_gap);
        if is_joined || (ends_with_line && row.cells > 1) {
            self.limit_line_breaks(0);
        }
        self.wanted.ends_cell = false;
        self.row.include(row);
        self.break_lines(1);
    }

    /// Puts the lines of a row on one. A break before its first word is the one that parts it from what is before.
    fn join_lines(&mut self, row: &Row) {
        let follows_link = self.follows_link();
        let lines = self.text.split_off(row.from);
        let mut joined = String::with_capacity(lines.len());
        let (mut at, mut ends_cell) = (0, false);
        for part in &row.breaks {
            let (start, end) = (part.range.start - row.from, part.range.end - row.from);
            add_line(&mut joined, lines[at..start].trim(), ends_cell);
            if joined.is_empty() {
                self.text.push_str(&lines[at..end]);
            }
            (at, ends_cell) = (end, part.ends_cell);
        }
        add_line(&mut joined, lines[at..].trim(), ends_cell);
        self.text.push_str(&joined);
        self.end = self.text.len();
        self.last_link = if follows_link { self.end } else { 0 };
        self.work += lines.len();
    }
}

/// Adds a line to those before, as a cell of its own or to the last one.
fn add_line(joined: &mut String, line: &str, is_cell: bool) {
    if !joined.is_empty() && !line.is_empty() {
        let gap = match is_cell {
            true => GAP,
            false if joined.ends_with(char::is_alphanumeric) => ", ",
            false => " ",
        };
        joined.push_str(gap);
    }
    joined.push_str(line);
}

//! Writes the rows and cells of tables.

use std::mem;

use super::{
    TextWriter,
    row::{Cell, GAP, MAX_SEPARATION, Row},
};

/// The largest length in bytes of a figure or its label.
const MAX_FIGURE: usize = 32;
/// The beginning of an address behind a word.
const WITH_ADDRESS: &str = " (";

impl TextWriter {
    /// Begins a row, and returns the state of the row around it.
    pub(crate) fn begin_row(&mut self) -> Row {
        mem::replace(&mut self.row, Row::starting_at(self.text.len()))
    }

    /// Keeps the lines of the row that is being written.
    pub(crate) fn keep_row_lines(&mut self) {
        self.row.keep_lines_if(true);
    }

    /// Counts a cell with text. Only as much of it is read as a figure can have, since there may be cells around it.
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

    /// Ends a row. The rows of a table are not separated by blank lines, unless cells have several lines.
    pub(crate) fn end_row(&mut self, outer: Row) {
        let row = mem::replace(&mut self.row, outer);
        let is_joined = row.is_joined_to_one_line(self.end);
        if is_joined {
            self.join_lines(&row);
        }
        let ends_with_line = mem::take(&mut self.pending.is_gap);
        if is_joined || (ends_with_line && row.cells > 1) {
            self.limit_line_breaks(0);
        }
        self.pending.ends_cell = false;
        self.row.include(row);
        self.break_lines(1);
    }

    /// Puts the lines of a row on one line. A break before its first word separates the row from the text before it.
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

/// Adds a line to the joined ones, as a new cell or as a part of the last cell.
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

//! The row of a table that is being written. A row of figures is written on one line, even if its cells have several lines.

use std::ops::Range;

/// The largest length in bytes of a row that is put on one line, without its addresses. Paragraphs are easier to read than a longer
/// row.
const MAX_LINE: usize = 200;
/// The separation of cells in a row.
pub(super) const GAP: &str = "  ";
/// The largest separation of two words in bytes, unless the line breaks of the HTML are kept.
pub(super) const MAX_SEPARATION: usize = 256;

/// A row that is being written.
#[derive(Debug, Default)]
pub(crate) struct Row {
    /// The length of the text where the row began.
    pub(super) from: usize,
    /// The number of bytes of the addresses in the row.
    addresses: usize,
    /// The number of cells that have text.
    pub(super) cells: u32,
    /// True if a cell begins with a figure.
    pub(super) has_figure: bool,
    /// True if a cell is one short line. A row of columns of text has none.
    pub(super) has_short_cell: bool,
    /// True if the lines stay unchanged: the row contains a list, a rule or another row, or is long.
    keeps_lines: bool,
    pub(super) breaks: Vec<Break>,
}

/// A line break in a row, with the margin of the line behind it.
#[derive(Debug)]
pub(super) struct Break {
    pub(super) range: Range<usize>,
    pub(super) ends_cell: bool,
}

impl Row {
    pub(super) fn starting_at(from: usize) -> Self {
        Self { from, ..Self::default() }
    }

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

    /// True if the row has figures and several lines, which are to be put on one line.
    pub(super) fn is_joined_to_one_line(&self, end: usize) -> bool {
        let length = end.saturating_sub(self.from + self.addresses);
        let has_lines = self.breaks.iter().any(|part| part.range.start > self.from);
        let has_figures = self.cells > 1 && self.has_figure && self.has_short_cell;
        has_lines && has_figures && !self.keeps_lines && length <= MAX_LINE
    }

    /// Includes the lines of a row that ended inside of this one.
    pub(super) fn include(&mut self, inner: Self) {
        self.addresses += inner.addresses;
        self.keep_lines_if(inner.keeps_lines || inner.cells > 1);
        if self.breaks.is_empty() {
            self.breaks = inner.breaks;
        } else {
            self.breaks.extend(inner.breaks);
        }
    }
}

/// The state of a cell that is being written.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Cell {
    pub(super) is_empty: bool,
    pub(super) begins_line: bool,
    pub(super) has_lines: bool,
    /// The length of the text where the cell began.
    pub(super) from: usize,
}

//! The rounds of a loop, which `forloop` and `tablerowloop` describe.

use crate::value::Value;

/// The tag of a loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LoopKind {
    For,
    TableRow {
        /// The number of cells in a row.
        cols: u64,
    },
}

/// One round of a loop: the variable with its item, and the place of the round among all.
pub(crate) struct Round<'t> {
    pub(crate) name: &'t str,
    pub(crate) item: Value,
    pub(crate) kind: LoopKind,
    pub(crate) key: &'t str,
    pub(crate) index: u64,
    pub(crate) length: u64,
}

impl Round<'_> {
    pub(crate) fn is_for(&self) -> bool {
        self.kind == LoopKind::For
    }

    /// A field of `forloop` or `tablerowloop`.
    pub(crate) fn field(&self, name: &str) -> Value {
        let number = |count: u64| Value::Integer(i64::try_from(count).unwrap_or(i64::MAX));
        let left = self.length - self.index;
        match (name, self.kind) {
            ("index", _) => number(self.index + 1),
            ("index0", _) => number(self.index),
            ("rindex", _) => number(left),
            ("rindex0", _) => number(left - 1),
            ("length", _) => number(self.length),
            ("first", _) => Value::Bool(self.index == 0),
            ("last", _) => Value::Bool(left == 1),
            ("name", LoopKind::For) => Value::text(self.key),
            ("row", LoopKind::TableRow { cols }) => number(self.index / cols + 1),
            ("col", LoopKind::TableRow { cols }) => number(self.index % cols + 1),
            ("col0", LoopKind::TableRow { cols }) => number(self.index % cols),
            ("col_first", LoopKind::TableRow { cols }) => Value::Bool(self.index.is_multiple_of(cols)),
            ("col_last", LoopKind::TableRow { cols }) => Value::Bool(self.index % cols == cols - 1),
            _ => Value::Nil,
        }
    }

    pub(crate) fn ends_row(&self, cols: u64) -> bool {
        self.index % cols == cols - 1 && self.index + 1 < self.length
    }
}

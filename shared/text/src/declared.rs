//! Declarations of one property of a style.

/// The declaration of a property, if there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Declared<T> {
    pub(crate) value: Option<T>,
    pub(crate) is_important: bool,
}

impl<T> Default for Declared<T> {
    fn default() -> Self {
        Self { value: None, is_important: false }
    }
}

impl<T: Copy> Declared<T> {
    /// Adds a later declaration, which replaces the one before unless only that one is important.
    pub(crate) fn declare(&mut self, other: Self) {
        if other.value.is_some() && (other.is_important || !self.is_important) {
            *self = other;
        }
    }
}

impl Declared<bool> {
    pub(crate) fn is(self) -> bool {
        self.value == Some(true)
    }
}

//! The fields of a PATCH.

/// A field of a PATCH: absent, `null`, or a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Change<T> {
    /// The field is absent, and what it names stays as it is.
    #[default]
    Unchanged,
    /// The field is `null`, and what it names is removed.
    Cleared,
    /// The field has a value, which takes the place of the one before.
    Set(T),
}

impl<T> Change<T> {
    /// Converts the value of the change.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Change<U> {
        match self {
            Self::Unchanged => Change::Unchanged,
            Self::Cleared => Change::Cleared,
            Self::Set(value) => Change::Set(make(value)),
        }
    }

    /// The value after the change, from the one before.
    pub fn apply(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Unchanged => before,
            Self::Cleared => None,
            Self::Set(value) => Some(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_keeps_removes_or_replaces() {
        for (change, after) in [(Change::Unchanged, Some(1)), (Change::Cleared, None), (Change::Set(2), Some(2))] {
            assert_eq!(change.apply(Some(1)), after);
        }
        assert_eq!(Change::default().apply(None::<u8>), None);
        let double = |change: Change<u8>| change.map(|value| value * 2);
        assert_eq!(
            [Change::Unchanged, Change::Cleared, Change::Set(2)].map(double),
            [Change::Unchanged, Change::Cleared, Change::Set(4)]
        );
    }
}

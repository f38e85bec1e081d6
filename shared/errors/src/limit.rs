//! Limits, from which the messages about them are made.

use crate::{FieldCode, FieldErrors};

/// The minimum and the maximum of a unit that a value may have, or of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// The minimum.
    pub least: u64,
    /// The maximum; `u64::MAX` where there is none.
    pub most: u64,
    /// The unit that is counted.
    pub unit: Unit,
}

/// The words for what a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit {
    /// The word for one, such as `recipient`.
    pub one: &'static str,
    /// The word for several, such as `recipients`.
    pub many: &'static str,
}

impl Limit {
    /// A limit of characters, which are Unicode scalar values.
    #[must_use]
    pub const fn characters(least: u64, most: u64) -> Self {
        Self { least, most, unit: Unit { one: "character", many: "characters" } }
    }

    /// A limit of elements or entries, by the words for one and for several of them.
    #[must_use]
    pub const fn elements(least: u64, most: u64, one: &'static str, many: &'static str) -> Self {
        Self { least, most, unit: Unit { one, many } }
    }

    /// A limit of a number that counts seconds.
    #[must_use]
    pub const fn seconds(least: u64, most: u64) -> Self {
        Self { least, most, unit: Unit { one: "second", many: "seconds" } }
    }

    /// A limit of a number without a unit.
    #[must_use]
    pub const fn number(least: u64, most: u64) -> Self {
        Self { least, most, unit: Unit { one: "", many: "" } }
    }

    /// True if a value of so many is within the limit.
    #[must_use]
    pub const fn contains(&self, count: u64) -> bool {
        self.least <= count && count <= self.most
    }

    /// The limit in words, as in `at least 1 character`.
    #[must_use]
    pub fn at_least(&self) -> String {
        format!("at least {}", self.unit.count(self.least))
    }

    /// The limit in words, as in `at most 998 characters`.
    #[must_use]
    pub fn at_most(&self) -> String {
        format!("at most {}", self.unit.count(self.most))
    }

    /// The limit in words, as in `1 to 998 characters`.
    #[must_use]
    pub fn range(&self) -> String {
        format!("{} to {}", self.least, self.unit.count(self.most))
    }

    /// The message for too few.
    #[must_use]
    pub fn too_few(&self) -> String {
        format!("Must have {}.", self.at_least())
    }

    /// The message for too many.
    #[must_use]
    pub fn too_many(&self) -> String {
        format!("Must have {}.", self.at_most())
    }

    /// The message for anything but a whole number within the limit.
    #[must_use]
    pub fn whole_number(&self) -> String {
        format!("Must be a whole number{} from {} to {}.", self.unit.of(), self.least, self.most)
    }

    /// The message for a whole number where a greater one than the most is the most.
    #[must_use]
    pub fn whole_number_at_least(&self) -> String {
        format!("Must be a whole number{}, at least {}.", self.unit.of(), self.least)
    }

    /// Notes at `field` that a list or an object has too few or too many elements. True if it has neither.
    pub fn check_count(&self, count: usize, field: &str, errors: &mut FieldErrors) -> bool {
        let count = count as u64;
        if count < self.least {
            errors.push(field, FieldCode::TooShort, self.too_few());
        } else if count > self.most {
            errors.push(field, FieldCode::TooMany, self.too_many());
        }
        self.contains(count)
    }
}

impl Unit {
    fn count(self, count: u64) -> String {
        format!("{} {}", grouped(count), if count == 1 { self.one } else { self.many })
    }

    fn of(self) -> String {
        if self.many.is_empty() { String::new() } else { format!(" of {}", self.many) }
    }
}

/// A number with a comma before every three digits, as in `32,768`.
fn grouped(number: u64) -> String {
    if number < 1_000 { number.to_string() } else { format!("{},{:03}", grouped(number / 1_000), number % 1_000) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_the_limit_and_its_unit() {
        let recipients = Limit::elements(1, 50, "recipient", "recipients");
        assert_eq!(recipients.too_few(), "Must have at least 1 recipient.");
        assert_eq!(recipients.too_many(), "Must have at most 50 recipients.");
        assert_eq!(Limit::characters(2, 998).too_few(), "Must have at least 2 characters.");
        assert_eq!(Limit::characters(1, 255).range(), "1 to 255 characters");
        assert_eq!(Limit::characters(0, 32_768).at_most(), "at most 32,768 characters");
        assert_eq!(Limit::characters(0, 1_000_002).at_most(), "at most 1,000,002 characters");
        assert_eq!(Limit::seconds(0, 60).whole_number(), "Must be a whole number of seconds from 0 to 60.");
        assert_eq!(Limit::number(1, 100).whole_number(), "Must be a whole number from 1 to 100.");
        assert_eq!(Limit::number(1, 100).whole_number_at_least(), "Must be a whole number, at least 1.");
    }

    #[test]
    fn a_count_is_within_the_limit_or_noted() {
        let limit = Limit::elements(1, 2, "file", "files");
        for (count, expected) in [(0, Some(FieldCode::TooShort)), (1, None), (2, None), (3, Some(FieldCode::TooMany))] {
            let mut errors = FieldErrors::default();
            assert_eq!(limit.check_count(count, "files", &mut errors), expected.is_none(), "{count}");
            let failure = errors.finish().err();
            let noted = failure.as_ref().and_then(|failure| failure.field_errors().first());
            assert_eq!(noted.map(|error| (error.field.as_str(), error.code)), expected.map(|code| ("files", code)));
        }
    }
}

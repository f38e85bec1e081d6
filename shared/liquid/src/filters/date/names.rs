//! The names of months and weekdays.

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The weekdays from Sunday on, as `%w` counts them.
pub(super) const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// The first letters of a name, as `%a` and `%b` write them.
pub(super) fn short(name: &str) -> &str {
    name.get(..SHORT).unwrap_or(name)
}

const SHORT: usize = 3;

/// The index of the name that begins with this word. The word has at least three letters: `Sept` is a month.
pub(super) fn index_of(names: &[&str], word: &str) -> Option<usize> {
    let begins = |name: &&str| name.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    names.iter().position(begins).filter(|_| word.len() >= SHORT)
}

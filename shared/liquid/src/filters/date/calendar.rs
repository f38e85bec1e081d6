//! Reads the words of a date that give the day.

use jiff::civil::{Date, ISOWeekDate};

use super::names::{MONTHS, index_of};

/// The first two-digit year of the 1900s. Smaller ones are years after 2000, as in POSIX.
const FIRST_OF_1900S: i16 = 69;
const MONTHS_OF_YEAR: i16 = 12;

/// The parts of a date in the order of the text.
#[derive(Default)]
pub(super) struct Calendar {
    fields: Vec<Field>,
    /// The character between the parts (`-`, `/` or `.`), `None` for a blank.
    separator: Option<char>,
    week_date: Option<Date>,
}

#[derive(Clone, Copy)]
enum Field {
    /// A number and the count of its digits.
    Number(i16, usize),
    Month(i16),
}

use Field::{Month, Number};

impl Calendar {
    /// Reads a word: `14`, `14.`, `14th`, `March`, `14-Mar-2016` or `2016/03/14`. Returns `None` and changes nothing if the word is
    /// no part of a date.
    pub(super) fn read(&mut self, word: &str) -> Option<()> {
        if let Some(date) = week_date(word) {
            return self.week_date.replace(date).is_none().then_some(());
        }
        let separator = word.chars().find(|c| matches!(c, '-' | '/' | '.'));
        if separator.is_some() && self.separator.is_some_and(|other| Some(other) != separator) {
            return None;
        }
        let word = word.strip_suffix('.').unwrap_or(word);
        let fields: Vec<Field> = word.split(|c| Some(c) == separator).map(field).collect::<Option<_>>()?;
        self.fields.extend(fields);
        self.separator = self.separator.or(separator);
        Some(())
    }

    /// Removes the last number, which turned out to be an hour: `March 14, 2016 3 PM`.
    pub(super) fn take_hour(&mut self) -> Option<i8> {
        match self.fields.pop()? {
            Number(hour, 1..=2) => hour.try_into().ok(),
            _ => None,
        }
    }

    /// The day that the words give. Without a day it is the first of the month.
    pub(super) fn date(&self) -> Option<Date> {
        if let Some(date) = self.week_date {
            return Some(date).filter(|_| self.fields.is_empty());
        }
        let (year, month, day) = match (self.fields.as_slice(), self.separator) {
            (&[Number(year, 4), Number(day, 3)], Some('-')) => return day_of_year(year, day),
            (&[Number(year, 4), Number(month, 1..=2)], Some('-' | '/'))
            | (&[Number(month, 1..=2), Number(year, 4)], Some('/'))
            | (&[Number(year, 4), Month(month)] | &[Month(month), Number(year, 4)], _) => (year, month, 1),
            (&[Number(year, 4), Number(month, 1..=2), Number(day, 1..=2)], Some(_))
            | (&[Number(year, 4), Month(month), Number(day, 1..=2)], _) => (year, month, day),
            (
                &[Month(month), Number(day, 1..=2), Number(year, digits @ (2 | 4))]
                | &[Number(day, 1..=2), Month(month), Number(year, digits @ (2 | 4))],
                _,
            )
            | (&[Number(day, 1..=2), Number(month, 1..=2), Number(year, digits @ (2 | 4))], Some('.')) => {
                (whole_year(year, digits), month, day)
            }
            (&[Number(first, 1..=2), Number(second, 1..=2), Number(year, digits @ (2 | 4))], Some(separator)) => {
                let (month, day) = month_and_day(first, second, digits, separator)?;
                (whole_year(year, digits), month, day)
            }
            _ => return None,
        };
        Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()
    }
}

/// The month and day of two numbers before a year. With slashes the month comes first, as in the US and in JavaScript, and with
/// hyphens the day, as in Ruby. Before a year of four digits a number that cannot be the month is the day in any order. A year of
/// two digits may itself be the day (`26/05/01`), so that there is no date.
fn month_and_day(first: i16, second: i16, digits: usize, separator: char) -> Option<(i16, i16)> {
    match (separator, digits) {
        ('/', 4) if first > MONTHS_OF_YEAR => Some((second, first)),
        ('/', _) => Some((first, second)),
        ('-', 4) if second > MONTHS_OF_YEAR => Some((first, second)),
        ('-', 4) => Some((second, first)),
        _ => None,
    }
}

fn whole_year(year: i16, digits: usize) -> i16 {
    match digits {
        2 if year < FIRST_OF_1900S => 2000 + year,
        2 => 1900 + year,
        _ => year,
    }
}

fn day_of_year(year: i16, day: i16) -> Option<Date> {
    Date::new(year, 1, 1).ok()?.with().day_of_year(day).build().ok()
}

/// Reads a week date: `2026-W18-5`.
fn week_date(word: &str) -> Option<Date> {
    word.contains(['W', 'w']).then(|| word.parse::<ISOWeekDate>().ok().map(ISOWeekDate::date)).flatten()
}

fn field(word: &str) -> Option<Field> {
    if let Some(index) = index_of(&MONTHS, word) {
        return i16::try_from(index + 1).ok().map(Month);
    }
    let end = word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len());
    let (number, suffix) = word.split_at_checked(end)?;
    // An ordinal is always a day and never a year.
    let digits = if suffix.is_empty() { number.len() } else { 1 };
    let is_suffix = suffix.is_empty() || ["st", "nd", "rd", "th"].iter().any(|end| suffix.eq_ignore_ascii_case(end));
    number.parse().ok().filter(|_| is_suffix && digits <= 4).map(|number| Number(number, digits))
}

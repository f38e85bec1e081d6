//! Writes dates as Ruby's `strftime` does, with the `%q` of `LiquidJS`.

use std::borrow::Cow;

use jiff::civil::Weekday;

use super::moment::Moment;
use super::names::{MONTHS, WEEKDAYS, short};

/// The largest width of a directive, as in `%10d`.
const MAX_WIDTH: usize = 99;
/// The digits of a second's fraction in nanoseconds.
const NANOSECONDS: usize = 9;

/// Writes the moment in this format. `None` if a directive is wider than [`MAX_WIDTH`]. An unknown directive is copied.
///
/// The result is at most 25 times as long as the format, for `%99d` makes the most of its four characters.
pub(super) fn format(moment: &Moment, format: &str) -> Option<String> {
    let mut out = String::with_capacity(2 * format.len());
    let mut rest = format;
    while let Some((text, after)) = rest.split_once('%') {
        out.push_str(text);
        let (directive, length) = Directive::read(after)?;
        let (source, after) = after.split_at_checked(length)?;
        match directive.and_then(|directive| directive.write(moment)) {
            Some(written) => out.push_str(&written),
            None => out.extend(["%", source]),
        }
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

/// A directive such as `%-d`, `%^10B` or `%:z`.
struct Directive {
    padding: Option<Padding>,
    case: Option<Case>,
    width: Option<usize>,
    colons: usize,
    letter: char,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Padding {
    None,
    Blank,
    Zero,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    Upper,
    Lower,
    /// The other case: `pm` for `PM`, and `MAY` for `May`.
    Changed,
}

impl Directive {
    /// Reads a directive behind its `%`, and returns it with its length in bytes. The directive is `None` if its letter is missing,
    /// and the whole result is `None` if the directive is too wide.
    fn read(text: &str) -> Option<(Option<Directive>, usize)> {
        let mut directive = Directive { padding: None, case: None, width: None, colons: 0, letter: '%' };
        let mut chars = text.char_indices();
        while let Some((at, letter)) = chars.next() {
            if directive.read_flag(letter) {
                continue;
            }
            directive.letter = modified(letter, chars.clone().next().map(|(_, next)| next)).unwrap_or(letter);
            let length = at + letter.len_utf8() + usize::from(directive.letter != letter);
            let is_bounded = directive.width.unwrap_or(0) <= MAX_WIDTH;
            return is_bounded.then_some((Some(directive), length));
        }
        Some((None, text.len()))
    }

    fn read_flag(&mut self, letter: char) -> bool {
        match (letter, letter.to_digit(10)) {
            ('0', _) if self.width.is_none() => self.padding = Some(Padding::Zero),
            (_, Some(digit)) => self.add_digit(digit),
            ('-', _) => self.padding = Some(Padding::None),
            ('_', _) => self.padding = Some(Padding::Blank),
            ('^', _) => self.case = Some(Case::Upper),
            ('#', _) => self.case = Some(Case::Changed),
            (':', _) => self.colons += 1,
            _ => return false,
        }
        true
    }

    fn add_digit(&mut self, digit: u32) {
        let width = self.width.unwrap_or(0).saturating_mul(10);
        self.width = Some(width.saturating_add(digit as usize));
    }

    /// Writes the moment as the directive says, `None` for an unknown directive.
    fn write(&self, moment: &Moment) -> Option<String> {
        match (self.colons, self.letter) {
            (0..=3, 'z') => return Some(self.offset(moment)),
            (1.., _) => return None,
            (_, 'N') => return Some(fraction(moment, self.width.unwrap_or(NANOSECONDS))),
            (_, 'L') => return Some(fraction(moment, self.width.unwrap_or(3))),
            _ => {}
        }
        match number(moment, self.letter) {
            Some((number, width, fill)) => Some(self.pad(&number.to_string(), width, fill)),
            None => self.text(moment),
        }
    }

    /// Pads a result up to its width.
    fn pad(&self, text: &str, width: usize, fill: char) -> String {
        let fill = match self.padding {
            None => fill,
            Some(Padding::Zero) => '0',
            Some(Padding::Blank) => ' ',
            Some(Padding::None) => return text.to_owned(),
        };
        let missing = self.width.unwrap_or(width).saturating_sub(text.len());
        std::iter::repeat_n(fill, missing).chain(text.chars()).collect()
    }

    fn text(&self, moment: &Moment) -> Option<String> {
        let text = match composite(self.letter) {
            Some(composite) => Cow::Owned(format(moment, composite)?),
            None => text(moment, self.letter)?,
        };
        Some(self.pad(&self.in_case(text), 0, ' '))
    }

    fn in_case<'t>(&self, text: Cow<'t, str>) -> Cow<'t, str> {
        let case = match (self.case, self.letter) {
            (Some(Case::Changed), 'a' | 'A' | 'b' | 'B' | 'h' | 'P') => Case::Upper,
            (Some(Case::Changed), 'p' | 'Z') | (None, 'P') => Case::Lower,
            (Some(case), _) => case,
            (None, _) => return text,
        };
        match case {
            Case::Upper => Cow::Owned(text.to_ascii_uppercase()),
            Case::Lower => Cow::Owned(text.to_ascii_lowercase()),
            Case::Changed => text,
        }
    }

    /// Writes the offset: `%z` (`+0200`), `%:z` (`+02:00`), `%::z` (`+02:00:00`) or `%:::z` (`+02`, or longer if minutes or seconds
    /// are not zero).
    fn offset(&self, moment: &Moment) -> String {
        let seconds = moment.offset.seconds();
        let sign = if seconds < 0 { '-' } else { '+' };
        let (hours, minutes, seconds) = (seconds.abs() / 3600, seconds.abs() / 60 % 60, seconds.abs() % 60);
        let rest = match self.colons {
            0 => format!("{minutes:02}"),
            1 => format!(":{minutes:02}"),
            3 if minutes == 0 && seconds == 0 => String::new(),
            3 if seconds == 0 => format!(":{minutes:02}"),
            _ => format!(":{minutes:02}:{seconds:02}"),
        };
        let width = self.width.unwrap_or(0).saturating_sub(rest.len()).max(3);
        match self.padding {
            Some(Padding::None) => format!("{sign}{hours}{rest}"),
            Some(Padding::Blank) => format!("{:>width$}{rest}", format!("{sign}{hours}")),
            _ => format!("{sign}{hours:0digits$}{rest}", digits = width - 1),
        }
    }
}

/// The letter after the modifiers `E` and `O`, which ask for another calendar or other digits and have no effect.
fn modified(letter: char, next: Option<char>) -> Option<char> {
    let letters = match letter {
        'E' => "cCxXyY",
        'O' => "deHkIlmMSuUVwWy",
        _ => return None,
    };
    next.filter(|next| letters.contains(*next))
}

/// The format for which a directive stands, such as `%F` for `%Y-%m-%d`.
fn composite(letter: char) -> Option<&'static str> {
    Some(match letter {
        'c' => "%a %b %e %H:%M:%S %Y",
        'D' | 'x' => "%m/%d/%y",
        'F' => "%Y-%m-%d",
        'r' => "%I:%M:%S %p",
        'R' => "%H:%M",
        'T' | 'X' => "%H:%M:%S",
        'v' => "%e-%^b-%Y",
        '+' => "%a %b %e %H:%M:%S %Z %Y",
        _ => return None,
    })
}

/// The number that a directive writes, the width of the number, and the character that pads it.
fn number(moment: &Moment, letter: char) -> Option<(i64, usize, char)> {
    number_of_day(moment, letter).or_else(|| number_of_time(moment, letter))
}

fn number_of_day(moment: &Moment, letter: char) -> Option<(i64, usize, char)> {
    let date = moment.local.date();
    let week = date.iso_week_date();
    let (number, width) = match letter {
        'C' => (date.year() / 100, 2),
        'd' => (date.day().into(), 2),
        'e' => return Some((date.day().into(), 2, ' ')),
        'g' => (week.year().rem_euclid(100), 2),
        'G' => (week.year(), 4),
        'j' => (date.day_of_year(), 3),
        'm' => (date.month().into(), 2),
        'u' => (date.weekday().to_monday_one_offset().into(), 1),
        'U' => (week_of_year(moment, Weekday::Sunday), 2),
        'V' => (week.week().into(), 2),
        'w' => (date.weekday().to_sunday_zero_offset().into(), 1),
        'W' => (week_of_year(moment, Weekday::Monday), 2),
        'y' => (date.year().rem_euclid(100), 2),
        'Y' => (date.year(), 4),
        _ => return None,
    };
    Some((number.into(), width, '0'))
}

fn number_of_time(moment: &Moment, letter: char) -> Option<(i64, usize, char)> {
    let time = moment.local.time();
    let hour_of_12 = (time.hour() + 11) % 12 + 1;
    let (number, width, fill) = match letter {
        'H' => (time.hour(), 2, '0'),
        'I' => (hour_of_12, 2, '0'),
        'k' => (time.hour(), 2, ' '),
        'l' => (hour_of_12, 2, ' '),
        'M' => (time.minute(), 2, '0'),
        's' => return Some((moment.epoch_seconds(), 1, '0')),
        'S' => (time.second(), 2, '0'),
        _ => return None,
    };
    Some((number.into(), width, fill))
}

/// The number of the week. The first week begins with the first day of the year whose weekday is `first`.
fn week_of_year(moment: &Moment, first: Weekday) -> i16 {
    let date = moment.local.date();
    (date.day_of_year() + 6 - i16::from(date.weekday().since(first))) / 7
}

fn text(moment: &Moment, letter: char) -> Option<Cow<'static, str>> {
    let date = moment.local.date();
    let weekday = name(&WEEKDAYS, date.weekday().to_sunday_zero_offset());
    let month = name(&MONTHS, date.month() - 1);
    Some(Cow::Borrowed(match letter {
        'a' => short(weekday),
        'A' => weekday,
        'b' | 'h' => short(month),
        'B' => month,
        'n' => "\n",
        'p' | 'P' => {
            if moment.local.hour() < 12 {
                "AM"
            } else {
                "PM"
            }
        }
        'q' => ordinal_suffix(date.day()),
        't' => "\t",
        'Z' => return Some(Cow::Owned(zone_name(moment))),
        '%' => "%",
        _ => return None,
    }))
}

fn name(names: &[&'static str], index: i8) -> &'static str {
    usize::try_from(index).ok().and_then(|index| names.get(index)).copied().unwrap_or_default()
}

fn ordinal_suffix(day: i8) -> &'static str {
    match (day, day % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    }
}

/// The zone's abbreviation, or its offset as in `%z` if it has none, as in `LiquidJS`.
fn zone_name(moment: &Moment) -> String {
    moment.abbreviation().or_else(|| format(moment, "%z")).unwrap_or_default()
}

/// The fraction of the second with this count of digits. It is cut off, not rounded, so that a time is never later than the moment.
fn fraction(moment: &Moment, digits: usize) -> String {
    let nanoseconds = format!("{:0NANOSECONDS$}", moment.local.subsec_nanosecond());
    nanoseconds.chars().chain(std::iter::repeat('0')).take(digits).collect()
}

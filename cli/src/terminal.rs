//! The terminal: colours, columns, questions and progress. Questions and progress go to standard error, and only where
//! that is a terminal.
//!
//! Whatever is printed goes through here, and nothing in it that others wrote (names, answers, errors) moves the cursor, sets a
//! colour or hides: [`shown`] leaves the styles that [`painted`] and [`bold`] set and no other control. A value of others goes
//! through [`escaped`] before, so that it begins no line and holds no mark of a style; a table's [`Cell`] does that itself. Only a
//! document for a file or another program is written as it is.

use std::{
    io::{self, BufRead, IsTerminal, Write},
    time::Duration,
};

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressStyle};
pub(crate) use posthorn_machine::terminal::{escaped, escaped_json, escaped_lines};

use crate::error::CliError;

/// These two characters stand around a styled part of a text until it is printed, with the style's name behind the first.
/// Unicode leaves them to a program's own use.
const BEGIN: char = '\u{fdd0}';
const END: char = '\u{fdd1}';

/// The styles there are, by their names.
const STYLES: [(char, Style); 5] = [
    ('b', Style::new().bold()),
    ('g', AnsiColor::Green.on_default()),
    ('y', AnsiColor::Yellow.on_default()),
    ('r', AnsiColor::Red.on_default()),
    ('k', AnsiColor::BrightBlack.on_default()),
];

/// A text in a colour, one of [`STYLES`].
pub(crate) fn painted(text: &str, color: AnsiColor) -> String {
    styled(text, color.on_default())
}

pub(crate) fn bold(text: &str) -> String {
    styled(text, Style::new().bold())
}

fn styled(text: &str, style: Style) -> String {
    let name = STYLES.iter().find(|(_, known)| *known == style).map_or(' ', |(name, _)| *name);
    format!("{BEGIN}{name}{}{END}", escaped(text))
}

/// A text as it is printed.
pub(crate) fn shown(text: &str) -> String {
    rendered(text, |style, text| format!("{style}{text}{style:#}"))
}

/// A text as it is printed, without its styles.
pub(crate) fn plain(text: &str) -> String {
    rendered(text, |_, text| text.to_owned())
}

fn rendered(text: &str, paint: impl Fn(Style, &str) -> String) -> String {
    let mut parts = text.split(BEGIN);
    let first = escaped_lines(parts.next().unwrap_or_default());
    parts.fold(first, |printed, part| {
        let (inside, behind) = part.split_once(END).unwrap_or((part, ""));
        let mut inside = inside.chars();
        let name = inside.next();
        let style = STYLES.iter().find(|(known, _)| Some(*known) == name).map_or(Style::new(), |(_, style)| *style);
        printed + &paint(style, &escaped_lines(inside.as_str())) + &escaped_lines(behind)
    })
}

/// The columns that a text takes, without its colours.
fn width(text: &str) -> usize {
    plain(text).chars().count()
}

/// A text, filled with blanks to so many columns.
pub(crate) fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// A cell of a table. It is escaped when it is made, so whoever lists the texts of others cannot forget it.
#[derive(Debug)]
pub(crate) struct Cell(String);

impl Cell {
    pub(crate) fn new(text: &str) -> Self {
        Self(escaped(text))
    }

    /// A cell in a colour, one of [`STYLES`].
    pub(crate) fn painted(text: &str, color: AnsiColor) -> Self {
        Self(painted(text, color))
    }
}

/// Rows in columns, each as wide as its widest cell, under a heading.
pub(crate) fn table<const N: usize>(heading: [&str; N], rows: &[[Cell; N]]) -> String {
    let widths: [usize; N] = std::array::from_fn(|at| {
        rows.iter().map(|row| width(&row[at].0)).chain([width(heading[at])]).max().unwrap_or_default()
    });
    let line = |cells: [&str; N]| {
        let cells: Vec<_> = cells.iter().zip(widths).map(|(cell, width)| padded(cell, width)).collect();
        cells.join("  ").trim_end().to_owned()
    };
    let heading = bold(&line(heading));
    let rows = rows.iter().map(|row| line(std::array::from_fn(|at| row[at].0.as_str())));
    [heading].into_iter().chain(rows).collect::<Vec<_>>().join("\n")
}

/// A number with its noun: `1 key`, `2 keys`, `2 months of usage`.
pub(crate) fn quantity(number: impl Into<u64>, noun: &str) -> String {
    let number = number.into();
    let (unit, of) = noun.find(" of ").map_or((noun, ""), |at| noun.split_at(at));
    format!("{number} {unit}{}{of}", if number == 1 { "" } else { "s" })
}

/// Asks before something that cannot be undone, unless `yes`: to go on, the answer has to be `word`.
///
/// # Errors
/// [`CliError::NotConfirmed`], [`CliError::Declined`].
pub(crate) fn confirm(yes: bool, what: &str, question: &str, word: &str) -> Result<(), CliError> {
    if yes {
        return Ok(());
    }
    let (input, mut out) = (io::stdin(), io::stderr());
    if !input.is_terminal() || !out.is_terminal() {
        return Err(CliError::NotConfirmed(what.to_owned()));
    }
    // A name with characters that are not shown can be typed as it is shown.
    let shown = escaped(word);
    let _ = write!(out, "{}\nType {shown} to go on: ", escaped(question)).and_then(|()| out.flush());
    let mut answer = String::new();
    let read = input.lock().read_line(&mut answer);
    if read.is_ok() && [word, shown.as_str()].contains(&answer.trim()) { Ok(()) } else { Err(CliError::Declined) }
}

/// A spinner beside a text, for work of unknown length.
pub(crate) fn spinner(text: &str) -> ProgressBar {
    let spinner = ProgressBar::new_spinner().with_message(escaped(text));
    spinner.enable_steady_tick(Duration::from_millis(120));
    spinner
}

/// A bar for work on so many items.
pub(crate) fn progress_bar(items: u64) -> ProgressBar {
    let bar = ProgressBar::new(items);
    let style = ProgressStyle::with_template("{bar:30} {percent:>3} %  {msg}");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell_without_its_colours() {
        let red = Cell::painted("red", AnsiColor::Red);
        let rows = [[Cell::new("a"), red], [Cell::new("long name"), Cell::new("x")]];
        assert_eq!(plain(&table(["id", "state"], &rows)), "id         state\na          red\nlong name  x");
    }

    #[test]
    fn our_styles_are_printed_and_nobody_elses() {
        let text = format!("{} {}", painted("red\u{1b}[8m", AnsiColor::Red), "a\u{1b}[2J\u{202e}b");
        assert_eq!(shown(&text), "\u{1b}[31mred\\u{1b}[8m\u{1b}[0m a\\u{1b}[2J\\u{202e}b");
        assert_eq!(plain(&text), "red\\u{1b}[8m a\\u{1b}[2J\\u{202e}b");
        for color in [AnsiColor::Green, AnsiColor::Yellow, AnsiColor::Red, AnsiColor::BrightBlack] {
            assert!(shown(&painted("x", color)).starts_with("\u{1b}["), "{color:?}");
        }
        assert_eq!(shown(&bold("x")), "\u{1b}[1mx\u{1b}[0m");
    }

    #[test]
    fn the_marks_of_a_style_are_nobody_elses_either() {
        for (text, printed) in [
            ("\u{fdd1}x", "\\u{fdd1}x"),
            ("\u{fdd0}", ""),
            ("\u{fdd0}?x", "x"),
            (&escaped("\u{fdd0}gok\u{fdd1}"), "\\u{fdd0}gok\\u{fdd1}"),
        ] {
            assert_eq!(shown(text), printed, "{text:?}");
        }
    }

    #[test]
    fn a_cell_begins_no_line_and_has_no_mark_of_a_style() {
        let text = table(["name"], &[[Cell::new("a\nb\tc")], [Cell::new("\u{fdd0}gok\u{fdd1}")]]);
        assert_eq!(plain(&text), "name\na\\u{a}b\\u{9}c\n\\u{fdd0}gok\\u{fdd1}");
        for styled in [painted("a\u{fdd1}b", AnsiColor::Red), bold("a\u{fdd1}b")] {
            assert_eq!(plain(&styled), "a\\u{fdd1}b");
        }
    }

    #[test]
    fn a_noun_has_a_plural_but_for_one() {
        assert_eq!([quantity(1_u64, "key"), quantity(0_u64, "key")], ["1 key", "0 keys"]);
        assert_eq!(quantity(2_u64, "month of usage"), "2 months of usage");
    }
}

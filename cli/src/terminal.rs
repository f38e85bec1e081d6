//! The terminal: colours, columns, questions and progress. Questions and progress go to standard error, and only where
//! that is a terminal.

use std::{
    io::{self, BufRead, IsTerminal, Write},
    time::Duration,
};

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressStyle};

use crate::failed::Failed;

pub(crate) fn painted(text: &str, color: AnsiColor) -> String {
    let style = Style::new().fg_color(Some(color.into()));
    format!("{style}{text}{style:#}")
}

pub(crate) fn bold(text: &str) -> String {
    let style = Style::new().bold();
    format!("{style}{text}{style:#}")
}

/// How many columns a text takes, colours aside.
fn width(text: &str) -> usize {
    anstream::adapter::strip_str(text).to_string().chars().count()
}

/// A text in so many columns.
pub(crate) fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Rows in columns, each as wide as its widest cell, under a heading.
pub(crate) fn table<const N: usize>(heading: [&str; N], rows: &[[String; N]]) -> String {
    let widths: [usize; N] = std::array::from_fn(|at| {
        rows.iter().map(|row| width(&row[at])).chain([width(heading[at])]).max().unwrap_or_default()
    });
    let line = |cells: [&str; N]| {
        let cells: Vec<_> = cells.iter().zip(widths).map(|(cell, width)| padded(cell, width)).collect();
        cells.join("  ").trim_end().to_owned()
    };
    let heading = bold(&line(heading));
    let rows = rows.iter().map(|row| line(std::array::from_fn(|at| row[at].as_str())));
    [heading].into_iter().chain(rows).collect::<Vec<_>>().join("\n")
}

/// A number with its noun: `1 key`, `2 keys`.
pub(crate) fn count(number: impl Into<u64>, noun: &str) -> String {
    let number = number.into();
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Asks before something that cannot be undone, unless `yes`: to go on, the answer has to be `word`.
///
/// # Errors
/// [`Failed::NotATerminal`], [`Failed::Declined`].
pub(crate) fn confirm(yes: bool, what: &str, question: &str, word: &str) -> Result<(), Failed> {
    if yes {
        return Ok(());
    }
    let (input, mut out) = (io::stdin(), io::stderr());
    if !input.is_terminal() || !out.is_terminal() {
        return Err(Failed::NotATerminal(what.to_owned()));
    }
    let _ = write!(out, "{question}\nType {word} to go on: ").and_then(|()| out.flush());
    let mut answer = String::new();
    let read = input.lock().read_line(&mut answer);
    if read.is_ok() && answer.trim() == word { Ok(()) } else { Err(Failed::Declined) }
}

/// Something that takes a while, with what it does at the moment.
pub(crate) fn spinner(text: &str) -> ProgressBar {
    let spinner = ProgressBar::new_spinner().with_message(text.to_owned());
    spinner.enable_steady_tick(Duration::from_millis(120));
    spinner
}

/// A way through so many items.
pub(crate) fn bar(items: u64) -> ProgressBar {
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
        let rows = [["a".to_owned(), painted("red", AnsiColor::Red)], ["long name".to_owned(), "x".to_owned()]];
        let text = anstream::adapter::strip_str(&table(["id", "state"], &rows)).to_string();
        assert_eq!(text, "id         state\na          red\nlong name  x");
    }

    #[test]
    fn one_is_no_plural() {
        assert_eq!([count(1_u64, "key"), count(0_u64, "key")], ["1 key", "0 keys"]);
    }
}

//! The figures, as a table for people and as JSON for programs.

use std::{env::consts::ARCH, fmt::Write, fs, path::Path};

use posthorn_lambda::env::{Env, rfc3339};
use serde::Serialize;

use crate::toolchain::rustc;

/// The figures, and the machine and the moment that they are of.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    machine: String,
    date: String,
    rows: Vec<Row>,
    /// The number of rows that were printed.
    #[serde(skip)]
    printed: usize,
}

/// One figure.
#[derive(Debug, Serialize)]
struct Row {
    section: &'static str,
    name: String,
    figure: f64,
    unit: &'static str,
    /// The largest figure that is asked for, where there is a goal.
    goal: Option<f64>,
}

impl Report {
    /// A report of this machine and moment, without figures.
    pub(crate) fn new() -> Self {
        let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let models: Vec<_> = processors.lines().filter_map(|line| line.strip_prefix("model name\t: ")).collect();
        let machine = format!("{} x {}, {ARCH}, {}", models.len(), models.first().unwrap_or(&"unknown"), rustc());
        Self { machine, date: rfc3339(Env::system().now()), rows: Vec::new(), printed: 0 }
    }

    /// Adds a figure. `goal` is the largest that is asked for.
    pub(crate) fn row(
        &mut self,
        section: &'static str,
        name: impl Into<String>,
        figure: f64,
        unit: &'static str,
        goal: Option<f64>,
    ) {
        self.rows.push(Row { section, name: name.into(), figure, unit, goal });
    }

    /// Writes the report as JSON.
    pub(crate) fn write(&self, file: &Path) {
        let text = serde_json::to_string_pretty(self).expect("JSON");
        fs::write(file, text).expect("a file");
    }

    /// The machine and the moment, in a line.
    pub(crate) fn heading(&self) -> String {
        format!("{}, {}", self.machine, self.date)
    }

    /// The rows that were added since the last call, as Markdown with a table for each section.
    pub(crate) fn take_markdown(&mut self) -> String {
        let (mut text, mut section) = (String::new(), "");
        for row in &self.rows[std::mem::replace(&mut self.printed, self.rows.len())..] {
            if row.section != section {
                section = row.section;
                let _ = write!(text, "\n### {section}\n\n| Measured | Figure | Goal |\n| --- | ---: | ---: |\n");
            }
            let goal = row.goal.map_or_else(String::new, |goal| format!("{} {}", number(goal), row.unit));
            let _ = writeln!(text, "| {} | {} {} | {} |", row.name, number(row.figure), row.unit, goal.trim_end());
        }
        text
    }
}

/// A figure with thousands set off. A whole number has no places; any other has two below ten, one below a hundred, none above.
fn number(value: f64) -> String {
    let places = match value.abs() {
        value if value.fract() == 0.0 => 0,
        value if value < 10.0 => 2,
        value if value < 100.0 => 1,
        _ => 0,
    };
    let text = format!("{value:.places$}");
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) && !grouped.ends_with('-') {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_as_many_places_as_they_are_worth() {
        for (value, text) in
            [(2.0, "2"), (1.2345, "1.23"), (12.345, "12.3"), (123.45, "123"), (1_234_567.8, "1,234,568")]
        {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn a_section_is_a_table() {
        let mut report = Report::new();
        report.row("Size", "zip of track", 2.5, "MB", Some(2.8));
        report.row("Size", "zip of feedback", 2.5, "MB", None);
        assert!(
            report
                .take_markdown()
                .ends_with("| zip of track | 2.50 MB | 2.80 MB |\n| zip of feedback | 2.50 MB |  |\n")
        );
        assert_eq!(report.take_markdown(), "", "a row is printed once");
    }
}

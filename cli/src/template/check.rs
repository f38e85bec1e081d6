//! Checks a template without sending it.

use std::path::Path;

use posthorn_lambda::Env;
use posthorn_liquid::{MailPart, Preview, Problem, RenderError, Template, Variables};
use serde_json::{Value, json};

use super::input::{STANDARD_INPUT, read_object, read_text};
use crate::{
    error::CliError,
    options::CheckOptions,
    report::{Outcome, Report},
    terminal::escaped,
};

pub(super) fn check(options: &CheckOptions) -> Result<Report, CliError> {
    let is_standard_input = |path: &Path| path == Path::new(STANDARD_INPUT);
    if is_standard_input(&options.file) && options.data.as_deref().is_some_and(is_standard_input) {
        return Err(CliError::StandardInputTwice);
    }
    let source = read_text(&options.file)?;
    let data = options.data.as_deref().map(read_object).transpose()?;
    let part = options.part();
    let template = Template::parse(source_of(&source, part), part);
    let preview = data.map(|data| {
        let mut variables = Variables::new(Env::system().now());
        data.iter().for_each(|(name, value)| variables.insert(name, value));
        template.preview(&variables)
    });
    Ok(report(&options.file.to_string_lossy(), &template, preview))
}

/// The template that a file holds. Editors put a byte-order mark before a text and a line break behind it, and a subject has
/// neither.
fn source_of(file: &str, part: MailPart) -> &str {
    let source = file.strip_prefix('\u{feff}').unwrap_or(file);
    match part {
        MailPart::Subject => source.strip_suffix('\n').map_or(source, |line| line.strip_suffix('\r').unwrap_or(line)),
        MailPart::Html | MailPart::Text => source,
    }
}

/// A checked template, with what it renders to where there was data.
fn report(file: &str, template: &Template, preview: Option<Preview>) -> Report {
    let has_data = preview.is_some();
    let problems = preview.as_ref().map_or_else(|| template.problems(), |preview| preview.problems.clone());
    let (text, error) = match preview.map(|preview| preview.text) {
        Some(Ok(text)) => (Some(text), None),
        // It is one of the problems.
        None | Some(Err(RenderError::Source(_))) => (None, None),
        Some(Err(error)) => (None, Some(error.to_string())),
    };
    let is_fine = problems.is_empty() && error.is_none();
    let json = json!({
        "file": file,
        "fine": is_fine,
        "problems": problems.iter().map(problem_json).collect::<Vec<_>>(),
        "text": text,
        "error": error,
    });
    let file = escaped(file);
    let lines = problems.iter().map(|problem| problem_line(&file, problem));
    let lines = lines.chain(error.map(|error| format!("{file}: {error}"))).collect::<Vec<_>>().join("\n");
    let report = match is_fine {
        _ if has_data => Report::document(text.unwrap_or_default(), lines, json),
        true => Report::done(format!("{file}: no problems"), json),
        false => Report::done(lines, json),
    };
    Report { outcome: if is_fine { Outcome::Done } else { Outcome::Incomplete }, ..report }
}

fn problem_line(file: &str, problem: &Problem) -> String {
    format!("{file}:{}:{}: {}", problem.line, problem.column, escaped(&problem.message))
}

fn problem_json(problem: &Problem) -> Value {
    json!({"line": problem.line, "column": problem.column, "message": problem.message})
}

//! Renders the examples of `docs/liquid.md`, and checks that there is one for every filter and every tag.
//!
//! A block in the language `liquid` is a template, a block in `json` behind it has its data, and a block in `html` or `text` has
//! its result. A row of a table has them in its columns `Template`, `Data` and `Result`. A column `Subject` or `Text` in place of
//! `Template` gives the part of the mail. A row with `Mistake` and `Message` has a template and the sentence that its author is
//! told.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use std::{fs, path::Path};

use posthorn_liquid::{MailPart, Template, Variables, filter_names, tag_names};

const MIN_EXAMPLES: usize = 150;

struct Example {
    line: usize,
    template: String,
    part: MailPart,
    data: String,
    expected: Expected,
}

enum Expected {
    Text(String),
    Mistake(String),
}

impl Example {
    /// The difference between the example and its rendering, if there is one.
    fn difference(&self) -> Option<String> {
        let template = Template::parse(&self.template, self.part);
        let (shown, expected) = match &self.expected {
            Expected::Text(text) => (template.render(&variables(&self.data)).unwrap(), text),
            Expected::Mistake(message) => {
                (template.problems().first().map(ToString::to_string).unwrap_or_default(), message)
            }
        };
        (shown != *expected)
            .then(|| format!("line {}: {}\n  says  {expected:?}\n  gives {shown:?}", self.line, self.template))
    }

    /// True if a tag of the example has this name, in delimiters or as a line of `liquid`.
    fn has_tag(&self, name: &str) -> bool {
        let is_named = |text: &str| {
            let text = text.trim_start_matches('-').trim_start();
            text.strip_prefix(name).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        };
        self.template.split("{%").skip(1).any(is_named)
    }

    fn has_filter(&self, name: &str) -> bool {
        self.template.split('|').skip(1).any(|link| link.trim_start().split([':', ' ', '}']).next() == Some(name))
    }
}

fn variables(data: &str) -> Variables {
    let mut variables = Variables::new("2026-11-27T10:15:00Z".parse().unwrap());
    match serde_json::from_str(if data.is_empty() { "{}" } else { data }).unwrap() {
        serde_json::Value::Object(entries) => entries.iter().for_each(|(key, value)| variables.insert(key, value)),
        _ => panic!("no object: {data}"),
    }
    variables
}

/// The examples of a page, in the order of their lines.
fn examples(page: &str) -> Vec<Example> {
    let mut examples = Vec::new();
    let mut lines = page.lines().enumerate().map(|(index, line)| (index + 1, line));
    let (mut header, mut template, mut data) = (Vec::new(), None, String::new());
    while let Some((line, text)) = lines.next() {
        if let Some(language) = text.strip_prefix("```") {
            let block: Vec<_> =
                lines.by_ref().map(|(_, text)| text).take_while(|text| !text.starts_with("```")).collect();
            let block = block.join("\n");
            match (language, template.take()) {
                ("liquid", None) => template = Some(block),
                ("json", Some(of)) => (template, data) = (Some(of), block),
                ("html" | "text", Some(template)) => {
                    let part = if language == "html" { MailPart::Html } else { MailPart::Text };
                    let (data, expected) = (std::mem::take(&mut data), Expected::Text(block));
                    examples.push(Example { line, template, part, data, expected });
                }
                (language, None) => assert_ne!(language, "html", "line {line} belongs to no template"),
                (language, Some(_)) => panic!("line {line}: {language} behind a template"),
            }
        } else if text.starts_with('|') {
            let cells = cells(text);
            if header.is_empty() {
                header = cells;
            } else if !cells.iter().all(|cell| cell.starts_with("---")) {
                examples.extend(row(line, &header, &cells));
            }
        } else {
            header.clear();
        }
    }
    examples
}

/// The cells of a row. A `|` in a cell has a backslash before it.
fn cells(row: &str) -> Vec<String> {
    let row = row.trim().trim_start_matches('|').replace("\\|", "\0");
    let row = row.strip_suffix('|').unwrap_or_else(|| panic!("a row ends with |: {row}"));
    row.split('|').map(|cell| cell.trim().replace('\0', "|")).collect()
}

fn row(line: usize, header: &[String], cells: &[String]) -> Option<Example> {
    assert_eq!(header.len(), cells.len(), "line {line} has as many cells as its table");
    let cell = |name: &str| {
        let cell = &cells[header.iter().position(|column| column == name)?];
        let code = cell.strip_prefix('`').and_then(|cell| cell.strip_suffix('`'));
        assert!(cell.is_empty() || code.is_some(), "line {line}: {name} is code");
        Some(code.unwrap_or_default().to_owned())
    };
    let template = [
        ("Template", MailPart::Html),
        ("Subject", MailPart::Subject),
        ("Text", MailPart::Text),
        ("Mistake", MailPart::Html),
    ]
    .into_iter()
    .find_map(|(name, part)| Some((cell(name)?, part)));
    let (template, part) = template?;
    let (data, expected) = match cell("Message") {
        Some(message) => (String::new(), Expected::Mistake(message)),
        None => (cell("Data").unwrap(), Expected::Text(cell("Result").unwrap())),
    };
    Some(Example { line, template, part, data, expected })
}

fn page() -> Vec<Example> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/liquid.md");
    examples(&fs::read_to_string(path).unwrap())
}

#[test]
fn every_example_of_the_page_has_the_result_that_the_page_gives() {
    let examples = page();
    let differences: Vec<_> = examples.iter().filter_map(Example::difference).collect();
    assert!(
        differences.is_empty(),
        "{} examples of docs/liquid.md are wrong\n{}",
        differences.len(),
        differences.join("\n")
    );
    assert!(examples.len() >= MIN_EXAMPLES, "only {} examples were found", examples.len());
}

#[test]
fn every_filter_and_every_tag_has_an_example() {
    let examples: Vec<_> = page().into_iter().filter(|example| matches!(example.expected, Expected::Text(_))).collect();
    let filters = filter_names().filter(|name| !examples.iter().any(|example| example.has_filter(name)));
    assert_eq!(filters.collect::<Vec<_>>(), [""; 0], "filters without an example");
    let tags = tag_names().filter(|name| !examples.iter().any(|example| example.has_tag(name)));
    assert_eq!(tags.collect::<Vec<_>>(), [""; 0], "tags without an example");
}

#[test]
fn examples_are_found_by_their_form() {
    let page = "```liquid\na\n\nb\n```\n\n```json\n{}\n```\n\n```text\nc\n```\n\n```sh\nx\n```\n\n\
                | Filter | Subject | Data | Result |\n| --- | --- | --- | --- |\n| x | `{{ a \\| b }}` | | `c \\| d` |\n\n\
                | Mistake | Message |\n| --- | --- |\n| `{{` | `no` |\n\n| What | Limit |\n| --- | --- |\n| a | b |\n";
    let shown = |example: &Example| {
        let expected = match &example.expected {
            Expected::Text(text) => format!("= {text}"),
            Expected::Mistake(message) => format!("! {message}"),
        };
        format!("{}: {:?} {:?} {expected}", example.line, example.part, example.template)
    };
    let found: Vec<_> = examples(page).iter().map(shown).collect();
    let expected = ["11: Text \"a\\n\\nb\" = c", "21: Subject \"{{ a | b }}\" = c | d", "25: Html \"{{\" ! no"];
    assert_eq!(found, expected);
    let wrong = Example { expected: Expected::Text("x".to_owned()), ..examples(page).remove(0) };
    assert!(wrong.difference().is_some_and(|difference| difference.contains("line 11")), "a wrong example is found");
}

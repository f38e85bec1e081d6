//! The command line is sound, and every command in the documentation can be typed.

use std::fs;

use super::*;

#[test]
fn the_command_line_is_sound() {
    Options::command().debug_assert();
}

/// The words of a line of a shell, as far as the documentation writes them.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut began) = (Vec::new(), String::new(), None, false);
    for c in line.chars() {
        match quote {
            Some(end) if c == end => quote = None,
            None if c == '"' || c == '\'' => (quote, began) = (Some(c), true),
            None if c.is_whitespace() => {
                if began || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                began = false;
            }
            None if c == '#' && word.is_empty() => break,
            _ => word.push(c),
        }
    }
    words.extend((began || !word.is_empty()).then_some(word));
    words
}

/// The arguments, if the line calls the tool.
fn arguments(line: &str) -> Option<Vec<String>> {
    let words = words(line);
    let is_assignment = |word: &&String| word.split_once('=').is_some_and(|(name, _)| !name.starts_with('-'));
    let mut words: Vec<_> = words.iter().skip_while(is_assignment).cloned().collect();
    if words.first().is_some_and(|word| word == "cargo") {
        words.remove(0);
    }
    let ends = |word: &String| ["|", "<", ">", ">>", "&&", ";"].contains(&word.as_str());
    (words.first()? == "posthorn").then(|| words.into_iter().take_while(|word| !ends(word)).collect())
}

/// Lines of shell blocks, and what stands between backticks elsewhere, with something in the place of each `<…>`.
fn commands(text: &str) -> Vec<String> {
    let (mut is_shell, mut commands) = (false, Vec::new());
    for line in text.lines() {
        if let Some(language) = line.trim().strip_prefix("```") {
            is_shell = ["sh", "bash", "console"].contains(&language);
        } else if is_shell {
            commands.push(line.trim().trim_start_matches("$ ").to_owned());
        } else {
            commands.extend(line.split('`').skip(1).step_by(2).map(without_placeholders));
        }
    }
    commands
}

fn without_placeholders(span: &str) -> String {
    let placeholders = [
        "<name>",
        "<project>",
        "<domain>",
        "<address>",
        "<shell>",
        "<value>",
        "<emails\\|none>",
        "<address\\|none>",
        "…",
    ];
    let value = |placeholder: &str| match placeholder {
        "<emails\\|none>" => "1000",
        "<shell>" => "bash",
        _ => "x",
    };
    placeholders.iter().fold(span.to_owned(), |span, placeholder| span.replace(placeholder, value(placeholder)))
}

#[test]
fn commands_in_the_documentation_parse() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let docs = fs::read_dir(format!("{root}/docs")).unwrap().map(|entry| entry.unwrap().path());
    let pages = docs.filter(|path| path.extension().is_some_and(|end| end == "md"));
    let mut understood = 0;
    for page in pages.chain([format!("{root}/README.md").into(), format!("{root}/ARCHITECTURE.md").into()]) {
        let text = fs::read_to_string(&page).unwrap();
        for arguments in commands(&text).iter().filter_map(|line| arguments(line)) {
            // `cargo posthorn …`, and a command's bare name, are no lines to type.
            if matches!(arguments[1..].join(" ").as_str(), "" | "x" | "project") {
                continue;
            }
            let parsed = Options::try_parse_from(&arguments);
            let is_name =
                |error: &clap::Error| error.kind() == ErrorKind::MissingRequiredArgument && arguments.len() == 3;
            assert!(parsed.as_ref().map_or_else(is_name, |_| true), "{}: {arguments:?}", page.display());
            understood += 1;
        }
    }
    assert!(understood > 30, "{understood} lines were found");
}

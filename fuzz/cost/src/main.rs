//! Works on a recipe's input once, for valgrind to count the instructions, and prints the input's length.
//!
//! `posthorn-cost html <file> derive` derives the text of HTML; `make` makes the HTML alone, whose instructions are not counted.
//! `posthorn-cost liquid <file> parse` parses a template; `render` renders it too and finds its mistakes.

use std::{env, fs, hint::black_box, process::ExitCode};

use posthorn_cost::{html_of, liquid_of};
use posthorn_liquid::{MailPart, Template};
use posthorn_text::from_html;

/// The most bytes of HTML, which are those of a mail's text.
const MAX_HTML: usize = posthorn_text::MAX_TEXT;
/// The most bytes of a template, and of its data.
const MAX_LIQUID: usize = 1_500_000;

#[expect(clippy::print_stdout, reason = "the length is what the count is divided by")]
fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [kind, file, action] = arguments.as_slice() else { return ExitCode::FAILURE };
    let Ok(recipe) = fs::read(file) else { return ExitCode::FAILURE };
    let recipe = String::from_utf8_lossy(&recipe);
    let bytes = match kind.as_str() {
        "html" => html(&recipe, action),
        "liquid" => liquid(&recipe, action),
        _ => return ExitCode::FAILURE,
    };
    println!("{bytes}");
    ExitCode::SUCCESS
}

fn html(recipe: &str, action: &str) -> usize {
    let html = html_of(recipe, MAX_HTML);
    if action == "derive" {
        black_box(from_html(black_box(&html)));
    }
    html.len()
}

fn liquid(recipe: &str, action: &str) -> usize {
    let liquid = liquid_of(recipe, MAX_LIQUID);
    let template = black_box(Template::parse(black_box(&liquid.source), MailPart::Html));
    if action == "render" {
        let variables = liquid.variables().expect("data that are an object");
        black_box(template.preview(&variables));
    }
    liquid.source.len()
}

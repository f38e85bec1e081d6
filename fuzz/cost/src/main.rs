//! Derives the text of a recipe's HTML, for valgrind to count the instructions: `posthorn-html-cost <file> derive`, or `make` to
//! make the HTML alone, which is not counted. Says how long the HTML is.

use std::{env, fs, hint::black_box, process::ExitCode};

use posthorn_html_cost::html_of;
use posthorn_text::from_html;

/// Bytes of HTML: as many as a mail has text at most.
const MAX_HTML: usize = posthorn_text::MAX_TEXT;

#[expect(clippy::print_stdout, reason = "the length is what the count is divided by")]
fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [file, action] = arguments.as_slice() else { return ExitCode::FAILURE };
    let Ok(recipe) = fs::read(file) else { return ExitCode::FAILURE };
    let html = html_of(&String::from_utf8_lossy(&recipe), MAX_HTML);
    if action == "derive" {
        black_box(from_html(black_box(&html)));
    }
    println!("{}", html.len());
    ExitCode::SUCCESS
}

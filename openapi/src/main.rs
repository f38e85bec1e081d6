//! Writes `openapi.yaml` from its fragments, or says what is wrong with them.

use std::{fs, process::ExitCode};

use posthorn_description::{DESCRIPTION, bundle, root};

fn main() -> ExitCode {
    let problems = match bundle(root()) {
        Ok(text) => match fs::write(root().join(DESCRIPTION), text) {
            Ok(()) => return ExitCode::SUCCESS,
            Err(error) => vec![format!("{DESCRIPTION}: {error}")],
        },
        Err(problems) => problems.iter().map(ToString::to_string).collect(),
    };
    for problem in problems {
        print_error(&problem);
    }
    ExitCode::FAILURE
}

#[expect(clippy::print_stderr, reason = "the problems are for whoever ran the command")]
fn print_error(problem: &str) {
    eprintln!("{problem}");
}

//! Runs an example as a reader would: as a program of its own, with the keys in its environment.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use crate::support::Stack;

/// The result of an example.
pub(crate) struct ProgramResult {
    pub(crate) success: bool,
    pub(crate) printed: String,
}

/// A language that an example is written in.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Language {
    Shell,
    JavaScript,
    Python,
    Rust,
}

impl Language {
    /// The programs that it needs.
    fn programs(self) -> &'static [&'static str] {
        match self {
            Self::Shell => &["bash", "curl"],
            Self::JavaScript => &["node"],
            Self::Python => &["python3"],
            Self::Rust => &[],
        }
    }

    /// True if its programs are installed. Otherwise prints that its examples are skipped, or panics if `POSTHORN_EXAMPLES` is `all`.
    pub(crate) fn is_installed(self) -> bool {
        let runs = |program: &&str| Command::new(program).arg("--version").stdout(Stdio::null()).status().is_ok();
        let Some(missing) = self.programs().iter().find(|program| !runs(program)) else { return true };
        let text = format!("README's examples in {self:?} were not run: there is no {missing} here");
        assert!(!all_must_run(), "{text}, and POSTHORN_EXAMPLES is all");
        // Standard error itself, for the test harness hides the output of a test that passes.
        let mut stderr = std::io::stderr();
        writeln!(stderr, "SKIPPED: {text}").unwrap();
        false
    }

    /// Runs a text in the stack's folder with these keys, secret and public.
    pub(crate) fn run(self, text: &str, stack: &Stack, folder: &Path, keys: &(String, String)) -> ProgramResult {
        let mut command = self.command(text, folder);
        command
            .current_dir(folder)
            .env("POSTHORN_URL", &stack.url)
            .env("POSTHORN_PROJECT_ID", posthorn_testkit::events::PROJECT)
            .env("POSTHORN_SECRET_KEY", &keys.0)
            .env("POSTHORN_PUBLIC_KEY", &keys.1);
        let output = command.output().unwrap();
        let printed = [output.stdout, output.stderr].concat();
        ProgramResult { success: output.status.success(), printed: String::from_utf8(printed).unwrap() }
    }

    fn command(self, text: &str, folder: &Path) -> Command {
        let script = |program: &str, name: &str| {
            fs::write(folder.join(name), text).unwrap();
            let mut command = Command::new(program);
            command.arg(name);
            command
        };
        match self {
            Self::Shell => script("bash", "example.sh"),
            Self::JavaScript => script("node", "example.mjs"),
            Self::Python => script("python3", "example.py"),
            Self::Rust => this_program(),
        }
    }
}

/// This test program, with the arguments that run the one test in it that is README's Rust example.
fn this_program() -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "program::run", "--nocapture"]);
    command
}

#[expect(clippy::disallowed_methods, reason = "the variable of the person or job that runs the tests")]
fn all_must_run() -> bool {
    std::env::var("POSTHORN_EXAMPLES").is_ok_and(|value| value == "all")
}

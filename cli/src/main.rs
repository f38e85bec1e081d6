//! `posthorn`, the operator's tool.

mod argv;
mod aws;
mod completions;
mod domain;
mod error;
mod http;
mod moment;
mod options;
mod project;
mod report;
mod resolve;
mod send;
mod status;
mod table;
mod target;
mod template;
mod terminal;

use std::{ffi::OsString, process::ExitCode};

use clap::CommandFactory;

use error::CliError;
use options::{Command, Options, TargetOptions};
use report::Report;
use target::Target;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    // The form is known before the arguments are parsed, for a mistake in them has to be printed in it too.
    let json = arguments.iter().any(|argument| argument == "--json");
    if argv::has_a_key(&arguments) {
        return report::print_error(&CliError::KeyInArguments, json);
    }
    let mut command = Options::command();
    let parsed = command.try_get_matches_from_mut(arguments).and_then(|matches| {
        let options = Options::read(&matches)?;
        options.target(&matches).map(|target| (options, target))
    });
    match parsed {
        Ok((options, target)) => match Box::pin(run(options, &target)).await {
            Ok(report) => report.print(json),
            Err(error) => report::print_error(&error, json),
        },
        Err(error) => report::print_usage(&error.format(&mut command), json),
    }
}

async fn run(options: Options, target: &TargetOptions) -> Result<Report, CliError> {
    match options.command {
        Command::Completions { shell } => Ok(completions::script(shell)),
        Command::Send(options) => send::send(options, target).await,
        Command::Project(command) => with_target(target, async |target| project::run(target, command).await).await,
        Command::Domain(command) => with_target(target, async |target| domain::run(target, command).await).await,
        Command::Table(command) => with_target(target, async |target| table::run(target, &command).await).await,
        Command::Template(command) => template::run(&command),
        Command::Status { project } => {
            Box::pin(with_target(target, async |target| Box::pin(status::status(target, project.as_deref())).await))
                .await
        }
    }
}

/// Finds the target and works on it.
async fn with_target(
    options: &TargetOptions,
    work: impl AsyncFnOnce(&Target) -> Result<Report, CliError>,
) -> Result<Report, CliError> {
    let target = resolve::target(options).await?;
    work(&target).await.map_err(|error| target.explain(error))
}

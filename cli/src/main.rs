//! `posthorn`, the operator's tool.

mod project;
mod show;
mod target;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use posthorn_table::{TableError, Uuid};

use target::Target;

/// Looks after Posthorn's projects: in the local stack that runs here, or in AWS with --table
#[derive(Debug, Parser)]
#[command(name = "posthorn", version)]
struct Options {
    /// The DynamoDB table in AWS, with the usual credentials and region; without it the local stack
    #[arg(long, global = true)]
    table: Option<String>,
    /// The ARN of the alerts topic in AWS; the variable `ALERTS_TOPIC_ARN` unless given
    #[arg(long, global = true, requires = "table")]
    alerts_topic: Option<String>,
    /// The folder of the local stack's state; .posthorn here or in a folder above unless given
    #[arg(long, global = true, conflicts_with = "table")]
    state: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Projects
    #[command(subcommand)]
    Project(ProjectCommand),
}

#[derive(Debug, Subcommand)]
enum ProjectCommand {
    /// Show a project: its state, and its bounces and complaints against their lines
    Show {
        /// The project's id
        #[arg(value_parser = id)]
        id: Uuid,
    },
    /// Reinstate a disabled project: its bounces and complaints count from zero
    Enable {
        /// The project's id
        #[arg(value_parser = id)]
        id: Uuid,
    },
    /// Disable a project: every request of it is refused from now on
    Disable {
        /// The project's id
        #[arg(value_parser = id)]
        id: Uuid,
        /// Why, for the announcement and for whoever looks at the project
        #[arg(long)]
        reason: String,
    },
}

fn id(text: &str) -> Result<Uuid, &'static str> {
    text.parse().map_err(|_| "a project's id is a UUID such as 00000000-0000-4000-8000-00000000de30")
}

/// Why a command did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    Target(#[from] target::NoTarget),
    #[error("the table failed: {0}\nIs the table's name right, and are the region and the credentials?")]
    Table(#[from] TableError),
    #[error("there is no project {0} in the table {1}")]
    NoSuchProject(Uuid, String),
    #[error("a reason has 1 to 500 characters and no control characters")]
    Reason,
    #[error("{0}\nBut it was not announced ({1}): give the same command again to announce it.")]
    NotAnnounced(String, posthorn_alerts::Unfinished),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(text) => {
            anstream::println!("{text}");
            ExitCode::SUCCESS
        }
        Err(failed) => {
            anstream::eprintln!("error: {failed}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<String, Failed> {
    let target = Target::find(&options).await?;
    let Command::Project(command) = options.command;
    match command {
        ProjectCommand::Show { id } => show::show(&target, id).await,
        ProjectCommand::Enable { id } => project::enable(&target, id).await,
        ProjectCommand::Disable { id, reason } => project::disable(&target, id, &reason).await,
    }
}

//! The options of the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueHint};

/// Runs Posthorn on this machine: the API and its description, a DynamoDB engine, SES, SNS and SQS endpoints, an inbox and a
/// health page.
#[derive(Debug, Clone, Parser)]
#[command(name = "posthorn-local", version, args_conflicts_with_subcommands = true)]
pub struct Options {
    /// A command other than to run the stack.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The port of the API and of the local pages; 0 takes a free one
    #[arg(long, default_value_t = 3000)]
    pub port: u16,
    /// The port of the DynamoDB engine; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    pub dynamodb_port: u16,
    /// The port of the SES endpoint; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    pub ses_port: u16,
    /// The port of the SNS endpoint; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    pub sns_port: u16,
    /// The port of the SQS endpoint; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    pub sqs_port: u16,
    /// Keep everything in memory: every start is a first start, and .posthorn/ is left alone
    #[arg(long, conflicts_with = "fresh")]
    pub memory: bool,
    /// Delete what earlier starts left in .posthorn/ and begin anew
    #[arg(long)]
    pub fresh: bool,
    /// Log JSON lines instead of readable ones
    #[arg(long)]
    pub json: bool,
}

/// The commands beside a running stack.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Prints the environment in which a function uses the running stack's back ends, and lets the keys of the files in events/
    /// open the demo project until the next start
    Backends(BackendsOptions),
}

/// The options of `backends`.
#[derive(Debug, Clone, Args)]
pub struct BackendsOptions {
    /// The name under which a container finds this machine, such as host.docker.internal; backends.json is rewritten for it, and
    /// the stack answers under it
    #[arg(long)]
    pub host: Option<String>,
    /// The folder of the stack's state; .posthorn here unless given
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub state: Option<PathBuf>,
}

//! The command line.

#![expect(clippy::doc_markdown, reason = "these comments are the help that a terminal shows")]

mod template;

use std::{path::PathBuf, time::Duration};

use clap::{
    ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum, ValueHint, error::ErrorKind,
    parser::ValueSource,
};
use clap_complete::Shell;
use posthorn_auth::KeySelection;

use crate::moment::{grace, interval, span};
pub(crate) use template::{CheckOptions, TemplateCommand};

const MANUAL: &str = "\
Commands work on the local stack that runs in this folder or one above; with --stack on a stack in AWS, found by its \
name; with --table on a table alone. Region and credentials come from AWS_REGION, AWS_ACCESS_KEY_ID and \
AWS_SECRET_ACCESS_KEY, from a profile (AWS_PROFILE) with keys or a role, or from the machine's own role. A profile with \
single sign-on or a credential process needs one step first:
  eval \"$(aws configure export-credentials --format env)\"

Exit codes:
  0  done
  1  could not be done; `template check` found problems
  2  wrong usage
  3  `status` or `domain check` found something wrong

Examples:
  posthorn status
  posthorn project create Shop
  posthorn domain add Shop example.com
  posthorn domain check example.com --wait
  posthorn template check welcome.html --data ada.json
  posthorn --stack posthorn --json project list";

/// Manages Posthorn: its projects, their keys and domains, and a check of every part
#[derive(Debug, Parser)]
#[command(name = "posthorn", version, after_help = MANUAL, max_term_width = 100)]
pub(crate) struct Options {
    /// One JSON document on standard output instead of text; an error is {"error":{"code","message"}} on standard error
    #[arg(long, global = true)]
    json: bool,
    #[command(flatten)]
    target: TargetOptions,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The target that a command works on.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Target")]
pub(crate) struct TargetOptions {
    /// The name of a CloudFormation stack that was deployed from Posthorn's template
    #[arg(long, global = true, env = "POSTHORN_STACK", value_name = "NAME")]
    pub(crate) stack: Option<String>,
    /// A DynamoDB table in AWS alone; CONFIGURATION_SET, ALERTS_TOPIC_ARN and the guard's thresholds come from the environment, as
    /// the functions have them
    #[arg(long, global = true, value_name = "NAME", conflicts_with = "state")]
    pub(crate) table: Option<String>,
    /// With --table: the ARN of the alerts topic; the variable ALERTS_TOPIC_ARN unless given
    #[arg(long, global = true, value_name = "ARN", requires = "table")]
    pub(crate) alerts_topic: Option<String>,
    /// The folder of a local stack's state; .posthorn here or in a folder above unless given
    #[arg(long, global = true, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub(crate) state: Option<PathBuf>,
}

impl Options {
    /// The options, as they are parsed, without an address of the API that only the variable `POSTHORN_URL` names where an
    /// option names a target.
    pub(crate) fn read(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut options = Self::from_arg_matches(matches)?;
        let is_from =
            |matches: &ArgMatches, name: &str, source| matches.value_source(name).is_some_and(|it| it == source);
        let names_a_target =
            ["stack", "table", "state"].iter().any(|name| is_from(matches, name, ValueSource::CommandLine));
        if let (Command::Send(send), Some((_, of_send))) = (&mut options.command, matches.subcommand())
            && names_a_target
            && is_from(of_send, "url", ValueSource::EnvVariable)
        {
            send.url = None;
        }
        Ok(options)
    }

    /// The target. An option counts more than the variable `POSTHORN_STACK`.
    ///
    /// # Errors
    /// [`clap::Error`] if one option names a stack and another something else.
    pub(crate) fn target(&self, matches: &ArgMatches) -> Result<TargetOptions, clap::Error> {
        let mut target = self.target.clone();
        target.stack = target.stack.filter(|stack| !stack.is_empty());
        if target.table.is_none() && target.state.is_none() {
            return Ok(target);
        }
        if matches.value_source("stack") == Some(ValueSource::CommandLine) {
            let text = "the argument '--stack <NAME>' cannot be used with '--table <NAME>' or '--state <FOLDER>'";
            return Err(Self::command().error(ErrorKind::ArgumentConflict, text));
        }
        target.stack = None;
        Ok(target)
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Projects: make, show, change and delete them, and replace their keys
    #[command(subcommand)]
    Project(ProjectCommand),
    /// Domains that projects send from: DNS records, verification
    #[command(subcommand)]
    Domain(DomainCommand),
    /// The table: bring it up to date after a deployment
    #[command(subcommand)]
    Table(TableCommand),
    /// Templates: check them before they are sent
    #[command(subcommand)]
    Template(TemplateCommand),
    /// Send a test mail through the API, with the secret key in POSTHORN_SECRET_KEY
    #[command(after_help = SEND)]
    Send(SendOptions),
    /// Check every part, from the table to SES's events; exit code 3 if something is wrong
    #[command(after_help = STATUS)]
    Status {
        /// Only this project's domains and state, by its id or name; every project's unless given
        project: Option<String>,
    },
    /// Print a shell's completion script
    #[command(after_help = COMPLETIONS)]
    Completions {
        /// The shell
        shell: Shell,
    },
}

const SEND: &str = "\
To a local stack that is found in a folder goes the demo project's key, which is kept there. The key in the variable goes to \
an address that is given (--url, POSTHORN_URL), or to a stack in AWS (--stack). A key is never given as an argument, nor \
typed into a command, which the shell's history keeps: read it into the variable.

Examples:
  posthorn send --to ada@example.org
  read -rs POSTHORN_SECRET_KEY; export POSTHORN_SECRET_KEY
  posthorn --stack posthorn send --to success@simulator.amazonses.com";
const STATUS: &str = "\
Each line is ok, warn, fail, or skip where it cannot be known here. To be run by a scheduler, too: posthorn status --json";
const COMPLETIONS: &str = "\
Examples:
  posthorn completions bash > ~/.local/share/bash-completion/completions/posthorn
  posthorn completions fish > ~/.config/fish/completions/posthorn.fish";

#[derive(Debug, Args)]
pub(crate) struct SendOptions {
    /// The recipient's address
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) to: String,
    /// The sender's address, on a verified domain of the project; its default sender unless given
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) from: Option<String>,
    /// The subject
    #[arg(long, default_value = "A test mail from Posthorn")]
    pub(crate) subject: String,
    /// The body, HTML
    #[arg(long, default_value = "<p>It works.</p>")]
    pub(crate) body: String,
    /// The API's address; the stack's own unless given
    #[arg(long, env = "POSTHORN_URL", value_name = "URL")]
    pub(crate) url: Option<String>,
    /// Reads the variable; an argument of this name is refused before it is parsed.
    #[arg(long, env = "POSTHORN_SECRET_KEY", hide = true, hide_env_values = true)]
    pub(crate) secret_key: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProjectCommand {
    /// Make a project; its keys are shown this once
    #[command(
        after_help = "Examples:\n  posthorn project create Shop\n  posthorn project create Shop --domain example.com --sender hello@example.com --limit 10000"
    )]
    Create {
        /// The name, which is also the sender's where none is given: 1 to 256 characters
        name: String,
        /// A domain that it may send from once SES has verified it; may be given several times
        #[arg(long = "domain", value_name = "DOMAIN")]
        domains: Vec<String>,
        /// The address to send from where a request names none, on one of the domains
        #[arg(long, value_name = "ADDRESS")]
        sender: Option<String>,
        /// Emails a calendar month, UTC; no limit unless given
        #[arg(long, value_name = "EMAILS")]
        limit: Option<u64>,
    },
    /// List every project
    List,
    /// Show a project: its state, domains, keys, and its bounces and complaints against the thresholds of the guard
    Show {
        /// The project, by its id or its name
        project: String,
    },
    /// Replace a project's keys without presenting one; the new ones are shown this once
    #[command(
        after_help = "For when a rotation's answer was lost, or a key has leaked.\n\nExamples:\n  posthorn project rotate Shop\n  posthorn project rotate Shop --keys secret --grace 0"
    )]
    Rotate {
        /// The project, by its id or its name
        project: String,
        /// The keys to replace
        #[arg(long, value_enum, default_value_t = Keys::Both)]
        keys: Keys,
        /// The time for which the replaced keys go on working, up to 7d; with 0 they stop at once, after a question
        #[arg(long, value_name = "TIME", default_value = "1h", value_parser = grace)]
        grace: Duration,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Reinstate a disabled project: its bounces and complaints count from zero
    Enable {
        /// The project, by its id or its name
        project: String,
    },
    /// Disable a project: from now on every request of it that changes something is refused
    Disable {
        /// The project, by its id or its name
        project: String,
        /// The reason, for the announcement and for whoever looks at the project: 1 to 500 characters
        #[arg(long)]
        reason: String,
    },
    /// Set how many emails a project may send in a calendar month
    Limit {
        /// The project, by its id or its name
        project: String,
        /// Emails a calendar month, UTC, or none
        #[arg(value_name = "EMAILS|none", value_parser = limit)]
        limit: MonthlyLimit,
    },
    /// Set the address that a project sends from where a request names none
    Sender {
        /// The project, by its id or its name
        project: String,
        /// An address on one of its verified domains, or none
        #[arg(value_name = "ADDRESS|none")]
        sender: String,
    },
    /// Import keys of Plunk from standard input, one a line; all of them or none
    #[command(
        after_help = "They then work unchanged until the next rotation of their class. A key is never given as an argument.\n\nExample:\n  posthorn project import-keys Shop < keys.txt"
    )]
    ImportKeys {
        /// The project, by its id or its name
        project: String,
    },
    /// Delete a project and everything it holds; asks for its name first
    #[command(
        after_help = "The project is disabled first and removed last, so the same command finishes what was interrupted. It reads the whole table. Domains stay in SES: posthorn domain remove takes them away before."
    )]
    Delete {
        /// The project, by its id or its name
        project: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum DomainCommand {
    /// Claim a domain for a project, have SES verify it, and print the DNS records to make
    #[command(
        after_help = "Examples:\n  posthorn domain add Shop example.com\n  posthorn domain add Shop example.com --zone >> example.com.zone"
    )]
    Add {
        /// The project, by its id or its name
        project: String,
        /// The domain; its sub-domains are covered
        domain: String,
        /// The sub-domain that bounces come back to (MAIL FROM), so that SPF passes for the domain; for a domain that is
        /// new to SES `bounce` unless given, and one that SES knows keeps what it has
        #[arg(long, value_name = "SUBDOMAIN")]
        mail_from: Option<String>,
        /// Give MAIL FROM to amazonses.com
        #[arg(long, conflicts_with = "mail_from")]
        no_mail_from: bool,
        /// Print the records as lines of a zone file
        #[arg(long, conflicts_with = "json")]
        zone: bool,
    },
    /// Ask SES whether a domain is verified; if so, its project may send from it. Exit code 3 if not
    #[command(
        after_help = "Examples:\n  posthorn domain check example.com\n  posthorn domain check example.com --wait --timeout 1h"
    )]
    Check {
        /// The domain
        domain: String,
        /// Ask until it is verified
        #[arg(long)]
        wait: bool,
        /// With --wait: the time between two questions
        #[arg(long, value_name = "TIME", default_value = "15s", value_parser = interval)]
        interval: Duration,
        /// With --wait: when to give up; SES itself looks for the records for 72h
        #[arg(long, value_name = "TIME", default_value = "72h", value_parser = span)]
        timeout: Duration,
    },
    /// List the domains that projects have claimed, and what SES says of them
    List {
        /// Only this project's, by its id or its name
        project: Option<String>,
    },
    /// Take a domain from its project and from SES
    Remove {
        /// The domain
        domain: String,
        /// Leave it in SES, for others who send from it
        #[arg(long)]
        keep_identity: bool,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum TableCommand {
    /// Bring the items of an earlier version up to date
    #[command(
        after_help = "It reads the whole table and writes the items that are not up to date, while the functions go on working. \
                      Deploy the new version before. The same command goes on after an interruption, and changes nothing once \
                      everything is up to date.\n\nWith --table alone it adds the index that lists need; the index of a stack comes \
                      with its deployment, so name the stack of a table that has one.\n\nExamples:\n  posthorn table upgrade\n  \
                      posthorn --stack posthorn table upgrade"
    )]
    Upgrade,
}

/// The keys to replace.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Keys {
    /// The pair
    Both,
    /// The secret key
    Secret,
    /// The public key
    Public,
}

impl From<Keys> for KeySelection {
    fn from(keys: Keys) -> Self {
        match keys {
            Keys::Both => Self::Both,
            Keys::Secret => Self::Secret,
            Keys::Public => Self::Public,
        }
    }
}

/// A monthly limit, or the word `none`. (A bare `Option` would make the argument optional.)
#[derive(Debug, Clone, Copy)]
pub(crate) struct MonthlyLimit(pub(crate) Option<u64>);

fn limit(text: &str) -> Result<MonthlyLimit, &'static str> {
    if text == "none" {
        return Ok(MonthlyLimit(None));
    }
    text.parse().map(|limit| MonthlyLimit(Some(limit))).map_err(|_| "a limit is a whole number of emails, or none")
}

#[cfg(test)]
mod tests;

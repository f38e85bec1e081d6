//! The commands about templates.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};
use posthorn_liquid::MailPart;

const CHECK: &str = "\
Each problem is a line FILE:LINE:COLUMN: message. A mail tolerates most of them: a template that is not Liquid goes out with \
plain replacement of its names, and a filter that does not exist does nothing.
With --data the mail's text goes to standard output and the problems to standard error. Variables that a mail has beside its data, \
such as email and id, are empty unless the data's file has them.

Exit codes:
  0  no problems
  1  problems, or a file that cannot be read
  2  wrong usage

Examples:
  posthorn template check welcome.html
  posthorn template check welcome.html --data ada.json > welcome-to-ada.html
  echo 'Welcome, {{ name ?? there }}' | posthorn template check - --subject";

#[derive(Debug, Subcommand)]
pub(crate) enum TemplateCommand {
    /// Check a template that is in a file, without AWS and without a local stack; with --data print what a mail would say
    #[command(after_help = CHECK)]
    Check(CheckOptions),
}

#[derive(Debug, Args)]
pub(crate) struct CheckOptions {
    /// The template: a file, or - for standard input
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// It is a subject: one line, in which nothing is escaped. A body, which is HTML, unless --subject or --text is given
    #[arg(long, conflicts_with = "text")]
    subject: bool,
    /// It is a plain text, in which nothing is escaped
    #[arg(long)]
    text: bool,
    /// Data to render it with: a file with a JSON object, or - for standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) data: Option<PathBuf>,
}

impl CheckOptions {
    /// The part of a mail that the template is for.
    pub(crate) fn part(&self) -> MailPart {
        match (self.subject, self.text) {
            (true, _) => MailPart::Subject,
            (_, true) => MailPart::Text,
            _ => MailPart::Html,
        }
    }
}

//! Templates.

mod check;
mod input;

use crate::{error::CliError, options::TemplateCommand, report::Report};

pub(crate) fn run(command: &TemplateCommand) -> Result<Report, CliError> {
    match command {
        TemplateCommand::Check(options) => check::check(options),
    }
}

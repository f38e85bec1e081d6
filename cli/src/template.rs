//! Templates.

mod check;
mod input;

use crate::{failed::Failed, options::TemplateCommand, report::Report};

pub(crate) fn run(command: &TemplateCommand) -> Result<Report, Failed> {
    match command {
        TemplateCommand::Check(options) => check::check(options),
    }
}

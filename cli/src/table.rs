//! The table as a whole.

mod upgrade;

use crate::{error::CliError, options::TableCommand, report::Report, target::Target};

pub(crate) async fn run(target: &Target, command: &TableCommand) -> Result<Report, CliError> {
    match command {
        TableCommand::Upgrade => upgrade::upgrade(target).await,
    }
}

//! Projects.

mod announce;
mod create;
mod delete;
mod enable;
mod import_keys;
mod list;
mod rotate;
mod settings;
mod show;
mod view;

use crate::{error::CliError, options::ProjectCommand, report::Report, target::Target};

pub(crate) async fn run(target: &Target, command: ProjectCommand) -> Result<Report, CliError> {
    match command {
        ProjectCommand::Create { name, domains, sender, limit } => {
            create::create(target, name, &domains, sender.as_deref(), limit).await
        }
        ProjectCommand::List => list::list(target).await,
        ProjectCommand::Show { project } => show::show(target, &project).await,
        ProjectCommand::Rotate { project, keys, grace, yes } => {
            rotate::rotate(target, &project, keys.into(), grace, yes).await
        }
        ProjectCommand::Enable { project } => enable::enable(target, &project).await,
        ProjectCommand::Disable { project, reason } => enable::disable(target, &project, &reason).await,
        ProjectCommand::Limit { project, limit } => settings::limit(target, &project, limit.0).await,
        ProjectCommand::Sender { project, sender } => settings::sender(target, &project, &sender).await,
        ProjectCommand::ImportKeys { project } => import_keys::import_keys(target, &project).await,
        ProjectCommand::Delete { project, yes } => delete::delete(target, &project, yes).await,
    }
}

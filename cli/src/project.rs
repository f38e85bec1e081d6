//! Projects.

mod create;
mod delete;
mod enable;
mod import_keys;
mod list;
mod rotate;
mod settings;
mod show;

use posthorn_lambda::env::rfc3339;
use posthorn_table::project::{Project, ProjectKey, Status};
use serde_json::{Value, json};

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

/// A project for programs.
fn json(project: &Project) -> Value {
    let Project { facts, keys, created_at, updated_at, disabled, .. } = project;
    json!({
        "id": facts.id,
        "name": facts.name,
        "status": facts.status.as_str(),
        "disabled": disabled.as_ref().map(|why| json!({"at": rfc3339(why.at), "reason": why.reason})),
        "domains": facts.domains,
        "sender": facts.default_sender,
        "monthlyLimit": facts.monthly_limit,
        "keys": {
            "live": keys.iter().filter(|key| key.is_live()).count(),
            "retiring": keys.iter().filter_map(|key| key.retires_at).map(rfc3339).collect::<Vec<_>>(),
            "list": keys.iter().map(key_json).collect::<Vec<_>>(),
        },
        "createdAt": rfc3339(*created_at),
        "updatedAt": rfc3339(*updated_at),
    })
}

/// A key by the short id that the log names it by.
fn key_json(key: &ProjectKey) -> Value {
    json!({"id": key.short_id(), "class": key.class, "retiresAt": key.retires_at.map(rfc3339)})
}

fn is_disabled(project: &Project) -> bool {
    project.facts.status == Status::Disabled
}

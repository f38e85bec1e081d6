//! Disabling and reinstating a project by hand.

use posthorn_auth::{ChangeOutcome, guard};
use posthorn_table::Uuid;
use serde_json::json;

use super::{announce::announce, view::project_json};
use crate::{error::CliError, report::Report, target::Target, terminal::escaped};

const MAX_REASON_CHARACTERS: usize = 500;

pub(super) async fn enable(target: &Target, project: &str) -> Result<Report, CliError> {
    let id = target.project_id(project).await?;
    let changed = guard::enable(&target.table, id, target.env.now(), target.jitter()).await?;
    let text = match &changed {
        ChangeOutcome::Changed(project) => {
            format!("{} is enabled. Its bounces and complaints count from zero.", escaped(&project.facts.name))
        }
        ChangeOutcome::Already(project) => {
            format!("{} is enabled already. Nothing was changed.", escaped(&project.facts.name))
        }
        ChangeOutcome::NoSuchProject => return Err(CliError::NoSuchProject(project.to_owned())),
    };
    report(target, id, text, &changed).await
}

pub(super) async fn disable(target: &Target, project: &str, reason: &str) -> Result<Report, CliError> {
    let reason = reason.trim();
    if !(1..=MAX_REASON_CHARACTERS).contains(&reason.chars().count()) || reason.chars().any(char::is_control) {
        return Err(CliError::InvalidReason);
    }
    let id = target.project_id(project).await?;
    let changed = guard::disable(&target.table, id, reason, target.env.now(), target.jitter()).await?;
    let text = match &changed {
        ChangeOutcome::Changed(project) => format!(
            "{} is disabled: from now on every request of it that changes something is refused.\n\
             Bring it back with: posthorn project enable {id}",
            escaped(&project.facts.name)
        ),
        ChangeOutcome::Already(project) => {
            let why = project
                .disabled
                .as_ref()
                .map_or_else(String::new, |disabled| format!(" ({})", escaped(&disabled.reason)));
            format!("{} is disabled already{why}. Nothing was changed.", escaped(&project.facts.name))
        }
        ChangeOutcome::NoSuchProject => return Err(CliError::NoSuchProject(project.to_owned())),
    };
    report(target, id, text, &changed).await
}

async fn report(target: &Target, id: Uuid, text: String, changed: &ChangeOutcome) -> Result<Report, CliError> {
    let mut json = match changed {
        ChangeOutcome::Changed(project) | ChangeOutcome::Already(project) => project_json(project),
        ChangeOutcome::NoSuchProject => json!({}),
    };
    json["changed"] = matches!(changed, ChangeOutcome::Changed(_)).into();
    json["announced"] = target.alerts.is_some().into();
    let text = announce(target, id, text).await?;
    Ok(Report::done(text, json))
}

//! Small changes of a project: its monthly limit, its default sender.

use posthorn_auth::{ChangeOutcome, change, set_default_sender, set_monthly_limit};
use posthorn_mail::address::Address;
use posthorn_table::project::Project;
use serde_json::Value;

use super::view::project_json;
use crate::{
    error::CliError,
    report::Report,
    target::Target,
    terminal::{escaped, quantity},
};

pub(super) async fn limit(target: &Target, named: &str, limit: Option<u64>) -> Result<Report, CliError> {
    let text = match limit {
        None => "has no monthly limit".to_owned(),
        Some(limit) => format!("may send {} a calendar month", quantity(limit, "email")),
    };
    let now = target.env.now();
    change_setting(target, named, &text, |project| Ok(set_monthly_limit(project, limit, now))).await
}

pub(super) async fn sender(target: &Target, named: &str, sender: &str) -> Result<Report, CliError> {
    let address = match sender {
        "none" => None,
        text => Some(Address::parse(text).map_err(|_| CliError::InvalidAddress(text.to_owned()))?),
    };
    let sender = address.as_ref().map(Address::as_str);
    let text = match sender {
        None => "has no default sender: every request names one".to_owned(),
        Some(sender) => format!("sends from {sender} where a request names no sender"),
    };
    let now = target.env.now();
    change_setting(target, named, &text, |project| Ok(set_default_sender(project, sender, now)?)).await
}

/// Makes the change; `text` says what holds after it.
async fn change_setting(
    target: &Target,
    named: &str,
    text: &str,
    next: impl Fn(&Project) -> Result<Option<Project>, CliError>,
) -> Result<Report, CliError> {
    let id = target.project_id(named).await?;
    let next = |project: &Project| Ok::<_, CliError>(next(project)?.map(|next| (next, None)));
    let (project, already) = match change(&target.table, id, target.jitter(), next).await? {
        ChangeOutcome::Changed(project) => (project, ""),
        ChangeOutcome::Already(project) => (project, " It was so before: nothing was changed."),
        ChangeOutcome::NoSuchProject => return Err(CliError::NoSuchProject(named.to_owned())),
    };
    let mut json = project_json(&project);
    json["changed"] = Value::Bool(already.is_empty());
    Ok(Report::done(format!("{} {}.{already}", escaped(&project.facts.name), escaped(text)), json))
}

//! Disabling and reinstating a project by hand.

use std::time::Duration;

use posthorn_alerts::publish_notices;
use posthorn_auth::{Changed, guard};
use posthorn_lambda::edge::stopwatch;
use posthorn_table::Uuid;
use serde_json::json;

use crate::{failed::Failed, report::Report, target::Target, terminal::escaped};

/// How long announcing may take: longer than somebody else's lease.
const TO_ANNOUNCE: Duration = Duration::from_secs(10);
const LONGEST_REASON: usize = 500;

pub(super) async fn enable(target: &Target, project: &str) -> Result<Report, Failed> {
    let id = target.project_id(project).await?;
    let changed = guard::enable(&target.table, id, target.edge.now(), target.jitter()).await?;
    let text = match &changed {
        Changed::Changed(project) => {
            format!("{} is enabled. Its bounces and complaints count from zero.", escaped(&project.facts.name))
        }
        Changed::Already(project) => {
            format!("{} is enabled already. Nothing was changed.", escaped(&project.facts.name))
        }
        Changed::NoSuchProject => return Err(Failed::NoSuchProject(project.to_owned())),
    };
    announced(target, id, text, &changed).await
}

pub(super) async fn disable(target: &Target, project: &str, reason: &str) -> Result<Report, Failed> {
    let reason = reason.trim();
    if !(1..=LONGEST_REASON).contains(&reason.chars().count()) || reason.chars().any(char::is_control) {
        return Err(Failed::Reason);
    }
    let id = target.project_id(project).await?;
    let changed = guard::disable(&target.table, id, reason, target.edge.now(), target.jitter()).await?;
    let text = match &changed {
        Changed::Changed(project) => format!(
            "{} is disabled: every request of it is refused from now on.\nBring it back with: posthorn project enable {id}",
            escaped(&project.facts.name)
        ),
        Changed::Already(project) => {
            let why = project
                .disabled
                .as_ref()
                .map_or_else(String::new, |disabled| format!(" ({})", escaped(&disabled.reason)));
            format!("{} is disabled already{why}. Nothing was changed.", escaped(&project.facts.name))
        }
        Changed::NoSuchProject => return Err(Failed::NoSuchProject(project.to_owned())),
    };
    announced(target, id, text, &changed).await
}

async fn announced(target: &Target, id: Uuid, text: String, changed: &Changed) -> Result<Report, Failed> {
    let mut json = match changed {
        Changed::Changed(project) | Changed::Already(project) => super::json(project),
        Changed::NoSuchProject => json!({}),
    };
    json["changed"] = matches!(changed, Changed::Changed(_)).into();
    json["announced"] = target.alerts.is_some().into();
    let text = announce(target, id, text).await?;
    Ok(Report::done(text, json))
}

/// Publishes what is recorded and was not published yet, of this change or of an earlier one.
pub(super) async fn announce(target: &Target, id: Uuid, text: String) -> Result<String, Failed> {
    let Some(topic) = &target.alerts else {
        return Ok(format!(
            "{text}\nNot announced: no alerts topic is known. The same command with --alerts-topic announces it."
        ));
    };
    let (table, edge) = (&target.table, &target.edge);
    let until = stopwatch() + TO_ANNOUNCE;
    match publish_notices(table, topic, id, edge.random(), || edge.now(), until).await {
        Ok(()) => Ok(text),
        Err(error) => Err(Failed::NotAnnounced(text.lines().next().unwrap_or_default().to_owned(), error)),
    }
}

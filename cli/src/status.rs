//! Checks that everything works, above all what can be wrong without anybody noticing: events that nobody brings, letters that
//! nobody reads.

mod account;
mod api;
mod chain;
mod finding;
mod projects;
mod queues;

use serde_json::json;

use crate::{
    error::CliError,
    report::{Outcome, Report},
    target::Target,
    terminal::{quantity, spinner},
};
use finding::{CheckStatus, Finding};

pub(crate) async fn status(target: &Target, project: Option<&str>) -> Result<Report, CliError> {
    let only = match project {
        Some(named) => Some(target.project(named).await?.facts.id),
        None => None,
    };
    let spinner = spinner("Looking");
    let (api, table, account, set, subscription, queues, alerts, projects) = tokio::join!(
        api::api(target),
        projects::table(target),
        account::account(target),
        chain::configuration_set(target),
        chain::subscription(target),
        queues::queues(target),
        chain::alerts(target),
        projects::projects(target, only),
    );
    spinner.finish_and_clear();
    let findings: Vec<_> =
        [api, table, account, set, subscription, queues, alerts, projects].into_iter().flatten().collect();
    Ok(report(target, &findings))
}

fn report(target: &Target, findings: &[Finding]) -> Report {
    let number = |status: CheckStatus| findings.iter().filter(|finding| finding.status == status).count() as u64;
    let (failures, warnings, skipped) =
        (number(CheckStatus::Fail), number(CheckStatus::Warn), number(CheckStatus::Skip));
    let lines: Vec<_> = findings.iter().map(Finding::text).collect();
    let summary = match (failures, warnings) {
        (0, 0) => "Everything that was looked at is right.".to_owned(),
        _ => format!("{}, {}.", quantity(failures, "failure"), quantity(warnings, "warning")),
    };
    let skipped_text = if skipped == 0 { String::new() } else { format!(" {skipped} could not be known here.") };
    let text = format!("Posthorn in {}\n\n{}\n\n{summary}{skipped_text}", target.description, lines.join("\n"));
    let is_right = failures + warnings == 0;
    let json = json!({
        "right": is_right,
        "place": target.description,
        "checks": findings.iter().map(Finding::json).collect::<Vec<_>>(),
    });
    Report { outcome: if is_right { Outcome::Done } else { Outcome::ProblemsFound }, ..Report::done(text, json) }
}

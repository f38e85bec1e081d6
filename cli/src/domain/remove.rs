//! Taking a domain away: from its project first, so that nobody sends from it, then from SES, and the claim last, so that
//! the same command finishes what was interrupted.

use posthorn_auth::{ChangeOutcome, change, remove_domain};
use posthorn_table::{Uuid, project::Project};
use serde_json::json;

use super::{identity, normalised};
use crate::{
    error::CliError,
    report::Report,
    target::Target,
    terminal::{confirm, escaped},
};

/// Takes a domain from its project once more: before the claim was given up a check may have put it back, and without the
/// claim none can any more.
async fn take(target: &Target, domain: &str, project: Uuid) -> Result<(), CliError> {
    let now = target.env.now();
    let next = |project: &Project| Ok::<_, CliError>(remove_domain(project, domain, now).map(|next| (next, None)));
    change(&target.table, project, target.jitter(), next).await.map(drop)
}

pub(super) async fn remove(target: &Target, domain: &str, keep: bool, yes: bool) -> Result<Report, CliError> {
    let domain = normalised(domain)?;
    let claim = target.table.domain(&domain).await?.ok_or_else(|| CliError::DomainNotClaimed(domain.clone()))?;
    let from = if keep { "" } else { " and from SES, for whoever sends from it" };
    let question = format!("{domain} is taken from its project{from}, in {}.", target.place);
    confirm(yes, &domain, &question, &domain)?;

    let (mut taken, mut sender) = (false, None);
    let now = target.env.now();
    let next = |project: &Project| {
        let next = remove_domain(project, &domain, now);
        taken = next.is_some();
        let is_cleared = next.as_ref().is_some_and(|next| next.facts.default_sender.is_none());
        sender = project.facts.default_sender.clone().filter(|_| is_cleared);
        Ok::<_, CliError>(next.map(|next| (next, None)))
    };
    let changed = change(&target.table, claim.project, target.jitter(), next).await?;
    let deleted = !keep && identity::delete(target, &domain).await?;
    target.table.release_domain(&domain, claim.project).await?;
    take(target, &domain, claim.project).await?;

    let mut lines = vec![format!("{domain} is nobody's any more.")];
    if let (ChangeOutcome::Changed(project), true) = (&changed, taken) {
        lines.push(format!("{} can no longer send from it.", escaped(&project.facts.name)));
    }
    if sender.is_some() {
        lines.push(
            "The project's default sender was there and is cleared: set another with posthorn project sender."
                .to_owned(),
        );
    }
    lines.push(match (keep, deleted) {
        (true, _) => "It stays in SES.".to_owned(),
        (false, true) => "SES has forgotten it; its DNS records may go.".to_owned(),
        (false, false) => "SES did not know it.".to_owned(),
    });
    let json = json!({
        "domain": domain,
        "project": claim.project,
        "takenFromProject": taken,
        "senderCleared": sender.is_some(),
        "identityDeleted": deleted,
    });
    Ok(Report::done(lines.join("\n"), json))
}

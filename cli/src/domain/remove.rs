//! Takes a domain from its project and from SES. The same command finishes what was interrupted.

use posthorn_domains::{RemovedDomain, normalise};
use posthorn_table::domain::DomainClaim;
use serde_json::json;

use crate::{
    error::CliError,
    report::Report,
    target::Target,
    terminal::{confirm, escaped},
};

pub(super) async fn remove(target: &Target, domain: &str, keep_identity: bool, yes: bool) -> Result<Report, CliError> {
    let domain = normalise(domain)?;
    let claim = target.domains().claim_of(&domain).await?;
    let from = if keep_identity { "" } else { " and from SES, for whoever sends from it" };
    let question = format!("{domain} is taken from its project{from}, in {}.", target.description);
    confirm(yes, &domain, &question, &domain)?;
    let removed = target.domains().remove(&claim, keep_identity).await?;
    Ok(report(&claim, keep_identity, &removed))
}

fn report(claim: &DomainClaim, keep_identity: bool, removed: &RemovedDomain) -> Report {
    let mut lines = vec![format!("{} is nobody's any more.", claim.domain)];
    lines.extend(
        removed.project.iter().map(|project| format!("{} can no longer send from it.", escaped(&project.facts.name))),
    );
    if removed.is_default_sender_cleared {
        lines.push(
            "The project's default sender was there and is cleared: set another with posthorn project sender."
                .to_owned(),
        );
    }
    let identity = match (keep_identity, removed.is_identity_deleted) {
        (true, _) => "It stays in SES.",
        (false, true) => "SES has forgotten it; its DNS records may go.",
        (false, false) => "SES did not know it.",
    };
    lines.push(identity.to_owned());
    let json = json!({
        "domain": claim.domain,
        "project": claim.project,
        "takenFromProject": removed.project.is_some(),
        "senderCleared": removed.is_default_sender_cleared,
        "identityDeleted": removed.is_identity_deleted,
    });
    Report::done(lines.join("\n"), json)
}

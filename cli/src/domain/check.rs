//! Whether SES has verified a domain. Once it has, the project may send from it.

use std::time::Duration;

use posthorn_lambda::env::monotonic_now;
use posthorn_table::Uuid;
use tokio::time::sleep;

use super::{allow, identity, identity::Identity, normalised, records};
use crate::{
    error::CliError,
    report::{Outcome, Report},
    target::Target,
    terminal::{escaped, spinner},
};

/// How to wait.
pub(super) struct Wait {
    pub(super) interval: Duration,
    pub(super) timeout: Duration,
}

pub(super) async fn check(target: &Target, domain: &str, wait: Option<Wait>) -> Result<Report, CliError> {
    let domain = normalised(domain)?;
    let claim = target.table.domain(&domain).await?.ok_or_else(|| CliError::DomainNotClaimed(domain.clone()))?;
    let identity = match wait {
        None => look(target, &domain, claim.project).await?,
        Some(wait) => look_until_verified(target, &domain, claim.project, &wait).await?,
    };
    let is_new = identity.is_verified && allow(target, &domain, claim.project).await?;
    Ok(report(target, &domain, claim.project, &identity, is_new))
}

async fn look(target: &Target, domain: &str, project: Uuid) -> Result<Identity, CliError> {
    let found = identity::find(target, domain).await?;
    found.ok_or_else(|| CliError::NoIdentity(domain.to_owned(), project))
}

/// The identity once it is verified, or as it is when the time is over.
async fn look_until_verified(target: &Target, domain: &str, project: Uuid, wait: &Wait) -> Result<Identity, CliError> {
    let until = monotonic_now() + wait.timeout;
    let spinner = spinner(&format!("{domain}: waiting for SES to find the DNS records"));
    loop {
        // Hours of waiting are not ended by one call that failed.
        match look(target, domain, project).await {
            Ok(identity) if identity.is_verified || monotonic_now() >= until => {
                spinner.finish_and_clear();
                return Ok(identity);
            }
            Ok(_) | Err(CliError::Throttled(_) | CliError::Unreachable(_) | CliError::ResponseUnreadable { .. })
                if monotonic_now() < until => {}
            Ok(identity) => return Ok(identity),
            Err(failed) => return Err(failed),
        }
        sleep(wait.interval.min(until.saturating_duration_since(monotonic_now()))).await;
    }
}

fn report(target: &Target, domain: &str, project: Uuid, identity: &Identity, is_new: bool) -> Report {
    let records = records::records(domain, identity, &target.region);
    let mut json = records::json(domain, project, identity, &records);
    json["added"] = is_new.into();
    let shown = records::text(&records);
    let (text, outcome) = if identity.is_verified {
        let what = if is_new { "its project may send from it now" } else { "its project may send from it" };
        (format!("{domain} is verified: {what}.\n\n{shown}"), Outcome::Done)
    } else {
        let hint = format!(
            "SES looks for them for 72 hours. Compare: dig +short CNAME {}",
            identity
                .dkim_tokens
                .first()
                .map_or_else(String::new, |token| format!("{}._domainkey.{domain}", escaped(token)))
        );
        (
            format!("{domain} is not verified: SES has not found its DKIM records.\n\n{shown}\n\n{hint}"),
            Outcome::NotRight,
        )
    };
    Report { outcome, ..Report::done(text, json) }
}

//! Asks SES whether a domain is verified. Once it is, its project may send from it.

use std::time::Duration;

use posthorn_domains::{AwsError, DomainError, Identity, dns_records, normalise};
use posthorn_lambda::env::monotonic_now;
use posthorn_table::Uuid;
use tokio::time::sleep;

use super::records;
use crate::{
    error::CliError,
    report::{Outcome, Report},
    target::Target,
    terminal::{escaped, spinner},
};

/// The pace at which SES is asked, and the time after which it is not asked again.
pub(super) struct Wait {
    pub(super) interval: Duration,
    pub(super) timeout: Duration,
}

pub(super) async fn check(target: &Target, domain: &str, wait: Option<Wait>) -> Result<Report, CliError> {
    let domain = normalise(domain)?;
    let project = target.domains().claim_of(&domain).await?.project;
    let identity = match wait {
        None => target.domains().identity(&domain, project).await?,
        Some(wait) => wait_until_verified(target, &domain, project, &wait).await?,
    };
    let is_new = identity.is_verified && target.domains().allow(&domain, project).await?;
    Ok(report(target, &domain, project, &identity, is_new))
}

/// The identity once it is verified, or as it is when the time is over.
async fn wait_until_verified(target: &Target, domain: &str, project: Uuid, wait: &Wait) -> Result<Identity, CliError> {
    let until = monotonic_now() + wait.timeout;
    let spinner = spinner(&format!("{domain}: waiting for SES to find the DNS records"));
    loop {
        let found = target.domains().identity(domain, project).await;
        let is_over = monotonic_now() >= until;
        match found {
            Ok(identity) if identity.is_verified || is_over => {
                spinner.finish_and_clear();
                return Ok(identity);
            }
            Ok(_) => {}
            // Hours of waiting are not ended by one call that failed.
            Err(error) if !is_over && may_succeed_later(&error) => {}
            Err(error) => return Err(error.into()),
        }
        sleep(wait.interval.min(until.saturating_duration_since(monotonic_now()))).await;
    }
}

fn may_succeed_later(error: &DomainError) -> bool {
    matches!(
        error,
        DomainError::Ses(
            AwsError::Throttled { .. } | AwsError::Unreachable { .. } | AwsError::ResponseUnreadable { .. }
        )
    )
}

fn report(target: &Target, domain: &str, project: Uuid, identity: &Identity, is_new: bool) -> Report {
    let records = dns_records(domain, identity, &target.region);
    let mut json = records::json(domain, project, identity, &records);
    json["added"] = is_new.into();
    let shown = records::text(&records);
    if identity.is_verified {
        let now = if is_new { " now" } else { "" };
        return Report::done(format!("{domain} is verified: its project may send from it{now}.\n\n{shown}"), json);
    }
    let token = identity.dkim_tokens.first();
    let name = token.map_or_else(String::new, |token| format!("{}._domainkey.{domain}", escaped(token)));
    let text = format!(
        "{domain} is not verified: SES has not found its DKIM records.\n\n{shown}\n\n\
         SES looks for them for 72 hours. Compare: dig +short CNAME {name}"
    );
    Report { outcome: Outcome::ProblemsFound, ..Report::done(text, json) }
}

//! Claiming a domain and having SES verify it. Every step may be done again.

use posthorn_auth::add_domain;
use posthorn_table::{Uuid, domain::DomainClaim};

use super::{allow, claim, identity, normalised, records};
use crate::{error::CliError, report::Report, target::Target, terminal::escaped};

/// The sub-domain that bounces of a domain that is new to SES come back to, where nobody asked for another.
const USUAL_MAIL_FROM: &str = "bounce";

/// What was asked for as the domain that bounces come back to.
pub(super) enum MailFrom {
    /// Nothing: an identity that SES knew before keeps what it has.
    Unasked,
    /// SES's own.
    Ses,
    /// This sub-domain.
    Below(String),
}

pub(super) async fn add(
    target: &Target,
    project: &str,
    domain: &str,
    mail_from: &MailFrom,
    zone: bool,
) -> Result<Report, CliError> {
    let domain = normalised(domain)?;
    let below = match mail_from {
        MailFrom::Ses => None,
        MailFrom::Unasked => Some(below_domain(USUAL_MAIL_FROM, &domain)?),
        MailFrom::Below(below) => Some(below_domain(below, &domain)?),
    };
    let project = target.project(project).await?;
    let (id, name) = (project.facts.id, escaped(&project.facts.name));
    // Before the claim: one domain too many would leave it with a project that can never send from it.
    add_domain(&project, &domain, target.env.now())?;
    claim(target, &domain, id).await?;
    let is_new = identity::create(target, &domain).await?;
    if is_new || !matches!(mail_from, MailFrom::Unasked) {
        identity::set_mail_from(target, &domain, below.as_deref()).await?;
    }
    let missing = || CliError::NoIdentity(domain.clone(), id);
    let identity = identity::find(target, &domain).await?.ok_or_else(missing)?;
    if identity.is_verified {
        allow(target, &domain, id).await?;
    }
    let records = records::records(&domain, &identity, &target.region);
    let mut json = records::json(&domain, id, &identity, &records);
    if zone {
        return Ok(Report::done(records::zone(&domain, &records), json));
    }
    let overlaps = overlaps(target, &domain, id).await?;
    let shown = overlaps
        .iter()
        .fold(records::text(&records), |shown, overlap| format!("{shown}\n\nNote: {}", escaped(overlap)));
    json["overlaps"] = overlaps.into();
    if identity.is_verified {
        let text = format!("{domain} is verified: {name} may send from it. Its DNS records:\n\n{shown}");
        return Ok(Report::done(text, json));
    }
    let here = match target.state {
        None => "",
        Some(_) => "\nHere there is no DNS: the local SES takes the domain for verified after 5 seconds.",
    };
    let text = format!(
        "{domain} is {name}'s. Make these DNS records:\n\n{shown}\n\n\
         Then, until SES has found them: posthorn domain check {domain} --wait{here}"
    );
    Ok(Report::done(text, json))
}

/// The claims of other projects that overlap with this one, in words: a project's domain covers those below it.
async fn overlaps(target: &Target, domain: &str, project: Uuid) -> Result<Vec<String>, CliError> {
    let is_below = |low: &str, high: &str| low.strip_suffix(high).is_some_and(|rest| rest.ends_with('.'));
    let claims = target.table.domains().await?.into_iter().filter(|claim| claim.project != project);
    let overlap = |claim: DomainClaim| {
        let (name, other) = (claim.domain, claim.project);
        if is_below(domain, &name) {
            Some(format!("project {other} has {name}, so it may send from {domain} too."))
        } else if is_below(&name, domain) {
            Some(format!("project {other} has {name}, from which this project may then send too."))
        } else {
            None
        }
    };
    Ok(claims.filter_map(overlap).collect())
}

/// The sub-domain's whole name.
fn below_domain(below: &str, domain: &str) -> Result<String, CliError> {
    let below = below.trim().trim_end_matches('.');
    let whole = if below.ends_with(&format!(".{domain}")) { below.to_owned() } else { format!("{below}.{domain}") };
    normalised(&whole).map_err(|_| CliError::InvalidDomain(whole))
}

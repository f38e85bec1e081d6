//! Claiming a domain and having SES verify it. Every step may be done again.

use super::{allow, claim, identity, normalised, records};
use crate::{failed::Failed, report::Report, target::Target};

pub(super) async fn add(
    target: &Target,
    project: &str,
    domain: &str,
    mail_from: Option<&str>,
    zone: bool,
) -> Result<Report, Failed> {
    let domain = normalised(domain)?;
    let mail_from = mail_from.map(|below| below_domain(below, &domain)).transpose()?;
    let project = target.project(project).await?;
    let (id, name) = (project.facts.id, &project.facts.name);
    claim(target, &domain, id).await?;
    identity::create(target, &domain).await?;
    identity::set_mail_from(target, &domain, mail_from.as_deref()).await?;
    let missing = || Failed::NoIdentity(domain.clone(), id);
    let identity = identity::find(target, &domain).await?.ok_or_else(missing)?;
    if identity.is_verified {
        allow(target, &domain, id).await?;
    }
    let records = records::records(&domain, &identity, &target.region);
    let json = records::json(&domain, id, &identity, &records);
    if zone {
        return Ok(Report::done(records::zone(&domain, &records), json));
    }
    let shown = records::text(&records);
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

/// The sub-domain's whole name.
fn below_domain(below: &str, domain: &str) -> Result<String, Failed> {
    let below = below.trim().trim_end_matches('.');
    let whole = if below.ends_with(&format!(".{domain}")) { below.to_owned() } else { format!("{below}.{domain}") };
    normalised(&whole).map_err(|_| Failed::NotADomain(whole))
}

//! Every claimed domain, in a table.

use std::collections::HashMap;

use anstyle::AnsiColor;
use futures_util::{StreamExt, TryStreamExt, stream};
use posthorn_domains::{Identity, MailFromDomain, RecordState, identity};
use posthorn_lambda::env::rfc3339;
use posthorn_table::{Uuid, domain::DomainClaim, project::Project};
use serde_json::{Value, json};

use super::records::mail_from_json;
use crate::{
    error::CliError,
    report::Report,
    target::Target,
    terminal::{Cell, table},
};

/// SES takes about one of these calls a second; the SDK waits and tries again.
const AT_ONCE: usize = 2;

pub(super) async fn list(target: &Target, project: Option<&str>) -> Result<Report, CliError> {
    let only = match project {
        Some(named) => Some(target.project(named).await?.facts.id),
        None => None,
    };
    let mut claims = target.table.domains().await?;
    claims.retain(|claim| only.is_none_or(|id| id == claim.project));
    let ids: Vec<_> = claims.iter().map(|claim| claim.project).collect();
    let projects = by_id(target, ids).await?;
    let found = stream::iter(claims).map(|claim| async {
        let identity = identity::find(&target.ses, &claim.domain).await?;
        Ok::<_, CliError>((claim, identity))
    });
    let found: Vec<_> = found.buffered(AT_ONCE).try_collect().await?;

    let json = json!({"domains": found.iter().map(|(claim, it)| entry(claim, it.as_ref())).collect::<Vec<_>>()});
    if found.is_empty() {
        return Ok(Report::done("No domain is claimed. Claim one with: posthorn domain add <project> <domain>", json));
    }
    let rows: Vec<_> = found.iter().map(|(claim, it)| row(claim, it.as_ref(), &projects)).collect();
    Ok(Report::done(table(["DOMAIN", "PROJECT", "VERIFIED", "DKIM", "MAIL FROM"], &rows), json))
}

async fn by_id(target: &Target, mut ids: Vec<Uuid>) -> Result<HashMap<Uuid, Project>, CliError> {
    ids.sort();
    ids.dedup();
    let projects = target.table.projects(&ids, target.jitter()).await?;
    Ok(projects.into_iter().map(|project| (project.facts.id, project)).collect())
}

fn row(claim: &DomainClaim, identity: Option<&Identity>, projects: &HashMap<Uuid, Project>) -> [Cell; 5] {
    let name = projects.get(&claim.project).map_or_else(|| claim.project.to_string(), |it| it.facts.name.clone());
    let verified = match identity {
        Some(identity) if identity.is_verified => Cell::painted("yes", AnsiColor::Green),
        Some(_) => Cell::painted("no", AnsiColor::Yellow),
        None => Cell::painted("not in SES", AnsiColor::Red),
    };
    let dkim = identity.map_or("", |identity| identity.dkim.as_str());
    let mail_from = identity.and_then(|identity| identity.mail_from.as_ref()).map_or_else(String::new, mail_from_text);
    [Cell::new(&claim.domain), Cell::new(&name), verified, Cell::new(dkim), Cell::new(&mail_from)]
}

fn mail_from_text(mail_from: &MailFromDomain) -> String {
    match mail_from.state {
        RecordState::Found => mail_from.name.clone(),
        state => format!("{} ({})", mail_from.name, state.as_str()),
    }
}

fn entry(claim: &DomainClaim, identity: Option<&Identity>) -> Value {
    json!({
        "domain": claim.domain,
        "project": claim.project,
        "claimedAt": rfc3339(claim.claimed_at),
        "inSes": identity.is_some(),
        "verified": identity.is_some_and(|identity| identity.is_verified),
        "dkim": identity.map(|identity| identity.dkim.as_str()),
        "mailFrom": identity.map_or(Value::Null, mail_from_json),
    })
}

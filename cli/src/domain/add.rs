//! Claims a domain, has SES verify it, and prints the DNS records to make.

use posthorn_domains::{Identity, MailFrom, NewDomain, Overlap, dns_records};
use posthorn_table::Uuid;
use serde_json::Value;

use super::records;
use crate::{error::CliError, report::Report, target::Target, terminal::escaped};

pub(super) async fn add(
    target: &Target,
    project: &str,
    domain: &str,
    mail_from: &MailFrom,
    zone: bool,
) -> Result<Report, CliError> {
    let new = NewDomain::new(domain, mail_from)?;
    let project = target.project(project).await?;
    let (id, domain) = (project.facts.id, new.name());
    let identity = target.domains().add(&project, &new).await?;
    let records = dns_records(domain, &identity, &target.region);
    let mut json = records::json(domain, id, &identity, &records);
    if zone {
        return Ok(Report::done(records::zone(domain, &records), json));
    }
    let notes = overlap_notes(target, domain, id).await?;
    let text = text(target, domain, &escaped(&project.facts.name), &identity, &records::text(&records), &notes);
    json["overlaps"] = Value::from(notes);
    Ok(Report::done(text, json))
}

/// The text for people: the records to make, and the command that comes next.
fn text(target: &Target, domain: &str, name: &str, identity: &Identity, records: &str, notes: &[String]) -> String {
    let shown = notes.iter().fold(records.to_owned(), |shown, note| format!("{shown}\n\nNote: {}", escaped(note)));
    if identity.is_verified {
        return format!("{domain} is verified: {name} may send from it. Its DNS records:\n\n{shown}");
    }
    let here = match target.local_state() {
        None => "",
        Some(_) => "\nHere there is no DNS: the local SES takes the domain for verified after 5 seconds.",
    };
    format!(
        "{domain} is {name}'s. Make these DNS records:\n\n{shown}\n\n\
         Then, until SES has found them: posthorn domain check {domain} --wait{here}"
    )
}

/// The claims of other projects that overlap with this one, in words.
async fn overlap_notes(target: &Target, domain: &str, project: Uuid) -> Result<Vec<String>, CliError> {
    let overlaps = target.domains().overlaps(domain, project).await?;
    let note = |overlap| match overlap {
        Overlap::Above(other) => {
            format!("project {} has {}, so it may send from {domain} too.", other.project, other.domain)
        }
        Overlap::Below(other) => {
            format!("project {} has {}, from which this project may then send too.", other.project, other.domain)
        }
    };
    Ok(overlaps.into_iter().map(note).collect())
}

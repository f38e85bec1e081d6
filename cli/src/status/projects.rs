//! The table, the projects in it, their domains, and the events that have to come back for their mail.

use std::collections::{BTreeMap, HashMap};

use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::SignedDuration;
use posthorn_domains::identity;
use posthorn_table::{Timestamp, Uuid, domain::DomainClaim, project::Project, statistics::HourCounts};

use super::Finding;
use crate::{error::CliError, moment::ago, target::Target, terminal::quantity};

const TABLE: &str = "Table";
const EXPIRY: &str = "Expiry";
const FEEDBACK: &str = "Feedback";
const PROJECTS: &str = "Projects";
const DOMAINS: &str = "Domains";
const AT_ONCE: usize = 8;
/// The time after the beginning of an hour at which events for its mail are overdue: they come within minutes.
const EVENTS_OVERDUE_AFTER: SignedDuration = SignedDuration::from_mins(70);

pub(super) async fn table(target: &Target) -> Vec<Finding> {
    let (items, expires) = tokio::join!(target.table.item_count(), target.table.expires_items());
    let unknown = |check, error| Finding::unknown(check, target.explain(CliError::Table(error)));
    let table = match items {
        Ok(_) => Finding::ok(TABLE, format!("{} answers", target.table_name)),
        Err(error) => unknown(TABLE, error),
    };
    let expiry = match expires {
        Ok(true) => Finding::ok(EXPIRY, "what is past its time is removed (TTL)"),
        Ok(false) => Finding::warn(
            EXPIRY,
            "what is past its time stays: TTL is off",
            "Switch TTL on for the attribute expires_at.",
        ),
        Err(error) => unknown(EXPIRY, error),
    };
    vec![table, expiry]
}

pub(super) async fn projects(target: &Target, only: Option<Uuid>) -> Vec<Finding> {
    match gather(target, only).await {
        Ok(stored) => {
            let mut findings = vec![feedback(&stored, target.env.now()), disabled(&stored.projects)];
            findings.extend(match identity::all(&target.ses).await {
                Ok(identities) => domains(&stored, &identities),
                Err(error) => vec![Finding::unknown(DOMAINS, error)],
            });
            findings
        }
        Err(error) => vec![Finding::unknown(PROJECTS, target.explain(error))],
    }
}

/// The part of the table that the checks look at.
struct StoredState {
    projects: Vec<Project>,
    claims: Vec<DomainClaim>,
    last_heartbeat: Option<Timestamp>,
    hours: Vec<HourCounts>,
}

async fn gather(target: &Target, only: Option<Uuid>) -> Result<StoredState, CliError> {
    let table = &target.table;
    let (entries, mut claims, last_heartbeat) =
        tokio::try_join!(table.directory(), table.domains(), table.last_heartbeat())?;
    let is_selected = |id: Uuid| only.is_none_or(|only| only == id);
    let ids: Vec<_> = entries.into_iter().map(|entry| entry.id).filter(|id| is_selected(*id)).collect();
    claims.retain(|claim| is_selected(claim.project));
    let mut projects = table.projects(&ids, target.jitter()).await?;
    projects.sort_by_cached_key(|project| project.facts.name.clone());
    let now = target.env.now();
    let windows = projects.iter().map(|project| (project.facts.id, project.facts.epoch)).collect::<Vec<_>>();
    let windows = stream::iter(windows).map(|(id, epoch)| table.window(id, epoch, now, target.jitter()));
    let hours = windows.buffer_unordered(AT_ONCE).try_collect::<Vec<_>>().await?.into_iter().flatten().collect();
    Ok(StoredState { projects, claims, last_heartbeat, hours })
}

/// Finds the silent failure of this kind of system: mail goes out, and no event ever comes back.
fn feedback(stored: &StoredState, now: Timestamp) -> Finding {
    const LOOK: &str = "See the lines Events and Subscription, and what the function feedback logs.";
    let is_later = |hour: &&HourCounts| hour.sent > 0 && stored.last_heartbeat.is_none_or(|event| event < hour.hour);
    let without_event: Vec<_> = stored.hours.iter().filter(is_later).collect();
    let emails = || quantity(without_event.iter().map(|hour| hour.sent).sum::<u64>(), "email");
    let first = without_event.iter().map(|hour| hour.hour).min();
    let is_overdue = first.is_some_and(|hour| now >= hour + EVENTS_OVERDUE_AFTER);
    match (stored.last_heartbeat, first) {
        (None, None) => Finding::ok(FEEDBACK, "no mail was sent in 7 days, so no event had to come"),
        (None, Some(_)) if is_overdue => {
            Finding::fail(FEEDBACK, format!("{} in 7 days, and no event ever came", emails()), LOOK)
        }
        (Some(event), Some(_)) if is_overdue => {
            let says = format!("{} sent after the last event, which came {}", emails(), ago(event, now));
            Finding::fail(FEEDBACK, says, LOOK)
        }
        (_, Some(_)) => Finding::ok(FEEDBACK, format!("waiting for the events of {}", emails())),
        (Some(event), None) => Finding::ok(FEEDBACK, format!("the last event came {}", ago(event, now))),
    }
}

fn disabled(projects: &[Project]) -> Finding {
    let disabled: Vec<_> = projects.iter().filter(|project| project.disabled.is_some()).collect();
    let number = quantity(projects.len() as u64, "project");
    let [first, ..] = disabled[..] else { return Finding::ok(PROJECTS, format!("{number}, none disabled")) };
    let names: Vec<_> = disabled.iter().map(|project| project.facts.name.as_str()).collect();
    Finding::warn(
        PROJECTS,
        format!("{number}, of which disabled: {}", names.join(", ")),
        format!("Find out why: posthorn project show {}", first.facts.id),
    )
}

fn domains(stored: &StoredState, identities: &HashMap<String, bool>) -> Vec<Finding> {
    // True where a project sends from it: then it must be verified.
    let mut domains: BTreeMap<&str, bool> = stored.claims.iter().map(|claim| (claim.domain.as_str(), false)).collect();
    for project in &stored.projects {
        domains.extend(project.facts.domains.iter().map(|domain| (domain.as_str(), true)));
    }
    let mut findings: Vec<_> = domains
        .iter()
        .filter_map(|(domain, is_used)| domain_finding(domain, *is_used, identities.get(*domain).copied()))
        .collect();
    let right = domains.len() - findings.len();
    if findings.is_empty() || right > 0 {
        findings.insert(0, Finding::ok(DOMAINS, format!("{} verified", quantity(right as u64, "domain"))));
    }
    findings
}

/// The problem of a domain, if it has one.
fn domain_finding(domain: &str, is_used: bool, in_ses: Option<bool>) -> Option<Finding> {
    let check = format!("See which records are missing: posthorn domain check {domain}");
    match (is_used, in_ses) {
        (true, Some(true)) => None,
        (true, Some(false)) => {
            Some(Finding::fail(DOMAINS, format!("{domain} is not verified any more: mail from it fails"), check))
        }
        (true, None) => Some(Finding::fail(
            DOMAINS,
            format!("{domain} is not in SES any more: mail from it fails"),
            format!("Create it again: posthorn domain add <project> {domain}"),
        )),
        (false, Some(true)) => Some(Finding::warn(
            DOMAINS,
            format!("{domain} is verified, but its project may not send from it yet"),
            format!("Let it: posthorn domain check {domain}"),
        )),
        (false, Some(false)) => Some(Finding::warn(DOMAINS, format!("{domain} waits for its DNS records"), check)),
        (false, None) => Some(Finding::warn(
            DOMAINS,
            format!("{domain} is claimed, and not in SES yet"),
            format!("Create it there: posthorn domain add <project> {domain}"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::CheckStatus;

    fn at(text: &str) -> Timestamp {
        format!("2026-11-21T{text}Z").parse().unwrap()
    }

    #[test]
    fn mail_without_a_later_event_fails_once_an_event_must_have_come() {
        for (last_heartbeat, sent_in, now, status, words) in [
            (None, &[][..], "12:00:00", CheckStatus::Ok, "no mail was sent"),
            (None, &["11:00:00"], "11:00:30", CheckStatus::Ok, "waiting for the events of 1 email"),
            (None, &["11:00:00"], "12:09:59", CheckStatus::Ok, "waiting"),
            (None, &["11:00:00"], "12:10:00", CheckStatus::Fail, "1 email in 7 days, and no event ever came"),
            (None, &["10:00:00", "11:00:00", "12:00:00"], "12:01:00", CheckStatus::Fail, "3 emails in 7 days"),
            (Some("11:30:00"), &["11:00:00"], "15:00:00", CheckStatus::Ok, "the last event came 3 hours ago"),
            (
                Some("10:59:00"),
                &["10:00:00", "11:00:00"],
                "11:01:00",
                CheckStatus::Ok,
                "waiting for the events of 1 email",
            ),
            (Some("10:59:00"), &["11:00:00"], "12:10:00", CheckStatus::Fail, "1 email sent after the last event"),
            (
                Some("08:30:00"),
                &["08:00:00", "09:00:00", "10:00:00", "11:00:00", "12:00:00"],
                "12:05:00",
                CheckStatus::Fail,
                "4 emails sent after the last event, which came 3 hours ago",
            ),
            (Some("10:59:00"), &[], "15:00:00", CheckStatus::Ok, "the last event came"),
        ] {
            let hour = |text: &&str| HourCounts { hour: at(text), sent: 1, bounced: 0, complained: 0 };
            let hours = sent_in.iter().map(hour).collect();
            let stored =
                StoredState { projects: vec![], claims: vec![], last_heartbeat: last_heartbeat.map(at), hours };
            let found = feedback(&stored, at(now));
            assert!(
                found.status == status && found.message.contains(words),
                "{last_heartbeat:?} {sent_in:?} {now}: {found:?}"
            );
        }
    }

    #[test]
    fn a_domain_that_is_sent_from_must_be_verified() {
        for (is_used, in_ses, status) in [
            (true, Some(true), None),
            (true, Some(false), Some(CheckStatus::Fail)),
            (true, None, Some(CheckStatus::Fail)),
            (false, Some(true), Some(CheckStatus::Warn)),
            (false, Some(false), Some(CheckStatus::Warn)),
        ] {
            assert_eq!(domain_finding("example.com", is_used, in_ses).map(|it| it.status), status);
        }
    }
}

//! Deleting a project: disabled first, so that nothing new comes; then everything that it holds; the project itself, its
//! keys and its domains last, in one transaction. So the same command finishes what was interrupted anywhere.

use std::{collections::BTreeMap, time::Duration};

use indicatif::ProgressBar;
use posthorn_auth::{ChangeOutcome, guard};
use posthorn_table::{
    Conflict, TableError, Timestamp, Uuid,
    project::{Project, Status},
    project_data::ItemKind,
    retry_transient,
};
use serde_json::json;
use tokio::time::sleep;

use super::announce::announce;
use crate::{
    error::CliError,
    report::Report,
    target::Target,
    terminal::{confirm, escaped, progress_bar, quantity, spinner},
};

/// The longest time for which a request can run that began before the project was disabled: the limit of API Gateway, or that of
/// the local stack, which answers at once.
const MAX_REQUEST_TIME: Duration = Duration::from_secs(30);
const MAX_LOCAL_REQUEST_TIME: Duration = Duration::from_secs(2);
/// The most claims that fit into the last transaction beside the project's keys.
const MAX_CLAIMS: usize = 40;
/// The changes by rivals after which the deletion gives up.
const MAX_RIVALS: usize = 8;

pub(super) async fn delete(target: &Target, named: &str, yes: bool) -> Result<Report, CliError> {
    let id = target.project_id(named).await?;
    let Some(project) = target.table.project(id).await? else { return delete_leftovers(target, id, named, yes).await };
    let name = project.facts.name.clone();
    let question = format!(
        "{name} ({id}) in {} is deleted for good: its keys stop, and its contacts, events, emails and statistics go.",
        target.description
    );
    confirm(yes, &name, &question, &name)?;
    let note = disable(target, &project).await?;
    wait_for_requests(target, id).await?;
    let removed = remove_data(target, id).await?;
    let domains = remove_project(target, id).await?;
    Ok(report(&name, id, &removed, &domains, note))
}

/// Removes the data of a project that is gone, such as a contact that a late event made, or a claim.
async fn delete_leftovers(target: &Target, id: Uuid, named: &str, yes: bool) -> Result<Report, CliError> {
    let question =
        format!("There is no project {id} in {}: whatever is left of one is deleted for good.", target.description);
    confirm(yes, &format!("what is left of {id}"), &question, &id.to_string())?;
    let removed = remove_data(target, id).await?;
    let domains = release(target, id, claimed_by(target, id).await?).await?;
    if removed.is_empty() && domains.is_empty() {
        return Err(CliError::NoSuchProject(named.to_owned()));
    }
    let mut lines =
        vec![format!("The project was deleted before. Of what it held, {} was left and is removed.", listed(&removed))];
    lines.extend(domain_lines(&domains));
    Ok(Report::done(lines.join("\n"), json!({"id": id, "removed": as_json(&removed), "domains": domains})))
}

/// The domains that a project has claimed.
async fn claimed_by(target: &Target, id: Uuid) -> Result<Vec<String>, CliError> {
    let claims = target.table.domains().await?;
    Ok(claims.into_iter().filter(|it| it.project == id).map(|it| it.domain).collect())
}

/// Gives a project's domains up.
async fn release(target: &Target, id: Uuid, domains: Vec<String>) -> Result<Vec<String>, CliError> {
    for domain in &domains {
        target.table.release_domain(domain, id).await?;
    }
    Ok(domains)
}

/// Disables the project and announces that. A topic that fails is reported and does not stop the deletion.
async fn disable(target: &Target, project: &Project) -> Result<Option<String>, CliError> {
    let id = project.facts.id;
    let (now, reason) = (target.env.now(), "it is being deleted");
    match guard::disable(&target.table, id, reason, now, target.jitter()).await? {
        ChangeOutcome::NoSuchProject => return Err(CliError::NoSuchProject(id.to_string())),
        ChangeOutcome::Changed(_) | ChangeOutcome::Already(_) => {}
    }
    if target.alerts.is_none() {
        return Ok(None);
    }
    Ok(announce(target, id, String::new())
        .await
        .err()
        .map(|_| "Its end was not announced: the topic failed.".to_owned()))
}

/// Waits until no request is left that began before the project was disabled: it may still write.
async fn wait_for_requests(target: &Target, id: Uuid) -> Result<(), CliError> {
    let Some(disabled) = disabled_at(target, id).await? else { return Ok(()) };
    let longest = if target.local_state().is_some() { MAX_LOCAL_REQUEST_TIME } else { MAX_REQUEST_TIME };
    let left = time_left(longest, disabled, target.env.now());
    if !left.is_zero() {
        let spinner = spinner("Waiting for the requests under way");
        sleep(left).await;
        spinner.finish_and_clear();
    }
    Ok(())
}

/// The time at which the project was disabled; `None` if a rival has deleted it.
async fn disabled_at(target: &Target, id: Uuid) -> Result<Option<Timestamp>, CliError> {
    let Some(project) = target.table.project(id).await? else { return Ok(None) };
    project.disabled.map(|disabled| Some(disabled.at)).ok_or(CliError::EnabledMeanwhile(id))
}

fn time_left(longest: Duration, since: Timestamp, now: Timestamp) -> Duration {
    longest.saturating_sub(Duration::try_from(now.duration_since(since)).unwrap_or_default())
}

/// The number of removed items of each kind.
type RemovedCounts = BTreeMap<ItemKind, u64>;

async fn remove_data(target: &Target, id: Uuid) -> Result<RemovedCounts, CliError> {
    // The count is hours old: good enough for a bar, and no reason to fail.
    let bar = progress_bar(target.table.item_count().await.unwrap_or_default());
    let removed = remove_pages(target, id, &bar).await;
    bar.finish_and_clear();
    removed
}

async fn remove_pages(target: &Target, id: Uuid, bar: &ProgressBar) -> Result<RemovedCounts, CliError> {
    let (mut removed, mut from) = (RemovedCounts::new(), None);
    loop {
        // The scan of a large table takes minutes, and whoever enables the project wants to keep what it holds.
        disabled_at(target, id).await?;
        let page = retry_transient(target.jitter(), || target.table.project_data(id, from.clone())).await?;
        for item in &page.project_data {
            *removed.entry(item.kind).or_default() += 1;
        }
        retry_transient(target.jitter(), || target.table.remove(page.project_data.clone(), target.jitter())).await?;
        bar.set_length(bar.length().unwrap_or_default().max(bar.position() + page.scanned));
        bar.inc(page.scanned);
        bar.set_message(format!("{} removed", removed.values().sum::<u64>()));
        match page.next {
            Some(next) => from = Some(next),
            None => return Ok(removed),
        }
    }
}

/// Removes the project, its keys, its directory entry and its claims, and gives the domains that it had claimed. If a rival changed
/// something first it does so anew from a fresh read. A claim that was made after they were read is given up at the end: without the project
/// nobody can make another.
async fn remove_project(target: &Target, id: Uuid) -> Result<Vec<String>, CliError> {
    let mut released = Vec::new();
    for _rival in 0..MAX_RIVALS {
        let Some(project) = target.table.project(id).await? else { return Ok(released) };
        if project.facts.status != Status::Disabled {
            return Err(CliError::EnabledMeanwhile(id));
        }
        let mut last = claimed_by(target, id).await?;
        let before = last.split_off(last.len().min(MAX_CLAIMS));
        released.extend(release(target, id, before).await?);
        let now = target.env.now();
        match retry_transient(target.jitter(), || target.table.remove_project(&project, &last, now)).await {
            Ok(()) => {
                released.extend(last);
                released.extend(release(target, id, claimed_by(target, id).await?).await?);
                return Ok(released);
            }
            Err(TableError::Conflict(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(TableError::Conflict(Conflict::EveryAttempt).into())
}

fn noun(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Contact => "contact",
        ItemKind::Event => "tracked event",
        ItemKind::Email => "email",
        ItemKind::Idempotency => "idempotency key",
        ItemKind::Usage => "month of usage",
        ItemKind::Statistics => "day of statistics",
        ItemKind::Notice => "announcement",
    }
}

fn listed(removed: &RemovedCounts) -> String {
    let parts: Vec<_> = removed.iter().map(|(kind, number)| quantity(*number, noun(*kind))).collect();
    if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }
}

fn as_json(removed: &RemovedCounts) -> serde_json::Value {
    let name = |kind: &ItemKind| noun(*kind).replace(' ', "_");
    removed.iter().map(|(kind, number)| (name(kind), json!(number))).collect::<serde_json::Map<_, _>>().into()
}

/// The domains that were given up, and the way to take them out of SES.
fn domain_lines(domains: &[String]) -> Vec<String> {
    if domains.is_empty() {
        return Vec::new();
    }
    let shown: Vec<_> = domains.iter().map(|domain| escaped(domain)).collect();
    let mut lines = vec![
        format!("Nobody has claimed {} any more.", shown.join(", ")),
        "In SES its domains stay, to be claimed again with posthorn domain add. To take one out of SES:".to_owned(),
    ];
    lines.extend(shown.iter().map(|domain| format!("  aws sesv2 delete-email-identity --email-identity {domain}")));
    lines
}

fn report(name: &str, id: Uuid, removed: &RemovedCounts, domains: &[String], note: Option<String>) -> Report {
    let mut lines = vec![format!("{} is deleted, with {}.", escaped(name), listed(removed))];
    lines.extend(domain_lines(domains));
    lines.extend(note);
    Report::done(lines.join("\n"), json!({"id": id, "name": name, "removed": as_json(removed), "domains": domains}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_rest_of_a_requests_time_is_waited_for() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let left = |now| time_left(Duration::from_secs(30), at(100), at(now)).as_secs();
        assert_eq!([left(100), left(110), left(130), left(1_000)], [30, 20, 0, 0]);
    }

    #[test]
    fn removed_items_are_counted_with_their_nouns() {
        let removed = RemovedCounts::from([(ItemKind::Contact, 1), (ItemKind::Event, 2), (ItemKind::Statistics, 3)]);
        assert_eq!(listed(&removed), "1 contact, 2 tracked events, 3 days of statistics");
    }
}

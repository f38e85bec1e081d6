//! Replacing a project's keys without presenting one.

use std::time::Duration;

use posthorn_auth::{ChangeOutcome, KeyClass, KeySelection, PlainKey, Rotation, change, replace_keys};
use posthorn_lambda::env::{monotonic_now, rfc3339};
use posthorn_table::{
    Timestamp,
    project::{Project, ProjectKey},
};
use serde_json::json;

use super::announce::MAX_ANNOUNCING_TIME;
use crate::{
    error::CliError,
    moment::minute,
    report::Report,
    resolve::local,
    target::Target,
    terminal::{confirm, escaped},
};

pub(super) async fn rotate(
    target: &Target,
    named: &str,
    selection: KeySelection,
    grace: Duration,
    yes: bool,
) -> Result<Report, CliError> {
    let project = target.project(named).await?;
    if let Some(stop) = keys_that_stop(&project, selection, grace, target.env.now()) {
        let name = &project.facts.name;
        let question = format!("{stop} of {name} in {} stop at once.", target.description);
        confirm(yes, &format!("the keys of {name}"), &question, "yes")?;
    }
    // The grace period begins after the answer, for which a person may take long.
    let now = target.env.now();
    let rotation = replace(target, &project, selection, grace, now).await?;
    let announced = announce(target, &rotation, selection, now).await;
    Ok(report(target, &rotation, announced.as_deref()))
}

/// The keys that somebody may use now and that a rotation stops at once, in words.
fn keys_that_stop(project: &Project, selection: KeySelection, grace: Duration, now: Timestamp) -> Option<&'static str> {
    let is_in_grace = |key: &&ProjectKey| selection.includes(key.class) && !key.is_live();
    if grace.is_zero() {
        Some("The replaced keys")
    } else if usable_keys(project, now).any(|key| is_in_grace(&key)) {
        Some("The keys that were replaced before and are still in their grace period")
    } else {
        None
    }
}

/// The keys that are live or in their grace period.
fn usable_keys(project: &Project, now: Timestamp) -> impl Iterator<Item = &ProjectKey> {
    project.keys.iter().filter(move |key| !key.is_retired(now))
}

/// Replaces the keys that `asked` has; anew, with other new ones, if a rival changed something else of the project first. If the
/// rival changed the keys themselves nothing is replaced, for nobody confirmed that.
async fn replace(
    target: &Target,
    asked: &Project,
    selection: KeySelection,
    grace: Duration,
    now: Timestamp,
) -> Result<Rotation, CliError> {
    let Project { facts, .. } = asked;
    let grace = u32::try_from(grace.as_secs()).unwrap_or(u32::MAX);
    let mut decided = None;
    let next = |project: &Project| {
        if !usable_keys(project, now).eq(usable_keys(asked, now)) {
            return Err(CliError::KeysChanged(facts.name.clone()));
        }
        let fill = &mut |buffer: &mut [u8]| target.env.fill(buffer);
        let rotation = decided.insert(replace_keys(project, selection, grace, now, fill));
        Ok(Some((rotation.next.clone(), None)))
    };
    let changed = change(&target.table, facts.id, target.jitter(), next).await?;
    match (changed, decided) {
        (ChangeOutcome::Changed(_), Some(rotation)) => Ok(rotation),
        _ => Err(CliError::NoSuchProject(facts.id.to_string())),
    }
}

/// Announces the rotation; the reason if it was not announced, for the keys are shown all the same.
async fn announce(target: &Target, rotation: &Rotation, selection: KeySelection, now: Timestamp) -> Option<String> {
    let Some(topic) = &target.alerts else { return Some("no alerts topic is known".to_owned()) };
    let (subject, message) = rotation.announcement(selection, now);
    let published = topic.publish(subject, &message.to_string(), monotonic_now() + MAX_ANNOUNCING_TIME).await;
    published.err().map(|error| error.to_string())
}

fn report(target: &Target, rotation: &Rotation, not_announced: Option<&str>) -> Report {
    let facts = &rotation.next.facts;
    let key = |class: KeyClass| rotation.minted.iter().find(|key| key.class() == class).map(PlainKey::expose);
    let (secret, public) = (key(KeyClass::Secret), key(KeyClass::Public));
    let mut lines = vec![format!("The keys of {} are replaced.", escaped(&facts.name)), String::new()];
    let shown = [("Secret", secret), ("Public", public)];
    lines.extend(shown.iter().filter_map(|(name, key)| key.map(|key| format!("  {name} key  {key}"))));
    let end = match rotation.previous_keys_expire_at {
        Some(at) => format!("The replaced ones stop at {}.", minute(at)),
        None => "The replaced ones have stopped.".to_owned(),
    };
    lines.extend([String::new(), format!("They are shown this once: keep them now. {end}")]);
    if target.local_state().and_then(local::demo_project) == Some(facts.id.to_string()) {
        lines.push(
            "The file demo.env has the replaced ones; the next start of the local stack makes new ones.".to_owned(),
        );
    }
    lines.extend(not_announced.map(|why| format!("Not announced: {why}.")));
    let text = lines.join("\n");
    let json = json!({
        "id": facts.id,
        "name": facts.name,
        "secret": secret,
        "public": public,
        "previousKeysExpireAt": rotation.previous_keys_expire_at.map(rfc3339),
        "announced": not_announced.is_none(),
    });
    Report { keys_of: Some(facts.id), ..Report::done(text, json) }
}

//! Replacing a project's keys without presenting one.

use std::time::Duration;

use posthorn_auth::{KeyClass, PlainKey, Rotation, Which, replace_keys};
use posthorn_lambda::edge::stopwatch;
use posthorn_table::{TableError, Timestamp, project::Project};
use serde_json::json;

use crate::{
    failed::Failed,
    moment::minute,
    report::Report,
    target::{Target, local},
    terminal::confirm,
};

/// How long announcing may take.
const TO_ANNOUNCE: Duration = Duration::from_secs(10);
const RIVALS: usize = 8;

pub(super) async fn rotate(
    target: &Target,
    named: &str,
    which: Which,
    grace: Duration,
    yes: bool,
) -> Result<Report, Failed> {
    let project = target.project(named).await?;
    if grace.is_zero() {
        let name = &project.facts.name;
        let question = format!("The replaced keys of {name} in {} stop at once.", target.place);
        confirm(yes, &format!("the keys of {name}"), &question, "yes")?;
    }
    let now = target.edge.now();
    let rotation = commit(target, project, which, grace, now).await?;
    let announced = announce(target, &rotation, which, now).await;
    Ok(report(target, &rotation, announced.as_deref()))
}

/// Replaces them; anew, with other keys, if a rival's change came first.
async fn commit(
    target: &Target,
    mut project: Project,
    which: Which,
    grace: Duration,
    now: Timestamp,
) -> Result<Rotation, Failed> {
    let id = project.facts.id;
    let grace = u32::try_from(grace.as_secs()).unwrap_or(u32::MAX);
    for _rival in 0..RIVALS {
        let fill = &mut |buffer: &mut [u8]| target.edge.fill(buffer);
        let rotation = replace_keys(&project, which, grace, now, fill);
        let change = || target.table.change_project(Some(&project), &rotation.next, None);
        match posthorn_table::patiently(target.jitter(), change).await {
            Ok(()) => return Ok(rotation),
            Err(TableError::Conflict(_)) => {
                let missing = || Failed::NoSuchProject(id.to_string());
                project = target.table.project(id).await?.ok_or_else(missing)?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(TableError::Conflict("the project was changed again and again".to_owned()).into())
}

/// Why it was not announced, if it was not: the keys are shown all the same.
async fn announce(target: &Target, rotation: &Rotation, which: Which, now: Timestamp) -> Option<String> {
    let Some(topic) = &target.alerts else { return Some("no alerts topic is known".to_owned()) };
    let (subject, message) = rotation.announcement(which, now);
    let published = topic.publish(subject, &message.to_string(), stopwatch() + TO_ANNOUNCE).await;
    published.err().map(|error| error.to_string())
}

fn report(target: &Target, rotation: &Rotation, not_announced: Option<&str>) -> Report {
    let facts = &rotation.next.facts;
    let key = |class: KeyClass| rotation.minted.iter().find(|key| key.class() == class).map(PlainKey::expose);
    let (secret, public) = (key(KeyClass::Secret), key(KeyClass::Public));
    let mut lines = vec![format!("The keys of {} are replaced.", facts.name), String::new()];
    let shown = [("Secret", secret), ("Public", public)];
    lines.extend(shown.iter().filter_map(|(name, key)| key.map(|key| format!("  {name} key  {key}"))));
    let end = match rotation.previous_keys_expire_at {
        Some(at) => format!("The replaced ones stop at {}.", minute(at)),
        None => "The replaced ones have stopped.".to_owned(),
    };
    lines.extend([String::new(), format!("They are shown this once: keep them now. {end}")]);
    if target.state.as_deref().and_then(local::demo_project) == Some(facts.id.to_string()) {
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
        "previousKeysExpireAt": rotation.previous_keys_expire_at.map(super::moment),
        "announced": not_announced.is_none(),
    });
    Report::done(text, json)
}

//! Changing a project by hand.

use std::time::Duration;

use posthorn_alerts::publish_notices;
use posthorn_auth::guard::{self, Done};
use posthorn_lambda::edge::stopwatch;
use posthorn_table::Uuid;

use crate::{Failed, target::Target};

/// How long announcing may take: longer than somebody else's lease.
const TO_ANNOUNCE: Duration = Duration::from_secs(10);

pub(crate) async fn enable(target: &Target, id: Uuid) -> Result<String, Failed> {
    let done = guard::enable(&target.table, id, target.edge.now(), target.jitter()).await?;
    let text = match done {
        Done::Changed(project) => {
            format!("{} is enabled. Its bounces and complaints count from zero.", project.facts.name)
        }
        Done::Already(project) => format!("{} is enabled already. Nothing was changed.", project.facts.name),
        Done::NoSuchProject => return Err(Failed::NoSuchProject(id, target.name.clone())),
    };
    announce(target, id, text).await
}

pub(crate) async fn disable(target: &Target, id: Uuid, reason: &str) -> Result<String, Failed> {
    if !(1..=500).contains(&reason.trim().chars().count()) || reason.chars().any(char::is_control) {
        return Err(Failed::Reason);
    }
    let done = guard::disable(&target.table, id, reason.trim(), target.edge.now(), target.jitter()).await?;
    let text = match done {
        Done::Changed(project) => format!(
            "{} is disabled: every request of it is refused from now on.\nBring it back with: posthorn project enable {id}",
            project.facts.name
        ),
        Done::Already(project) => {
            let why = project.disabled.map_or_else(String::new, |disabled| format!(" ({})", disabled.reason));
            format!("{} is disabled already{why}. Nothing was changed.", project.facts.name)
        }
        Done::NoSuchProject => return Err(Failed::NoSuchProject(id, target.name.clone())),
    };
    announce(target, id, text).await
}

/// Publishes what is recorded and was not published yet, of this change or of an earlier one.
async fn announce(target: &Target, id: Uuid, text: String) -> Result<String, Failed> {
    let Some(topic) = &target.alerts else {
        return Ok(format!(
            "{text}\nNot announced: no alerts topic is known. The same command with --alerts-topic announces it."
        ));
    };
    let (table, edge) = (&target.table, &target.edge);
    let until = stopwatch() + TO_ANNOUNCE;
    match publish_notices(table, topic, id, edge.random(), || edge.now(), until).await {
        Ok(()) => Ok(text),
        Err(error) => Err(Failed::NotAnnounced(text, error)),
    }
}

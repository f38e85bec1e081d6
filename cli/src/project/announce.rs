//! Announces a change on the alerts topic.

use std::time::Duration;

use posthorn_alerts::publish_notices;
use posthorn_lambda::env::monotonic_now;
use posthorn_table::Uuid;

use crate::{error::CliError, target::Target};

/// The time that announcing may take: longer than the lease of somebody else who announces the same.
pub(super) const MAX_ANNOUNCING_TIME: Duration = Duration::from_secs(10);

/// Publishes the notices that are recorded and not published yet, of this change or of an earlier one. Gives `text` back, with a
/// line more if no topic is known.
pub(super) async fn announce(target: &Target, id: Uuid, text: String) -> Result<String, CliError> {
    let Some(topic) = &target.alerts else {
        return Ok(format!(
            "{text}\nNot announced: no alerts topic is known. The same command with --alerts-topic announces it."
        ));
    };
    let (table, env) = (&target.table, &target.env);
    let until = monotonic_now() + MAX_ANNOUNCING_TIME;
    match publish_notices(table, topic, id, env.random(), || env.now(), until).await {
        Ok(()) => Ok(text),
        Err(error) => Err(CliError::AnnouncementFailed(text.lines().next().unwrap_or_default().to_owned(), error)),
    }
}

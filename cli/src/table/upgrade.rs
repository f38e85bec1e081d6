//! Brings a table of an earlier version up to date. Whatever is up to date is only read, so the same command finishes what was
//! interrupted anywhere.

use indicatif::ProgressBar;
use posthorn_table::{
    schema::IndexState,
    upgrade::{UpgradeError, UpgradeProgress},
};
use serde_json::json;

use crate::{
    error::CliError,
    report::{Outcome, Report},
    target::{Target, TargetKind},
    terminal::{progress_bar, quantity},
};

pub(super) async fn upgrade(target: &Target) -> Result<Report, CliError> {
    let is_index_added = prepare_index(target).await?;
    // The count is hours old: good enough for a bar, and no reason to fail.
    let bar = progress_bar(target.table.item_count().await.unwrap_or_default());
    let mut latest = UpgradeProgress::default();
    let upgraded = target.table.upgrade(target.jitter(), |progress| {
        latest = progress;
        show(&bar, &progress);
    });
    let upgraded = upgraded.await;
    bar.finish_and_clear();
    match upgraded {
        Ok(progress) => Ok(report(target, &progress, is_index_added)),
        Err(error) => {
            let error = Box::new(explained(target, error));
            Err(CliError::UpgradeStopped { error, read: latest.read, changed: latest.changed })
        }
    }
}

fn explained(target: &Target, error: UpgradeError) -> CliError {
    match error {
        UpgradeError::Table(error) => target.explain(error.into()),
        UpgradeError::Stalled(error) => CliError::UpgradeStalled(Box::new(target.explain(error.into()))),
    }
}

/// Adds the index to a table that is named alone; true if it was absent. The index of a stack comes with its
/// deployment, which would fail over one that it has not made.
async fn prepare_index(target: &Target) -> Result<bool, CliError> {
    match (&target.kind, target.table.index_state().await?) {
        (_, IndexState::Building | IndexState::Ready) => Ok(false),
        (TargetKind::Table, IndexState::Absent) => {
            target.table.create_index().await?;
            Ok(true)
        }
        (TargetKind::Stack, IndexState::Absent) => Err(CliError::StackOutdated(target.description.clone())),
        (TargetKind::LocalStack { .. }, IndexState::Absent) => {
            Err(CliError::LocalStackOutdated(target.description.clone()))
        }
    }
}

fn show(bar: &ProgressBar, progress: &UpgradeProgress) {
    bar.set_length(bar.length().unwrap_or_default().max(progress.read));
    bar.set_position(progress.read);
    bar.set_message(format!("{} changed", progress.changed));
}

fn report(target: &Target, progress: &UpgradeProgress, is_index_added: bool) -> Report {
    let UpgradeProgress { read, changed, too_large } = *progress;
    let mut lines = Vec::new();
    if is_index_added {
        lines.push("The index is added; DynamoDB fills it in the background.".to_owned());
    }
    lines.push(match (changed, too_large) {
        (0, 0) => format!("{}: nothing to do, all of them are up to date.", looked_at(read)),
        _ => format!("{}, changed {}.", looked_at(read), quantity(changed, "item")),
    });
    if too_large > 0 {
        lines.push(format!(
            "{} could not be changed, for DynamoDB stores at most 400 KB an item: each is a contact that no list will show.",
            quantity(too_large, "item")
        ));
    }
    let json = json!({
        "table": target.table_name,
        "read": read,
        "changed": changed,
        "tooLarge": too_large,
        "indexAdded": is_index_added,
    });
    let outcome = if too_large == 0 { Outcome::Done } else { Outcome::Incomplete };
    Report { outcome, ..Report::done(lines.join("\n"), json) }
}

fn looked_at(items: u64) -> String {
    format!("Looked at {}", quantity(items, "item"))
}

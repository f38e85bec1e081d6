//! Keys of Plunk, from standard input alone.

use std::io::{self, IsTerminal, Read};

use posthorn_auth::{ChangeOutcome, ImportSummary, KeyDigest, ProjectError, change, import_all};
use serde_json::json;

use crate::{
    error::CliError,
    report::Report,
    target::Target,
    terminal::{escaped, quantity},
};

/// The most bytes that are read: far more than the keys that a project can have.
const MAX_BYTES: u64 = 64 * 1024;

pub(super) async fn import_keys(target: &Target, named: &str) -> Result<Report, CliError> {
    let id = target.project_id(named).await?;
    let text = read(named)?;
    let keys: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if keys.is_empty() {
        return Err(CliError::NoKeysGiven(named.to_owned()));
    }
    for key in &keys {
        let owner = target.table.api_key(KeyDigest::of(key).as_str()).await?.map(|key| key.project.id);
        if let Some(other) = owner.filter(|owner| *owner != id) {
            return Err(CliError::KeyOfAnotherProject(other));
        }
    }
    let now = target.env.now();
    let mut counts = (0, 0, 0);
    let next = |project: &posthorn_table::project::Project| {
        let refused = |(place, error): (usize, ProjectError)| CliError::InvalidKey(place + 1, error);
        let ImportSummary { next, secret, public, known } =
            import_all(project, keys.iter().copied(), now).map_err(refused)?;
        counts = (secret, public, known);
        Ok((secret + public > 0).then_some((next, None)))
    };
    let project = match change::<CliError>(&target.table, id, target.jitter(), next).await? {
        ChangeOutcome::Changed(project) | ChangeOutcome::Already(project) => project,
        ChangeOutcome::NoSuchProject => return Err(CliError::NoSuchProject(named.to_owned())),
    };
    let (secret, public, known) = counts;
    let before = if known == 0 { String::new() } else { format!(" It had {known} of the keys before.") };
    let text = format!(
        "Imported {} and {} into {}.{before}",
        quantity(secret as u64, "secret key"),
        quantity(public as u64, "public key"),
        escaped(&project.facts.name)
    );
    Ok(Report::done(text, json!({"id": id, "imported": {"secret": secret, "public": public}, "known": known})))
}

fn read(named: &str) -> Result<String, CliError> {
    let input = io::stdin();
    if input.is_terminal() {
        return Err(CliError::KeysOnTerminal(named.to_owned()));
    }
    let mut text = String::new();
    input.take(MAX_BYTES).read_to_string(&mut text).map_err(|_| CliError::StandardInputNotText)?;
    Ok(text)
}

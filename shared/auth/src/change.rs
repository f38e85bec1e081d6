//! Changes a project for the operator: from a fresh read, and again from another read if a rival's change came first.

use posthorn_table::{Conflict, Table, TableError, Timestamp, Uuid, notice::Notice, project::Project, retry_transient};

/// The number of rivals' changes after which a change is given up.
pub(crate) const MAX_RIVALS: usize = 8;

/// The outcome of a change that the operator asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeOutcome {
    /// The project was changed. This is the project after the change.
    Changed(Box<Project>),
    /// The project was like that before, and nothing was changed.
    Already(Box<Project>),
    /// There is no such project.
    NoSuchProject,
}

/// Changes a project to the one that `next` gives, and records its notice; changes nothing if `next` gives `None`.
/// `jitter` is any random number.
///
/// # Errors
/// Any error of `next`, and any [`TableError`].
pub async fn change<E: From<TableError>>(
    table: &Table,
    id: Uuid,
    jitter: u32,
    mut next: impl FnMut(&Project) -> Result<Option<(Project, Option<Notice>)>, E>,
) -> Result<ChangeOutcome, E> {
    for _rival in 0..MAX_RIVALS {
        let Some(project) = table.project(id).await? else { return Ok(ChangeOutcome::NoSuchProject) };
        let Some((next, notice)) = next(&project)? else { return Ok(ChangeOutcome::Already(Box::new(project))) };
        match retry_transient(jitter, || table.change_project(Some(&project), &next, notice.as_ref())).await {
            Ok(()) => return Ok(ChangeOutcome::Changed(Box::new(next))),
            Err(TableError::Conflict(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(too_many_rivals().into())
}

/// The error after [`MAX_RIVALS`] changes of others.
pub(crate) fn too_many_rivals() -> TableError {
    TableError::Conflict(Conflict::EveryAttempt)
}

/// The next version of the project, without its retired keys. Every change begins with it.
pub(crate) fn next_version(project: &Project, now: Timestamp) -> Project {
    let mut next = project.clone();
    next.version += 1;
    next.updated_at = now;
    next.keys.retain(|key| !key.is_retired(now));
    next
}

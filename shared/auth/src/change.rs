//! Changing a project by hand: from a fresh read, and anew if a rival's change came first.

use posthorn_table::{Conflict, Table, TableError, Timestamp, Uuid, notice::Notice, project::Project, retry_transient};

/// Changes of the same project that may come first.
pub(crate) const RIVALS: usize = 8;

/// The outcome of a change that the operator asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeOutcome {
    /// The project was changed, to this.
    Changed(Box<Project>),
    /// It was like that before.
    Already(Box<Project>),
    /// There is no such project.
    NoSuchProject,
}

/// Changes a project as `next` says: to what it gives, with a notice to record, or not at all if it gives `None`.
/// `jitter` is any random number.
///
/// # Errors
/// Whatever `next` refuses with, and any [`TableError`].
pub async fn change<E: From<TableError>>(
    table: &Table,
    id: Uuid,
    jitter: u32,
    mut next: impl FnMut(&Project) -> Result<Option<(Project, Option<Notice>)>, E>,
) -> Result<ChangeOutcome, E> {
    for _rival in 0..RIVALS {
        let Some(project) = table.project(id).await? else { return Ok(ChangeOutcome::NoSuchProject) };
        let Some((next, notice)) = next(&project)? else { return Ok(ChangeOutcome::Already(Box::new(project))) };
        match retry_transient(jitter, || table.change_project(Some(&project), &next, notice.as_ref())).await {
            Ok(()) => return Ok(ChangeOutcome::Changed(Box::new(next))),
            Err(TableError::Conflict(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(rivals().into())
}

/// The error after [`RIVALS`] changes of others.
pub(crate) fn rivals() -> TableError {
    TableError::Conflict(Conflict::EveryAttempt)
}

/// The project one version on, without the keys whose time is over: every change begins with it.
pub(crate) fn revised(project: &Project, now: Timestamp) -> Project {
    let mut next = project.clone();
    next.version += 1;
    next.updated_at = now;
    next.keys.retain(|key| !key.is_retired(now));
    next
}

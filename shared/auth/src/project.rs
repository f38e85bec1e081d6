//! Making projects and importing keys.

use posthorn_table::Timestamp;
use posthorn_table::{
    api_key::KeyClass,
    project::{Project, ProjectFacts, ProjectKey, Status},
};

use crate::{KeyDigest, PlainKey, key};

/// So that a key's item, which copies the domains, stays under 4 KB: one read unit.
const MOST_DOMAINS: usize = 40;
/// So that every change of a project fits one transaction with room to spare.
const MOST_KEYS: usize = 20;

/// What an operator says of a new project.
#[derive(Debug, Clone, Default)]
pub struct NewProject {
    /// Shown as the sender's name; 1 to 256 characters.
    pub name: String,
    /// Domains it may send from, lower case and Punycode; at most 40.
    pub domains: Vec<String>,
    /// The address to send from if a request names none.
    pub default_sender: Option<String>,
    /// Emails a calendar month, if limited.
    pub monthly_limit: Option<u64>,
}

/// Why a project cannot be made or changed so.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProjectError {
    /// The name is empty or longer than 256 characters, or has control characters.
    #[error("a project's name must have 1 to 256 characters and no control characters")]
    Name,
    /// More than 40 domains.
    #[error("a project can have at most 40 domains")]
    TooManyDomains,
    /// More than 20 keys.
    #[error("a project can have at most 20 keys, those in their grace period included")]
    TooManyKeys,
    /// Not a key of Plunk.
    #[error("not a key of Plunk: sk_ or pk_ and 48 or 64 lower-case hex digits")]
    NotPlunks,
    /// The project has this key already.
    #[error("the project has this key already")]
    KnownKey,
}

/// A new project with its first pair of keys, the secret one first. Nothing is stored yet:
/// [`posthorn_table::Table::change_project`] does that.
///
/// # Errors
/// [`ProjectError`].
pub fn new_project(
    new: NewProject,
    now: Timestamp,
    fill: &mut dyn FnMut(&mut [u8]),
) -> Result<(Project, [PlainKey; 2]), ProjectError> {
    if !(1..=256).contains(&new.name.chars().count()) || new.name.chars().any(char::is_control) {
        return Err(ProjectError::Name);
    }
    if new.domains.len() > MOST_DOMAINS {
        return Err(ProjectError::TooManyDomains);
    }
    let mut id = [0; 16];
    fill(&mut id);
    let keys = [KeyClass::Secret, KeyClass::Public].map(|class| PlainKey::mint(class, fill));
    let facts = ProjectFacts {
        id: uuid::Builder::from_random_bytes(id).into_uuid(),
        name: new.name,
        status: Status::Active,
        epoch: 0,
        domains: new.domains,
        default_sender: new.default_sender,
        monthly_limit: new.monthly_limit,
    };
    let project = Project {
        facts,
        version: 1,
        keys: keys.iter().map(|key| live(key.class(), &key.digest())).collect(),
        created_at: now,
        updated_at: now,
        disabled: None,
    };
    Ok((project, keys))
}

/// The project with a key of Plunk added, which then works unchanged until the next rotation of its class.
///
/// # Errors
/// [`ProjectError`].
pub fn import(project: &Project, plunk_key: &str, now: Timestamp) -> Result<Project, ProjectError> {
    let class = key::class_of(plunk_key).filter(|_| key::is_plunks(plunk_key)).ok_or(ProjectError::NotPlunks)?;
    let digest = KeyDigest::of(plunk_key);
    if project.keys.iter().any(|key| key.digest == digest.as_str()) {
        return Err(ProjectError::KnownKey);
    }
    let mut next = project.clone();
    next.keys.retain(|key| !key.is_retired(now));
    if next.keys.len() >= MOST_KEYS {
        return Err(ProjectError::TooManyKeys);
    }
    next.keys.push(live(class, &digest));
    next.version += 1;
    next.updated_at = now;
    Ok(next)
}

fn live(class: KeyClass, digest: &KeyDigest) -> ProjectKey {
    ProjectKey { digest: digest.as_str().to_owned(), class, retires_at: None }
}

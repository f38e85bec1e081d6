//! Projects: the truth that every API key item copies.

mod facts;

use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};
use serde::{Deserialize, Serialize};

pub use facts::{KeyClass, KeyScope, ProjectFacts, ProjectKey, Status, short_id};

use crate::{
    Table, TableError, Timestamp, Uuid,
    api_key::ApiKey,
    item::{from_item, string, to_item},
    keys::{self, DIRECTORY},
    notice::Notice,
};

/// The most items of one batched read.
const MAX_AT_ONCE: usize = 100;

/// The cause and the moment of a project's being disabled.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Disabled {
    /// The moment.
    #[serde(serialize_with = "crate::time::serialize")]
    pub at: Timestamp,
    /// The cause, in words.
    pub reason: String,
    /// The figures that led to it, if it was not the operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub figures: Option<Figures>,
}

/// A count against what was sent.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Figures {
    /// `bounce` or `complaint`.
    pub metric: String,
    /// Bounces or complaints of emails that were sent in the window.
    pub counted: u64,
    /// Emails that were sent in the window.
    pub sent: u64,
}

/// A project.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Project {
    /// The facts that its key items copy.
    #[serde(flatten)]
    pub facts: ProjectFacts,
    /// Counts the changes; every change is made on condition of it.
    pub version: u64,
    /// Live and retiring keys.
    pub keys: Vec<ProjectKey>,
    /// The moment it was made.
    #[serde(serialize_with = "crate::time::serialize")]
    pub created_at: Timestamp,
    /// The moment of its last change.
    #[serde(serialize_with = "crate::time::serialize")]
    pub updated_at: Timestamp,
    /// The cause, if it is disabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<Disabled>,
}

/// A project in the directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryEntry {
    /// The project.
    #[serde(rename = "sk", skip_serializing)]
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The moment it was made.
    #[serde(serialize_with = "crate::time::serialize")]
    pub created_at: Timestamp,
}

/// The keys whose items a change removes. Those whose time is over are left to TTL: it may have removed them, and another
/// project may have imported the keys since.
pub(crate) fn removed_keys<'a>(previous: &'a Project, next: &'a Project) -> impl Iterator<Item = &'a ProjectKey> {
    let is_dropped = |key: &&ProjectKey| !next.keys.iter().any(|kept| kept.digest == key.digest);
    previous.keys.iter().filter(is_dropped).filter(|key| !key.is_retired(next.updated_at))
}

/// True if the change took effect, judged by `stored`, the project as it is after a lost answer: either `stored` is `next`, or it
/// has a key that came with the change, which can be nobody else's.
pub(crate) fn was_committed(previous: Option<&Project>, next: &Project, stored: &Project) -> bool {
    let has = |project: &Project, key: &ProjectKey| project.keys.iter().any(|other| other.digest == key.digest);
    let mut new = next.keys.iter().filter(|key| previous.is_none_or(|project| !has(project, key))).peekable();
    let is_later = stored.version > next.version && new.peek().is_some();
    stored == next || (is_later && new.all(|key| has(stored, key)))
}

impl Table {
    /// The project called `id`, read consistently.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn project(&self, id: Uuid) -> Result<Option<Project>, TableError> {
        self.get(keys::project(id)).await
    }

    /// Every project in the directory, by id.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn directory(&self) -> Result<Vec<DirectoryEntry>, TableError> {
        self.query_partition(DIRECTORY).await?.into_iter().map(from_item).collect()
    }

    /// The projects with these ids that exist, read consistently, in no particular order. `jitter` is any random number.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub async fn projects(&self, ids: &[Uuid], jitter: u32) -> Result<Vec<Project>, TableError> {
        let mut projects = Vec::with_capacity(ids.len());
        for ids in ids.chunks(MAX_AT_ONCE) {
            let items = self.batch(ids.iter().copied().map(keys::project), jitter).await?;
            projects.extend(items.into_iter().map(from_item).collect::<Result<Vec<_>, _>>()?);
        }
        Ok(projects)
    }

    /// Changes a project and all that is derived from it, in one transaction: the project itself, every live or
    /// retiring key's item whole (TTL may have removed one), the removal of the items of keys that `next` no
    /// longer has, and the directory. `previous` is the project as it was read; `None` makes a new one. `notice` is
    /// recorded with the change, if there is one to announce. A key that is new to the project must not be another's, and
    /// a domain that is new to a project that exists must be one that it has claimed.
    ///
    /// The items of keys whose time is over at `next.updated_at` are left to TTL: it may have removed them, and another
    /// project may have imported the keys since.
    ///
    /// An answer that was lost is settled by a consistent read before this returns.
    ///
    /// # Errors
    /// [`TableError::Conflict`] if the project was changed since it was read, another project has one of its new keys, or
    /// it has not claimed a new domain. Any other [`TableError`].
    pub async fn change_project(
        &self,
        previous: Option<&Project>,
        next: &Project,
        notice: Option<&Notice>,
    ) -> Result<(), TableError> {
        let key = keys::project(next.facts.id);
        let mut writes = vec![match previous {
            None => self.creation(key, next)?,
            Some(previous) => self.replacement(key, next, previous.version)?,
        }];
        if let Some(notice) = notice {
            writes.push(self.notice_write(notice)?);
        }
        for key in &next.keys {
            writes.push(self.key_write(key, &next.facts)?);
        }
        if let Some(previous) = previous {
            writes.extend(self.key_removals(removed_keys(previous, next), next.facts.id)?);
            let is_new = |domain: &&String| !previous.facts.domains.contains(domain);
            for domain in next.facts.domains.iter().filter(is_new) {
                writes.push(self.claim_check(domain, next.facts.id)?);
            }
        }
        let Project { facts, created_at, .. } = next;
        let entry = DirectoryEntry { id: facts.id, name: facts.name.clone(), created_at: *created_at };
        writes.push(self.put(keys::directory(facts.id), &entry)?);

        match self.transact(writes).await {
            Ok(()) => Ok(()),
            Err(error) => match self.project(next.facts.id).await {
                Ok(Some(stored)) if was_committed(previous, next, &stored) => Ok(()),
                _ => Err(error),
            },
        }
    }

    /// The item of a key, unless it is another project's.
    fn key_write(&self, key: &ProjectKey, facts: &ProjectFacts) -> Result<TransactWriteItem, TableError> {
        let item = to_item(keys::api_key(&key.digest), &ApiKey::of(key, facts))?;
        let put = Put::builder()
            .table_name(&*self.name)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk) OR project_id = :project")
            .expression_attribute_values(":project", string(facts.id.to_string()))
            .build()?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// The removal of the items of these keys, unless one is another project's.
    fn key_removals<'a>(
        &self,
        keys: impl IntoIterator<Item = &'a ProjectKey>,
        project: Uuid,
    ) -> Result<Vec<TransactWriteItem>, TableError> {
        let removal = |key: &ProjectKey| {
            let delete = Delete::builder()
                .table_name(&*self.name)
                .set_key(Some(keys::api_key(&key.digest).attributes()))
                .condition_expression("attribute_not_exists(pk) OR project_id = :project")
                .expression_attribute_values(":project", string(project.to_string()))
                .build()?;
            Ok(TransactWriteItem::builder().delete(delete).build())
        };
        keys.into_iter().map(removal).collect()
    }

    /// Removes a project, its keys, its directory entry and its claims on `domains` (at most 40), in one transaction:
    /// the last step of its deletion, when nothing else is left of it. The items of keys whose time is over at `now` are
    /// left to TTL. An answer that was lost is settled by a read.
    ///
    /// # Errors
    /// [`TableError::Conflict`] if the project was changed since it was read. Any other [`TableError`].
    pub async fn remove_project(
        &self,
        project: &Project,
        domains: &[String],
        now: Timestamp,
    ) -> Result<(), TableError> {
        let id = project.facts.id;
        let mut writes = vec![self.removal_of(keys::project(id), project.version)?, self.removal(keys::directory(id))?];
        let keys = project.keys.iter().filter(|key| !key.is_retired(now));
        writes.extend(self.key_removals(keys, id)?);
        for domain in domains {
            writes.push(self.claim_removal(domain, id)?);
        }
        match self.transact(writes).await {
            Ok(()) => Ok(()),
            Err(error) => match self.project(id).await {
                Ok(None) => Ok(()),
                _ => Err(error),
            },
        }
    }
}

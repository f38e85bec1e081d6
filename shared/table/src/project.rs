//! Projects: the truth that every API key item copies.

use std::fmt;

use aws_sdk_dynamodb::types::{Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use serde::{Deserialize, Serialize};

use crate::{
    Table, TableError, Timestamp, Uuid,
    api_key::{ApiKey, KeyClass, KeyScope, short_id},
    item::{from_item, n, s, to_item},
    keys::{self, DIRECTORY, Key},
    notice::Notice,
};

/// The most items of one batched read.
const MAX_AT_ONCE: usize = 100;

/// Whether a project may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It may.
    Active,
    /// Every write is refused with `PROJECT_DISABLED`.
    Disabled,
}

impl Status {
    /// The name, as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }
}

/// One of a project's keys, known by its digest alone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProjectKey {
    /// SHA-256 of the whole key, lower-case hex.
    pub digest: String,
    /// What it may call.
    pub class: KeyClass,
    /// What of that.
    #[serde(default, skip_serializing_if = "KeyScope::is_full")]
    pub scope: KeyScope,
    /// When it stops to work, if it was replaced; a live key has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retires_at: Option<Timestamp>,
}

impl ProjectKey {
    /// The name of the key in logs: see [`short_id`].
    #[must_use]
    pub fn short_id(&self) -> &str {
        short_id(&self.digest)
    }

    /// True while the key has not been replaced.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.retires_at.is_none()
    }

    /// True once a replaced key's time is over.
    #[must_use]
    pub fn is_retired(&self, now: Timestamp) -> bool {
        self.retires_at.is_some_and(|at| at <= now)
    }
}

/// What a request must know of its project; each key item holds a copy. Its `Debug` shows no address.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProjectFacts {
    /// The project.
    #[serde(rename = "project_id")]
    pub id: Uuid,
    /// Shown as the sender's name unless the request or the default sender has one.
    pub name: String,
    /// Whether it may write.
    pub status: Status,
    /// The number of reinstatements; emails and statistics belong to one.
    pub epoch: u32,
    /// Domains it may send from, sub-domains included; lower case, Punycode.
    pub domains: Vec<String>,
    /// The address to send from if the request names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_sender: Option<String>,
    /// Emails a calendar month (UTC), if limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monthly_limit: Option<u64>,
}

impl fmt::Debug for ProjectFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, status, epoch, domains, monthly_limit, .. } = self;
        f.debug_struct("ProjectFacts")
            .field("id", id)
            .field("status", status)
            .field("epoch", epoch)
            .field("domains", domains)
            .field("monthly_limit", monthly_limit)
            .finish_non_exhaustive()
    }
}

/// Why and when a project was disabled.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Disabled {
    /// When.
    pub at: Timestamp,
    /// Why, in words.
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
    /// What was counted in the window.
    pub counted: u64,
    /// What was sent in the window.
    pub sent: u64,
}

/// A project.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Project {
    /// What its key items copy.
    #[serde(flatten)]
    pub facts: ProjectFacts,
    /// Counts the changes; every change is made on condition of it.
    pub version: u64,
    /// Live and retiring keys.
    pub keys: Vec<ProjectKey>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Why it is disabled, if it is.
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
    /// When it was made.
    pub created_at: Timestamp,
}

/// The keys whose items a change removes. Those whose time is over are left to TTL: it may have removed them, and another
/// project may have imported the keys since.
pub(crate) fn removed<'a>(previous: &'a Project, next: &'a Project) -> impl Iterator<Item = &'a ProjectKey> {
    let is_dropped = |key: &&ProjectKey| !next.keys.iter().any(|kept| kept.digest == key.digest);
    previous.keys.iter().filter(is_dropped).filter(|key| !key.is_retired(next.updated_at))
}

/// After a change whose answer is lost, when `stored` is what there is: was it made? It was if this is what it made. If
/// the project was changed again since, keys tell that came with the change: they are nobody else's.
pub(crate) fn was_made(previous: Option<&Project>, next: &Project, stored: &Project) -> bool {
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
        let item = self.read(keys::project(id)).await?;
        item.map(from_item).transpose()
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
        let mut writes = vec![self.project_write(previous, next)?];
        if let Some(notice) = notice {
            writes.push(self.notice_write(notice)?);
        }
        for key in &next.keys {
            writes.push(self.key_write(key, &next.facts)?);
        }
        if let Some(previous) = previous {
            writes.extend(self.key_removals(removed(previous, next), next.facts.id)?);
            let is_new = |domain: &&String| !previous.facts.domains.contains(domain);
            for domain in next.facts.domains.iter().filter(is_new) {
                writes.push(self.claim_check(domain, next.facts.id)?);
            }
        }
        let Project { facts, created_at, .. } = next;
        let entry = DirectoryEntry { id: facts.id, name: facts.name.clone(), created_at: *created_at };
        let entry = to_item(keys::directory(facts.id), &entry)?;
        let entry = Put::builder().table_name(&*self.name).set_item(Some(entry)).build()?;
        writes.push(TransactWriteItem::builder().put(entry).build());

        match self.transact(writes).await {
            Ok(()) => Ok(()),
            Err(error) => match self.project(next.facts.id).await {
                Ok(Some(stored)) if was_made(previous, next, &stored) => Ok(()),
                _ => Err(error),
            },
        }
    }

    fn project_write(&self, previous: Option<&Project>, next: &Project) -> Result<TransactWriteItem, TableError> {
        let put = Put::builder()
            .table_name(&*self.name)
            .set_item(Some(to_item(keys::project(next.facts.id), next)?))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::None);
        let put = match previous {
            None => put.condition_expression("attribute_not_exists(pk)"),
            Some(project) => put
                .condition_expression("version = :version")
                .expression_attribute_values(":version", n(project.version)),
        };
        Ok(TransactWriteItem::builder().put(put.build()?).build())
    }

    /// The item of a key, unless it is another project's.
    fn key_write(&self, key: &ProjectKey, facts: &ProjectFacts) -> Result<TransactWriteItem, TableError> {
        let item = to_item(keys::api_key(&key.digest), &ApiKey::of(key, facts))?;
        let put = Put::builder()
            .table_name(&*self.name)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk) OR project_id = :project")
            .expression_attribute_values(":project", s(facts.id.to_string()))
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
                .expression_attribute_values(":project", s(project.to_string()))
                .build()?;
            Ok(TransactWriteItem::builder().delete(delete).build())
        };
        keys.into_iter().map(removal).collect()
    }

    fn removal(&self, key: Key) -> Result<TransactWriteItem, TableError> {
        let delete = Delete::builder().table_name(&*self.name).set_key(Some(key.attributes())).build()?;
        Ok(TransactWriteItem::builder().delete(delete).build())
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
        let itself = Delete::builder()
            .table_name(&*self.name)
            .set_key(Some(keys::project(id).attributes()))
            .condition_expression("version = :version")
            .expression_attribute_values(":version", n(project.version))
            .build()?;
        let mut writes = vec![TransactWriteItem::builder().delete(itself).build(), self.removal(keys::directory(id))?];
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

//! The data that the page shows, read from the table and the announcements.

use std::sync::Arc;

use jiff::Timestamp;
use posthorn_auth::reputation::Rule;
use posthorn_lambda::Env;
use posthorn_table::{Table, TableError, project::Project, statistics::HourCounts};
use posthorn_testkit::{events, sns::Published};

use crate::announcements::Announcements;

/// The page shows so many announcements at most.
const MAX_ANNOUNCEMENTS: usize = 50;

/// The sources of the page. Cheap to clone.
#[derive(Clone)]
pub struct Health {
    /// The projects and their counts.
    pub table: Table,
    /// The clock and randomness.
    pub env: Env,
    /// The guard's rule, whose thresholds are drawn.
    pub rule: Rule,
    /// The messages that were published to the alerts topic.
    pub announcements: Announcements,
    /// The command that runs the operator's tool against this stack, such as `cargo posthorn`.
    pub tool: String,
    /// Counts the feedback events that were given up.
    pub dead: Arc<dyn Fn() -> usize + Send + Sync>,
}

/// The data of one rendering.
pub(super) struct HealthData {
    pub(super) rule: Rule,
    pub(super) tool: String,
    pub(super) now: Timestamp,
    /// The demo project first, then by name.
    pub(super) projects: Vec<ProjectHours>,
    /// Newest first.
    pub(super) announcements: Vec<Arc<Published>>,
    /// The number of feedback events that were given up.
    pub(super) dead: usize,
}

/// A project and its counts by hour, which can include hours before the window.
pub(super) struct ProjectHours {
    pub(super) project: Project,
    pub(super) hours: Vec<HourCounts>,
}

impl Health {
    /// Reads everything that the page shows.
    ///
    /// # Errors
    /// Any [`TableError`].
    pub(super) async fn read(&self) -> Result<HealthData, TableError> {
        let now = self.env.now();
        Ok(HealthData {
            rule: self.rule,
            tool: self.tool.clone(),
            now,
            projects: self.projects(now).await?,
            announcements: self.announcements.newest(MAX_ANNOUNCEMENTS),
            dead: (self.dead)(),
        })
    }

    fn jitter(&self) -> u32 {
        u32::from_be_bytes(self.env.random())
    }

    async fn projects(&self, now: Timestamp) -> Result<Vec<ProjectHours>, TableError> {
        let mut projects = Vec::new();
        for id in self.table.directory().await?.into_iter().map(|entry| entry.id) {
            if let Some(project) = self.table.project(id).await? {
                let hours = self.table.window(id, project.facts.epoch, now, self.jitter()).await?;
                projects.push(ProjectHours { project, hours });
            }
        }
        projects.sort_by_cached_key(|ProjectHours { project, .. }| {
            let id = project.facts.id;
            (id.to_string() != events::PROJECT, project.facts.name.to_lowercase(), id)
        });
        Ok(projects)
    }
}

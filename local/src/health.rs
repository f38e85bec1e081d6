//! The health page of the local stack at `/_local/health`: every project's bounces and complaints against the guard's
//! lines, and what was announced to the operators.
//!
//! The page is rendered here, whole; its script fetches the changing part again and swaps in what is different. All
//! text that comes from data goes through `html::Text`. The router only answers `GET`.

mod announced;
mod card;
mod chart;
mod gauge;
mod html;
mod page;
mod routes;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Router;
use jiff::Timestamp;
use posthorn_auth::reputation::Rule;
use posthorn_lambda::Env;
use posthorn_table::{Table, TableError, project::Project, statistics::HourCounts};
use posthorn_testkit::{events, sns::Published};

use crate::announcements::Announcements;

/// How many announcements are shown.
const SHOWN: usize = 50;

/// What the page is made of. A cheap clone.
#[derive(Clone)]
pub struct Health {
    /// The projects and their counts.
    pub table: Table,
    /// The clock.
    pub env: Env,
    /// The rule whose lines are drawn.
    pub rule: Rule,
    /// What the alerts topic was told.
    pub announcements: Announcements,
    /// How the operator's tool is called for this stack, such as `cargo posthorn`.
    pub tool: String,
    /// How many feedback events were given up.
    pub dead: Arc<dyn Fn() -> usize + Send + Sync>,
}

/// The routes under `/_local/health`; nothing else is answered.
pub fn router(health: Health) -> Router {
    routes::router(health)
}

/// All that is shown, read.
struct View {
    rule: Rule,
    tool: String,
    now: Timestamp,
    projects: Vec<Seen>,
    announcements: Vec<Arc<Published>>,
    dead: usize,
}

/// A project and what was counted of it, some older hours among them.
struct Seen {
    project: Project,
    hours: Vec<HourCounts>,
}

impl Health {
    async fn view(&self) -> Result<View, TableError> {
        let now = self.env.now();
        Ok(View {
            rule: self.rule,
            tool: self.tool.clone(),
            now,
            projects: self.projects(now).await?,
            announcements: self.announcements.newest(SHOWN),
            dead: (self.dead)(),
        })
    }

    fn jitter(&self) -> u32 {
        u32::from_be_bytes(self.env.random())
    }

    /// The demo project first, then by name.
    async fn projects(&self, now: Timestamp) -> Result<Vec<Seen>, TableError> {
        let mut projects = Vec::new();
        for id in self.table.directory().await?.into_iter().map(|entry| entry.id) {
            if let Some(project) = self.table.project(id).await? {
                let hours = self.table.window(id, project.facts.epoch, now, self.jitter()).await?;
                projects.push(Seen { project, hours });
            }
        }
        projects.sort_by_cached_key(|Seen { project, .. }| {
            let id = project.facts.id;
            (id.to_string() != events::PROJECT, project.facts.name.to_lowercase(), id)
        });
        Ok(projects)
    }
}

//! The guard: warns of a project and disables it by the rule; disables and reinstates it for the operator. Every
//! crossing is recorded as a notice by the write that decides it; `posthorn_alerts` publishes recorded notices.

use jiff::SignedDuration;
use posthorn_table::{
    Table, TableError, Timestamp, Uuid,
    notice::{Notice, WARNING},
    project::{Disabled, Figures, Project, Status},
    retry_transient,
    statistics::FeedbackMetric,
};
use serde_json::{Value, json};

use crate::change::{ChangeOutcome, MAX_RIVALS, change, next_version, too_many_rivals};
use crate::reputation::{Counts, Level, Rule, WINDOW_HOURS, window_begins};

/// The pause between two warnings about the same metric.
const WARN_AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The subject of notices about the operator's own changes.
const OPERATOR: &str = "operator";

/// A bounce or complaint that was counted for a project, in an epoch.
#[derive(Debug, Clone, Copy)]
pub struct CountedEvent {
    /// The project.
    pub project: Uuid,
    /// The epoch that the email was sent in.
    pub epoch: u32,
    /// The metric that counts it.
    pub metric: FeedbackMetric,
}

impl CountedEvent {
    /// True if the event may cause a warning or disable the project: it is not disabled, and the email was of this epoch.
    #[must_use]
    pub fn concerns(&self, project: &Project) -> bool {
        project.facts.status == Status::Active && project.facts.epoch == self.epoch
    }
}

/// Applies the rule after an event was counted: records a warning and may disable the project, and gives true if it did. Call it
/// after the count's commit, so that the later of two concurrent handlers sees both counts. `jitter` is any random number.
///
/// # Errors
/// Any [`TableError`]. The caller has to call it again.
pub async fn apply(
    table: &Table,
    rule: &Rule,
    event: CountedEvent,
    now: Timestamp,
    jitter: u32,
) -> Result<bool, TableError> {
    let CountedEvent { project: id, epoch, metric } = event;
    let watched = |project: &Project| event.concerns(project);
    let Some(mut project) = table.project(id).await?.filter(watched) else { return Ok(false) };
    let counts = Counts::in_window(&table.window(id, epoch, now, jitter).await?, now);
    let Some(crossing) = Crossing::find(rule, metric, counts, now) else { return Ok(false) };
    let notices = table.notices(id).await?;
    if let Some(warning) = crossing.warning(&project, &notices) {
        retry_transient(jitter, || table.record_notice(&warning, &project.facts)).await?;
    }
    if crossing.level == Level::Warn {
        return Ok(false);
    }
    for _rival in 0..MAX_RIVALS {
        let (next, notice) = crossing.disable(&project);
        match retry_transient(jitter, || table.change_project(Some(&project), &next, Some(&notice))).await {
            Err(TableError::Conflict(_)) => match table.project(id).await?.filter(watched) {
                Some(fresh) => project = fresh,
                None => return Ok(false),
            },
            result => return result.map(|()| true),
        }
    }
    Err(too_many_rivals())
}

/// A metric at or above a threshold.
#[derive(Debug)]
pub struct Crossing<'a> {
    rule: &'a Rule,
    metric: FeedbackMetric,
    counts: Counts,
    now: Timestamp,
    /// The highest threshold that it has reached.
    pub level: Level,
}

impl<'a> Crossing<'a> {
    /// Compares a metric with its thresholds; `None` if it is below both.
    #[must_use]
    pub fn find(rule: &'a Rule, metric: FeedbackMetric, counts: Counts, now: Timestamp) -> Option<Self> {
        let level = rule.level(metric, &counts);
        (level != Level::Fine).then_some(Self { rule, metric, counts, now, level })
    }

    /// The warning that is due; `None` while the last one among the project's `notices` holds. Its name has a number, so that two
    /// handlers at once record a single warning.
    #[must_use]
    pub fn warning(&self, project: &Project, notices: &[Notice]) -> Option<Notice> {
        let of_kind = Notice::name(project.facts.epoch, self.metric.as_str(), WARNING, 0);
        let of_kind = of_kind.trim_end_matches('0');
        let last = notices.iter().rfind(|notice| notice.name.starts_with(of_kind));
        let holds = last.is_some_and(|last| self.now < last.at + WARN_AGAIN_AFTER);
        (!holds).then(|| self.numbered_warning(project, last.map_or(1, |last| last.number() + 1)))
    }

    /// The disabled project, and the notice of the change.
    #[must_use]
    pub fn disable(&self, project: &Project) -> (Project, Notice) {
        let threshold = self.rule.thresholds(self.metric).disable;
        let title = format!("Posthorn disabled a project: {}", self.counts_text());
        let action = format!(
            "Every request of the project that changes something is refused. Find the cause, then: \
             posthorn project enable {}",
            project.facts.id
        );
        let mut next = with_status(project, Status::Disabled, self.now);
        next.disabled = Some(Disabled {
            at: self.now,
            reason: format!("{}; {}, limit {threshold} %", self.counts_text(), self.rate_text()),
            figures: Some(Figures {
                metric: self.metric.as_str().to_owned(),
                counted: self.counts.of(self.metric),
                sent: self.counts.sent,
            }),
        });
        let notice = self.notice(project, "disabled", 1, threshold.fraction(), &title, &action);
        (next, notice)
    }
}

impl Crossing<'_> {
    fn numbered_warning(&self, project: &Project, number: u32) -> Notice {
        let threshold = self.rule.thresholds(self.metric).warn;
        let title = format!("Posthorn warning: {}", self.counts_text());
        let find_out = match self.metric {
            FeedbackMetric::Bounce => "Find out where the addresses came from.",
            FeedbackMetric::Complaint => "Find out whether the recipients asked for this mail.",
        };
        let action = format!("{find_out} At {} % the project is disabled.", self.rule.thresholds(self.metric).disable);
        self.notice(project, WARNING, number, threshold.fraction(), &title, &action)
    }

    /// The counts in words, such as `20 bounces of 300 emails in 7 days`.
    fn counts_text(&self) -> String {
        let (counted, sent) = (self.counts.of(self.metric), self.counts.sent);
        let (metric, plural) = (self.metric.as_str(), if counted == 1 { "" } else { "s" });
        format!("{counted} {metric}{plural} of {sent} emails in 7 days")
    }

    /// The rate in words, with the floor if fewer emails than that were sent.
    fn rate_text(&self) -> String {
        let rate = 100.0 * self.rule.rate(self.metric, &self.counts);
        let floor = self.rule.thresholds(self.metric).floor;
        let of = if self.counts.sent < floor {
            format!(" (counted against at least {floor} emails)")
        } else {
            String::new()
        };
        format!("rate {rate:.2} %{of}")
    }

    fn notice(&self, project: &Project, level: &str, number: u32, threshold: f64, title: &str, action: &str) -> Notice {
        let metric = self.metric;
        let mut message = announcement(project, level, self.now, title, action);
        message["metric"] = metric.as_str().into();
        message["rate"] = self.rule.rate(metric, &self.counts).into();
        message["threshold"] = threshold.into();
        message["floor"] = self.rule.thresholds(metric).floor.into();
        message["counts"] = json!({"sent": self.counts.sent, metric.counted(): self.counts.of(metric)});
        message["window"] = json!({
            "hours": WINDOW_HOURS,
            "from": format!("{:.3}", window_begins(self.now)),
            "to": format!("{:.3}", self.now),
        });
        let name = Notice::name(project.facts.epoch, metric.as_str(), level, number);
        notice(project, name, self.now, title, message)
    }
}

/// The fields of every announcement.
fn announcement(project: &Project, level: &str, now: Timestamp, title: &str, action: &str) -> Value {
    json!({
        "type": format!("project_{level}"),
        "project": {"id": project.facts.id, "name": project.facts.name},
        "at": format!("{now:.3}"),
        "summary": title,
        "action": action,
    })
}

/// The notice, whose message has its id, so that every copy has the same.
fn notice(project: &Project, name: String, now: Timestamp, title: &str, mut message: Value) -> Notice {
    message["id"] = format!("{}#{name}", project.facts.id).into();
    Notice {
        name,
        project: project.facts.id,
        at: now,
        title: title.to_owned(),
        message: message.to_string(),
        published_at: None,
    }
}

fn with_status(project: &Project, status: Status, now: Timestamp) -> Project {
    let mut next = next_version(project, now);
    next.facts.status = status;
    next
}

/// Disables a project for the operator. `jitter` is any random number.
///
/// # Errors
/// Any [`TableError`].
pub async fn disable(
    table: &Table,
    id: Uuid,
    reason: &str,
    now: Timestamp,
    jitter: u32,
) -> Result<ChangeOutcome, TableError> {
    change_status(table, id, Status::Disabled, jitter, |project| {
        let mut next = with_status(project, Status::Disabled, now);
        next.disabled = Some(Disabled { at: now, reason: reason.to_owned(), figures: None });
        let title = "Posthorn: the operator disabled a project";
        let action = format!(
            "Every request of the project that changes something is refused until: posthorn project enable {id}"
        );
        let mut message = announcement(project, "disabled", now, title, &action);
        message["summary"] = format!("{title}: {reason}").into();
        message["reason"] = reason.into();
        let name = Notice::name(project.facts.epoch, OPERATOR, "disabled", 1);
        (next, notice(project, name, now, title, message))
    })
    .await
}

/// Reinstates a project for the operator, with a fresh window in which no email from before counts.
/// `jitter` is any random number.
///
/// # Errors
/// Any [`TableError`].
pub async fn enable(table: &Table, id: Uuid, now: Timestamp, jitter: u32) -> Result<ChangeOutcome, TableError> {
    change_status(table, id, Status::Active, jitter, |project| reinstate(project, now)).await
}

/// The reinstated project, and the notice of the change.
#[must_use]
pub fn reinstate(project: &Project, now: Timestamp) -> (Project, Notice) {
    let mut next = with_status(project, Status::Active, now);
    next.disabled = None;
    next.facts.epoch += 1;
    let title = "Posthorn: the operator reinstated a project";
    let action = "Its bounces and complaints are counted from zero; emails from before do not count.";
    let message = announcement(project, "enabled", now, title, action);
    let name = Notice::name(next.facts.epoch, OPERATOR, "enabled", 1);
    (next, notice(project, name, now, title, message))
}

/// Makes a change unless the project has the status already.
async fn change_status(
    table: &Table,
    id: Uuid,
    status: Status,
    jitter: u32,
    next: impl Fn(&Project) -> (Project, Notice),
) -> Result<ChangeOutcome, TableError> {
    change(table, id, jitter, |project| {
        let (next, notice) = next(project);
        Ok((project.facts.status != status).then_some((next, Some(notice))))
    })
    .await
}

//! The card of a project on the page.

use posthorn_auth::reputation::{Counts, Rule};
use posthorn_table::{
    Timestamp,
    project::{Project, Status},
    statistics::FeedbackMetric,
};

use super::{chart::chart, data::ProjectHours, format::time, gauge::gauge};
use crate::html::Escaped;

/// The project's state, its week and its gauges.
pub(super) fn card(counted: &ProjectHours, rule: &Rule, tool: &str, now: Timestamp) -> String {
    let ProjectHours { project, hours } = counted;
    let (id, counts) = (project.facts.id, Counts::in_window(hours, now));
    format!(
        r#"<article id="project-{id}" class="card" aria-labelledby="name-{id}">
<div class="top"><h2 id="name-{id}"><bdi>{}</bdi></h2>{}<code class="id">{id}</code></div>
{}{}{}<div class="gauges">
{}{}</div>
</article>
"#,
        Escaped(&project.facts.name),
        badge(project.facts.status),
        disabled_notice(project, tool),
        legend(&counts, project.facts.epoch),
        chart(id, hours, now),
        gauge(rule, FeedbackMetric::Bounce, &counts),
        gauge(rule, FeedbackMetric::Complaint, &counts),
    )
}

fn badge(status: Status) -> &'static str {
    match status {
        Status::Active => r#"<span class="chip fine">active</span>"#,
        Status::Disabled => r#"<span class="chip disabled">disabled</span>"#,
    }
}

/// For a disabled project: the time, the reason, and the command that enables it again.
fn disabled_notice(project: &Project, tool: &str) -> String {
    if project.facts.status == Status::Active {
        return String::new();
    }
    let id = project.facts.id;
    let reason = project.disabled.as_ref().map_or_else(String::new, |disabled| {
        format!("<p><b>Disabled since {}</b></p>\n<p>{}</p>\n", time(disabled.at), Escaped(&disabled.reason))
    });
    format!(
        r#"<div class="stopped">
{reason}<p class="quiet">Every request of it is refused. When the cause is found, bring it back:</p>
<div class="command"><code>{} project enable {id}</code><button type="button" id="copy-{id}" class="copy">Copy</button></div>
</div>
"#,
        Escaped(tool),
    )
}

fn legend(counts: &Counts, epoch: u32) -> String {
    let Counts { sent, bounced, complained } = counts;
    let empty = if *sent == 0 { "<li>Nothing sent yet in this window.</li>" } else { "" };
    let since = if epoch == 0 { "" } else { ", since it was reinstated" };
    format!(
        r#"<ul class="legend" aria-label="Trailing 7 days"><li class="sent"><b>{sent}</b> sent</li><li class="bounced"><b>{bounced}</b> bounced</li><li class="complained"><b>{complained}</b> complained</li>{empty}<li class="span">trailing 7 days{since}, per hour, UTC</li></ul>
"#
    )
}

//! A project on the page.

use posthorn_auth::reputation::{Counts, Rule};
use posthorn_table::{
    Timestamp,
    project::{Project, Status},
    statistics::FeedbackMetric,
};

use super::{Seen, chart::chart, gauge::gauge, html::time};
use crate::html::Text;

/// The project's state, its week and its gauges.
pub(super) fn card(seen: &Seen, rule: &Rule, tool: &str, now: Timestamp) -> String {
    let Seen { project, hours } = seen;
    let (id, counts) = (project.facts.id, Counts::in_window(hours, now));
    format!(
        r#"<article id="project-{id}" class="card" aria-labelledby="name-{id}">
<div class="top"><h2 id="name-{id}"><bdi>{}</bdi></h2>{}<code class="id">{id}</code></div>
{}{}{}<div class="gauges">
{}{}</div>
</article>
"#,
        Text(&project.facts.name),
        badge(project.facts.status),
        stopped(project, tool),
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

/// Since when and why it is disabled, and the way back.
fn stopped(project: &Project, tool: &str) -> String {
    if project.facts.status == Status::Active {
        return String::new();
    }
    let id = project.facts.id;
    let why = project.disabled.as_ref().map_or_else(String::new, |disabled| {
        format!("<p><b>Disabled since {}</b></p>\n<p>{}</p>\n", time(disabled.at), Text(&disabled.reason))
    });
    format!(
        r#"<div class="stopped">
{why}<p class="quiet">Every request of it is refused. When the cause is found, bring it back:</p>
<div class="command"><code>{} project enable {id}</code><button type="button" id="copy-{id}" class="copy">Copy</button></div>
</div>
"#,
        Text(tool),
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

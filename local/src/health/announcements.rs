//! The announcements to the operators, in HTML.

use posthorn_auth::reputation::{Counts, Level, Rule};
use posthorn_table::statistics::FeedbackMetric;
use posthorn_testkit::sns::Published;
use serde_json::Value;

use super::{data::HealthData, format::time};
use crate::html::Escaped;

/// The hint of the empty page asks for so many emails at most.
const MAX_HINT_EMAILS: u64 = 1_000;

/// The announcements, newest first; without one, a hint how to get one.
pub(super) fn announcements(data: &HealthData) -> String {
    let list = if data.announcements.is_empty() {
        hint(&data.rule)
    } else {
        let items: String = data.announcements.iter().map(|published| item(published)).collect();
        format!("<ol>\n{items}</ol>")
    };
    format!(
        r#"<section id="announcements" class="card" aria-labelledby="announced">
<h2 id="announced">Announcements</h2>
{list}
</section>
"#
    )
}

fn item(published: &Published) -> String {
    let message: Value = serde_json::from_str(&published.message).unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let kind = text(&message["type"]);
    let subject = published.subject.as_deref().unwrap_or("(no subject)");
    format!(
        r#"<li>
<p class="about">{}{}{}</p>
<h3>{}</h3>
{}<details id="message-{}"><summary>JSON</summary><pre tabindex="0">{}</pre></details>
</li>
"#,
        time(published.at),
        if_any(&kind, |kind| format!(r#"<span class="chip {}">{kind}</span>"#, class(&message["type"]))),
        if_any(&text(&message["project"]["name"]), |name| format!("<bdi>{name}</bdi>")),
        Escaped(message["summary"].as_str().unwrap_or(subject)),
        if_any(&text(&message["action"]), |action| format!("<p>{action}</p>\n")),
        Escaped(&published.id),
        Escaped(indented(&message, &published.message)),
    )
}

/// The HTML that `render` makes of the escaped text; nothing for an empty text.
fn if_any(text: &str, render: impl FnOnce(String) -> String) -> String {
    if text.is_empty() { String::new() } else { render(Escaped(text).to_string()) }
}

/// The message as indented JSON; as it is, if it is not JSON.
fn indented(message: &Value, raw: &str) -> String {
    match message {
        Value::Null => raw.to_owned(),
        message => format!("{message:#}"),
    }
}

/// The CSS class that colours a type of announcement.
fn class(kind: &Value) -> &'static str {
    match kind.as_str() {
        Some("project_warning") => "warn",
        Some("project_disabled") => "disabled",
        Some("project_enabled") => "fine",
        _ => "plain",
    }
}

/// Asks for each email to an address of its own, for an address that bounced is suppressed.
fn hint(rule: &Rule) -> String {
    let (warned, disabled) = (bounces_to(rule, Level::Warn), bounces_to(rule, Level::Disable));
    let how = match (warned, disabled) {
        (Some(warned), Some(disabled)) => format!(
            "Send an email each to <code>bounce1@example.com</code> up to <code>bounce{disabled}@example.com</code>: at \
             bounce {warned} the operators are warned, at bounce {disabled} the project is disabled, and both are \
             announced here. One address would count once, for what bounced is suppressed."
        ),
        _ => "Warnings, stops and reinstatements of projects show here.".to_owned(),
    };
    format!(r#"<p class="quiet">Nothing was announced yet. {how}</p>"#)
}

/// The number of bounces in a row that bring a new project to a level.
fn bounces_to(rule: &Rule, level: Level) -> Option<u64> {
    (1..=MAX_HINT_EMAILS).find(|n| {
        let counts = Counts { sent: *n, bounced: *n, complained: 0 };
        rule.level(FeedbackMetric::Bounce, &counts) >= level
    })
}

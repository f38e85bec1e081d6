//! What was announced to the operators.

use posthorn_auth::reputation::{Counts, Level, Rule};
use posthorn_table::statistics::FeedbackMetric;
use posthorn_testkit::sns::Published;
use serde_json::Value;

use super::{View, html::time};
use crate::html::Text;

/// The most emails that the hint of the empty page asks for.
const HINT_MAX: u64 = 1_000;

/// The announcements, newest first; or how to get one.
pub(super) fn announcements(view: &View) -> String {
    let list = if view.announcements.is_empty() {
        hint(&view.rule)
    } else {
        let items: String = view.announcements.iter().map(|published| item(published)).collect();
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
        optional(&kind, |kind| format!(r#"<span class="chip {}">{kind}</span>"#, class(&message["type"]))),
        optional(&text(&message["project"]["name"]), |name| format!("<bdi>{name}</bdi>")),
        Text(message["summary"].as_str().unwrap_or(subject)),
        optional(&text(&message["action"]), |action| format!("<p>{action}</p>\n")),
        Text(&published.id),
        Text(readable(&message, &published.message)),
    )
}

/// What `shown` makes of the text, which it gets escaped; nothing of none.
fn optional(text: &str, shown: impl FnOnce(String) -> String) -> String {
    if text.is_empty() { String::new() } else { shown(Text(text).to_string()) }
}

/// Indented, if it is JSON at all.
fn readable(message: &Value, raw: &str) -> String {
    match message {
        Value::Null => raw.to_owned(),
        message => format!("{message:#}"),
    }
}

/// The class that colours a type of announcement.
fn class(kind: &Value) -> &'static str {
    match kind.as_str() {
        Some("project_warning") => "warn",
        Some("project_disabled") => "disabled",
        Some("project_enabled") => "fine",
        _ => "plain",
    }
}

/// Each to an address of its own, for an address that bounced is suppressed.
fn hint(rule: &Rule) -> String {
    let (warned, disabled) = (bounces(rule, Level::Warn), bounces(rule, Level::Disable));
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

/// How many bounces in a row bring a new project to a level.
fn bounces(rule: &Rule, level: Level) -> Option<u64> {
    (1..=HINT_MAX).find(|n| {
        let counts = Counts { sent: *n, bounced: *n, complained: 0 };
        rule.level(FeedbackMetric::Bounce, &counts) >= level
    })
}

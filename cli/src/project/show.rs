//! A project on the terminal.

use std::fmt::Write;

use anstyle::AnsiColor;
use posthorn_auth::{
    KeyClass,
    reputation::{Counts, Level, Rate, Rule},
};
use posthorn_table::{
    project::{Project, Status},
    statistics::FeedbackMetric,
};
use serde_json::{Value, json};

use super::view::project_json;
use crate::{
    error::CliError,
    moment::{day, minute},
    report::Report,
    target::Target,
    terminal::{escaped, painted, quantity},
};

/// The characters of a whole bar, and how far it goes beyond the disable line, as a multiple of it.
const WIDTH: usize = 34;
const BAR_END: f64 = 1.5;

pub(super) async fn show(target: &Target, named: &str) -> Result<Report, CliError> {
    let now = target.env.now();
    let project = target.project(named).await?;
    let facts = &project.facts;
    let (hours, used, claims) = tokio::try_join!(
        target.table.window(facts.id, facts.epoch, now, target.jitter()),
        target.table.usage(facts.id, now),
        target.table.domains(),
    )?;
    let pending = |domain: &String| !facts.domains.contains(domain);
    let pending: Vec<_> =
        claims.into_iter().filter(|it| it.project == facts.id).map(|it| it.domain).filter(pending).collect();
    let counts = Counts::in_window(&hours, now);
    let mut json = project_json(&project);
    json["pendingDomains"] = json!(pending);
    json["usedThisMonth"] = json!(facts.monthly_limit.map(|_| used));
    json["window"] = window_json(&target.rule, &counts);
    let text = format!(
        "{}\n\n{}\n\n{}",
        heading(&project),
        facts_text(&project, &pending, used),
        rates(&project, &target.rule, &counts)
    );
    Ok(Report::done(text, json))
}

fn window_json(rule: &Rule, counts: &Counts) -> Value {
    let metric = |metric: FeedbackMetric| {
        let thresholds = rule.thresholds(metric);
        json!({
            "rate": rule.rate(metric, counts),
            "warnAt": thresholds.warn.fraction(),
            "disableAt": thresholds.disable.fraction(),
            "floor": thresholds.floor,
        })
    };
    json!({
        "sent": counts.sent,
        "bounced": counts.bounced,
        "complained": counts.complained,
        "bounce": metric(FeedbackMetric::Bounce),
        "complaint": metric(FeedbackMetric::Complaint),
    })
}

fn heading(project: &Project) -> String {
    let mut page = format!("{}  {}\n", escaped(&project.facts.name), project.facts.id);
    match (project.facts.status, &project.disabled) {
        (Status::Active, _) => page.push_str(&painted("active", AnsiColor::Green)),
        (Status::Disabled, None) => page.push_str(&painted("disabled", AnsiColor::Red)),
        (Status::Disabled, Some(disabled)) => {
            let red = painted("disabled", AnsiColor::Red);
            let _ = write!(page, "{red} since {}: {}", minute(disabled.at), escaped(&disabled.reason));
        }
    }
    if project.facts.status == Status::Disabled {
        let _ = write!(page, "\nBring it back with: posthorn project enable {}", project.facts.id);
    }
    page
}

fn facts_text(project: &Project, pending: &[String], used: u64) -> String {
    let facts = &project.facts;
    let verified = facts.domains.iter().map(|domain| escaped(domain));
    let pending = pending.iter().map(|domain| format!("{} (to be checked)", escaped(domain)));
    let domains: Vec<_> = verified.chain(pending).collect();
    let sender = facts.default_sender.as_deref().map(escaped);
    let limit = match facts.monthly_limit {
        None => "none".to_owned(),
        Some(limit) => format!("{} a month, {used} used in this one", quantity(limit, "email")),
    };
    let lines = [
        ("Domains", if domains.is_empty() { "none".to_owned() } else { domains.join(", ") }),
        ("Sender", sender.unwrap_or_else(|| "none: every request names one".to_owned())),
        ("Limit", limit),
        ("Keys", keys(project)),
        ("Created", day(project.created_at)),
    ];
    lines.map(|(name, value)| format!("  {name:<8} {value}")).join("\n")
}

/// The number of keys, and each key by the short id that the log has of it.
fn keys(project: &Project) -> String {
    let live = project.keys.iter().filter(|key| key.is_live()).count() as u64;
    let mut ends: Vec<_> = project.keys.iter().filter_map(|key| key.retires_at).collect();
    ends.sort();
    let mut text = quantity(live, "live key");
    if let (Some(first), Some(last)) = (ends.first(), ends.last()) {
        let by = if first == last { "at" } else { "by" };
        let _ = write!(text, ", {} that stop {by} {}", ends.len(), minute(*last));
    }
    for key in &project.keys {
        let class = match key.class {
            KeyClass::Secret => "secret",
            KeyClass::Public => "public",
        };
        let end = key.retires_at.map_or_else(String::new, |at| format!(", stops at {}", minute(at)));
        let _ = write!(text, "\n{:11}{class} {}{end}", "", key.short_id());
    }
    text
}

fn rates(project: &Project, rule: &Rule, counts: &Counts) -> String {
    let mut page = String::new();
    let Counts { sent, bounced, complained } = counts;
    let since = if project.facts.epoch == 0 { "" } else { ", since it was reinstated" };
    let _ = write!(page, "Trailing 7 days{since}: {sent} sent, {bounced} bounced, {complained} complained");
    for metric in [FeedbackMetric::Bounce, FeedbackMetric::Complaint] {
        page.push_str(&gauge(metric, rule, counts));
    }
    page
}

/// A metric's rate as a bar, with its two lines drawn over it.
fn gauge(metric: FeedbackMetric, rule: &Rule, counts: &Counts) -> String {
    let thresholds = rule.thresholds(metric);
    let rate = rule.rate(metric, counts);
    let color = match rule.level(metric, counts) {
        Level::Fine => AnsiColor::Green,
        Level::Warn => AnsiColor::Yellow,
        Level::Disable => AnsiColor::Red,
    };
    let filled = column(rate, thresholds.disable);
    let (warn, disable) = (
        column(thresholds.warn.fraction(), thresholds.disable),
        column(thresholds.disable.fraction(), thresholds.disable),
    );
    let bar: String = (0..WIDTH)
        .map(|at| match at {
            _ if at == warn => '\u{250a}',
            _ if at == disable => '\u{2503}',
            _ if at < filled => '\u{2588}',
            _ => '\u{2591}',
        })
        .collect();
    format!(
        "\n{:>11}s {:>6.2} %  {}  warns at {} %,\n{:23}disables at {} %, of at least {}",
        metric.as_str(),
        100.0 * rate,
        painted(&bar, color),
        thresholds.warn,
        "",
        thresholds.disable,
        quantity(thresholds.floor, "email"),
    )
}

/// The column at which a rate ends on a bar.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share of a bar's width, cut to it"
)]
fn column(rate: f64, disable: Rate) -> usize {
    let whole = disable.fraction() * BAR_END;
    ((rate / whole).clamp(0.0, 1.0) * WIDTH as f64).round() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(bounced: u64, sent: u64) -> String {
        let gauge = gauge(FeedbackMetric::Bounce, &Rule::default(), &Counts { sent, bounced, complained: 0 });
        crate::terminal::plain(&gauge)
    }

    #[test]
    fn a_bar_shows_both_lines_and_the_rate_between_them() {
        let nothing = bar(0, 0);
        assert!(nothing.contains("  bounces   0.00 %") && nothing.contains("warns at 5 %,\n"), "{nothing}");
        assert!(nothing.ends_with("  disables at 10 %, of at least 200 emails"), "{nothing}");
        let filled = |text: &str| text.chars().filter(|c| *c == '\u{2588}').count();
        assert_eq!((filled(&nothing), filled(&bar(10, 200)), filled(&bar(20, 20))), (0, 11, 22));
        assert_eq!(filled(&bar(1_000, 1_000)), WIDTH - 2, "a bar does not leave its frame");
        for text in [nothing, bar(200, 200)] {
            assert!(text.contains('\u{250a}') && text.contains('\u{2503}'));
        }
    }
}

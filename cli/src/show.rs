//! A project on the terminal.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use posthorn_auth::reputation::{Counts, Level, Rate, Rule};
use posthorn_table::{
    Timestamp, Uuid,
    project::{Project, Status},
    statistics::Metric,
};

use crate::{Failed, target::Target};

/// Characters of a whole bar; it shows this much more than the disable line.
const WIDTH: usize = 48;
const BEYOND: f64 = 1.5;

pub(crate) async fn show(target: &Target, id: Uuid) -> Result<String, Failed> {
    let now = target.edge.now();
    let project = target.table.project(id).await?;
    let project = project.ok_or_else(|| Failed::NoSuchProject(id, target.name.clone()))?;
    let hours = target.table.window(id, project.facts.epoch, now).await?;
    Ok(page(&project, &target.rule, &Counts::in_window(&hours, now)))
}

fn page(project: &Project, rule: &Rule, counts: &Counts) -> String {
    let mut page = format!("{}  {}\n", project.facts.name, project.facts.id);
    match (project.facts.status, &project.disabled) {
        (Status::Active, _) => page.push_str(&painted("active", AnsiColor::Green)),
        (Status::Disabled, None) => page.push_str(&painted("disabled", AnsiColor::Red)),
        (Status::Disabled, Some(disabled)) => {
            let _ = write!(
                page,
                "{} since {}: {}",
                painted("disabled", AnsiColor::Red),
                minute(disabled.at),
                disabled.reason
            );
        }
    }
    if project.facts.status == Status::Disabled {
        let _ = write!(page, "\nBring it back with: posthorn project enable {}", project.facts.id);
    }
    let Counts { sent, bounced, complained } = counts;
    let since = if project.facts.epoch == 0 { "" } else { ", since it was reinstated" };
    let _ = write!(page, "\n\nTrailing 7 days{since}: {sent} sent, {bounced} bounced, {complained} complained");
    for metric in [Metric::Bounce, Metric::Complaint] {
        page.push_str(&gauge(metric, rule, counts));
    }
    page
}

/// A metric's rate as a bar, with its two lines drawn over it.
fn gauge(metric: Metric, rule: &Rule, counts: &Counts) -> String {
    let lines = rule.lines(metric);
    let rate = rule.rate(metric, counts);
    let color = match rule.level(metric, counts) {
        Level::Fine => AnsiColor::Green,
        Level::Warn => AnsiColor::Yellow,
        Level::Disable => AnsiColor::Red,
    };
    let filled = column(rate, lines.disable);
    let (warn, disable) =
        (column(lines.warn.fraction(), lines.disable), column(lines.disable.fraction(), lines.disable));
    let bar: String = (0..WIDTH)
        .map(|at| match at {
            _ if at == warn => '\u{250a}',
            _ if at == disable => '\u{2503}',
            _ if at < filled => '\u{2588}',
            _ => '\u{2591}',
        })
        .collect();
    format!(
        "\n{:>9}s {:>6.2} %  {}  warn at {} %, disable at {} %, of at least {}",
        metric.as_str(),
        100.0 * rate,
        painted(&bar, color),
        lines.warn,
        lines.disable,
        lines.floor,
    )
}

/// Where a rate ends on a bar.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share of a bar's width, cut to it"
)]
fn column(rate: f64, disable: Rate) -> usize {
    let whole = disable.fraction() * BEYOND;
    ((rate / whole).clamp(0.0, 1.0) * WIDTH as f64).round() as usize
}

fn painted(text: &str, color: AnsiColor) -> String {
    let style = Style::new().fg_color(Some(color.into()));
    format!("{style}{text}{style:#}")
}

fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(bounced: u64, sent: u64) -> String {
        let gauge = gauge(Metric::Bounce, &Rule::default(), &Counts { sent, bounced, complained: 0 });
        anstream::adapter::strip_str(&gauge).to_string()
    }

    #[test]
    fn a_bar_shows_both_lines_and_the_rate_between_them() {
        let nothing = bar(0, 0);
        assert!(nothing.contains("  bounces   0.00 %"), "{nothing}");
        assert!(nothing.ends_with("warn at 5 %, disable at 10 %, of at least 200"), "{nothing}");
        let filled = |text: &str| text.chars().filter(|c| *c == '\u{2588}').count();
        assert_eq!((filled(&nothing), filled(&bar(10, 200)), filled(&bar(20, 20))), (0, 16, 31));
        assert_eq!(filled(&bar(1_000, 1_000)), WIDTH - 2, "a bar does not leave its frame");
        for text in [nothing, bar(200, 200)] {
            assert!(text.contains('\u{250a}') && text.contains('\u{2503}'));
        }
    }
}

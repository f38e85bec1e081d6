//! The page, and its changing part.

use posthorn_table::TableError;

use super::{announcements::announcements, card::card, data::HealthData};
use crate::html::Escaped;

/// The whole page around its changing part.
pub(super) fn page(parts: &str) -> String {
    format!(include_str!("page.html"), parts = parts)
}

/// The changing part: elements with ids. The script replaces those that differ.
pub(super) fn parts(data: &HealthData) -> String {
    let mut cards: String =
        data.projects.iter().map(|counted| card(counted, &data.rule, &data.tool, data.now)).collect();
    if cards.is_empty() {
        cards.push_str(NO_PROJECT);
    }
    format!("{}{cards}{}", given_up(data.dead), announcements(data))
}

const NO_PROJECT: &str = r#"<section id="none" class="card"><h2>No project</h2><p class="quiet">The local stack makes its demo project when it starts: start it again.</p></section>
"#;

/// The changing part where the table cannot be read.
pub(super) fn unreadable_table(error: &TableError) -> String {
    format!(
        r#"<section id="failed" class="card stopped" role="alert"><h2>The table cannot be read</h2><p>{}</p></section>
"#,
        Escaped(error)
    )
}

/// A warning of feedback events that failed for good. In AWS the dead-letter queue's alarm is for these.
fn given_up(dead: usize) -> String {
    let (events, them) = match dead {
        0 => return String::new(),
        1 => ("event was", "it"),
        _ => ("events were", "them"),
    };
    format!(
        r#"<section id="given-up" class="card stopped" role="alert"><p><b>{dead} feedback {events} given up</b> after 5 tries: the stack's log says why. In AWS the dead-letter queue would keep {them} and alarm.</p></section>
"#
    )
}

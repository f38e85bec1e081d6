//! The page, and its changing part.

use posthorn_table::TableError;

use super::{View, announced::announcements, card::card};
use crate::html::Text;

/// The whole page around its changing part.
pub(super) fn page(parts: &str) -> String {
    format!(include_str!("page.html"), parts = parts)
}

/// The changing part: elements with ids, each of which the script swaps in if it is different.
pub(super) fn parts(view: &View) -> String {
    let mut cards: String = view.projects.iter().map(|seen| card(seen, &view.rule, &view.tool, view.now)).collect();
    if cards.is_empty() {
        cards.push_str(NO_PROJECT);
    }
    format!("{}{cards}{}", given_up(view.dead), announcements(view))
}

const NO_PROJECT: &str = r#"<section id="none" class="card"><h2>No project</h2><p class="quiet">The local stack makes its demo project when it starts: start it again.</p></section>
"#;

/// The changing part where the table cannot be read.
pub(super) fn failed(error: &TableError) -> String {
    format!(
        r#"<section id="failed" class="card stopped" role="alert"><h2>The table cannot be read</h2><p>{}</p></section>
"#,
        Text(error)
    )
}

/// Feedback that nobody could handle, which in AWS is what the dead-letter queue's alarm is for.
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

//! The description's texts, which are Markdown of the simplest kind: paragraphs, and code between back ticks.

use crate::html::Text;

/// Paragraphs.
pub(super) fn paragraphs(text: &str) -> String {
    text.split("\n\n").map(paragraph).collect()
}

/// One paragraph.
pub(super) fn paragraph(text: &str) -> String {
    format!("<p>{}</p>\n", inline(text.trim()))
}

/// A text within a line.
pub(super) fn inline(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts
        .map(|(n, part)| if n % 2 == 1 { format!("<code>{}</code>", Text(part)) } else { Text(part).to_string() })
        .collect()
}

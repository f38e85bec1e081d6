//! No module of the workspace imports another in a circle.

use std::{collections::BTreeMap, fmt::Write as _};

use posthorn_tidy::{Circle, circles};

/// The circle with every line that makes it.
fn shown(circle: &Circle) -> String {
    let mut arrows: BTreeMap<_, BTreeMap<_, Vec<String>>> = BTreeMap::new();
    for edge in &circle.edges {
        let paths = arrows.entry((&edge.from, &edge.to)).or_default();
        paths.entry(&edge.path).or_default().push(edge.line.to_string());
    }
    let mut text = String::new();
    for ((from, to), paths) in arrows {
        let paths: Vec<_> = paths.iter().map(|(path, lines)| format!("{path} (line {})", lines.join(", "))).collect();
        let _ = writeln!(text, "  {} -> {}: {}", from.display(), to.display(), paths.join(", "));
    }
    text
}

#[test]
fn no_modules_import_each_other_in_a_circle() {
    let circles = circles().unwrap_or_else(|error| panic!("the workspace cannot be read: {error}"));
    let circles: Vec<_> = circles.iter().map(shown).collect();
    assert!(circles.is_empty(), "{} circles:\n{}", circles.len(), circles.join("\n"));
}

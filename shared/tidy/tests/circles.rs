//! No module of the workspace imports another in a circle.

use std::{collections::BTreeMap, fmt::Write as _, path::Path};

use posthorn_tidy::{Circle, circles};

/// The circles that are still to be mended, each by the first of its files. A circle that is mended must be removed from this list.
const KNOWN: &[&str] = &[
    "benches/liquidjs/src/cases.rs",
    "benches/src/bin/load/audit.rs",
    "benches/src/calls.rs",
    "cli/src/aws.rs",
    "cli/src/domain/add.rs",
    "cli/src/project/delete.rs",
    "cli/tests/posthorn/gate.rs",
    "local/src/health/announced.rs",
    "local/src/inbox/routes.rs",
    "local/tests/emulator/main.rs",
    "shared/errors/src/failure.rs",
    "shared/table/src/api_key.rs",
    "shared/table/src/contact/room.rs",
    "shared/testkit/src/backends.rs",
    "shared/testkit/src/faults/answer.rs",
    "shared/testkit/src/queue/state.rs",
    "shared/testkit/src/ses/routes.rs",
    "shared/testkit/src/sns/routes.rs",
];

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
    let first = |circle: &Circle| circle.files.first().cloned().unwrap_or_default();
    let is_known = |circle: &Circle| KNOWN.iter().any(|known| first(circle) == Path::new(known));
    let unknown: Vec<_> = circles.iter().filter(|circle| !is_known(circle)).map(shown).collect();
    assert!(unknown.is_empty(), "{} circles:\n{}", unknown.len(), unknown.join("\n"));
    let mended: Vec<_> =
        KNOWN.iter().filter(|known| !circles.iter().any(|circle| first(circle) == Path::new(known))).collect();
    assert!(mended.is_empty(), "circles that are mended, to be removed from the list: {mended:?}");
}

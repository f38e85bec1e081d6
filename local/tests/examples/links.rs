//! Every link within the repository points to a file or heading that exists.

use std::path::{Path, PathBuf};

use crate::markdown::{MarkdownFile, root};

/// Every document at the top, in `docs/`, `events/` and `benches/`.
fn documents() -> Vec<PathBuf> {
    let folders = ["", "docs", "events", "benches"];
    let in_folder = |folder: &&str| root().join(folder).read_dir().unwrap().map(|entry| entry.unwrap().path());
    let files = folders.iter().flat_map(in_folder);
    let documents = files.filter(|path| path.extension().is_some_and(|end| end == "md"));
    documents.map(|path| path.strip_prefix(root()).unwrap().to_owned()).collect()
}

/// The error of a link in a document, if it has one.
fn link_error(document: &Path, link: &str) -> Option<&'static str> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
    let target = if path.is_empty() { document.to_owned() } else { document.parent().unwrap().join(path) };
    if !root().join(&target).exists() {
        return Some("no such file");
    }
    let anchors = || MarkdownFile::read(&target).anchors;
    let missing = anchor.is_some_and(|anchor| !anchors().iter().any(|known| known == anchor));
    missing.then_some("no such heading")
}

#[test]
fn every_relative_link_points_to_a_file_or_heading() {
    let documents = documents();
    assert!(documents.len() >= 8, "{documents:?}");
    let found = documents.iter().flat_map(|document| {
        let links = MarkdownFile::read(document).links;
        links
            .into_iter()
            .filter_map(move |link| Some(format!("{}: {link}: {}", document.display(), link_error(document, &link)?)))
    });
    let found: Vec<_> = found.collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_wrong_link_is_found() {
    let readme = Path::new("README.md");
    for (link, expected) in [
        ("https://example.com/", None),
        ("ARCHITECTURE.md#invariants", None),
        ("ARCHITECTURE.md#nothing", Some("no such heading")),
        ("docs/nothing.md", Some("no such file")),
        ("#licence", None),
        ("#nothing", Some("no such heading")),
    ] {
        assert_eq!(link_error(readme, link), expected, "{link}");
    }
}

//! Every link within the repository points to something that is there, and so does what an alarm says to read.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use crate::markdown::{Document, anchor, root};

/// Every document at the top, in `docs/`, and beside what it is about.
fn documents() -> Vec<PathBuf> {
    let folders = ["", "docs", "events", "benches"];
    let in_folder = |folder: &&str| root().join(folder).read_dir().unwrap().map(|entry| entry.unwrap().path());
    let files = folders.iter().flat_map(in_folder);
    let documents = files.filter(|path| path.extension().is_some_and(|end| end == "md"));
    documents.map(|path| path.strip_prefix(root()).unwrap().to_owned()).collect()
}

/// What is wrong with a link in a document, if anything.
fn wrong(document: &Path, link: &str) -> Option<&'static str> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
    let target = if path.is_empty() { document.to_owned() } else { document.parent().unwrap().join(path) };
    if !root().join(&target).exists() {
        return Some("no such file");
    }
    let anchors = || Document::read(&target).anchors;
    let missing = anchor.is_some_and(|anchor| !anchors().iter().any(|known| known == anchor));
    missing.then_some("no such heading")
}

#[test]
fn every_relative_link_leads_somewhere() {
    let documents = documents();
    assert!(documents.len() >= 8, "{documents:?}");
    let found = documents.iter().flat_map(|document| {
        let links = Document::read(document).links;
        links
            .into_iter()
            .filter_map(move |link| Some(format!("{}: {link}: {}", document.display(), wrong(document, &link)?)))
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
        assert_eq!(wrong(readme, link), expected, "{link}");
    }
}

/// The sections that a text says to read, `docs/….md, "…"`: each a file and a heading, however its lines are broken.
fn sections(text: &str) -> Vec<(String, String)> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let named = text.split("docs/").skip(1).filter_map(|rest| {
        let (file, rest) = rest.split_once(".md, \"")?;
        let heading = rest.split_once('"')?.0;
        file.chars().all(|character| character.is_alphanumeric() || character == '-').then_some((file, heading))
    });
    named.map(|(file, heading)| (format!("docs/{file}.md"), heading.to_owned())).collect()
}

#[test]
fn a_section_is_found_across_lines() {
    let text = "It waits. See docs/operating.md, \"Events\n    wait\". And (docs/local.md), and docs/x/y.md, \"no\".";
    assert_eq!(sections(text), [("docs/operating.md".to_owned(), "Events wait".to_owned())]);
}

#[test]
fn every_section_that_the_deployment_names_is_there() {
    let entries = root().read_dir().unwrap().map(|entry| entry.unwrap().path());
    let templates = entries.filter(|path| path.extension().is_some_and(|end| end == "yaml"));
    for (file, heading) in templates.flat_map(|path| sections(&fs::read_to_string(path).unwrap())) {
        let anchors = Document::read(Path::new(&file)).anchors;
        assert!(anchors.contains(&anchor(&heading, &mut HashMap::new())), "{file} has no heading {heading:?}");
    }
}

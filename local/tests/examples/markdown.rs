//! Reads Markdown files: their fenced blocks, their headings and their links.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

/// The repository's folder.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A fenced block: the heading above it, its language, its text.
#[derive(Debug)]
pub(crate) struct FencedBlock {
    pub(crate) heading: String,
    pub(crate) language: String,
    pub(crate) text: String,
}

/// The parts of a file that the tests look at.
#[derive(Debug)]
pub(crate) struct MarkdownFile {
    pub(crate) blocks: Vec<FencedBlock>,
    /// The anchors of its headings, by GitHub's rule.
    pub(crate) anchors: Vec<String>,
    /// The targets of its links and pictures.
    pub(crate) links: Vec<String>,
}

impl MarkdownFile {
    /// Reads a file by its path in the repository.
    pub(crate) fn read(path: &Path) -> Self {
        Self::parse(&fs::read_to_string(root().join(path)).unwrap())
    }

    pub(crate) fn parse(text: &str) -> Self {
        let mut document = Self { blocks: Vec::new(), anchors: Vec::new(), links: Vec::new() };
        let (mut heading, mut seen, mut lines) = (String::new(), HashMap::new(), text.lines());
        while let Some(line) = lines.next() {
            if let Some(language) = line.strip_prefix("```") {
                let text: String =
                    lines.by_ref().take_while(|line| *line != "```").flat_map(|line| [line, "\n"]).collect();
                let language = language.to_owned();
                document.blocks.push(FencedBlock { heading: heading.clone(), language, text });
            } else if line.starts_with('#') {
                line.trim_start_matches('#').trim().clone_into(&mut heading);
                document.anchors.push(anchor(&heading, &mut seen));
            } else {
                document.links.extend(links(line));
            }
        }
        document
    }

    /// The one block of a language below a heading that contains a text.
    pub(crate) fn block(&self, heading: &str, language: &str, contained: &str) -> &str {
        let fits = |block: &&FencedBlock| {
            (block.heading.as_str(), block.language.as_str()) == (heading, language) && block.text.contains(contained)
        };
        let mut fitting = self.blocks.iter().filter(fits);
        let block =
            fitting.next().unwrap_or_else(|| panic!("no block in {language} with {contained:?} below {heading:?}"));
        assert!(fitting.next().is_none(), "two blocks in {language} with {contained:?} below {heading:?}");
        &block.text
    }
}

/// The anchor of a heading by GitHub's rule: letters and digits in lower case, spaces as hyphens, a number where it repeats.
pub(crate) fn anchor(heading: &str, seen: &mut HashMap<String, u32>) -> String {
    let kept = |character: &char| character.is_alphanumeric() || matches!(character, ' ' | '-' | '_');
    let slug: String = heading.to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-");
    let count = seen.entry(slug.clone()).and_modify(|count| *count += 1).or_insert(0);
    if *count == 0 { slug } else { format!("{slug}-{count}") }
}

/// The targets of a line's links, outside of code: inline, by reference, and those of HTML.
fn links(line: &str) -> Vec<String> {
    let prose: String = line.split('`').step_by(2).collect::<Vec<_>>().join("code");
    let after = |mark: &str, end: char| {
        let pieces: Vec<_> = prose.split(mark).skip(1).collect();
        pieces.into_iter().filter_map(|piece| Some(piece.split_once(end)?.0.to_owned())).collect::<Vec<_>>()
    };
    let by_reference = prose.strip_prefix('[').and_then(|rest| Some(rest.split_once("]: ")?.1.to_owned()));
    [after("](", ')'), after("href=\"", '"'), after("src=\"", '"'), by_reference.into_iter().collect()].concat()
}

#[test]
fn links_anchors_and_blocks_are_found() {
    let document = MarkdownFile::parse(
        "# One `two`: three\n[a](b.md#c) `[no](code)` ![d](e.png) <a href=\"g\"><img src=\"f.png\"></a>\n[g]: h\n## One\n```sh x\n# no\n```\n## One\n",
    );
    assert_eq!(document.links, ["b.md#c", "e.png", "g", "f.png", "h"]);
    assert_eq!(document.anchors, ["one-two-three", "one", "one-1"]);
    assert_eq!(document.block("One", "sh x", "no"), "# no\n");
}

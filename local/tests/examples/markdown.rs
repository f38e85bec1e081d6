//! Reading the documents: their fenced blocks, their headings and their links.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

/// The repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A fenced block: the heading that it is below, its language, its text.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) heading: String,
    pub(crate) language: String,
    pub(crate) text: String,
}

/// A document, taken apart.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) blocks: Vec<Block>,
    /// As a link names them (GitHub's rule).
    pub(crate) anchors: Vec<String>,
    /// Where its links and pictures point.
    pub(crate) links: Vec<String>,
}

impl Document {
    /// Reads one by its path in the repository.
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
                document.blocks.push(Block { heading: heading.clone(), language, text });
            } else if line.starts_with('#') {
                line.trim_start_matches('#').trim().clone_into(&mut heading);
                document.anchors.push(anchor(&heading, &mut seen));
            } else {
                document.links.extend(links(line));
            }
        }
        document
    }

    /// The one block of a language below a heading that holds a text.
    pub(crate) fn block(&self, heading: &str, language: &str, holding: &str) -> &str {
        let fits = |block: &&Block| {
            (block.heading.as_str(), block.language.as_str()) == (heading, language) && block.text.contains(holding)
        };
        let mut fitting = self.blocks.iter().filter(fits);
        let block =
            fitting.next().unwrap_or_else(|| panic!("no block in {language} with {holding:?} below {heading:?}"));
        assert!(fitting.next().is_none(), "two blocks in {language} with {holding:?} below {heading:?}");
        &block.text
    }
}

/// What GitHub makes of a heading: letters and digits in lower case, spaces as hyphens, a number where it comes again.
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
    let document = Document::parse(
        "# One `two`: three\n[a](b.md#c) `[no](code)` ![d](e.png) <a href=\"g\"><img src=\"f.png\"></a>\n[g]: h\n## One\n```sh x\n# no\n```\n## One\n",
    );
    assert_eq!(document.links, ["b.md#c", "e.png", "g", "f.png", "h"]);
    assert_eq!(document.anchors, ["one-two-three", "one", "one-1"]);
    assert_eq!(document.block("One", "sh x", "no"), "# no\n");
}

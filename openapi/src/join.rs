//! Joins the texts of the files.

use crate::source::SourceFile;

/// The command that writes the description.
pub const COMMAND: &str = "cargo run -p posthorn-description";

/// A key of a block mapping.
struct Block<'a> {
    key: &'a str,
    /// The comments and blank lines above the key, the key, and its value.
    text: &'a str,
    /// The lines below the key's own.
    value: &'a str,
}

/// Joins the files, of which the first is the base. The base's own keys come first, and kinds of components keep its order.
pub(crate) fn join(files: &[SourceFile]) -> String {
    let top: Vec<_> = files.iter().flat_map(|file| blocks(&file.text, 0)).collect();
    let components: Vec<_> = values(&top, "components").flat_map(|text| blocks(text, 2)).collect();
    let own = top.iter().filter(|block| !["paths", "components"].contains(&block.key)).map(|block| block.text);
    let kinds = distinct(&components);
    let kinds = kinds.iter().map(|kind| format!("  {kind}:\n{}", paragraphs(values(&components, kind))));
    format!(
        "# Made by `{COMMAND}` from openapi/base.yaml and the files openapi.yaml in functions/. Change those instead.\n\
         {}\npaths:\n{}\ncomponents:\n{}",
        own.collect::<String>(),
        paragraphs(values(&top, "paths")),
        kinds.collect::<Vec<_>>().join("\n"),
    )
}

/// The keys, each at its first place.
fn distinct<'a>(blocks: &[Block<'a>]) -> Vec<&'a str> {
    let mut keys = Vec::new();
    for block in blocks {
        if !keys.contains(&block.key) {
            keys.push(block.key);
        }
    }
    keys
}

fn values<'a>(blocks: &[Block<'a>], key: &str) -> impl Iterator<Item = &'a str> {
    blocks.iter().filter(move |block| block.key == key).map(|block| block.value)
}

/// The texts with a blank line between them.
fn paragraphs<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    texts.map(|text| text.trim_matches('\n')).collect::<Vec<_>>().join("\n\n") + "\n"
}

/// Divides the text of a block mapping whose keys stand in a column, counted from 0.
fn blocks(text: &str, column: usize) -> Vec<Block<'_>> {
    let mut starts = Vec::new();
    let mut offset = 0;
    // The index at which the comments and blank lines above the next line begin.
    let mut above = None;
    for line in text.split_inclusive('\n') {
        match line.find(|c: char| !c.is_whitespace()) {
            Some(indent) if indent == column && !line[indent..].starts_with('#') => {
                starts.push((above.take().unwrap_or(offset), offset, offset + line.len()));
            }
            Some(indent) if indent > column || !line[indent..].starts_with('#') => above = None,
            _ => above = above.or(Some(offset)),
        }
        offset += line.len();
    }
    let ends = starts.iter().skip(1).map(|(start, ..)| *start).chain([text.len()]);
    let blocks = starts.iter().zip(ends).map(|((start, key, value), end)| Block {
        key: key_of(&text[*key..*value]),
        text: &text[*start..end],
        value: &text[*value..end],
    });
    blocks.collect()
}

/// The key of its line, such as `paths` of `paths: # in their order`.
fn key_of(line: &str) -> &str {
    let line = line.trim();
    let key = line.split_once(": ").map_or(line, |(key, _)| key);
    key.strip_suffix(':').unwrap_or(key).trim_matches(['"', '\''])
}

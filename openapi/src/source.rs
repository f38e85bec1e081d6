//! A file that the description is made of: its text, and the definitions in it.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use saphyr::{LoadableYamlNode as _, YamlOwned};

use crate::problem::Problem;

/// The name of the description in the repository's root, and of each fragment.
pub const DESCRIPTION: &str = "openapi.yaml";

/// The folder in which fragments are looked for, at any depth.
const FOLDER: &str = "functions";

/// The base or a fragment.
pub(crate) struct SourceFile {
    /// From the repository's root.
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    document: YamlOwned,
}

/// A path, a component, or any other top-level key.
pub(crate) struct Definition<'a> {
    pub(crate) file: &'a Path,
    /// As a reference names it, such as `#/components/schemas/Email`.
    pub(crate) place: String,
    pub(crate) key: &'a str,
    pub(crate) value: &'a YamlOwned,
}

impl SourceFile {
    /// Reads a file, whose path is from `root`.
    pub(crate) fn read(root: &Path, path: &Path) -> Result<Self, Problem> {
        let unreadable = |source| Problem::Unreadable { file: path.to_owned(), source };
        let text = fs::read_to_string(root.join(path)).map_err(unreadable)?;
        let document = parse(&text, path)?;
        Ok(Self { path: path.to_owned(), text, document })
    }

    /// Reads all fragments, in the order of their paths.
    pub(crate) fn read_fragments(root: &Path) -> Result<Vec<Self>, Problem> {
        let mut paths = Vec::new();
        let unreadable = |source| Problem::Unreadable { file: FOLDER.into(), source };
        find_fragments(root, Path::new(FOLDER), &mut paths).map_err(unreadable)?;
        paths.sort();
        paths.iter().map(|path| Self::read(root, path)).collect()
    }

    pub(crate) fn definitions(&self) -> Vec<Definition<'_>> {
        definitions(&self.document, &self.path)
    }

    /// The tags that the top-level `tags` list, in their order.
    pub(crate) fn listed_tags(&self) -> Vec<&str> {
        let tags = self.document.as_mapping_get("tags").and_then(YamlOwned::as_sequence);
        tags.into_iter().flatten().filter_map(|tag| tag.as_mapping_get("name")?.as_str()).collect()
    }

    /// The tags of the operations.
    pub(crate) fn tags(&self) -> Vec<&str> {
        let paths = self.document.as_mapping_get("paths").into_iter().flat_map(entries);
        let operations = paths.flat_map(|(_, path)| entries(path)).map(|(_, operation)| operation);
        let tags = operations.filter_map(|operation| operation.as_mapping_get("tags")?.as_sequence());
        tags.flatten().filter_map(YamlOwned::as_str).collect()
    }
}

/// The first document of the text of `file`.
pub(crate) fn parse(text: &str, file: &Path) -> Result<YamlOwned, Problem> {
    let documents = YamlOwned::load_from_str(text);
    let documents = documents.map_err(|source| Problem::NotYaml { file: file.to_owned(), source })?;
    Ok(documents.into_iter().next().unwrap_or(YamlOwned::BadValue))
}

/// The definitions in the document of `file`.
pub(crate) fn definitions<'a>(document: &'a YamlOwned, file: &'a Path) -> Vec<Definition<'a>> {
    let below = |place: String, parent: &'a YamlOwned| {
        let place = move |key: &str| format!("{place}/{key}");
        entries(parent).map(move |(key, value)| Definition { file, place: place(key), key, value }).collect::<Vec<_>>()
    };
    let top = entries(document).flat_map(|(key, value)| match key {
        "paths" => below("#/paths".to_owned(), value),
        "components" => entries(value).flat_map(|(kind, it)| below(format!("#/components/{kind}"), it)).collect(),
        key => vec![Definition { file, place: format!("#/{key}"), key, value }],
    });
    top.collect()
}

/// The entries of a mapping. A key that is not text is empty, and any other node has no entries.
pub(crate) fn entries(node: &YamlOwned) -> impl Iterator<Item = (&str, &YamlOwned)> {
    let entries = node.as_mapping().into_iter().flatten();
    entries.map(|(key, value)| (key.as_str().unwrap_or_default(), value))
}

/// Adds the paths of the fragments in a folder. All paths are from `root`.
fn find_fragments(root: &Path, folder: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let path = folder.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            find_fragments(root, &path, paths)?;
        } else if entry.file_name() == DESCRIPTION {
            paths.push(path);
        }
    }
    Ok(())
}

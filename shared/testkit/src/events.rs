//! The contract as files: `events/<function>/accepted/*.json` and `events/<function>/refused/<code>.json`, each an
//! event of an HTTP API as `sam local invoke -e` takes it.

use std::{fs, path::PathBuf};

use serde_json::Value;

/// The project that the files name. The local stack's demo project has this id.
pub const PROJECT: &str = "00000000-0000-4000-8000-00000000de30";
/// The secret key in the files, of Plunk's form so that it can be imported into any project.
pub const SECRET_KEY: &str = "sk_5ec0de5ec0de5ec0de5ec0de5ec0de5ec0de5ec0de5ec0de";
/// The public key in the files, likewise.
pub const PUBLIC_KEY: &str = "pk_90b11c90b11c90b11c90b11c90b11c90b11c90b11c90b11c";

/// One file.
#[derive(Debug)]
pub struct EventFile {
    /// The name without its extension: the expected code, where it is a refusal.
    pub name: String,
    /// The event's JSON text.
    pub event: String,
}

/// The files of one folder below `events/`, by name.
///
/// # Panics
/// If the folder is missing or empty, or a file is not JSON.
#[must_use]
pub fn in_folder(folder: &str) -> Vec<EventFile> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../events").join(folder);
    let mut files: Vec<EventFile> = fs::read_dir(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        .map(|entry| read(&entry.expect("a folder that can be read").path()))
        .collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(!files.is_empty(), "{} has no files", path.display());
    files
}

fn read(path: &std::path::Path) -> EventFile {
    let event = fs::read_to_string(path).expect("a file that can be read");
    let _: Value = serde_json::from_str(&event).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    EventFile { name: path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), event }
}

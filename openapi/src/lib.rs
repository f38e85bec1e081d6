//! Makes the API's description, `openapi.yaml`, from its fragments.
//!
//! A fragment is a file `openapi.yaml` below `functions/`, beside the code of its noun. It has the noun's `paths` and, below
//! `components`, the components that this noun alone uses. `openapi/base.yaml` has everything else.
//!
//! The files are joined as text, so that comments, order and layout stay as they were written. The result is parsed then and
//! compared with the parsed files.

mod check;
mod join;
mod problem;
mod source;

use std::path::Path;

pub use join::COMMAND;
pub use problem::Problem;
pub use source::DESCRIPTION;
use source::SourceFile;

/// The shared part of the description, from the repository's root.
const BASE: &str = "openapi/base.yaml";

/// The root of the repository that this crate was built from.
#[must_use]
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The description that `openapi/base.yaml` and the fragments of the repository at `root` give.
///
/// The fragments stand in the order in which the base lists the tags of their operations.
///
/// # Errors
/// Every [`Problem`] that the files have.
pub fn bundle(root: &Path) -> Result<String, Vec<Problem>> {
    let files = read(root).map_err(|problem| vec![problem])?;
    check::sources(&files)?;
    let text = join::join(&files);
    check::joined(&text, &files)?;
    Ok(text)
}

/// Reads the base, and after it the fragments.
fn read(root: &Path) -> Result<Vec<SourceFile>, Problem> {
    let base = SourceFile::read(root, Path::new(BASE))?;
    let mut files = SourceFile::read_fragments(root)?;
    let tags = base.listed_tags();
    files.sort_by_cached_key(|file| tags.iter().position(|tag| file.tags().contains(tag)));
    files.insert(0, base);
    Ok(files)
}

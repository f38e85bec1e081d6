//! The problems that the files of a description can have.

use std::{io, path::PathBuf};

use saphyr::ScanError;
use thiserror::Error;

/// A problem, whose text names the file from the repository's root.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the text of each variant says what its fields are")]
pub enum Problem {
    #[error("{}: {source}", file.display())]
    Unreadable { file: PathBuf, source: io::Error },
    #[error("{}: {source}", file.display())]
    NotYaml { file: PathBuf, source: ScanError },
    #[error("{}: {place} belongs in openapi/base.yaml, for a fragment has `paths` and `components` alone", file.display())]
    BelongsInBase { file: PathBuf, place: String },
    #[error("{}: the tag `{tag}` is not listed in openapi/base.yaml", file.display())]
    UnlistedTag { file: PathBuf, tag: String },
    #[error("{place} is defined in {} and in {}", first.display(), second.display())]
    DefinedTwice { place: String, first: PathBuf, second: PathBuf },
    #[error("{}: the reference {reference} leads nowhere", file.display())]
    DanglingReference { file: PathBuf, reference: String },
    #[error("{}: nothing uses {place}", file.display())]
    Unused { file: PathBuf, place: String },
    #[error(
        "{}: {place} is lost when the files are joined as text, because a key above it does not stand alone on a line that \
         is indented by two blanks for each level",
        file.display()
    )]
    Lost { file: PathBuf, place: String },
}

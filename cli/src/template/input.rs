//! Files that a command reads, or standard input in their place.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use posthorn_errors::json::{JsonError, JsonLimits, MAX_LEVELS, MAX_VALUES, read_json};
use posthorn_routes::MAX_EVENT_BYTES;
use serde_json::{Map, Value};

use crate::error::CliError;

/// The name that stands for standard input.
pub(super) const STANDARD_INPUT: &str = "-";

/// The text of a file. It is no larger than a request to the API.
pub(super) fn read_text(path: &Path) -> Result<String, CliError> {
    let bytes = read_bytes(path)?;
    String::from_utf8(bytes)
        .map_err(|error| CliError::FileNotText(path.to_owned(), error.utf8_error().valid_up_to() + 1))
}

/// The entries of a JSON object, within the bounds of a request.
pub(super) fn read_object(path: &Path) -> Result<Map<String, Value>, CliError> {
    let wrong = |why: String| CliError::FileNotJsonObject(path.to_owned(), why);
    let value = read_json(&read_bytes(path)?, &mut JsonLimits::BODY.clone()).map_err(|error| {
        wrong(match error {
            JsonError::Syntax { line, column } => format!("is not valid JSON (line {line}, column {column})"),
            JsonError::TooManyValues { .. } => format!("has more than {MAX_VALUES} JSON values"),
            JsonError::TooDeep { .. } => format!("nests deeper than {MAX_LEVELS} levels"),
        })
    })?;
    match value {
        Value::Object(entries) => Ok(entries),
        _ => Err(wrong("holds no object".to_owned())),
    }
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, CliError> {
    let failed = |why| CliError::FileUnreadable { path: path.to_owned(), why };
    let mut bytes = Vec::new();
    // One byte more than there may be, to know of a file that has more.
    let max = MAX_EVENT_BYTES as u64 + 1;
    if path == Path::new(STANDARD_INPUT) {
        io::stdin().take(max).read_to_end(&mut bytes).map_err(failed)?;
    } else {
        let file = File::open(path).map_err(failed)?;
        if file.metadata().map_err(failed)?.is_dir() {
            return Err(failed(io::ErrorKind::IsADirectory.into()));
        }
        file.take(max).read_to_end(&mut bytes).map_err(failed)?;
    }
    if bytes.len() > MAX_EVENT_BYTES {
        return Err(CliError::FileTooLarge(path.to_owned(), MAX_EVENT_BYTES));
    }
    Ok(bytes)
}

//! What callers were answered, in files of the stack's folder: a status, a space and a body a line.

use std::{
    fs::File,
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
};

use serde_json::Value;

/// What a caller got.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Answer {
    /// The error's code, or nothing.
    pub(crate) fn code(&self) -> String {
        self.body["error"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// Who got answers.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Whose {
    /// The load's callers.
    Load,
    /// Those who look when the API is back.
    Probes,
}

impl Whose {
    /// Where they are.
    pub(crate) fn file(self, folder: &Path) -> PathBuf {
        folder.join(match self {
            Self::Load => "answers",
            Self::Probes => "probes",
        })
    }

    /// Every one of them.
    pub(crate) fn for_each(self, folder: &Path, mut each: impl FnMut(&Answer)) -> io::Result<()> {
        for line in BufReader::new(File::open(self.file(folder))?).lines() {
            let line = line?;
            let (status, body) = line.split_once(' ').unwrap_or((&line, ""));
            let status = status.parse().map_err(io::Error::other)?;
            each(&Answer { status, body: serde_json::from_str(body).unwrap_or_default() });
        }
        Ok(())
    }
}

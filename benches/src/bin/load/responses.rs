//! The responses that callers got, in files of the stack's folder. A line has a status, a space and a body.

use std::{
    fs::File,
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::Value;

/// The time that a caller waits for a response, which is longer than API Gateway's.
pub(crate) const CALLER_TIMEOUT: Duration = Duration::from_secs(40);

/// A response that a caller got.
#[derive(Debug)]
pub(crate) struct LoggedResponse {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl LoggedResponse {
    /// The error's code, or an empty text.
    pub(crate) fn code(&self) -> String {
        self.body["error"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// A file of responses.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ResponseLog {
    /// The responses to the load.
    Load,
    /// The responses to the probes.
    Probes,
}

impl ResponseLog {
    /// The file's path in the stack's folder.
    pub(crate) fn file(self, folder: &Path) -> PathBuf {
        folder.join(match self {
            Self::Load => "answers",
            Self::Probes => "probes",
        })
    }

    /// Calls `each` with every response of the file.
    pub(crate) fn for_each(self, folder: &Path, mut each: impl FnMut(&LoggedResponse)) -> io::Result<()> {
        for line in BufReader::new(File::open(self.file(folder))?).lines() {
            let line = line?;
            let (status, body) = line.split_once(' ').unwrap_or((&line, ""));
            let status = status.parse().map_err(io::Error::other)?;
            each(&LoggedResponse { status, body: serde_json::from_str(body).unwrap_or_default() });
        }
        Ok(())
    }
}

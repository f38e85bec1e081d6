//! The project and the key that a request's log line names.

use std::{
    fmt::Display,
    sync::{Arc, OnceLock},
};

use tracing::{Span, field::display};

/// The project and the key of a request, once they are known. The call and the line at its end share it, so that a
/// request that runs out of time or panics is attributed too. A cheap clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Attribution(Arc<OnceLock<Known>>);

#[derive(Debug)]
struct Known {
    project: String,
    key: String,
}

impl Attribution {
    /// Keeps them for the request's line, and names them on every other line that is logged meanwhile.
    pub(super) fn set(&self, project: impl Display, key: &str) {
        Span::current().record("project", display(&project)).record("key", key);
        let _first = self.0.set(Known { project: project.to_string(), key: key.to_owned() });
    }

    pub(super) fn project(&self) -> Option<&str> {
        self.0.get().map(|known| known.project.as_str())
    }

    pub(super) fn key(&self) -> Option<&str> {
        self.0.get().map(|known| known.key.as_str())
    }
}

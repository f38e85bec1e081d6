//! The lines that functions log while a test runs, in the format of what is deployed.

use std::{
    io::{Result, Write},
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use posthorn_lambda::telemetry::{REQUEST, lines};
use serde_json::Value;
use tracing::Dispatch;
use tracing_subscriber::{layer::SubscriberExt, util::SubscriberInitExt};

/// A second subscriber, which nobody reads. With one subscriber alone, tracing asks that of the current thread whether a log
/// statement is on, and keeps the answer for all threads: a test that does not listen would switch it off for one that does.
static SECOND_SUBSCRIBER: LazyLock<Dispatch> =
    LazyLock::new(|| Dispatch::new(tracing_subscriber::registry().with(lines(std::io::sink))));

/// The log lines of the thread that this was made on, until it is dropped.
pub struct Logs {
    buffer: Buffer,
    _listening: tracing::subscriber::DefaultGuard,
}

#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Logs {
    /// Begins to listen.
    #[must_use]
    pub fn listen() -> Self {
        LazyLock::force(&SECOND_SUBSCRIBER);
        let buffer = Buffer::default();
        let writer = buffer.clone();
        let layer = lines(move || writer.clone());
        Self { buffer, _listening: tracing_subscriber::registry().with(layer).set_default() }
    }

    /// The lines that were logged since the last look, one JSON object each.
    ///
    /// # Panics
    /// If a line is no JSON.
    #[must_use]
    pub fn take(&self) -> Vec<Value> {
        let written = std::mem::take(&mut *self.buffer.0.lock().unwrap_or_else(PoisonError::into_inner));
        let read = |line: &[u8]| serde_json::from_slice(line).expect("a line of JSON");
        written.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(read).collect()
    }

    /// The one line about a request since the last look.
    ///
    /// # Panics
    /// If there is no such line, or more than one.
    #[must_use]
    pub fn request(&self) -> Value {
        let mut requests = self.take();
        requests.retain(|line| line["target"] == REQUEST);
        assert_eq!(requests.len(), 1, "one line a request: {requests:#?}");
        requests.remove(0)
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

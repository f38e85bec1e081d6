//! Work that takes so long that it must not keep the thread that answers from noticing the time.

use std::panic::resume_unwind;

use tokio::task::spawn_blocking;
use tracing::Span;

/// The result of `work`, which is done on another thread. Nobody has to wait for it: work whose result comes too late runs to its
/// end for nothing, so its cost must be bounded.
pub(crate) async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let span = Span::current();
    let done = spawn_blocking(move || span.in_scope(work)).await;
    done.unwrap_or_else(|error| resume_unwind(error.into_panic()))
}

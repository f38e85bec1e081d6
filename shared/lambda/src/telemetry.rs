//! Logs: one JSON line for each request, with its id; refusals at `info`, faults at `error`.

use posthorn_errors::Failure;

/// The target of the one line that every request gets.
pub const REQUEST: &str = "posthorn::request";

/// Writes JSON lines to standard output, from `info` up, as Lambda's log format expects them.
pub fn init() {
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_max_level(tracing::Level::INFO)
        .init();
    quieten_panics();
}

/// Makes a panic log where it was and not what it says: a message can quote what a caller wrote.
pub fn quieten_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, ToString::to_string);
        tracing::error!(place, "panicked");
    }));
}

/// What puts a request's id on every line that is logged while it is handled.
pub(crate) fn span(request_id: &str) -> tracing::Span {
    tracing::info_span!("request", request_id)
}

/// What is said of a request.
pub(crate) struct Line<'a> {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) request_id: &'a str,
    pub(crate) milliseconds: u64,
    pub(crate) status: u16,
    pub(crate) result: Result<(), &'a Failure>,
}

/// Logs a request, once, at the edge. Its fields are constants of ours, an id and numbers: nothing a caller wrote.
pub(crate) fn log(line: &Line<'_>) {
    let Line { method, path, request_id, milliseconds, status, .. } = *line;
    match line.result {
        Ok(()) => {
            tracing::info!(target: REQUEST, method, path, status, milliseconds, request_id, "answered");
        }
        Err(failure) => {
            let (cause, code) = (failure.cause().unwrap_or_default(), failure.code().as_str());
            if failure.code().is_fault() {
                tracing::error!(target: REQUEST, method, path, status, milliseconds, code, request_id, cause, "failed");
            } else {
                tracing::info!(target: REQUEST, method, path, status, milliseconds, code, request_id, cause, "refused");
            }
        }
    }
}

/// Logs that something went wrong which changes no answer. `what` is a constant; the error's text holds nothing
/// that a caller wrote.
pub fn notice(what: &'static str, error: &dyn std::error::Error) {
    tracing::warn!(error = %error, "{what}");
}

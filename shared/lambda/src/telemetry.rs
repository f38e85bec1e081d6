//! Logs one JSON line for each request, with its id: refusals at `info`, faults at `error`. Metrics are log lines too.

use std::{io::Write, sync::OnceLock};

use jiff::Timestamp;
use posthorn_errors::Failure;
use serde_json::{Value, json};
use tracing::{Subscriber, field::Empty};
use tracing_subscriber::{
    Layer, filter::LevelFilter, fmt::MakeWriter, layer::SubscriberExt, registry::LookupSpan, util::SubscriberInitExt,
};

/// The target of the one line that every request gets.
pub const REQUEST: &str = "posthorn::request";

/// Writes JSON lines to standard output, from `info` up, as Lambda's log format expects them. `stack` tells the metrics of
/// one deployment from another's in the same account.
pub fn init(stack: &str) {
    tracing_subscriber::registry().with(lines(std::io::stdout).with_filter(LevelFilter::INFO)).init();
    let _ = STACK.set(stack.to_owned());
    quieten_panics();
}

/// The layer that writes log lines as JSON, in the one format of all functions.
pub fn lines<S, W>(writer: W) -> impl Layer<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer().json().flatten_event(true);
    lines.with_current_span(true).with_span_list(false).with_writer(writer)
}

/// The name of the deployment, once it is known.
static STACK: OnceLock<String> = OnceLock::new();

/// The metrics in CloudWatch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// Emails that SES took.
    Sent,
    /// Emails that were not handed over, since their recipient bounced or complained before.
    Suppressed,
    /// Emails that were not handed over, for certain.
    Failed,
    /// Emails whose hand-over is in doubt: SES's answer was lost.
    DeliveryUnknown,
    /// Projects that the guard disabled.
    Disabled,
    /// Emails counted as bounced.
    Bounced,
    /// Emails counted as complained about.
    Complained,
    /// Events of mail that is not ours.
    ForeignEvents,
    /// Events in SES's older dialect, which name no project.
    UnattributedEvents,
    /// Events of a type that changes nothing.
    UnknownEvents,
    /// Records that are no event of SES: they end in the dead-letter queue.
    EventsNotUnderstood,
    /// Records that failed and are given again.
    EventsFailed,
}

impl Metric {
    /// Every metric.
    pub const ALL: [Self; 12] = [
        Self::Sent,
        Self::Suppressed,
        Self::Failed,
        Self::DeliveryUnknown,
        Self::Disabled,
        Self::Bounced,
        Self::Complained,
        Self::ForeignEvents,
        Self::UnattributedEvents,
        Self::UnknownEvents,
        Self::EventsNotUnderstood,
        Self::EventsFailed,
    ];

    /// Its name in CloudWatch, in the namespace `Posthorn` with the dimension `Stack`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "Sent",
            Self::Suppressed => "Suppressed",
            Self::Failed => "Failed",
            Self::DeliveryUnknown => "DeliveryUnknown",
            Self::Disabled => "Disabled",
            Self::Bounced => "Bounced",
            Self::Complained => "Complained",
            Self::ForeignEvents => "ForeignEvents",
            Self::UnattributedEvents => "UnattributedEvents",
            Self::UnknownEvents => "UnknownEvents",
            Self::EventsNotUnderstood => "EventsNotUnderstood",
            Self::EventsFailed => "EventsFailed",
        }
    }
}

/// Counts metrics in CloudWatch by one log line in its embedded metric format (user guide, "Specification: Embedded metric
/// format"). Zeros are left out. No line is written if all are zero, or before [`init`].
pub fn count(counts: &[(Metric, u64)], at: Timestamp) {
    if let Some(line) = STACK.get().and_then(|stack| embedded(stack, counts, at)) {
        let _ = writeln!(std::io::stdout().lock(), "{line}");
    }
}

fn embedded(stack: &str, counts: &[(Metric, u64)], at: Timestamp) -> Option<Value> {
    let counts = || counts.iter().filter(|(_, value)| *value > 0).map(|(metric, value)| (metric.as_str(), value));
    let metrics: Vec<_> = counts().map(|(name, _)| json!({"Name": name, "Unit": "Count"})).collect();
    if metrics.is_empty() {
        return None;
    }
    let mut line = json!({
        "_aws": {
            "Timestamp": at.as_millisecond(),
            "CloudWatchMetrics": [{"Namespace": "Posthorn", "Dimensions": [["Stack"]], "Metrics": metrics}],
        },
        "Stack": stack,
    });
    for (name, value) in counts() {
        line[name] = (*value).into();
    }
    Some(line)
}

/// Makes a panic log its place and not its message, which can quote what a caller wrote.
pub fn quieten_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, ToString::to_string);
        tracing::error!(place, "panicked");
    }));
}

/// The span that puts a request's id on every line that is logged while it is handled, and its project and key once they are known.
pub(crate) fn span(request_id: &str) -> tracing::Span {
    tracing::info_span!("request", request_id, project = Empty, key = Empty)
}

/// The log line of a request.
pub(crate) struct Line<'a> {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) request_id: &'a str,
    /// The caller's project; `None` if the key was not found.
    pub(crate) project: Option<&'a str>,
    /// The short id of the caller's key.
    pub(crate) key: Option<&'a str>,
    pub(crate) milliseconds: u64,
    pub(crate) status: u16,
    pub(crate) result: Result<(), &'a Failure>,
}

/// Logs a request once, when it ends. Its fields are constants, ids and numbers, and nothing that a caller wrote.
pub(crate) fn log(line: &Line<'_>) {
    let Line { method, path, request_id, project, key, milliseconds, status, .. } = *line;
    // One macro for every level: the fields stand once.
    macro_rules! request {
        ($level:ident, $text:literal $(, $more:ident)*) => {
            tracing::$level!(
                target: REQUEST, method, path, status, milliseconds, request_id, project, key, $($more,)* $text
            )
        };
    }
    match line.result {
        Ok(()) => request!(info, "answered"),
        Err(failure) => {
            let (cause, code) = (failure.cause().unwrap_or_default(), failure.code().as_str());
            if failure.code().is_fault() {
                request!(error, "failed", code, cause);
            } else {
                request!(info, "refused", code, cause);
            }
        }
    }
}

/// Logs a failure that changes no response. `event` is a constant; the error's text holds nothing that a caller wrote.
pub fn warn(event: &'static str, error: &dyn std::error::Error) {
    tracing::warn!(error = %error, "{event}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_one_line_in_the_embedded_format() {
        let at = Timestamp::from_millisecond(1_764_498_600_000).unwrap();
        let expected = json!({
            "_aws": {
                "Timestamp": 1_764_498_600_000_i64,
                "CloudWatchMetrics": [{
                    "Namespace": "Posthorn",
                    "Dimensions": [["Stack"]],
                    "Metrics": [{"Name": "Sent", "Unit": "Count"}, {"Name": "Suppressed", "Unit": "Count"}],
                }],
            },
            "Stack": "posthorn",
            "Sent": 3,
            "Suppressed": 1,
        });
        let counts = [(Metric::Sent, 3), (Metric::Failed, 0), (Metric::Suppressed, 1)];
        assert_eq!(embedded("posthorn", &counts, at), Some(expected));
        assert_eq!(embedded("posthorn", &[(Metric::Sent, 0)], at), None);
    }
}

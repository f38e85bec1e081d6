//! The stack's output on the terminal: one readable line for each request, or JSON. All output goes through this module, which escapes
//! control characters, so that no text of a caller moves the terminal's cursor.

use std::{
    fmt::{self, Write as _},
    io::Write as _,
};

use posthorn_lambda::telemetry;
use posthorn_machine::terminal::{escaped, escaped_lines};
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, Targets},
    fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields, format::Writer},
    layer::SubscriberExt,
    registry::LookupSpan,
    util::SubscriberInitExt,
};

/// Starts the log: JSON lines as Lambda writes them, or readable ones.
pub fn init(json: bool) {
    if json {
        telemetry::init("local");
    } else {
        let layer = tracing_subscriber::fmt::layer().event_format(ReadableLines);
        tracing_subscriber::registry().with(layer.with_filter(targets())).init();
        telemetry::quieten_panics();
    }
}

/// All targets but the engine, which warns of every failed condition: that is a normal answer to a function.
fn targets() -> Targets {
    let off = LevelFilter::OFF;
    Targets::new().with_default(Level::INFO).with_target("dynoxide", off)
}

/// Prints a text for the user of the stack. Standard output can be closed: then there is nobody to read it.
pub fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{}", escaped_lines(text)).and_then(|()| out.flush());
}

/// Prints the reason why the stack does not start, or ends.
pub fn say_error(text: &str) {
    let _ = writeln!(std::io::stderr(), "error: {}", escaped_lines(text));
}

/// Formats a request as `POST /v1/send 200 12 ms 0123456789abcdef`, with the code behind the status where there is one.
struct ReadableLines;

impl<S, N> FormatEvent<S, N> for ReadableLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut fields = EventFields::default();
        event.record(&mut fields);
        if event.metadata().target() == telemetry::REQUEST {
            return writeln!(writer, "{}", escaped(&fields.request()));
        }
        let mut line = format!("{}: {}", event.metadata().level().as_str().to_lowercase(), fields.other());
        if let Some(span) = context.lookup_current()
            && let Some(request) = span.extensions().get::<FormattedFields<N>>()
        {
            let _ = write!(line, " {request}");
        }
        writeln!(writer, "{}", escaped(&line))
    }
}

/// The fields of an event, as text.
#[derive(Default)]
struct EventFields(Vec<(&'static str, String)>);

impl Visit for EventFields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.push((field.name(), value.to_owned()));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.push((field.name(), format!("{value:?}")));
    }
}

impl EventFields {
    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| *field == name).map_or("", |(_, value)| value)
    }

    fn request(&self) -> String {
        let mut line = format!("{} {} {}", self.get("method"), self.get("path"), self.get("status"));
        if !self.get("code").is_empty() {
            let _ = write!(line, " {}", self.get("code"));
        }
        let _ = write!(line, " {} ms {}", self.get("milliseconds"), self.get("request_id"));
        if !self.get("cause").is_empty() {
            let _ = write!(line, " ({})", self.get("cause"));
        }
        line
    }

    fn other(&self) -> String {
        let mut line = self.get("message").to_owned();
        for (_, value) in self.0.iter().filter(|(name, _)| *name != "message") {
            let _ = write!(line, " ({value})");
        }
        line
    }
}

//! The functions whose processes are measured.

use posthorn_testkit::{
    backends::{TABLE, Urls},
    events::{EventFile, in_folder},
};

/// A function, and an event that it accepts.
#[derive(Clone, Copy)]
pub(crate) struct MeasuredFunction {
    /// The folder of its package, which is the name of its `bootstrap` too.
    pub(crate) name: &'static str,
    /// The folder below `events/` of the event.
    folder: &'static str,
    /// The name of the event's file.
    event: &'static str,
}

impl MeasuredFunction {
    const fn new(name: &'static str, folder: &'static str, event: &'static str) -> Self {
        Self { name, folder, event }
    }

    /// The event that it accepts.
    pub(crate) fn event_file(self) -> EventFile {
        accepted_event(self.folder, self.event)
    }
}

/// The functions that are deployed.
pub(crate) const FUNCTIONS: [MeasuredFunction; 4] = [
    MeasuredFunction::new("track", "track/accepted", "plain"),
    MeasuredFunction::new("regenerate-keys", "regenerate-keys/accepted", "both"),
    MeasuredFunction::new("send", "send/accepted", "plain"),
    MeasuredFunction::new("feedback", "feedback/accepted", "delivery"),
];
/// The function that answers "Hello", whatever the event.
pub(crate) const HELLO: MeasuredFunction = MeasuredFunction::new("hello", "track/accepted", "plain");
/// `track` without its warm-up.
pub(crate) const UNWARMED: MeasuredFunction = MeasuredFunction::new("unwarmed", "track/accepted", "plain");

/// A file of a function's accepted events.
///
/// # Panics
/// If there is no such file.
pub(crate) fn accepted_event(folder: &str, name: &str) -> EventFile {
    in_folder(folder).into_iter().find(|file| file.name == name).expect("a file")
}

/// The environment that a deployment gives a function.
pub(crate) fn environment(urls: &Urls) -> Vec<(String, String)> {
    [
        ("TABLE_NAME", TABLE),
        ("STACK_NAME", "posthorn"),
        ("AWS_ENDPOINT_URL_DYNAMODB", &urls.dynamodb),
        ("AWS_ENDPOINT_URL_SESV2", &urls.ses),
        ("AWS_ENDPOINT_URL_SNS", &urls.sns),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

//! The programs that are measured, each with an event that it accepts.

use posthorn_routes::Function;
use posthorn_testkit::{
    backends::{TABLE, Urls},
    events::{EventFile, accepted_file},
};

/// A program that answers events.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Program {
    /// A function that is deployed.
    Deployed(Function),
    /// The function that answers "Hello", whatever the event.
    Hello,
    /// `track` without its warm-up.
    Unwarmed,
}

impl Program {
    /// The name of its package, which is that of its folder and of its `bootstrap`'s too.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Deployed(function) => function.name(),
            Self::Hello => "hello",
            Self::Unwarmed => "unwarmed",
        }
    }

    /// The event that it is measured with.
    pub(crate) fn event_file(self) -> EventFile {
        match self {
            Self::Deployed(function) => accepted_file(function, event_name(function)),
            Self::Hello | Self::Unwarmed => accepted_file(Function::Track, event_name(Function::Track)),
        }
    }
}

/// The name of the event that a function is measured with.
fn event_name(function: Function) -> &'static str {
    match function {
        Function::Api => "get_project",
        Function::Send | Function::Track => "plain",
        Function::RegenerateKeys => "both",
        Function::Feedback => "delivery",
    }
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

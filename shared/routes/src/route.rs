//! One row of the table of routes.

use http::Method;

use crate::Function;

/// A route: a method at a path, and what every request for it is checked by.
#[derive(Debug, PartialEq, Eq)]
pub struct Route {
    /// The method. `HEAD` is allowed wherever `GET` is (RFC 9110 section 9.3.2) and has no row.
    pub method: Method,
    /// The path, its parameters in braces. This is how logs and the description write it: the values that a caller puts in
    /// the place of parameters stay out of logs.
    pub pattern: &'static str,
    /// The operation of the route.
    pub operation: Operation,
    /// The function that handles it.
    pub function: Function,
    /// The key that it takes.
    pub key: RequiredKey,
    /// The effect on the project, which decides the scopes that may call it and whether a disabled project may.
    pub effect: Effect,
    /// True if browsers may call it from any origin.
    pub is_for_browsers: bool,
    /// The most bytes that the body of a request may have.
    pub max_body_bytes: usize,
}

impl Route {
    /// Method and pattern, such as `POST /v1/send`.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{} {}", self.method, self.pattern)
    }
}

/// The operation of a route. Its name with a small first letter is the `operationId` in the description.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Sends mail.
    SendEmail,
    /// Records an event of a contact.
    TrackEvent,
    /// Records an event of a contact, by the path of 2023, which answers 400 where the others answer 422.
    TrackEventLegacy,
    /// Replaces a project's keys.
    RegenerateKeys,
    /// Says that the API runs.
    Health,
    /// Shows the key's project.
    ListProjects,
    /// Shows the key's project, named by its id.
    GetProject,
}

/// The key that a route takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequiredKey {
    /// None: anybody may call it.
    None,
    /// A public or a secret key.
    Any,
    /// A secret key.
    Secret,
}

/// The effect of a route on the project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It changes nothing; a disabled project may call it.
    Reads,
    /// It sends mail or records events.
    Sends,
    /// It changes anything else.
    Writes,
}

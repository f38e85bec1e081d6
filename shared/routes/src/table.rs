//! The table of routes.

use http::Method;

use crate::{Effect, Function, Operation, RequiredKey, Route};

/// The largest event that Lambda takes, in bytes, as the gateway encodes it.
pub const MAX_EVENT_BYTES: usize = 6_291_456;
/// Twice the data that a tracked event may have.
const MAX_TRACK_BYTES: usize = 65_536;
/// More than any body that is a handful of options, and than the body of a request that needs none.
const MAX_OPTIONS_BYTES: usize = 4_096;

/// Every route, in the order of the contract. Routes of one path stand beside each other.
pub const ROUTES: &[Route] = &[
    Route {
        method: Method::POST,
        pattern: "/v1/send",
        operation: Operation::SendEmail,
        function: Function::Send,
        key: RequiredKey::Secret,
        effect: Effect::Sends,
        is_for_browsers: false,
        max_body_bytes: MAX_EVENT_BYTES,
    },
    Route {
        method: Method::POST,
        pattern: "/v1/track",
        operation: Operation::TrackEvent,
        function: Function::Track,
        key: RequiredKey::Any,
        effect: Effect::Sends,
        is_for_browsers: true,
        max_body_bytes: MAX_TRACK_BYTES,
    },
    Route {
        method: Method::POST,
        pattern: "/v1",
        operation: Operation::TrackEventLegacy,
        function: Function::Track,
        key: RequiredKey::Any,
        effect: Effect::Sends,
        is_for_browsers: true,
        max_body_bytes: MAX_TRACK_BYTES,
    },
    Route {
        method: Method::POST,
        pattern: "/users/@me/projects/{id}/regenerate-keys",
        operation: Operation::RegenerateKeys,
        function: Function::RegenerateKeys,
        key: RequiredKey::Secret,
        effect: Effect::Writes,
        is_for_browsers: false,
        max_body_bytes: MAX_OPTIONS_BYTES,
    },
    Route {
        method: Method::GET,
        pattern: "/projects",
        operation: Operation::ListProjects,
        function: Function::Api,
        key: RequiredKey::Secret,
        effect: Effect::Reads,
        is_for_browsers: false,
        max_body_bytes: MAX_OPTIONS_BYTES,
    },
    Route {
        method: Method::GET,
        pattern: "/projects/{id}",
        operation: Operation::GetProject,
        function: Function::Api,
        key: RequiredKey::Secret,
        effect: Effect::Reads,
        is_for_browsers: false,
        max_body_bytes: MAX_OPTIONS_BYTES,
    },
    Route {
        method: Method::GET,
        pattern: "/health",
        operation: Operation::Health,
        function: Function::Track,
        key: RequiredKey::None,
        effect: Effect::Reads,
        is_for_browsers: false,
        max_body_bytes: MAX_OPTIONS_BYTES,
    },
];

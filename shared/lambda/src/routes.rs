//! The routes of the contract, for the gateway, the functions and the local stack alike.

mod suggestion;

pub(crate) use suggestion::nearest;

use std::iter::successors;

use ::http::Method;

/// The largest event that Lambda takes, in bytes, as the gateway encodes it.
pub const MAX_EVENT_BYTES: usize = 6_291_456;
/// The most that `track` reads: twice the data that a request may have.
const MAX_TRACK_BYTES: usize = 65_536;
const MAX_ROTATION_BYTES: usize = 4_096;

/// A route that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// `POST /v1/send`
    Send,
    /// `POST /v1/track`
    Track,
    /// `POST /v1`, the 2023 path of the same call.
    TrackLegacy,
    /// `POST /users/@me/projects/{id}/regenerate-keys`
    RegenerateKeys {
        /// `{id}`, as the caller wrote it.
        project: String,
    },
    /// `GET /health`
    Health,
}

/// A deployed function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// Transactional email.
    Send,
    /// Events and contacts; also whatever has no route of its own (`$default`).
    Track,
    /// Key rotation.
    RegenerateKeys,
}

/// What a method and a path lead to.
#[derive(Debug, PartialEq, Eq)]
pub enum Resolved {
    /// A route, to be handled.
    Route(Route),
    /// A browser asks whether it may call a route.
    Preflight(Route),
    /// A route that takes another method.
    WrongMethod(Route),
    /// No route.
    Nothing,
}

impl Route {
    /// Every route, in the contract's order; a project's id stands as `{id}`.
    pub fn all() -> impl Iterator<Item = Self> {
        successors(Some(Self::Send), |route| match route {
            Self::Send => Some(Self::Track),
            Self::Track => Some(Self::TrackLegacy),
            Self::TrackLegacy => Some(Self::RegenerateKeys { project: "{id}".to_owned() }),
            Self::RegenerateKeys { .. } => Some(Self::Health),
            Self::Health => None,
        })
    }

    /// The route of a path. A slash at its end changes nothing.
    fn at(path: &str) -> Option<Self> {
        match path.strip_suffix('/').unwrap_or(path) {
            "/v1/send" => Some(Self::Send),
            "/v1/track" => Some(Self::Track),
            "/v1" => Some(Self::TrackLegacy),
            "/health" => Some(Self::Health),
            path => {
                let rest = path.strip_prefix("/users/@me/").or_else(|| path.strip_prefix("/users/%40me/"))?;
                let project = rest.strip_prefix("projects/")?.strip_suffix("/regenerate-keys")?;
                (!project.is_empty() && !project.contains('/'))
                    .then(|| Self::RegenerateKeys { project: project.to_owned() })
            }
        }
    }

    /// The methods it takes, as `Allow` lists them.
    #[must_use]
    pub fn allow(&self) -> &'static str {
        match self {
            Self::Send | Self::RegenerateKeys { .. } => "POST",
            Self::Track | Self::TrackLegacy => "POST, OPTIONS",
            Self::Health => "GET, HEAD",
        }
    }

    /// The most bytes that the body of a request for it may have.
    #[must_use]
    pub fn max_body_bytes(&self) -> usize {
        match self {
            Self::Send => MAX_EVENT_BYTES,
            Self::Track | Self::TrackLegacy => MAX_TRACK_BYTES,
            Self::RegenerateKeys { .. } | Self::Health => MAX_ROTATION_BYTES,
        }
    }

    /// The method that does what the route is for.
    #[must_use]
    pub fn method(&self) -> Method {
        if *self == Self::Health { Method::GET } else { Method::POST }
    }

    /// True if browsers may call it from any origin.
    #[must_use]
    pub fn is_for_browsers(&self) -> bool {
        matches!(self, Self::Track | Self::TrackLegacy)
    }

    /// The function that handles it.
    #[must_use]
    pub fn function(&self) -> Function {
        match self {
            Self::Send => Function::Send,
            Self::Track | Self::TrackLegacy | Self::Health => Function::Track,
            Self::RegenerateKeys { .. } => Function::RegenerateKeys,
        }
    }

    /// Its path as the contract writes it, for logs: what a caller put in its place stays out of them.
    #[must_use]
    pub fn pattern(&self) -> &'static str {
        match self {
            Self::Send => "/v1/send",
            Self::Track => "/v1/track",
            Self::TrackLegacy => "/v1",
            Self::RegenerateKeys { .. } => "/users/@me/projects/{id}/regenerate-keys",
            Self::Health => "/health",
        }
    }
}

/// Finds the route.
#[must_use]
pub fn resolve(method: &Method, path: &str) -> Resolved {
    let Some(route) = Route::at(path) else { return Resolved::Nothing };
    let wanted = route.method();
    // HEAD is GET without a body (RFC 9110 section 9.3.2).
    if *method == wanted || (*method == Method::HEAD && wanted == Method::GET) {
        Resolved::Route(route)
    } else if *method == Method::OPTIONS && route.is_for_browsers() {
        Resolved::Preflight(route)
    } else {
        Resolved::WrongMethod(route)
    }
}

impl Resolved {
    /// The route that the path names, whatever the method.
    #[must_use]
    pub fn route(&self) -> Option<&Route> {
        match self {
            Self::Route(route) | Self::Preflight(route) | Self::WrongMethod(route) => Some(route),
            Self::Nothing => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_is_at_its_pattern() {
        for route in Route::all() {
            assert_eq!(resolve(&Method::GET, route.pattern()).route(), Some(&route));
        }
    }

    #[test]
    fn paths_lead_to_routes() {
        let id = Route::RegenerateKeys { project: "x".into() };
        for (method, path, expected) in [
            (Method::POST, "/v1/send", Resolved::Route(Route::Send)),
            (Method::GET, "/v1/send", Resolved::WrongMethod(Route::Send)),
            (Method::OPTIONS, "/v1/send", Resolved::WrongMethod(Route::Send)),
            (Method::OPTIONS, "/v1", Resolved::Preflight(Route::TrackLegacy)),
            (Method::POST, "/v1/send/", Resolved::Route(Route::Send)),
            (Method::POST, "/v1/", Resolved::Route(Route::TrackLegacy)),
            (Method::OPTIONS, "/v1/track/", Resolved::Preflight(Route::Track)),
            (Method::POST, "/v1/send//", Resolved::Nothing),
            (Method::POST, "//v1/send", Resolved::Nothing),
            (Method::GET, "/health", Resolved::Route(Route::Health)),
            (Method::HEAD, "/health/", Resolved::Route(Route::Health)),
            (Method::HEAD, "/v1/send", Resolved::WrongMethod(Route::Send)),
            (Method::HEAD, "/v1/track", Resolved::WrongMethod(Route::Track)),
            (Method::POST, "/health", Resolved::WrongMethod(Route::Health)),
            (Method::POST, "/users/@me/projects/x/regenerate-keys", Resolved::Route(id.clone())),
            (Method::POST, "/users/@me/projects/x/regenerate-keys/", Resolved::Route(id.clone())),
            (Method::POST, "/users/%40me/projects/x/regenerate-keys", Resolved::Route(id)),
            (Method::POST, "/users/@me/projects//regenerate-keys", Resolved::Nothing),
            (Method::POST, "/users/@me/projects/a/b/regenerate-keys", Resolved::Nothing),
            (Method::POST, "/", Resolved::Nothing),
            (Method::POST, "//", Resolved::Nothing),
            (Method::POST, "", Resolved::Nothing),
        ] {
            assert_eq!(resolve(&method, path), expected, "{method} {path}");
        }
    }
}

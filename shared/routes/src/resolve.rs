//! Finds the route of a method and a path.

use std::{borrow::Cow, fmt, sync::LazyLock};

use http::Method;
use matchit::Router;
use percent_encoding::percent_decode_str;

use crate::{Function, Operation, ROUTES, Route};

/// A path that has routes.
#[derive(Debug, PartialEq, Eq)]
pub struct Path {
    /// The path, its parameters in braces.
    pub pattern: &'static str,
    /// The routes, in the order of [`ROUTES`]; at least one.
    pub routes: Vec<&'static Route>,
    /// The methods that it takes, as `Allow` lists them.
    pub allow: String,
    /// Those of them that browsers may call from any origin, `OPTIONS` among them; empty if there are none.
    pub allow_for_browsers: String,
}

impl Path {
    fn new(pattern: &'static str) -> Self {
        let routes: Vec<_> = ROUTES.iter().filter(|route| route.pattern == pattern).collect();
        let mut for_browsers = methods_of(routes.iter().copied().filter(|route| route.is_for_browsers));
        let mut methods = methods_of(routes.iter().copied());
        if !for_browsers.is_empty() {
            methods.push("OPTIONS");
            for_browsers.push("OPTIONS");
        }
        Self { pattern, routes, allow: methods.join(", "), allow_for_browsers: for_browsers.join(", ") }
    }

    /// True if browsers may call any of its routes from any origin.
    #[must_use]
    pub fn is_for_browsers(&self) -> bool {
        !self.allow_for_browsers.is_empty()
    }

    /// The route of a method. `HEAD` is `GET` without a body (RFC 9110 section 9.3.2).
    #[must_use]
    pub fn route(&self, method: &Method) -> Option<&'static Route> {
        let method = if *method == Method::HEAD { &Method::GET } else { method };
        self.routes.iter().copied().find(|route| route.method == *method)
    }
}

/// The methods of routes of one path.
fn methods_of(routes: impl Iterator<Item = &'static Route>) -> Vec<&'static str> {
    let and_head = |route: &'static Route| {
        let head = (route.method == Method::GET).then_some("HEAD");
        [Some(route.method.as_str()), head].into_iter().flatten()
    };
    routes.flat_map(and_head).collect()
}

struct Table {
    paths: Vec<Path>,
    router: Router<usize>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let (mut paths, mut router): (Vec<Path>, _) = (Vec::new(), Router::new());
    for route in ROUTES {
        if paths.last().is_none_or(|last| last.pattern != route.pattern) {
            router.insert(route.pattern, paths.len()).expect("patterns of ROUTES do not conflict");
            paths.push(Path::new(route.pattern));
        }
    }
    Table { paths, router }
});

/// Every path that has routes, in the order of [`ROUTES`].
#[must_use]
pub fn paths() -> &'static [Path] {
    &TABLE.paths
}

/// The route of an operation; `None` if the table has no row of it.
#[must_use]
pub fn route(operation: Operation) -> Option<&'static Route> {
    ROUTES.iter().find(|route| route.operation == operation)
}

/// A route that a request is for. Its `Debug` shows no value that a caller wrote.
#[derive(Clone, PartialEq, Eq)]
pub struct Match {
    /// The route.
    pub route: &'static Route,
    /// The route's path.
    pub path: &'static Path,
    /// The parameters by name, decoded (RFC 3986 section 2.1); bytes that are no UTF-8 are U+FFFD.
    pub parameters: Vec<(String, String)>,
}

impl fmt::Debug for Match {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Match").field("route", &self.route.label()).finish_non_exhaustive()
    }
}

impl Match {
    /// The value of the parameter `name`; empty if the route's pattern has no such parameter.
    #[must_use]
    pub fn parameter(&self, name: &str) -> &str {
        self.parameters.iter().find(|(parameter, _)| parameter == name).map_or("", |(_, value)| value)
    }
}

/// The result of resolving a method and a path.
#[derive(Debug, PartialEq, Eq)]
pub enum Resolved {
    /// A route, to be handled.
    Route(Match),
    /// A browser asks whether it may call the path's routes.
    Preflight(&'static Path),
    /// A path that takes other methods.
    WrongMethod(&'static Path),
    /// No path.
    NotFound,
}

impl Resolved {
    /// The path, whatever the method.
    #[must_use]
    pub fn path(&self) -> Option<&'static Path> {
        match self {
            Self::Route(Match { path, .. }) | Self::Preflight(path) | Self::WrongMethod(path) => Some(path),
            Self::NotFound => None,
        }
    }

    /// The function that answers the request.
    #[must_use]
    pub fn function(&self) -> Function {
        let answers = self.route().or_else(|| self.path()?.routes.first().copied());
        answers.map_or(Function::DEFAULT, |route| route.function)
    }

    /// The methods that browsers may call from any origin, if the answer is for them.
    #[must_use]
    pub fn methods_for_browsers(&self) -> Option<&'static str> {
        let path = self.path()?;
        let is_for_browsers = self.route().map_or(path.is_for_browsers(), |route| route.is_for_browsers);
        is_for_browsers.then_some(path.allow_for_browsers.as_str())
    }

    /// The route, if the request is for one.
    #[must_use]
    pub fn route(&self) -> Option<&'static Route> {
        match self {
            Self::Route(found) => Some(found.route),
            Self::Preflight(_) | Self::WrongMethod(_) | Self::NotFound => None,
        }
    }
}

/// Finds the route of a request. `path` is the path as the gateway hands it on, without a query. One slash at its end
/// changes nothing.
#[must_use]
pub fn resolve(method: &Method, path: &str) -> Resolved {
    let path = path.strip_suffix('/').unwrap_or(path);
    // `@` may be written as `%40` (RFC 3986 section 3.3), and the router compares text.
    let path = if path.contains("%40") { Cow::Owned(path.replace("%40", "@")) } else { Cow::Borrowed(path) };
    let Ok(found) = TABLE.router.at(&path) else { return Resolved::NotFound };
    // The router takes nothing for a parameter where more follows it.
    if found.params.iter().any(|(_, value)| value.is_empty()) {
        return Resolved::NotFound;
    }
    let path = &TABLE.paths[*found.value];
    let Some(route) = path.route(method) else {
        let is_preflight = *method == Method::OPTIONS && path.is_for_browsers();
        return if is_preflight { Resolved::Preflight(path) } else { Resolved::WrongMethod(path) };
    };
    let decoded = |value: &str| percent_decode_str(value).decode_utf8_lossy().into_owned();
    let parameters = found.params.iter().map(|(name, value)| (name.to_owned(), decoded(value))).collect();
    Resolved::Route(Match { route, path, parameters })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_is_at_its_pattern() {
        for route in ROUTES {
            assert_eq!(resolve(&route.method, route.pattern).route(), Some(route));
        }
    }

    #[test]
    fn no_two_rows_are_one_route() {
        for (place, route) in ROUTES.iter().enumerate() {
            let others = ROUTES.iter().enumerate().filter(|(other, _)| *other != place);
            for (_, other) in others {
                assert_ne!((&route.method, route.pattern), (&other.method, other.pattern));
                assert_ne!(route.operation, other.operation);
            }
        }
        assert_eq!(
            paths().iter().map(|path| path.routes.len()).sum::<usize>(),
            ROUTES.len(),
            "a path's rows are apart"
        );
    }

    #[test]
    fn paths_lead_to_routes() {
        use Operation::{GetProject, Health, ListProjects, RegenerateKeys, SendEmail, TrackEventLegacy};
        for (method, path, expected) in [
            (Method::POST, "/v1/send", SendEmail),
            (Method::POST, "/v1/send/", SendEmail),
            (Method::POST, "/v1/", TrackEventLegacy),
            (Method::GET, "/health", Health),
            (Method::HEAD, "/health/", Health),
            (Method::GET, "/projects", ListProjects),
            (Method::GET, "/projects/x", GetProject),
            (Method::HEAD, "/projects/x/", GetProject),
            (Method::POST, "/users/@me/projects/x/regenerate-keys", RegenerateKeys),
            (Method::POST, "/users/@me/projects/x/regenerate-keys/", RegenerateKeys),
            (Method::POST, "/users/%40me/projects/x/regenerate-keys", RegenerateKeys),
        ] {
            assert_eq!(resolve(&method, path).route().map(|route| route.operation), Some(expected), "{method} {path}");
        }
    }

    #[test]
    fn other_methods_are_wrong_and_preflights_are_for_browsers() {
        for (method, path, allow) in [
            (Method::GET, "/v1/send", "POST"),
            (Method::OPTIONS, "/v1/send", "POST"),
            (Method::HEAD, "/v1/send", "POST"),
            (Method::HEAD, "/v1/track", "POST, OPTIONS"),
            (Method::POST, "/health", "GET, HEAD"),
            (Method::DELETE, "/projects/x", "GET, HEAD"),
        ] {
            let Resolved::WrongMethod(found) = resolve(&method, path) else { panic!("{method} {path}") };
            assert_eq!(found.allow, allow, "{method} {path}");
        }
        for path in ["/v1", "/v1/track/"] {
            assert!(matches!(resolve(&Method::OPTIONS, path), Resolved::Preflight(_)), "{path}");
        }
    }

    #[test]
    fn nothing_else_is_a_path() {
        for path in [
            "/v1/send//",
            "//v1/send",
            "/users/@me/projects//regenerate-keys",
            "/users/@me/projects/a/b/regenerate-keys",
            "/projects//",
            "/",
            "//",
            "",
            "/%",
            "/{id}",
        ] {
            assert_eq!(resolve(&Method::POST, path), Resolved::NotFound, "{path}");
        }
    }

    #[test]
    fn parameters_are_decoded() {
        for (path, expected) in
            [("/projects/a%2Fb", "a/b"), ("/projects/a%20%C3%BC", "a \u{fc}"), ("/projects/%ff", "\u{fffd}")]
        {
            let Resolved::Route(found) = resolve(&Method::GET, path) else { panic!("{path}") };
            assert_eq!(found.parameters, [("id".to_owned(), expected.to_owned())], "{path}");
        }
    }
}

//! Every route of the API, whatever function handles it: what is refused before a route does anything, each with the right
//! code and without an effect.
//!
//! The request of a route is that of its accepted file in `events/`.

use lambda_http::http::{Method, StatusCode};
use posthorn_auth::permits;
use posthorn_bundle::{Bundle, Clients};
use posthorn_routes::{Effect, MAX_EVENT_BYTES, ROUTES, RequiredKey, Route, resolve};
use posthorn_table::{api_key::KeyScope, project::Status};
use posthorn_testkit::{
    backends::{Backends, TestProject, TestRequest, TestResponse},
    events::{self, PUBLIC_KEY, SECRET_KEY},
    faults::Fault,
    openapi::description_of,
};

/// The SDK tries three times.
const ALL_ATTEMPTS: usize = 3;

/// Every function, and the project that the accepted file of a route supposes.
struct World {
    backends: Backends,
    project: TestProject,
    functions: Bundle,
}

/// A world for a route, and the request of its accepted file.
async fn accepted(route: &Route) -> (World, TestRequest) {
    let file = events::accepted(route);
    let backends = Backends::start().await;
    let project = file.prepare(&backends).await;
    let functions = Bundle::new(Clients::of(&backends));
    (World { backends, project, functions }, file.request())
}

/// The routes that take a key.
fn routes_with_a_key() -> impl Iterator<Item = &'static Route> {
    ROUTES.iter().filter(|route| route.key != RequiredKey::None)
}

/// The routes that take a secret key alone.
fn routes_with_a_secret_key() -> impl Iterator<Item = &'static Route> {
    ROUTES.iter().filter(|route| route.key == RequiredKey::Secret)
}

impl World {
    /// Calls the function that the gateway would call, and holds the answer to `openapi.yaml`.
    async fn call(&self, request: TestRequest) -> TestResponse {
        let function = resolve(request.method(), request.path()).function();
        let handler = |request| self.functions.call(function, request);
        let answer = Box::pin(self.backends.call(request.clone(), handler)).await;
        let _described = description_of(&request, &answer);
        answer
    }

    /// Calls, and holds the answer to a refusal with this code and without an effect.
    async fn refuses(&self, request: TestRequest, code: &str) -> TestResponse {
        let items = self.backends.items().await;
        let label = format!("{} {}", request.method(), request.path());
        let answer = self.call(request).await;
        assert_eq!(answer.code(), Some(code), "{label}: {}", answer.text);
        assert_eq!(answer.json["error"]["statusCode"], answer.status, "{label}");
        assert_eq!(self.backends.items().await, items, "{label} wrote something");
        assert_eq!(self.backends.ses.calls(), 0, "{label} sent something");
        answer
    }
}

#[tokio::test]
async fn a_request_without_a_key_is_refused() {
    for route in routes_with_a_key() {
        let (world, request) = accepted(route).await;
        let answer = world.refuses(request.without_header("authorization"), "MISSING_AUTH").await;
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{}", route.label());
    }
}

#[tokio::test]
async fn a_key_that_cannot_be_ours_or_is_unknown_is_refused() {
    for route in routes_with_a_key() {
        let (world, request) = accepted(route).await;
        for key in ["sk_nonsense", "nonsense", "sk_00000000000000000000000000000000000000000000dead"] {
            world
                .refuses(request.clone().with_header("authorization", &format!("Bearer {key}")), "INVALID_API_KEY")
                .await;
        }
    }
}

#[tokio::test]
async fn a_public_key_is_refused_where_a_secret_one_is_needed() {
    for route in routes_with_a_secret_key() {
        let (world, request) = accepted(route).await;
        let request = request.with_header("authorization", &format!("Bearer {PUBLIC_KEY}"));
        world.refuses(request, "INVALID_API_KEY").await;
    }
}

#[tokio::test]
async fn a_key_calls_the_routes_of_its_scope_and_no_others() {
    for route in routes_with_a_key() {
        for scope in KeyScope::ALL {
            let (mut world, request) = accepted(route).await;
            let request = request.with_header("authorization", &format!("Bearer {SECRET_KEY}"));
            world
                .backends
                .change(&mut world.project.project, |project| project.keys.iter_mut().for_each(|key| key.scope = scope))
                .await;
            if permits(scope, route) {
                let answer = world.call(request).await;
                assert!(answer.status < 400, "{} by {scope:?}: {}", route.label(), answer.text);
            } else {
                let answer = world.refuses(request, "FORBIDDEN").await;
                let details = &answer.json["error"]["details"];
                assert_eq!(details["scope"], scope.as_str(), "{}", route.label());
                let needed = KeyScope::ALL.into_iter().find(|scope| details["needs"] == scope.as_str());
                assert!(permits(needed.unwrap(), route), "{} by {scope:?}: {details}", route.label());
            }
        }
    }
}

#[tokio::test]
async fn a_disabled_project_reads_and_does_not_write() {
    for route in routes_with_a_key() {
        let (mut world, request) = accepted(route).await;
        world.backends.change(&mut world.project.project, |project| project.facts.status = Status::Disabled).await;
        if route.effect == Effect::Reads {
            let answer = world.call(request).await;
            assert!(answer.status < 400, "{}: {}", route.label(), answer.text);
        } else {
            world.refuses(request, "PROJECT_DISABLED").await;
        }
    }
}

#[tokio::test]
async fn another_method_is_told_those_that_the_path_takes() {
    for route in ROUTES {
        let (world, request) = accepted(route).await;
        let path = request.path().to_owned();
        let found = resolve(&Method::TRACE, &path).path().unwrap();
        for method in [Method::TRACE, Method::OPTIONS, Method::PUT] {
            if found.allow.split(", ").any(|allowed| allowed == method.as_str()) {
                continue;
            }
            let answer = world.refuses(request.clone().at(method, &path), "METHOD_NOT_ALLOWED").await;
            assert_eq!(answer.header("allow"), Some(found.allow.as_str()), "{}", route.label());
            assert_eq!(answer.json["error"]["suggestion"], format!("Use {}.", found.allow));
        }
    }
}

#[tokio::test]
async fn a_path_that_is_nearly_right_is_told_the_right_one() {
    for route in ROUTES {
        let (world, request) = accepted(route).await;
        let path = format!("/v3{}", request.path());
        let answer = world.refuses(request.at(route.method.clone(), &path), "NOT_FOUND").await;
        let suggestion = answer.json["error"]["suggestion"].as_str().unwrap_or_default().to_owned();
        let last = route.pattern.rsplit('/').find(|segment| !segment.starts_with('{')).unwrap();
        assert!(
            suggestion.starts_with("Did you mean ") && suggestion.contains(last),
            "{}: {suggestion}",
            route.label()
        );
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_before_its_key_is_looked_at() {
    for route in routes_with_a_key().filter(|route| route.max_body_bytes < MAX_EVENT_BYTES) {
        let (world, request) = accepted(route).await;
        let request = request.with_header("authorization", "Bearer sk_nonsense");
        let request = request.body(vec![b' '; route.max_body_bytes + 1]);
        let answer = world.refuses(request, "PAYLOAD_TOO_LARGE").await;
        assert_eq!(answer.json["error"]["details"]["maximum"], route.max_body_bytes, "{}", route.label());
    }
}

#[tokio::test]
async fn a_table_that_throttles_or_fails_is_said_to() {
    for route in routes_with_a_key() {
        for (fault, code, status) in [
            (Fault::Throttled, "RATE_LIMIT_EXCEEDED", StatusCode::TOO_MANY_REQUESTS),
            (Fault::NeverArrives, "SERVICE_UNAVAILABLE", StatusCode::SERVICE_UNAVAILABLE),
            (Fault::Breaks, "SERVICE_UNAVAILABLE", StatusCode::SERVICE_UNAVAILABLE),
        ] {
            let (world, request) = accepted(route).await;
            world.backends.faults.fail("GetItem", "KEY#", fault, ALL_ATTEMPTS);
            let answer = world.refuses(request, code).await;
            assert_eq!(answer.status, status, "{}", route.label());
            assert!(answer.header("retry-after").is_some(), "{}", route.label());
        }
    }
}

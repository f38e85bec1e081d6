//! The description itself: it lists every route and every code that there is, and no others.

use std::collections::BTreeSet;

use axum::http::Method;
use posthorn_errors::Code;
use posthorn_routes::{Effect, Operation, ROUTES, Resolved, resolve, route};
use posthorn_testkit::openapi::{codes, document, operation, resolved};
use serde_json::Value;

/// Every operation that is described: its path, its method and its description.
pub(crate) fn operations() -> Vec<(&'static str, Method, &'static Value)> {
    let paths = document()["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap().iter();
        methods.map(move |(method, it)| (path.as_str(), method.to_ascii_uppercase().parse().unwrap(), it))
    });
    operations.collect()
}

#[test]
fn every_route_is_described_and_nothing_else_is() {
    let described: BTreeSet<_> = operations().iter().map(|(path, method, _)| (*path, method.to_string())).collect();
    let routes = ROUTES.iter().map(|route| (route.pattern, route.method.to_string()));
    assert_eq!(described, routes.collect());
    for (path, method, _) in operations() {
        assert!(matches!(resolve(&method, path), Resolved::Route(_)), "{method} {path}");
    }
}

#[test]
fn every_code_is_described_once_with_its_status() {
    let ours: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    let listed: Vec<_> = document()["components"]["schemas"]["Code"]["enum"].as_array().unwrap().iter().collect();
    assert_eq!(listed, ours);
    for (name, example) in document()["components"]["examples"].as_object().unwrap() {
        let error = &example["value"]["error"];
        let code: Code = error["code"].as_str().unwrap().parse().unwrap();
        let (expected, status) = match name.strip_suffix("_ON_V1") {
            Some(code) => (code, 400),
            None => (name.as_str(), code.status()),
        };
        assert_eq!((code.as_str(), &error["statusCode"]), (expected, &status.into()), "{name}");
    }
    for code in ours {
        assert!(!document()["components"]["examples"][code].is_null(), "{code} has no example");
    }
}

/// Each code is described under its own status, except for `VALIDATION_ERROR` on `/v1`, which is 400 there.
#[test]
fn every_code_stands_below_its_status() {
    for (path, method, operation) in operations() {
        for (status, response) in operation["responses"].as_object().unwrap() {
            for name in codes(resolved(response)) {
                let code: Code = name.parse().unwrap();
                let is_legacy =
                    code == Code::ValidationError && path == route(Operation::TrackEventLegacy).unwrap().pattern;
                let expected = if is_legacy { 400 } else { code.status() };
                assert_eq!(status, &expected.to_string(), "{method} {path} {name}");
                let example = resolved(&resolved(response)["content"]["application/json"]["examples"][name]);
                assert_eq!(example["value"]["error"]["statusCode"], expected, "{method} {path} {name}");
            }
        }
    }
}

#[test]
fn an_operation_that_needs_a_key_says_so() {
    for (path, method, operation) in operations() {
        let needs_a_key = operation["security"].as_array().is_none_or(|schemes| !schemes.is_empty());
        let refuses = operation["responses"].get("401").is_some_and(|it| codes(resolved(it)).contains("MISSING_AUTH"));
        assert_eq!(needs_a_key, refuses, "{method} {path}");
    }
    assert_eq!(document()["components"]["securitySchemes"]["key"]["scheme"], "bearer");
}

#[test]
fn every_operation_describes_the_answers_that_the_gateway_gives_itself() {
    for (path, method, operation) in operations() {
        for status in ["429", "500", "503"] {
            let response = resolved(&operation["responses"][status]);
            let schema = response["content"]["application/json"]["schema"].to_string();
            assert!(schema.contains("GatewayRefusal"), "{method} {path} {status}");
        }
    }
}

#[test]
fn its_version_is_ours_and_it_runs_wherever_it_is_served() {
    assert_eq!(document()["info"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(document()["servers"][0]["url"], "/");
    assert!(document()["openapi"].as_str().unwrap().starts_with("3.1."));
}

/// The header `Idempotency-Key` is described for the routes that honour it.
#[test]
fn the_idempotency_key_is_described_where_it_counts() {
    for (path, method, described) in operations() {
        let parameters = described["parameters"].as_array().into_iter().flatten().map(resolved);
        let has_one = parameters.into_iter().any(|parameter| parameter["name"] == "Idempotency-Key");
        let Resolved::Route(found) = resolve(&method, path) else { continue };
        let counts = found.route.effect == Effect::Sends;
        assert_eq!(has_one, counts, "{method} {path}");
        let reused = operation(&method, path).unwrap()["responses"]["409"].is_object();
        assert!(!counts || reused, "{method} {path}");
    }
}

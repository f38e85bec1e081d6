//! The tree follows the recipe for resources ("A new resource" in `ARCHITECTURE.md`): whatever has a row in `ROUTES` also has
//! everything else that a caller or the next engineer looks for.

#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use http::Method;
use posthorn_routes::{Function, ROUTES, Route, paths, resolve};
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_default()
}

/// The noun of a route, which names its folders: the first segment of its path.
fn noun(pattern: &str) -> String {
    pattern.split('/').find(|segment| !segment.is_empty()).unwrap_or_default().replace('-', "_")
}

/// The steps of the recipe that a noun with these routes lacks.
fn missing_steps(noun: &str, routes: &[(&Method, &str)]) -> Vec<String> {
    let mut missing = Vec::new();
    let code = format!("functions/api/src/{noun}");
    if !root().join(&code).join("mod.rs").is_file() {
        missing.push(format!("{code}/mod.rs"));
    }
    let tests = format!("functions/api/tests/api/{noun}");
    if !root().join(&tests).is_dir() && !root().join(format!("{tests}.rs")).is_file() {
        missing.push(format!("{tests}.rs"));
    }
    let description = text(&format!("{code}/openapi.yaml"));
    let (changelog, accepted) = (text("CHANGELOG.md"), accepted_requests());
    for (method, pattern) in routes {
        if !description.contains(&format!("\n  {pattern}:\n")) {
            missing.push(format!("{code}/openapi.yaml describes {pattern}"));
        }
        if !changelog.contains(&format!("`{method} {pattern}`")) {
            missing.push(format!("CHANGELOG.md names `{method} {pattern}`"));
        }
        let is_accepted = |(of_file, path): &(Method, String)| {
            of_file == *method && resolve(of_file, path).path().is_some_and(|path| path.pattern == *pattern)
        };
        if !accepted.iter().any(is_accepted) {
            missing.push(format!("events/api/accepted has a file of {method} {pattern}"));
        }
    }
    missing
}

/// Method and path of every accepted event of the function `api`.
fn accepted_requests() -> Vec<(Method, String)> {
    let files = fs::read_dir(root().join("events/api/accepted")).unwrap();
    let events =
        files.map(|file| serde_json::from_str::<Value>(&fs::read_to_string(file.unwrap().path()).unwrap()).unwrap());
    let request = |event: Value| {
        let method = event["requestContext"]["http"]["method"].as_str()?.parse().ok()?;
        Some((method, event["rawPath"].as_str()?.to_owned()))
    };
    events.filter_map(request).collect()
}

#[test]
fn every_noun_of_the_routes_has_all_that_the_recipe_names() {
    let mut nouns: BTreeMap<String, Vec<(&Method, &str)>> = BTreeMap::new();
    for Route { method, pattern, .. } in ROUTES.iter().filter(|route| route.function == Function::Api) {
        nouns.entry(noun(pattern)).or_default().push((method, pattern));
    }
    assert!(!nouns.is_empty());
    for (noun, routes) in nouns {
        assert_eq!(missing_steps(&noun, &routes), [""; 0], "{noun}: see \"A new resource\" in ARCHITECTURE.md");
    }
}

#[test]
fn a_noun_without_anything_lacks_every_step() {
    let missing = missing_steps("no_such_noun", &[(&Method::GET, "/no_such_noun")]);
    assert_eq!(
        missing,
        [
            "functions/api/src/no_such_noun/mod.rs",
            "functions/api/tests/api/no_such_noun.rs",
            "functions/api/src/no_such_noun/openapi.yaml describes /no_such_noun",
            "CHANGELOG.md names `GET /no_such_noun`",
            "events/api/accepted has a file of GET /no_such_noun",
        ]
    );
}

/// `cargo lambda watch` leads each path to the function that the gateway leads it to. A path of the function of
/// `$default` needs no line of its own.
#[test]
fn cargo_lambda_watch_leads_where_the_gateway_leads() {
    let manifest = text("Cargo.toml");
    let (_, router) = manifest.split_once("[workspace.metadata.lambda.watch.router]\n").unwrap();
    let router = router.lines().take_while(|line| !line.is_empty()).map(|line| line.split_once(" = ").unwrap());
    let router: BTreeMap<String, String> = router
        .map(|(path, function)| (path.trim_matches('"').to_owned(), function.trim_matches('"').to_owned()))
        .collect();
    let mut expected = BTreeMap::from([("/{*path}".to_owned(), Function::DEFAULT.name().to_owned())]);
    for path in paths().iter().filter(|path| path.routes.iter().any(|route| route.function != Function::DEFAULT)) {
        for slash in ["", "/"] {
            expected.insert(format!("{}{slash}", path.pattern), path.routes[0].function.name().to_owned());
        }
    }
    assert_eq!(router, expected);
}

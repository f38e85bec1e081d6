//! The page through its router: all of the description is on it, and nothing of anywhere else.

use std::collections::BTreeSet;

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use posthorn_testkit::openapi::{TEXT, document};
use saphyr::{LoadableYamlNode as _, Yaml};
use tower::ServiceExt as _;

use super::{json, node::Node, router, schema};

const URL: &str = "http://localhost:4711";

async fn ask(request: Request<Body>) -> (StatusCode, HeaderMap, String) {
    let (parts, body) = router(URL).unwrap().oneshot(request).await.unwrap().into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
    (parts.status, parts.headers, String::from_utf8(body).unwrap())
}

async fn get(path: &str) -> (StatusCode, HeaderMap, String) {
    ask(Request::get(path).body(Body::empty()).unwrap()).await
}

fn parts<'a>(page: &'a str, before: &str) -> BTreeSet<&'a str> {
    page.split(before).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[tokio::test]
async fn the_file_is_served_as_it_is() {
    let (status, headers, text) = get("/openapi.yaml").await;
    assert_eq!((status, text.as_str()), (StatusCode::OK, TEXT));
    assert_eq!(headers["content-type"], "application/yaml");
}

#[tokio::test]
async fn every_operation_and_every_schema_is_on_the_page() {
    let (_, _, page) = get("/_local/docs").await;
    let ids = parts(&page, "<section id=\"");
    for (path, methods) in document()["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.contains(id), "{method} {path}");
            let option = if method == "head" { "--head".to_owned() } else { format!("-X {}", method.to_uppercase()) };
            assert!(page.contains(&format!("curl {option} &quot;{URL}{}", path.split('{').next().unwrap())));
        }
    }
    for (name, schema) in document()["components"]["schemas"].as_object().unwrap() {
        assert!(ids.contains(name.as_str()), "{name}");
        for field in schema["properties"].as_object().into_iter().flatten().map(|(field, _)| field) {
            assert!(page.contains(&format!("<code>{field}</code>")), "{name}.{field}");
        }
    }
    for code in document()["components"]["examples"].as_object().unwrap().values() {
        let message = code["value"]["error"]["message"].as_str().unwrap().replace('\'', "&#39;").replace('"', "&quot;");
        assert!(page.contains(&message), "{message}");
    }
}

#[tokio::test]
async fn every_link_within_the_page_leads_somewhere() {
    let (_, _, page) = get("/_local/docs").await;
    let ids = &parts(&page, " id=\"") | &parts(&page, "<section id=\"");
    let links = parts(&page, "href=\"#");
    assert!(links.len() > 10);
    assert!(links.is_subset(&ids), "{:?}", links.difference(&ids));
}

#[tokio::test]
async fn the_page_needs_nothing_but_its_own_style() {
    let (status, headers, page) = get("/_local/docs").await;
    assert_eq!(status, StatusCode::OK);
    assert!(headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'; style-src 'self'"));
    assert!(!page.contains("<script") && !page.contains("style=") && !page.contains("src=\"http"));
    assert_eq!(get("/_local/docs/page.css").await.0, StatusCode::OK);
}

fn with<T>(text: &str, look: impl Fn(Node<'_>) -> T) -> T {
    look(Node::root(&Yaml::load_from_str(text).unwrap()[0]))
}

#[test]
fn a_kind_is_said_in_a_few_words() {
    for (schema, expected) in [
        ("{type: string, minLength: 1, maxLength: 9}", "string, 1 to 9 characters"),
        ("{type: [integer, 'null'], maximum: 5, default: 0}", "integer or null, at most 5, <code>0</code> by default"),
        ("{type: array, maxItems: 2, items: {type: string}}", "array of string, at most 2 items"),
        ("{enum: [a, null]}", "<code>&quot;a&quot;</code>, <code>null</code>"),
        ("{anyOf: [{$ref: '#/components/schemas/A'}, {type: 'null'}]}", "<a href=\"#A\">A</a> or null"),
        ("{type: '<b>'}", "&lt;b&gt;"),
    ] {
        assert_eq!(with(schema, schema::kind), expected);
    }
}

#[test]
fn examples_keep_their_order() {
    let example = "{b: 1, a: [x, {c: null}], d: {}, e: 1.5, f: true}";
    assert_eq!(
        with(example, |node| json::line(node.at)),
        r#"{"b": 1, "a": ["x", {"c": null}], "d": {}, "e": 1.5, "f": true}"#
    );
    let lines = with("{b: [1], a: {}}", |node| json::lines(node.at));
    assert_eq!(lines, "{\n  \"b\": [\n    1\n  ],\n  \"a\": {}\n}");
    let read: serde_json::Value = serde_json::from_str(&lines).unwrap();
    assert_eq!(read["b"][0], 1);
}

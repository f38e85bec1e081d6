//! The page through its router: its files are served, they need nothing from elsewhere, and its policy permits nothing else.

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use posthorn_testkit::openapi::{TEXT, document};
use tower::ServiceExt as _;

use super::router;

const JAVASCRIPT: &str = "text/javascript";
const CSS: &str = "text/css";

async fn get(path: &str) -> (StatusCode, HeaderMap, String) {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let (parts, body) = router().oneshot(request).await.unwrap().into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
    (parts.status, parts.headers, String::from_utf8(body).unwrap())
}

async fn text(path: &str) -> String {
    get(path).await.2
}

/// The values of an attribute, in the page's order.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let before = format!(" {attribute}=\"");
    page.split(&before).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[tokio::test]
async fn the_description_is_served_as_it_is() {
    let (status, headers, text) = get("/openapi.yaml").await;
    assert_eq!((status, text.as_str()), (StatusCode::OK, TEXT));
    assert_eq!(headers["content-type"], "application/yaml");
}

#[tokio::test]
async fn every_file_of_the_page_is_served_with_its_type() {
    let page = text("/_local/docs").await;
    let sheets = values(&page, "href").into_iter().filter(|path| path.starts_with("/_local/docs/"));
    let sheets: Vec<_> = sheets.map(|path| (path, CSS)).collect();
    let scripts: Vec<_> = values(&page, "src").into_iter().map(|path| (path, JAVASCRIPT)).collect();
    assert_eq!((sheets.len(), scripts.len()), (2, 2), "{page}");
    for (path, expected) in [("/_local/docs", "text/html")].into_iter().chain(sheets).chain(scripts) {
        let (status, headers, text) = get(path).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert_eq!(headers["content-type"].to_str().unwrap().split(';').next(), Some(expected), "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["referrer-policy"], "no-referrer", "{path}");
        assert_eq!(headers["cache-control"], "no-store", "{path}");
        assert!(!text.is_empty(), "{path}");
    }
}

#[tokio::test]
async fn the_policy_permits_this_stack_alone_and_nothing_inline() {
    let (_, headers, page) = get("/_local/docs").await;
    let policy = headers["content-security-policy"].to_str().unwrap();
    let directives: Vec<Vec<_>> = policy.split(';').map(|directive| directive.split_whitespace().collect()).collect();
    assert!(directives.contains(&vec!["default-src", "'none'"]), "{policy}");
    assert!(directives.contains(&vec!["frame-ancestors", "'none'"]), "{policy}");
    for directive in &directives {
        let name = directive[0];
        let is_permitted =
            |source: &&str| ["'none'", "'self'"].contains(source) || (name, *source) == ("img-src", "data:");
        assert!(directive[1..].iter().all(is_permitted), "{policy}");
    }
    assert_eq!(page.matches("<script").count(), page.matches("<script src=\"/_local/docs/").count());
    for inline in ["<style", " style=", " onload=", " onclick=", "javascript:"] {
        assert!(!page.contains(inline), "{inline}");
    }
}

/// The policy holds Swagger UI's script to this stack: its text names hosts, such as those of namespaces.
#[tokio::test]
async fn the_page_its_own_files_and_the_style_sheet_of_the_viewer_name_no_other_host() {
    for path in ["/_local/docs", "/_local/docs/page.css", "/_local/docs/page.js"] {
        let text = text(path).await;
        assert!(!text.contains("://") && !text.contains("\"//"), "{path}");
    }
    let sheet = text("/_local/docs/swagger-ui.css").await;
    let urls: Vec<_> = sheet.split("url(").skip(1).collect();
    assert!(urls.len() > 1 && urls.iter().all(|url| url.trim_start_matches('"').starts_with("data:")));
    assert!(!sheet.contains("@import"));
}

#[tokio::test]
async fn the_page_of_the_crate_which_has_an_inline_script_is_not_served() {
    assert!(!text("/_local/docs").await.contains("window.onload"));
    for path in ["/_local/docs/", "/_local/docs/oauth2-redirect.html", "/_local/docs/swagger-ui.css.map"] {
        assert_eq!(get(path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
}

/// Swagger UI sends the value that it was given for a bearer scheme in `Authorization`.
#[test]
fn the_key_is_a_bearer_token() {
    let scheme = &document()["components"]["securitySchemes"]["key"];
    assert_eq!((scheme["type"].as_str(), scheme["scheme"].as_str()), (Some("http"), Some("bearer")));
}

#[tokio::test]
async fn the_script_removes_the_one_example_of_an_idempotency_key() {
    let components = &document()["components"];
    assert!(components["schemas"]["IdempotencyKey"]["example"].is_string());
    assert!(components["parameters"]["IdempotencyKey"].get("example").is_none());
    assert!(text("/_local/docs/page.js").await.contains("delete copy.components.schemas.IdempotencyKey.example;"));
}

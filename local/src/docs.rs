//! The API's description: `openapi.yaml` as it stands at `/openapi.yaml`, and for people at `/_local/docs`.
//!
//! The page is rendered once, whole and without a script, from the same text that is served beside it.

mod json;
mod node;
mod operation;
mod page;
mod prose;
mod schema;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    http::header,
    middleware,
    response::{Html, IntoResponse},
    routing::get,
};
use posthorn_testkit::openapi::TEXT;
use saphyr::{LoadableYamlNode as _, ScanError, Yaml};

use self::node::Node;
use crate::headers::private_page;

/// The page: its own style, nothing inline, nothing from elsewhere, no script.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

/// The routes `/openapi.yaml` and `/_local/docs`, for a stack at `url`, such as `http://localhost:3000`.
///
/// # Errors
/// Where the description is not YAML.
pub fn router(url: &str) -> Result<Router, ScanError> {
    let documents = Yaml::load_from_str(TEXT)?;
    let page: Arc<str> = documents.first().map(|root| page::page(Node::root(root), url)).unwrap_or_default().into();
    let router = Router::new()
        .route("/openapi.yaml", get(description))
        .route("/_local/docs", get(whole))
        .route("/_local/docs/page.css", get(style))
        .layer(middleware::from_fn(private_page))
        .with_state(page);
    Ok(router)
}

async fn description() -> impl IntoResponse {
    // RFC 9512.
    ([(header::CONTENT_TYPE, "application/yaml")], TEXT)
}

async fn whole(State(page): State<Arc<str>>) -> impl IntoResponse {
    ([(header::CONTENT_SECURITY_POLICY, PAGE_POLICY)], Html(page.to_string()))
}

async fn style() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/css; charset=utf-8")],
        concat!(include_str!("page.css"), include_str!("docs/page.css")),
    )
}

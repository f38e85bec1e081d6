//! The API's description: `openapi.yaml` as it stands at `/openapi.yaml`, and at `/_local/docs` for people, in Swagger UI, from which
//! requests to the running stack can be tried.
//!
//! The crate `swagger-ui-dist` carries Swagger UI's files, unchanged. The crate's own page starts Swagger UI with an inline script;
//! the page here starts it with a file instead, so that its policy can forbid inline scripts.

#[cfg(test)]
mod tests;

use axum::{
    Router,
    http::header,
    middleware,
    response::{Html, IntoResponse},
    routing::get,
};
use posthorn_testkit::openapi::TEXT;
use swagger_ui_dist::{ApiDefinition, OpenApiSource};

use crate::headers::private_page;

const PAGE: &str = "/_local/docs";
/// The files of Swagger UI that the page names.
const VIEWER_FILES: [&str; 2] = ["/_local/docs/swagger-ui.css", "/_local/docs/swagger-ui-bundle.js"];
/// Scripts, styles and requests of this stack alone, and none inline. Swagger UI's style sheet holds its icons as `data:` URLs.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The routes `/openapi.yaml`, `/_local/docs`, and those of the files that the page names.
pub fn router() -> Router {
    let viewer = viewer().into_service();
    VIEWER_FILES
        .into_iter()
        .fold(Router::new(), |router, file| router.route_service(file, viewer.clone()))
        .route("/openapi.yaml", get(description))
        .route(PAGE, get(page))
        .route("/_local/docs/page.css", get(style))
        .route("/_local/docs/page.js", get(script))
        .layer(middleware::from_fn(private_page))
}

/// The router of `swagger_ui_dist`. It also serves a page of its own, so only the paths in `VIEWER_FILES` are routed to it.
fn viewer() -> Router {
    swagger_ui_dist::generate_routes(ApiDefinition {
        uri_prefix: PAGE,
        api_definition: OpenApiSource::Uri("/openapi.yaml"),
        title: None,
    })
}

async fn description() -> impl IntoResponse {
    // RFC 9512.
    ([(header::CONTENT_TYPE, "application/yaml")], TEXT)
}

async fn page() -> impl IntoResponse {
    ([(header::CONTENT_SECURITY_POLICY, PAGE_POLICY)], Html(include_str!("docs/page.html")))
}

async fn style() -> impl IntoResponse {
    let style = concat!(include_str!("page.css"), include_str!("docs/page.css"));
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], style)
}

async fn script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("docs/page.js"))
}

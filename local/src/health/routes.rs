//! The page, and what it asks for.

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::middleware;
use axum::response::{Html, IntoResponse};
use axum::routing::get;

use super::{Health, page};
use crate::headers::private_page;

/// The page: its own script and style and what the script fetches; nothing inline, nothing from elsewhere.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// The changing part, should it be opened by itself.
const PARTS_POLICY: &str = "sandbox; default-src 'none'; frame-ancestors 'none'";

/// All routes.
pub(super) fn router(health: Health) -> Router {
    Router::new()
        .route("/_local/health", get(whole))
        .route("/_local/health/parts", get(parts))
        .route("/_local/health/page.css", get(style))
        .route("/_local/health/page.js", get(script))
        .layer(middleware::from_fn(private_page))
        .with_state(health)
}

async fn whole(State(health): State<Health>) -> impl IntoResponse {
    let (status, parts) = render(&health).await;
    (status, [(header::CONTENT_SECURITY_POLICY, PAGE_POLICY)], Html(page::page(&parts)))
}

async fn parts(State(health): State<Health>) -> impl IntoResponse {
    let (status, parts) = render(&health).await;
    (status, [(header::CONTENT_SECURITY_POLICY, PARTS_POLICY)], Html(parts))
}

async fn render(health: &Health) -> (StatusCode, String) {
    match health.view().await {
        Ok(view) => (StatusCode::OK, page::parts(&view)),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, page::failed(&error)),
    }
}

async fn style() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/css; charset=utf-8")],
        concat!(include_str!("../page.css"), include_str!("page.css")),
    )
}

async fn script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("page.js"))
}

//! The routes of the page, its files and its changing part.

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::middleware;
use axum::response::{Html, IntoResponse};
use axum::routing::get;

use super::{data::Health, page};
use crate::headers::private_page;

/// The policy of the page: scripts, styles and requests of this stack alone, and none inline.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// The policy of the changing part, for a browser that opens it by itself.
const PARTS_POLICY: &str = "sandbox; default-src 'none'; frame-ancestors 'none'";

/// The routes under `/_local/health`; nothing else is answered.
pub fn router(health: Health) -> Router {
    Router::new()
        .route("/_local/health", get(whole_page))
        .route("/_local/health/parts", get(changing_parts))
        .route("/_local/health/page.css", get(style))
        .route("/_local/health/page.js", get(script))
        .layer(middleware::from_fn(private_page))
        .with_state(health)
}

async fn whole_page(State(health): State<Health>) -> impl IntoResponse {
    let (status, parts) = render_parts(&health).await;
    (status, [(header::CONTENT_SECURITY_POLICY, PAGE_POLICY)], Html(page::page(&parts)))
}

async fn changing_parts(State(health): State<Health>) -> impl IntoResponse {
    let (status, parts) = render_parts(&health).await;
    (status, [(header::CONTENT_SECURITY_POLICY, PARTS_POLICY)], Html(parts))
}

async fn render_parts(health: &Health) -> (StatusCode, String) {
    match health.read().await {
        Ok(data) => (StatusCode::OK, page::parts(&data)),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, page::unreadable_table(&error)),
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

//! Who may look at the local pages, and what every answer of theirs is held to.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Refuses a request under a host name that is not this machine's, so that no foreign site can point its own name here
/// and read them (DNS rebinding); and forbids every browser to guess types, keep copies or tell where it was.
pub(crate) async fn only_local(request: Request, next: Next) -> Response {
    if !is_local(request.headers()) {
        return (StatusCode::FORBIDDEN, "The local pages answer under localhost or an IP address only.\n")
            .into_response();
    }
    let mut response = next.run(request).await;
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn is_local(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST) else { return true };
    let host = host.to_str().unwrap_or_default().to_ascii_lowercase();
    let name = host
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
        .map_or_else(|| host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name), |(address, _)| address);
    name == "localhost" || name.ends_with(".localhost") || name.parse::<IpAddr>().is_ok()
}

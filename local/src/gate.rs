//! The gate in front of every port of the stack: it decides which requests may come through. The stack listens on this machine
//! alone, but every web page that its user has open can send requests to this machine, too.
//!
//! The header `Host` gives away a page whose own name was pointed here (DNS rebinding). `Origin`, or `Sec-Fetch-Site` where a browser
//! sends no `Origin`, gives away any other page of another site. Such a page may read the responses of `track` alone, which is called
//! from web pages by design: the CORS headers of all other responses are removed. A link to the port of the API and the local pages
//! may be followed from anywhere.

#[cfg(test)]
mod tests;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::{
    Json, Router,
    extract::Request,
    http::{HeaderMap, HeaderName, Method, StatusCode, header, uri::Authority},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use posthorn_machine::address::{host_of_authority, is_loopback};
use posthorn_routes::resolve;
use serde_json::json;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
/// The file of the stack's state that lists other host names, one a line, under which a container may call the stack.
const NAMED_HOSTS: &str = "hosts";

/// The gate of a stack. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    named_hosts: Arc<Path>,
}

/// The requests that a page of another site may make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CrossSitePolicy {
    /// No request.
    Closed,
    /// The request of a link that its user follows.
    Linked,
    /// Every request, for the route is made to be called from web pages.
    ForBrowsers,
}

/// The reason for which the gate refuses a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum GateRefusal {
    /// The request names no host, or another than this machine.
    ForeignHost,
    /// A web page of another site sent the request.
    ForeignOrigin,
}

impl Gate {
    /// The gate of a stack with this folder of state.
    pub(crate) fn new(state: &Path) -> Self {
        Self { named_hosts: named_hosts(state).into() }
    }

    /// Puts the gate in front of a back end, which no page of another site has reason to call.
    pub(crate) fn of_a_back_end(&self) -> impl FnOnce(Router) -> Router + use<> {
        let gate = self.clone();
        move |router| gate.guard(router, |_| CrossSitePolicy::Closed)
    }

    /// Puts the gate in front of the API and the local pages: any web page may call the routes for browsers, and link to the others.
    pub(crate) fn before_api(&self, router: Router) -> Router {
        self.guard(router, |request| match resolve(request.method(), request.uri().path()).path() {
            Some(path) if path.is_for_browsers() => CrossSitePolicy::ForBrowsers,
            _ if is_link_followed(request) => CrossSitePolicy::Linked,
            _ => CrossSitePolicy::Closed,
        })
    }

    fn guard(&self, router: Router, policy: fn(&Request) -> CrossSitePolicy) -> Router {
        let gate = self.clone();
        router.layer(middleware::from_fn(move |request: Request, next: Next| {
            let gate = gate.clone();
            async move {
                let policy = policy(&request);
                match gate.check(&request, policy) {
                    Err(refusal) => refusal.into_response(),
                    Ok(()) if policy == CrossSitePolicy::ForBrowsers => next.run(request).await,
                    Ok(()) => without_cors(next.run(request).await),
                }
            }
        }))
    }

    fn check(&self, request: &Request, policy: CrossSitePolicy) -> Result<(), GateRefusal> {
        if !self.is_addressed_to_us(request) {
            return Err(GateRefusal::ForeignHost);
        }
        if self.is_of_another_site(request, policy) {
            return Err(GateRefusal::ForeignOrigin);
        }
        Ok(())
    }

    /// Every name of the host in the request must be ours, the one in the request's target as well, and there must be one.
    fn is_addressed_to_us(&self, request: &Request) -> bool {
        let target = request.uri().authority().map(Authority::as_str);
        let headers = request.headers().get_all(header::HOST).iter().map(|host| host.to_str().unwrap_or_default());
        let mut hosts = target.into_iter().chain(headers).peekable();
        hosts.peek().is_some() && hosts.all(|host| self.is_ours(host))
    }

    fn is_of_another_site(&self, request: &Request, policy: CrossSitePolicy) -> bool {
        if policy == CrossSitePolicy::ForBrowsers {
            return false;
        }
        let headers = request.headers();
        let mut origins = headers.get_all(header::ORIGIN).iter().peekable();
        if origins.peek().is_some() {
            return !origins.all(|origin| origin.to_str().is_ok_and(|origin| self.is_our_origin(origin)));
        }
        policy == CrossSitePolicy::Closed && has(headers, &SEC_FETCH_SITE, "cross-site")
    }

    /// A page on another port of this machine is one of ours: a proxy in front of a web page under development passes its origin on.
    fn is_our_origin(&self, origin: &str) -> bool {
        let authority = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        authority.is_some_and(|authority| self.is_ours(authority))
    }

    /// Browsers resolve names below `localhost` to this machine without a query (RFC 6761, section 6.3).
    fn is_ours(&self, authority: &str) -> bool {
        let Some(host) = host_of_authority(authority) else { return false };
        let host = host.to_ascii_lowercase();
        is_loopback(&host)
            || host.strip_suffix(".localhost").is_some_and(|name| !name.is_empty())
            || self.is_named(&host)
    }

    /// The file is read each time, for the names change while the stack runs, and requests under other names are rare.
    fn is_named(&self, host: &str) -> bool {
        fs::read_to_string(&self.named_hosts).is_ok_and(|names| names.lines().any(|name| name == host))
    }
}

/// The path of the file with the other host names, in a stack's folder of state.
pub(crate) fn named_hosts(state: &Path) -> PathBuf {
    state.join(NAMED_HOSTS)
}

/// True if the user followed a link to a page: the page with the link reads and changes nothing by it.
fn is_link_followed(request: &Request) -> bool {
    matches!(*request.method(), Method::GET | Method::HEAD)
        && has(request.headers(), &SEC_FETCH_MODE, "navigate")
        && has(request.headers(), &SEC_FETCH_DEST, "document")
}

fn has(headers: &HeaderMap, name: &HeaderName, value: &str) -> bool {
    headers.get_all(name).iter().any(|found| found == value)
}

fn without_cors(mut response: Response) -> Response {
    let is_cors = |name: &&HeaderName| name.as_str().starts_with("access-control-");
    let names: Vec<_> = response.headers().keys().filter(is_cors).cloned().collect();
    for name in names {
        response.headers_mut().remove(name);
    }
    response
}

impl GateRefusal {
    fn message(self) -> &'static str {
        match self {
            Self::ForeignHost => {
                "The local stack answers under localhost, 127.0.0.1 and [::1] alone, and this request names another host. Call \
                 http://localhost with the same port. A container's name for this machine is permitted by: cargo run -- \
                 backends --host NAME"
            }
            Self::ForeignOrigin => {
                "A web page of another site may call nothing of the local stack but POST /v1/track and POST /v1. Call it from a \
                 server or a shell, or from a page under http://localhost."
            }
        }
    }
}

impl IntoResponse for GateRefusal {
    fn into_response(self) -> Response {
        let headers = [(header::CACHE_CONTROL, "no-store"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
        (StatusCode::FORBIDDEN, headers, Json(json!({"message": self.message()}))).into_response()
    }
}

//! Runs a handler under the Lambda runtime.

use std::future::Future;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use lambda_http::{
    Adapter, Body, Error, LambdaEvent, Request, Response, Service,
    aws_lambda_events::{apigw::ApiGatewayV2httpRequest, query_map::QueryMap},
    http::Uri,
    request::LambdaRequest,
    service_fn,
};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Serialize;
use tokio::time::Instant;

use crate::env::answer_by;

/// Characters that no query can have (RFC 3986 section 3.4), beside those that are not ASCII. A percent sign stays, for
/// it begins a character that is written so already.
const NEVER_IN_A_QUERY: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The gateway takes 10,240 bytes of a request's line and headers together ("Quotas for HTTP APIs"), so no caller reaches
/// these: a longer path or query leads nowhere. With each byte of the path written as three, both together are shorter than
/// the 65,534 bytes beyond which `http` has no URI.
const MAX_PATH_BYTES: usize = 10_240;
/// The largest query in bytes, once it is percent-encoded.
const MAX_QUERY_BYTES: usize = 3 * 10_240;

/// A path that leads nowhere, in the place of one that no URI can have.
const PATH_OF_NOTHING: &str = "/%";

/// An event without what `lambda_http` would panic over: it builds a URI of the path, the query, the host and the
/// forwarded protocol, any of which a caller can write so that it is none. Nothing of ours reads the last two.
fn sanitize_event(mut event: ApiGatewayV2httpRequest) -> ApiGatewayV2httpRequest {
    event.raw_query_string =
        event.raw_query_string.map(|query| utf8_percent_encode(&query, NEVER_IN_A_QUERY).to_string());
    event.query_string_parameters = QueryMap::default();
    event.headers.remove("host");
    event.headers.remove("x-forwarded-proto");
    event.request_context.domain_name = None;
    let is_query = event.raw_query_string.as_ref().is_none_or(|query| query.len() <= MAX_QUERY_BYTES);
    if !is_query || !event.raw_path.as_deref().is_none_or(is_path) {
        event.raw_path = Some(PATH_OF_NOTHING.to_owned());
        event.raw_query_string = None;
    }
    event
}

/// True for a path of which `lambda_http` can build a URI.
fn is_path(path: &str) -> bool {
    path.len() <= MAX_PATH_BYTES && path.starts_with('/') && path.parse::<Uri>().is_ok()
}

/// Gives one event to a handler, through the runtime's own adapter; what comes back serialises as Lambda's answer.
///
/// # Errors
/// Never: a handler's failure is an answer.
pub async fn answer<F, Fut>(
    handler: &F,
    event: LambdaEvent<ApiGatewayV2httpRequest>,
) -> Result<impl Serialize + use<F, Fut>, Error>
where
    F: Fn(Request) -> Fut + Send + Sync,
    Fut: Future<Output = Response<Body>> + Send,
{
    let mut adapter = Adapter::from(service_fn(|request| {
        let answer = handler(request);
        async { Ok::<_, Error>(answer.await) }
    }));
    adapter.call(LambdaEvent::new(LambdaRequest::ApiGatewayV2(sanitize_event(event.payload)), event.context)).await
}

/// Serves a handler of HTTP API events (payload version 2.0) for as long as the sandbox lives.
///
/// # Errors
/// Any error of the runtime.
pub async fn serve<F, Fut>(handler: F) -> Result<(), Error>
where
    F: Fn(Request) -> Fut + Send + Sync,
    Fut: Future<Output = Response<Body>> + Send,
{
    lambda_http::lambda_runtime::run(service_fn(|event| answer(&handler, event))).await
}

/// Serves a handler of SQS batches for as long as the sandbox lives. The handler gets its deadline.
///
/// # Errors
/// Any error of the runtime.
pub async fn serve_batches<F, Fut>(handler: F) -> Result<(), Error>
where
    F: Fn(SqsEvent, Instant) -> Fut + Send + Sync,
    Fut: Future<Output = SqsBatchResponse> + Send,
{
    let handler = &handler;
    let one = |event: LambdaEvent<SqsEvent>| async move {
        Ok::<_, Error>(handler(event.payload, answer_by(event.context.deadline)).await)
    };
    lambda_http::lambda_runtime::run(service_fn(one)).await
}

#[cfg(test)]
mod tests {
    use lambda_http::RequestExt;
    use serde_json::json;

    use super::*;

    fn request(path: &str, query: &str, name: &str, value: &str) -> Request {
        let event = json!({
            "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query,
            "queryStringParameters": {"a": query},
            "headers": {name: value},
            "requestContext": {
                "domainName": "a b",
                "http": {"method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "1.1.1.1", "userAgent": ""},
                "requestId": "r", "routeKey": "$default", "stage": "$default", "timeEpoch": 0,
            },
            "isBase64Encoded": false,
        });
        LambdaRequest::ApiGatewayV2(sanitize_event(serde_json::from_value(event).unwrap())).into()
    }

    #[test]
    fn the_longest_path_and_query_are_a_uri_and_longer_ones_lead_nowhere() {
        let (path, query) = (format!("/{}", "{".repeat(MAX_PATH_BYTES - 1)), "a".repeat(MAX_QUERY_BYTES));
        assert_eq!(request(&path, &query, "x", "y").uri().query(), Some(query.as_str()));
        for (path, query) in [(format!("{path}x"), query.clone()), ("/v1".to_owned(), format!("{query}a"))] {
            let request = request(&path, &query, "x", "y");
            assert_eq!((request.raw_http_path(), request.uri().query()), (PATH_OF_NOTHING, None));
        }
    }

    #[test]
    fn a_query_keeps_what_a_caller_encoded() {
        let query = "a=%20b&c=d+e&f=\u{fc}";
        assert_eq!(request("/v1", query, "x", "y").uri().query(), Some("a=%20b&c=d+e&f=%C3%BC"));
    }

    #[test]
    fn no_event_of_a_caller_makes_the_adapter_panic() {
        let odd = ["", "a b", "<\">", "%", "%zz", "\u{fc}", "\\", "[", "://", "{id}"];
        for odd in odd {
            let request_with_query = request("/v1/send", odd, "x", "y");
            assert_eq!(request_with_query.raw_http_path(), "/v1/send", "{odd:?}");
            for header in ["host", "x-forwarded-proto", "x-forwarded-port"] {
                if lambda_http::http::HeaderValue::from_str(odd).is_ok() {
                    assert_eq!(request("/v1", "", header, odd).raw_http_path(), "/v1", "{header}: {odd:?}");
                }
            }
            let long = odd.repeat(40_000);
            assert!(
                request("/v1/send", &long, "x", "y").uri().query().is_none_or(|query| query.len() <= MAX_QUERY_BYTES)
            );
            for path in [format!("/{long}"), odd.to_owned(), format!("/{odd}"), format!("/v1/{odd}/x")] {
                let _ = request(&path, "", "x", "y").raw_http_path();
            }
        }
    }
}

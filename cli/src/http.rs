//! Requests that are not to AWS: by the HTTP client inside the AWS SDK, with the same TLS and the system's proxy.

use std::time::Duration;

use aws_smithy_http_client::{
    Connector,
    proxy::ProxyConfig,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{http::HttpConnector, orchestrator::HttpRequest};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use posthorn_machine::address::{host_of_url, is_loopback};
use posthorn_mail::ses::never_connected;
use serde_json::Value;
use tokio::time::timeout;

use crate::error::CliError;

/// Longer than API Gateway lets a function run.
const MAX_RESPONSE_TIME: Duration = Duration::from_secs(35);

const NO_ANSWER_IN_TIME: &str = "gave no answer in time";

/// A response with its whole body.
pub(crate) struct HttpResponse {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// The reason for which there is no response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HttpError {
    /// No request can be made of the address or a header.
    BadRequest,
    /// No connection was made, so nothing was asked.
    NeverConnected,
    /// The request may have arrived. The words, which follow the address, say what became of the answer.
    Lost(&'static str),
}

impl HttpError {
    /// The error of a command that has the API at `url` send a mail.
    pub(crate) fn for_mail(self, url: &str) -> CliError {
        match self {
            Self::BadRequest => CliError::InvalidApiUrl(url.to_owned()),
            Self::NeverConnected => CliError::ApiUnreachable(url.to_owned()),
            Self::Lost(why) => CliError::MailOutcomeUnknown(url.to_owned(), why.to_owned()),
        }
    }
}

/// Sends a POST request with a JSON body.
pub(crate) async fn post<const N: usize>(
    url: &str,
    headers: [(&'static str, String); N],
    body: &Value,
) -> Result<HttpResponse, HttpError> {
    let mut request = HttpRequest::new(SdkBody::from(body.to_string()));
    request.set_method("POST").map_err(|_| HttpError::BadRequest)?;
    request.headers_mut().insert("content-type", "application/json");
    for (name, value) in headers {
        request.headers_mut().try_insert(name, value).map_err(|_| HttpError::BadRequest)?;
    }
    exchange(url, request).await
}

/// Sends a GET request.
pub(crate) async fn get(url: &str) -> Result<HttpResponse, HttpError> {
    exchange(url, HttpRequest::new(SdkBody::empty())).await
}

async fn exchange(url: &str, mut request: HttpRequest) -> Result<HttpResponse, HttpError> {
    request.set_uri(url).map_err(|_| HttpError::BadRequest)?;
    let answer = async {
        let mut response = connector(url).call(request).await.map_err(|error| match error {
            error if never_connected(&error) => HttpError::NeverConnected,
            error if error.is_timeout() => HttpError::Lost(NO_ANSWER_IN_TIME),
            _ => HttpError::Lost("closed the connection without an answer"),
        })?;
        let body = ByteStream::new(response.take_body()).collect().await;
        let body = body.map_err(|_| HttpError::Lost("gave an answer that was cut off"))?.into_bytes().to_vec();
        Ok(HttpResponse { status: response.status().as_u16(), body })
    };
    timeout(MAX_RESPONSE_TIME, answer).await.unwrap_or(Err(HttpError::Lost(NO_ANSWER_IN_TIME)))
}

/// A proxy's `localhost` is another machine: what goes to this one goes there directly.
fn connector(url: &str) -> Connector {
    let proxy =
        if host_of_url(url).is_some_and(is_loopback) { ProxyConfig::disabled() } else { ProxyConfig::from_env() };
    Connector::builder().proxy_config(proxy).tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build()
}

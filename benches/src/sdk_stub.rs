//! An HTTP client for the AWS SDK that answers every call at once, as SES and a table with one project and one contact would.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_runtime_api::{
    client::{
        http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
        orchestrator::{HttpRequest, HttpResponse},
        runtime_components::RuntimeComponents,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use aws_types::sdk_config::Builder;

const KEY: &str = r#"{"Item":{"pk":{"S":"KEY#0"},"sk":{"S":"KEY"},"class":{"S":"secret"},"project_id":{"S":"00000000-0000-4000-8000-00000000de30"},"name":{"S":"demo"},"status":{"S":"active"},"epoch":{"N":"0"},"domains":{"L":[{"S":"example.com"}]},"default_sender":{"S":"hello@example.com"}}}"#;
const CONTACT: &str = r#"{"Attributes":{"pk":{"S":"CONTACT#0"},"sk":{"S":"CONTACT"},"project_id":{"S":"00000000-0000-4000-8000-00000000de30"},"email":{"S":"ada@example.org"},"subscribed":{"BOOL":true},"created_at":{"S":"2026-11-21T00:00:00Z"},"updated_at":{"S":"2026-11-21T00:00:00Z"},"data:plan":{"S":"\"pro\""},"data:name":{"S":"\"Ada\""}}}"#;
const SENT: &str = r#"{"MessageId":"0100018f-0000"}"#;

#[derive(Debug, Clone)]
struct StubClient;

impl HttpConnector for StubClient {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = match request.headers().get("x-amz-target").and_then(|target| target.rsplit('.').next()) {
            Some("GetItem") => KEY,
            Some("UpdateItem") => CONTACT,
            Some(_) => "{}",
            None => SENT,
        };
        let status = StatusCode::try_from(200).expect("a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(body))))
    }
}

impl HttpClient for StubClient {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

/// The configuration of a program that sets nothing.
pub(crate) fn default_config() -> SdkConfig {
    with_stub(SdkConfig::builder().behavior_version(BehaviorVersion::latest()))
}

/// The functions' configuration.
pub(crate) fn function_config() -> SdkConfig {
    with_stub(posthorn_lambda::aws::defaults())
}

fn with_stub(config: Builder) -> SdkConfig {
    let credentials = Credentials::new("bench", "bench", None, None, "bench");
    config
        .region(Region::from_static("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(StubClient)
        .build()
}

//! Sets the AWS clients up from Lambda's environment alone, which has the region and the credentials. The SDK's own loader also
//! knows profiles, single sign-on and metadata services, which is code that every cold start would load.

use std::{io, time::Duration};

use aws_config::{
    BehaviorVersion, SdkConfig,
    environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider},
    meta::region::ProvideRegion,
    retry::RetryConfig,
    stalled_stream_protection::StalledStreamProtectionConfig,
    timeout::TimeoutConfig,
};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::{
    Connector,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::http::{
    HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_types::{
    sdk_config::Builder,
    service_config::{LoadServiceConfig, ServiceConfigKey},
};

use crate::config;

/// The five roots that Amazon Trust Services, which certifies AWS's endpoints, recommends for custom trust stores
/// (<https://www.amazontrust.com/repository>, "Trust store and pinning recommendations", November 2026). A platform's store
/// holds over a hundred, which every cold start would parse.
const AMAZON_ROOTS: &[u8] = include_bytes!("../roots/amazon.pem");

const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// The longest pause before the second attempt; the third waits up to twice as long.
const MAX_FIRST_PAUSE: Duration = Duration::from_millis(100);

/// The configuration of every client, with one pool of connections.
///
/// # Errors
/// The error with which TLS cannot be set up.
pub async fn sdk_config() -> io::Result<SdkConfig> {
    Ok(defaults()
        .region(EnvironmentVariableRegionProvider::new().region().await)
        .credentials_provider(SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new()))
        .service_config(Endpoints)
        .http_client(http_client(trust_store(config::chooses_certificates()))?)
        .build())
}

/// The settings of all clients. Attempts are bounded, so that an outage gives an error and does not hang: all end within some six
/// seconds, and a caller who turns retries off has a single one. That needs one timer a call, and no second one for all attempts.
#[must_use]
pub fn defaults() -> Builder {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .timeout_config(timeouts())
        // Streams are not used, and every operation has an end.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .retry_config(retries())
}

/// The retries of a call: three attempts, with pauses of a tenth and a fifth of a second at most.
#[must_use]
pub fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(3)
        .with_initial_backoff(MAX_FIRST_PAUSE)
        .with_max_backoff(2 * MAX_FIRST_PAUSE)
}

/// The timeouts of a call: one second for a connection, two for an attempt.
#[must_use]
pub fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).operation_attempt_timeout(Duration::from_secs(2)).build()
}

/// Amazon's roots, or with `platforms` the platform's, for a network that inspects TLS. A certificate in them that cannot be read is
/// skipped.
fn trust_store(platforms: bool) -> TrustStore {
    if platforms { TrustStore::default() } else { TrustStore::empty().with_pem_certificate(AMAZON_ROOTS) }
}

/// One connector for all clients, whose settings are the same. The SDK would build two for each client, and parse the
/// certificates each time. Cryptography is ring's, on the figures of `benches/README.md`.
fn http_client(trust_store: TrustStore) -> io::Result<SharedHttpClient> {
    let tls = TlsContext::builder().with_trust_store(trust_store).build().map_err(io::Error::other)?;
    let connector = Connector::builder()
        .connector_settings(HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT).build())
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(tls)
        .build();
    let connector = SharedHttpConnector::new(connector);
    Ok(http_client_fn(move |_, _| connector.clone()))
}

/// Reads `AWS_ENDPOINT_URL_DYNAMODB` and its like, and `AWS_ENDPOINT_URL` for all services.
#[derive(Debug)]
struct Endpoints;

impl LoadServiceConfig for Endpoints {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        (key.env() == "AWS_ENDPOINT_URL").then(|| config::endpoint(key.service_id())).flatten()
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use sha2::{Digest, Sha256};

    use super::*;

    /// The SHA-256 of each certificate, as Amazon's repository lists them.
    const FINGERPRINTS: [&str; 5] = [
        "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e",
        "1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4",
        "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4",
        "e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092",
        "568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5",
    ];

    #[test]
    fn the_roots_are_amazons() {
        let text = std::str::from_utf8(AMAZON_ROOTS).unwrap();
        let certificates = text.split("-----BEGIN CERTIFICATE-----").skip(1);
        let found: Vec<_> = certificates
            .map(|certificate| {
                let (encoded, _) = certificate.split_once("-----END CERTIFICATE-----").unwrap();
                hex::encode(Sha256::digest(STANDARD.decode(encoded.replace('\n', "")).unwrap()))
            })
            .collect();
        assert_eq!(found, FINGERPRINTS);
    }

    #[test]
    fn a_client_can_be_made_of_them() {
        assert!(http_client(trust_store(false)).is_ok());
    }
}

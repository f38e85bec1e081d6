//! The processor time of a TLS handshake's client, for each provider of cryptography. The choice in `shared/lambda/src/aws.rs` is
//! made on these figures. The handshakes are in memory, without a network.

use std::{error::Error, sync::Arc, time::Duration};

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256,
};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection,
    crypto::{CryptoProvider, aws_lc_rs, ring},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName},
};

const ROUNDS: usize = 300;

/// Any error of certificates or handshakes.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// A certificate chain like those of AWS's endpoints: a leaf and an intermediate certificate of RSA 2048, below a root of RSA 2048.
#[derive(Debug)]
pub struct Chain {
    /// The root certificate.
    pub root: Certificate,
    /// The certificates that the server presents, its own for `localhost` first.
    pub certificates: Vec<CertificateDer<'static>>,
    /// The server's key.
    pub key: PrivateKeyDer<'static>,
}

fn authority() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params
}

/// Makes a new chain.
///
/// # Errors
/// If no key can be made.
pub fn chain() -> Result<Chain, BoxError> {
    let root_key = KeyPair::generate_for(&PKCS_RSA_SHA256)?;
    let root = authority().self_signed(&root_key)?;
    let root_issuer = Issuer::new(authority(), root_key);
    let middle_key = KeyPair::generate_for(&PKCS_RSA_SHA256)?;
    let middle = authority().signed_by(&middle_key, &root_issuer)?;
    let middle_issuer = Issuer::new(authority(), middle_key);
    let key = KeyPair::generate_for(&PKCS_RSA_SHA256)?;
    let leaf = CertificateParams::new(vec!["localhost".to_owned()])?.signed_by(&key, &middle_issuer)?;
    let key = PrivateKeyDer::try_from(key.serialize_der())?;
    Ok(Chain { root, certificates: vec![leaf.der().clone(), middle.der().clone()], key })
}

/// The client's share of one handshake, which resumes no session.
fn handshake(client: &Arc<ClientConfig>, server: &Arc<ServerConfig>) -> Result<Duration, BoxError> {
    let mut spent = Duration::ZERO;
    let mut wire = Vec::new();
    let started = monotonic_now();
    let mut client = ClientConnection::new(Arc::clone(client), ServerName::try_from("localhost")?)?;
    spent += started.elapsed();
    let mut server = ServerConnection::new(Arc::clone(server))?;
    while client.is_handshaking() || server.is_handshaking() {
        let started = monotonic_now();
        while client.wants_write() {
            client.write_tls(&mut wire)?;
        }
        spent += started.elapsed();
        let mut unread = wire.as_slice();
        while !unread.is_empty() {
            server.read_tls(&mut unread)?;
            server.process_new_packets()?;
        }
        wire.clear();
        while server.wants_write() {
            server.write_tls(&mut wire)?;
        }
        let started = monotonic_now();
        let mut unread = wire.as_slice();
        while !unread.is_empty() {
            client.read_tls(&mut unread)?;
            client.process_new_packets()?;
        }
        spent += started.elapsed();
        wire.clear();
    }
    Ok(spent)
}

/// The median of the client's time, in milliseconds.
fn measure(provider: CryptoProvider, chain: &Chain) -> Result<f64, BoxError> {
    let provider = Arc::new(provider);
    let mut roots = RootCertStore::empty();
    roots.add(chain.root.der().clone())?;
    let mut client = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    client.resumption = rustls::client::Resumption::disabled();
    let server = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain.certificates.clone(), chain.key.clone_key())?;
    let (client, server) = (Arc::new(client), Arc::new(server));
    let mut rounds = (0..ROUNDS).map(|_| handshake(&client, &server)).collect::<Result<Vec<_>, _>>()?;
    rounds.sort_unstable();
    Ok(rounds[ROUNDS / 2].as_secs_f64() * 1_000.0)
}

/// The provider without the post-quantum key exchange.
fn classical(mut provider: CryptoProvider) -> CryptoProvider {
    provider.kx_groups.retain(|group| !format!("{:?}", group.name()).contains("MLKEM"));
    provider
}

#[expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]
fn monotonic_now() -> std::time::Instant {
    std::time::Instant::now()
}

/// The milliseconds of a handshake by provider.
///
/// # Errors
/// If a handshake fails.
pub fn providers() -> Result<[(&'static str, f64); 3], BoxError> {
    let chain = chain()?;
    Ok([
        ("aws-lc-rs, post-quantum key exchange", measure(aws_lc_rs::default_provider(), &chain)?),
        ("aws-lc-rs without", measure(classical(aws_lc_rs::default_provider()), &chain)?),
        ("ring", measure(ring::default_provider(), &chain)?),
    ])
}

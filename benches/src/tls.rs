//! TLS in front of the back ends, as AWS's endpoints have it.

use std::{fs, path::PathBuf, sync::Arc};

use posthorn_handshake::chain;
use posthorn_testkit::backends::Urls;
use rustls::{ServerConfig, crypto::aws_lc_rs};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

use crate::sandbox::scratch;

/// A certificate authority of this program, and a server's certificate of it.
pub(crate) struct Authority {
    /// The file of the root certificate that a client has to trust, in PEM.
    pub(crate) bundle: PathBuf,
    acceptor: TlsAcceptor,
}

impl Authority {
    /// A new authority.
    pub(crate) fn new() -> Self {
        let chain = chain().expect("certificates");
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|config| config.with_no_client_auth().with_single_cert(chain.certificates, chain.key))
            .expect("a certificate and its key");
        let bundle = scratch().join("authority.pem");
        fs::write(&bundle, chain.root.pem()).expect("a file");
        Self { bundle, acceptor: TlsAcceptor::from(Arc::new(config)) }
    }

    /// Puts TLS in front of every endpoint.
    pub(crate) async fn in_front_of_all(&self, urls: &Urls) -> Urls {
        Urls {
            dynamodb: self.in_front_of(&urls.dynamodb).await,
            ses: self.in_front_of(&urls.ses).await,
            sns: self.in_front_of(&urls.sns).await,
        }
    }

    async fn in_front_of(&self, endpoint: &str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let (acceptor, endpoint) = (self.acceptor.clone(), endpoint.trim_start_matches("http://").to_owned());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                client.set_nodelay(true).expect("a socket");
                let (acceptor, endpoint) = (acceptor.clone(), endpoint.clone());
                tokio::spawn(async move {
                    let mut client = acceptor.accept(client).await?;
                    let mut server = TcpStream::connect(endpoint).await?;
                    server.set_nodelay(true)?;
                    copy_bidirectional(&mut client, &mut server).await
                });
            }
        });
        format!("https://localhost:{port}")
    }
}

//! TLS from the server's side, with a certificate for 127.0.0.1 that vouches for itself. Its key is here for everybody to
//! read: it opens nothing but this simulator.

use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// What a client has to trust. Good from 2020 to 2120.
pub(crate) const CERTIFICATE: &[u8] = include_bytes!("tls/certificate.pem");
const KEY: &[u8] = include_bytes!("tls/key.pem");

/// How a connection gets to TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tls {
    /// Not at all.
    #[default]
    Never,
    /// By STARTTLS (RFC 3207), without which no mail is taken.
    Upgrade,
    /// From its beginning (RFC 8314, 3.3).
    FromTheStart,
}

pub(super) async fn accept(stream: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
    let certificate = CertificateDer::from_pem_slice(CERTIFICATE).expect("a certificate");
    let key = PrivateKeyDer::from_pem_slice(KEY).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring speaks what rustls speaks")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("they belong together");
    TlsAcceptor::from(Arc::new(config)).accept(stream).await
}

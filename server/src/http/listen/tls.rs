//! rustls configurations of the TLS listeners.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::server::NoServerSessionStorage;
use rustls::time_provider::TimeProvider;
use thiserror::Error;

use super::client_verifier;
pub use super::identity::ServerIdentity;

/// Why a TLS configuration could not be built.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A PEM file could not be read or contains nothing usable.
    #[error("{path}: {reason}")]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The CA for client certificates is not usable as a trust anchor.
    #[error("the CA for client certificates is not usable: {0}")]
    ClientCa(rustls::Error),
    /// The client certificate verifier could not be built.
    #[error("client certificate verifier: {0}")]
    Verifier(String),
    /// The PEM file of a private key could not be read or contains nothing usable.
    #[error("{path}: {reason}")]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The private key's file may be used by its group or by others.
    #[error("{path}: can be read by others (mode {mode:04o}); run chmod 600 on it")]
    ReadableByOthers {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The private key does not match the certificate.
    #[error("{path}: is not the key of the certificate")]
    Mismatch {
        /// The key's file.
        path: PathBuf,
    },
    /// The certificate is for other hosts than the listener's URL.
    #[error("{path}: the certificate is not for {host}")]
    Host {
        /// The file.
        path: PathBuf,
        /// The host of the URL.
        host: String,
    },
    /// No common parameters, or a certificate that TLS cannot use.
    #[error("server certificate or key: {0}")]
    Rustls(#[from] rustls::Error),
    /// The certificate has expired, or is not valid yet.
    #[error("{path}: the certificate is valid from {from} to {until}, not now")]
    Period {
        /// The file.
        path: PathBuf,
        /// Its first moment.
        from: Timestamp,
        /// Its last moment.
        until: Timestamp,
    },
}

/// All certificates of a PEM file; at least one.
pub fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let fail = |reason: String| TlsError::File {
        path: file.to_owned(),
        reason,
    };
    let found = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| fail(format!("no usable certificate: {error}")))?;
    if found.is_empty() {
        return Err(fail("holds no PEM certificate".into()));
    }
    Ok(found)
}

/// Client authentication of a listener.
#[derive(Debug, Clone, Copy)]
pub enum ClientAuth<'a> {
    /// No certificate is requested (portal).
    None,
    /// Requested; see [`client_verifier::explaining`] (certificate and staff listeners). No session is resumed.
    Explaining(&'a [CertificateDer<'static>]),
}

/// TLS 1.2 and 1.3, HTTP/1.1, by aws-lc-rs. `time` is the clock certificates
/// are checked against.
pub fn server_config(
    identity: Arc<ServerIdentity>,
    clients: ClientAuth<'_>,
    time: Arc<dyn TimeProvider>,
) -> Result<Arc<ServerConfig>, TlsError> {
    let provider: Arc<CryptoProvider> = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_details(Arc::clone(&provider), time)
        .with_safe_default_protocol_versions()?;
    let builder = match clients {
        ClientAuth::None => builder.with_no_client_auth(),
        ClientAuth::Explaining(cas) => {
            builder.with_client_cert_verifier(client_verifier::explaining(&provider, cas)?)
        }
    };
    let mut config = builder.with_cert_resolver(identity);
    if matches!(clients, ClientAuth::Explaining(_)) {
        every_handshake_in_full(&mut config);
    }
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// No session is resumed, in TLS 1.2 or 1.3: a session's secret would replace the client's key, after the token was
/// removed or without it.
fn every_handshake_in_full(config: &mut ServerConfig) {
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
}

//! TLS configurations for one bank.

use std::sync::Arc;

use rustls::client::ResolvesClientCert;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;

use crate::clock::Clock;
use crate::error::Failure;

static TLS12: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS12];

/// Offered TLS versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Versions {
    /// TLS 1.2 and 1.3.
    All,
    /// TLS 1.2 only: for an RSA client key without PSS, which TLS 1.3 requires.
    Tls12,
}

/// A configuration that trusts `server_ca` only and presents the client certificate of `resolver`, if given.
///
/// # Errors
/// [`Failure::Internal`]: the bank file was checked before.
pub fn config(
    server_ca: &[CertificateDer<'static>],
    clock: Clock,
    versions: Versions,
    resolver: Option<Arc<dyn ResolvesClientCert>>,
) -> Result<ClientConfig, Failure> {
    let internal = |e: rustls::Error| Failure::Internal(format!("TLS configuration: {e}"));
    let mut roots = RootCertStore::empty();
    for ca in server_ca {
        roots.add(ca.clone()).map_err(internal)?;
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_details(provider, Arc::new(clock))
        .with_protocol_versions(match versions {
            Versions::All => rustls::DEFAULT_VERSIONS,
            Versions::Tls12 => TLS12,
        })
        .map_err(internal)?
        .with_root_certificates(roots);
    let mut config = match resolver {
        Some(resolver) => builder.with_client_cert_resolver(resolver),
        None => builder.with_no_client_auth(),
    };
    // The token's key must prove every connection.
    config.resumption = rustls::client::Resumption::disabled();
    Ok(config)
}

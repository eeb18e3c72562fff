//! TLS configurations for one bank.

use std::sync::Arc;

use rustls::client::ResolvesClientCert;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;

use crate::clock::Clock;
use crate::error::Failure;

/// Trusts `server_ca` only; shows the client certificate of `resolver`, if given.
///
/// # Errors
/// [`Failure::Internal`]: the bank file was checked before.
pub fn config(
    server_ca: &[CertificateDer<'static>],
    clock: Clock,
    resolver: Option<Arc<dyn ResolvesClientCert>>,
) -> Result<ClientConfig, Failure> {
    let internal = |e: rustls::Error| Failure::Internal(format!("TLS configuration: {e}"));
    let mut roots = RootCertStore::empty();
    for ca in server_ca {
        roots.add(ca.clone()).map_err(internal)?;
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_details(provider, Arc::new(clock))
        .with_safe_default_protocol_versions()
        .map_err(internal)?
        .with_root_certificates(roots);
    let mut config = match resolver {
        Some(resolver) => builder.with_client_cert_resolver(resolver),
        None => builder.with_no_client_auth(),
    };
    // Every connection is to be proved by the token's key anew.
    config.resumption = rustls::client::Resumption::disabled();
    Ok(config)
}

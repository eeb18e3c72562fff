//! TLS on the client's side: the trusted CAs, and the client's identity.

use std::path::Path;
use std::sync::Arc;

use rustls::client::ResolvesClientCert;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

use crate::Outcome;

/// The identity of a client.
#[derive(Debug, Clone)]
pub enum Identity {
    /// No certificate.
    Nobody,
    /// A certificate with a key in memory (staff of `inkan-dev`, strangers).
    Soft {
        /// The certificate first, then its issuers.
        chain: Vec<CertificateDer<'static>>,
        /// Its private key, PKCS#8.
        key: Vec<u8>,
    },
    /// A certificate whose key is on a token.
    Token(Arc<dyn ResolvesClientCert>),
}

impl Identity {
    /// From two PEM files.
    pub fn from_files(certificate: &Path, key: &Path) -> Outcome<Self> {
        let chain = CertificateDer::pem_file_iter(certificate)?.collect::<Result<_, _>>()?;
        let key = PrivateKeyDer::from_pem_file(key)?;
        Ok(Self::Soft {
            chain,
            key: key.secret_der().to_vec(),
        })
    }
}

/// A client that trusts only the CAs in the PEM file `server_ca`. Every connection is a full handshake.
pub fn client(server_ca: &Path, identity: &Identity) -> Outcome<ClientConfig> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(server_ca)? {
        roots.add(certificate?)?;
    }
    believing(roots, identity)
}

/// A client that trusts only `roots`.
pub fn believing(roots: RootCertStore, identity: &Identity) -> Outcome<ClientConfig> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let builder = builder.with_root_certificates(roots);
    let mut config = match identity {
        Identity::Nobody => builder.with_no_client_auth(),
        Identity::Soft { chain, key } => {
            let key =
                PrivateKeyDer::try_from(key.clone()).map_err(|e| format!("private key: {e}"))?;
            builder.with_client_auth_cert(chain.clone(), key)?
        }
        Identity::Token(resolver) => builder.with_client_cert_resolver(Arc::clone(resolver)),
    };
    config.resumption = rustls::client::Resumption::disabled();
    Ok(config)
}

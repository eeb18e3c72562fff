//! The server certificate of a listener and its key, from two files; another one can take its place while the listener
//! serves. Open connections go on as they are, new handshakes get the new one.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use inkan_pki::x509::summary::CertificateSummary;
use jiff::Timestamp;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::tls::{TlsError, certificates};

/// A server certificate chain (leaf first) and its private key.
#[derive(Debug)]
pub struct ServerIdentity {
    chain_file: PathBuf,
    key_file: PathBuf,
    now: RwLock<Held>,
}

#[derive(Debug, Clone)]
struct Held {
    key: Arc<CertifiedKey>,
    facts: Facts,
}

/// What is known of a server certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// First moment.
    pub not_before: Timestamp,
    /// Last moment.
    pub not_after: Timestamp,
    /// SHA-256 of the certificate, hex.
    pub sha256: String,
}

impl ServerIdentity {
    /// Reads a PEM chain and a PEM private key, which must fit each other.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn load(chain_file: &Path, key_file: &Path) -> Result<Self, TlsError> {
        Ok(Self {
            now: RwLock::new(read(chain_file, key_file)?),
            chain_file: chain_file.to_owned(),
            key_file: key_file.to_owned(),
        })
    }

    /// Reads the files again. What they hold takes the place of what is in use, if it is good at `now`; else what is in
    /// use stays.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn reload(&self, now: Timestamp) -> Result<(), TlsError> {
        let new = read(&self.chain_file, &self.key_file)?;
        if now < new.facts.not_before || now > new.facts.not_after {
            return Err(TlsError::Period {
                path: self.chain_file.clone(),
                from: new.facts.not_before,
                until: new.facts.not_after,
            });
        }
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(())
    }

    /// The two files.
    #[must_use]
    pub fn files(&self) -> [&Path; 2] {
        [&self.chain_file, &self.key_file]
    }

    /// What is known of the certificate in use.
    #[must_use]
    pub fn facts(&self) -> Facts {
        self.held().facts
    }

    fn held(&self) -> Held {
        let now = self.now.read().unwrap_or_else(PoisonError::into_inner);
        now.clone()
    }
}

impl ResolvesServerCert for ServerIdentity {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.held().key)
    }
}

fn read(chain_file: &Path, key_file: &Path) -> Result<Held, TlsError> {
    let chain = certificates(chain_file)?;
    let file = |path: &Path, reason: String| TlsError::File {
        path: path.to_owned(),
        reason,
    };
    let key = PrivateKeyDer::from_pem_file(key_file)
        .map_err(|error| file(key_file, format!("no usable private key: {error}")))?;
    let leaf = chain.first().map(|leaf| CertificateSummary::parse(leaf));
    let Some(Ok(summary)) = leaf else {
        return Err(file(chain_file, "no usable certificate".to_owned()));
    };
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let key = CertifiedKey::from_der(chain, key, &provider)?;
    Ok(Held {
        key: Arc::new(key),
        facts: Facts {
            not_before: summary.not_before,
            not_after: summary.not_after,
            sha256: summary.sha256,
        },
    })
}

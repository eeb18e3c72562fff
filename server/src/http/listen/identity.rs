//! The server certificate of a listener and its key, from two files; they can be replaced while the listener serves.
//! Open connections continue, new handshakes get the new one.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use inkan_pki::x509::summary::CertificateSummary;
use jiff::Timestamp;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{PrivateKeyDer, ServerName};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use webpki::EndEntityCert;

use super::private::readable_by_others;
use super::tls::{TlsError, certificates};

/// A server certificate chain (leaf first) and its private key.
#[derive(Debug)]
pub struct ServerIdentity {
    chain_file: PathBuf,
    key_file: PathBuf,
    /// Whom the certificate must be for.
    host: Option<String>,
    now: RwLock<Held>,
}

#[derive(Debug, Clone)]
struct Held {
    key: Arc<CertifiedKey>,
    facts: Facts,
}

/// Facts about a server certificate.
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
    /// Reads a PEM chain and a PEM private key, which must match.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn load(chain_file: &Path, key_file: &Path) -> Result<Self, TlsError> {
        Ok(Self {
            now: RwLock::new(read(chain_file, key_file)?),
            chain_file: chain_file.to_owned(),
            key_file: key_file.to_owned(),
            host: None,
        })
    }

    /// The same, for the host of this URL: from now on only a certificate for this host can replace it.
    #[must_use]
    pub fn for_host(self, url: &str) -> Self {
        Self {
            host: Some(host_of(url).to_owned()),
            ..self
        }
    }

    /// Whether the certificate in use is for the listener's host.
    ///
    /// # Errors
    /// [`TlsError::Host`].
    pub fn good_for_host(&self) -> Result<(), TlsError> {
        self.for_our_host(&self.held())
    }

    /// Whether the certificate in use is within its validity period.
    ///
    /// # Errors
    /// [`TlsError::Period`].
    pub fn good_at(&self, now: Timestamp) -> Result<(), TlsError> {
        self.valid_at(&self.held(), now)
    }

    /// Reads the files again. Their content replaces what is in use, if it is valid at `now` and for the listener's
    /// host; otherwise nothing changes.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn reload(&self, now: Timestamp) -> Result<(), TlsError> {
        let new = read(&self.chain_file, &self.key_file)?;
        self.valid_at(&new, now)?;
        self.for_our_host(&new)?;
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = new;
        Ok(())
    }

    /// The two files.
    #[must_use]
    pub fn files(&self) -> [&Path; 2] {
        [&self.chain_file, &self.key_file]
    }

    /// Facts about the certificate in use.
    #[must_use]
    pub fn facts(&self) -> Facts {
        self.held().facts
    }

    fn valid_at(&self, held: &Held, now: Timestamp) -> Result<(), TlsError> {
        let (from, until) = (held.facts.not_before, held.facts.not_after);
        if now < from || now > until {
            let path = self.chain_file.clone();
            return Err(TlsError::Period { path, from, until });
        }
        Ok(())
    }

    fn for_our_host(&self, held: &Held) -> Result<(), TlsError> {
        let Some(host) = &self.host else {
            return Ok(());
        };
        let name = ServerName::try_from(host.as_str()).ok();
        let leaf = held.key.cert.first();
        let leaf = leaf.and_then(|leaf| EndEntityCert::try_from(leaf).ok());
        match (leaf, name) {
            (Some(leaf), Some(name)) if leaf.verify_is_valid_for_subject_name(&name).is_ok() => {
                Ok(())
            }
            _ => Err(TlsError::Host {
                path: self.chain_file.clone(),
                host: host.clone(),
            }),
        }
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

/// The host of an origin; an IPv6 address without its brackets.
fn host_of(url: &str) -> &str {
    let (_, place) = url.split_once("://").unwrap_or(("", url));
    if let Some((address, _)) = place
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
    {
        return address;
    }
    place.split(':').next().unwrap_or(place)
}

fn read(chain_file: &Path, key_file: &Path) -> Result<Held, TlsError> {
    let chain = certificates(chain_file)?;
    let file = |path: &Path, reason: String| TlsError::File {
        path: path.to_owned(),
        reason,
    };
    if let Some(mode) = readable_by_others(key_file) {
        let path = key_file.to_owned();
        return Err(TlsError::ReadableByOthers { path, mode });
    }
    let key = PrivateKeyDer::from_pem_file(key_file).map_err(|error| TlsError::Key {
        path: key_file.to_owned(),
        reason: format!("no usable private key: {error}"),
    })?;
    let leaf = chain.first().map(|leaf| CertificateSummary::parse(leaf));
    let Some(Ok(summary)) = leaf else {
        return Err(file(chain_file, "no usable certificate".to_owned()));
    };
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let key = CertifiedKey::from_der(chain, key, &provider).map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => TlsError::Mismatch {
            path: key_file.to_owned(),
        },
        other => TlsError::Rustls(other),
    })?;
    Ok(Held {
        key: Arc::new(key),
        facts: Facts {
            not_before: summary.not_before,
            not_after: summary.not_after,
            sha256: summary.sha256,
        },
    })
}

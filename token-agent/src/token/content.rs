//! What is on a token: key pairs and certificates, matched by public key.

use inkan_pki::pkcs11::certificate::{StoredCertificate, list_certificates};
use inkan_pki::pkcs11::error::Pkcs11Error;
use inkan_pki::pkcs11::keys::{KeyPairInfo, list_key_pairs};
use inkan_pki::pkcs11::session::Session;
use inkan_pki::x509::summary::CertificateSummary;

/// A certificate on the token that can be read.
#[derive(Debug, Clone)]
pub struct OnToken {
    /// As stored.
    pub stored: StoredCertificate,
    /// What it says.
    pub summary: CertificateSummary,
}

/// Key pairs and certificates of one token.
#[derive(Debug, Clone, Default)]
pub struct Content {
    /// Key pairs.
    pub keys: Vec<KeyPairInfo>,
    /// Certificates that can be read, CA certificates too.
    pub certificates: Vec<OnToken>,
}

impl Content {
    /// Reads the token.
    ///
    /// # Errors
    /// What the token said.
    pub fn read(session: &Session) -> Result<Self, Pkcs11Error> {
        let certificates = list_certificates(session)?
            .into_iter()
            .filter_map(|stored| {
                let summary = CertificateSummary::parse(&stored.der).ok()?;
                Some(OnToken { stored, summary })
            })
            .collect();
        Ok(Self {
            keys: list_key_pairs(session)?,
            certificates,
        })
    }

    /// The certificates for a public key.
    pub fn certificates_of<'a>(&'a self, spki_der: &'a [u8]) -> impl Iterator<Item = &'a OnToken> {
        self.certificates
            .iter()
            .filter(move |c| c.summary.spki_der == spki_der)
    }

    /// The key pair of a certificate.
    #[must_use]
    pub fn key_of(&self, certificate: &OnToken) -> Option<&KeyPairInfo> {
        self.keys
            .iter()
            .find(|k| k.spki_der == certificate.summary.spki_der)
    }

    /// True when this very certificate is there.
    #[must_use]
    pub fn holds(&self, der: &[u8]) -> bool {
        self.certificates.iter().any(|c| c.stored.der == der)
    }
}

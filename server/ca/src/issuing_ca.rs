//! One CA: its certificate, the name of its key in the HSM, what it puts into certificates, and the time from which it
//! signs.

use der::Decode;
use der::asn1::OctetString;
use jiff::Timestamp;
use rustls_pki_types::CertificateDer;
use x509_cert::Certificate;
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, SubjectKeyIdentifier};
use x509_cert::name::Name;

use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::x509::key_check::check_spki;
use inkan_pki::x509::summary::CertificateSummary;

use super::id::CaId;
use super::issue::IssueError;
use super::profile::{ClientProfile, Validity};

/// A CA.
#[derive(Debug, Clone)]
pub struct IssuingCa {
    /// Which.
    pub id: CaId,
    /// Key id in the HSM pool.
    pub key: String,
    /// Its certificate.
    pub certificate: CertificateDer<'static>,
    /// Its public key (SubjectPublicKeyInfo, DER).
    pub spki: Vec<u8>,
    /// Kind of its key.
    pub algorithm: KeyAlgorithm,
    /// Start and end of its own validity.
    pub validity: Validity,
    /// The content of its certificates.
    pub profile: ClientProfile,
    /// From this time on it signs new certificates, until the next CA does.
    pub issues_from: Timestamp,
    /// Its name: the issuer of its certificates.
    pub(crate) name: Name,
    /// The identifier of its key, as in its certificate.
    key_identifier: OctetString,
}

impl IssuingCa {
    /// Reads name and kind of key from the certificate. It signs new certificates from the beginning.
    ///
    /// # Errors
    /// [`IssueError::CaCertificate`] when it is no CA certificate of a kind we sign with; [`IssueError::NoKeyIdentifier`] when it has no
    /// identifier of its key (RFC 5280 §4.2.1.2).
    pub fn new(
        id: impl Into<CaId>,
        key: &str,
        certificate: CertificateDer<'static>,
        profile: ClientProfile,
    ) -> Result<Self, IssueError> {
        let bad = || IssueError::CaCertificate(key.to_owned());
        let summary = CertificateSummary::parse(&certificate).map_err(|_| bad())?;
        if !summary.is_ca {
            return Err(bad());
        }
        let algorithm = check_spki(&summary.spki_der)?;
        let tbs = Certificate::from_der(&certificate)
            .map_err(|_| bad())?
            .tbs_certificate;
        let identifier = tbs.get::<SubjectKeyIdentifier>().map_err(|_| bad())?;
        let (_, SubjectKeyIdentifier(key_identifier)) =
            identifier.ok_or_else(|| IssueError::NoKeyIdentifier(key.to_owned()))?;
        let validity = Validity {
            not_before: summary.not_before,
            not_after: summary.not_after,
        };
        Ok(Self {
            id: id.into(),
            key: key.to_owned(),
            certificate,
            spki: summary.spki_der,
            algorithm,
            validity,
            profile,
            issues_from: Timestamp::MIN,
            name: tbs.subject,
            key_identifier,
        })
    }

    /// The same CA, signing new certificates from `at` on.
    #[must_use]
    pub fn issuing_from(mut self, at: Timestamp) -> Self {
        self.issues_from = at;
        self
    }

    /// Its own certificate has expired, and so has everything it has signed.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        now > self.validity.not_after
    }

    /// The extension value that points from certificates and CRLs to its key.
    pub(crate) fn authority_key_identifier(&self) -> AuthorityKeyIdentifier {
        AuthorityKeyIdentifier {
            key_identifier: Some(self.key_identifier.clone()),
            authority_cert_issuer: None,
            authority_cert_serial_number: None,
        }
    }

    /// A certificate that outlives its CA, or is older, verifies nowhere (RFC 5280 §6.1.3).
    pub(super) fn covers(&self, asked: Timestamp) -> Result<(), IssueError> {
        let Validity {
            not_before: from,
            not_after: until,
        } = self.validity;
        if asked < from || asked > until {
            let key = self.key.clone();
            return Err(IssueError::CaPeriod {
                key,
                from,
                until,
                asked,
            });
        }
        Ok(())
    }
}

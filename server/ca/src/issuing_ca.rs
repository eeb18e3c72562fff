//! One CA: its certificate, the name of its key in the HSM, what it puts into certificates, and from when on.

use jiff::Timestamp;
use rustls_pki_types::CertificateDer;

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
    /// Kind of its key.
    pub algorithm: KeyAlgorithm,
    /// Start and end of its own validity.
    pub validity: Validity,
    /// What its certificates say.
    pub profile: ClientProfile,
    /// From then on it signs new certificates, until another one's time has come.
    pub issues_from: Timestamp,
}

impl IssuingCa {
    /// Reads the kind of key from the certificate. It signs new certificates from the beginning.
    ///
    /// # Errors
    /// [`IssueError::CaCertificate`] when it is no CA certificate of a kind we sign with.
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
        let validity = Validity {
            not_before: summary.not_before,
            not_after: summary.not_after,
        };
        Ok(Self {
            id: id.into(),
            key: key.to_owned(),
            certificate,
            algorithm,
            validity,
            profile,
            issues_from: Timestamp::MIN,
        })
    }

    /// The same, signing new certificates from `at` on.
    #[must_use]
    pub fn issuing_from(mut self, at: Timestamp) -> Self {
        self.issues_from = at;
        self
    }

    /// Its own certificate has ended, and with it all it has signed.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        now > self.validity.not_after
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

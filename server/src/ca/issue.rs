//! Signing: exact bytes are prepared first (the workflow puts them on record), then the HSM signs them, then the result is
//! verified and compared before anyone sees it.

use std::sync::Arc;

use jiff::Timestamp;
use rustls_pki_types::CertificateDer;

use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::x509::assemble::{self, AssembleError};
use inkan_pki::x509::chain::{ChainError, verify_issued_by};
use inkan_pki::x509::key_check::{KeyWeakness, check_spki};
use inkan_pki::x509::summary::{CertificateSummary, serial_hex};

use super::hsm::{HsmError, HsmPool};
use super::lint::{self, LintError};
use super::part;
use super::profile::{ClientProfile, ProfileError, Validity, random_serial};
use super::tbs::{self, TbsError};

/// Which of the bank's CAs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IssuerId {
    /// Signs customers' certificates.
    Customer,
    /// Signs staff certificates.
    Staff,
}

/// One CA: its certificate, the name of its key in the HSM, and what it puts into certificates.
#[derive(Debug, Clone)]
pub struct IssuingCa {
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
}

impl IssuingCa {
    /// Reads the kind of key from the certificate.
    ///
    /// # Errors
    /// [`IssueError::CaCertificate`] when it is no CA certificate of a kind we sign with.
    pub fn new(
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
            key: key.to_owned(),
            certificate,
            algorithm,
            validity,
            profile,
        })
    }
}

impl IssuingCa {
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

/// Why nothing was issued.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// The HSM.
    #[error(transparent)]
    Hsm(#[from] HsmError),
    /// Names, validity, extensions.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// Encoding.
    #[error(transparent)]
    Tbs(#[from] TbsError),
    /// The bytes are not what the profile says.
    #[error(transparent)]
    Lint(#[from] LintError),
    /// Putting bytes and signature together.
    #[error(transparent)]
    Assemble(#[from] AssembleError),
    /// The signed certificate does not verify under the CA's own certificate.
    #[error("the HSM's signature does not verify: {0}")]
    Signature(ChainError),
    /// The signed certificate does not carry the recorded bytes.
    #[error("the signed certificate differs from what is on record")]
    Differs,
    /// The CA's key is of a kind we do not use.
    #[error("CA key: {0}")]
    CaKey(#[from] KeyWeakness),
    /// The CA's own certificate is not valid yet, or ends before the certificate would.
    #[error(
        "the certificate of {key} is good from {from} to {until}: nothing can be issued that is valid {asked}"
    )]
    CaPeriod {
        /// Which CA.
        key: String,
        /// Its start.
        from: Timestamp,
        /// Its end.
        until: Timestamp,
        /// What would not fit.
        asked: Timestamp,
    },
    /// The CA's certificate is not a CA certificate.
    #[error("the certificate of {0} is no CA certificate")]
    CaCertificate(String),
}

/// Bytes ready to be put on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToBeSigned {
    /// DER TBSCertificate.
    pub tbs: Vec<u8>,
    /// Serial number, lower-case hex.
    pub serial: String,
    /// Start and end of validity.
    pub validity: Validity,
    /// The part of the CRL it points to.
    pub shard: String,
}

/// The bank's issuing CAs in front of one HSM; cheap to clone.
#[derive(Clone)]
pub struct Authority {
    pool: HsmPool,
    customer: Arc<IssuingCa>,
    staff: Arc<IssuingCa>,
    root: CertificateDer<'static>,
    ocsp_key: Option<String>,
    pub(super) audit_key: Option<String>,
}

impl Authority {
    /// Puts pool and CAs together.
    #[must_use]
    pub fn new(
        pool: HsmPool,
        root: CertificateDer<'static>,
        customer: IssuingCa,
        staff: IssuingCa,
    ) -> Self {
        Self {
            pool,
            customer: Arc::new(customer),
            staff: Arc::new(staff),
            root,
            ocsp_key: None,
            audit_key: None,
        }
    }

    /// With a key in the same pool that signs OCSP answers.
    #[must_use]
    pub fn with_ocsp_key(mut self, key: &str) -> Self {
        self.ocsp_key = Some(key.to_owned());
        self
    }

    /// Name of the key that signs OCSP answers, and the public key found under it; none without one, or before it was
    /// found.
    #[must_use]
    pub fn ocsp_key(&self) -> Option<(&str, Vec<u8>)> {
        let key = self.ocsp_key.as_deref()?;
        Some((key, self.pool.public_key(key)?))
    }

    /// The CA of that name.
    #[must_use]
    pub fn issuer(&self, id: IssuerId) -> &IssuingCa {
        match id {
            IssuerId::Customer => &self.customer,
            IssuerId::Staff => &self.staff,
        }
    }

    /// The root's certificate.
    #[must_use]
    pub fn root(&self) -> &CertificateDer<'static> {
        &self.root
    }

    /// The HSM pool.
    #[must_use]
    pub fn pool(&self) -> &HsmPool {
        &self.pool
    }

    /// Builds and lints the certificate of `name` for the key in `spki_der`; signs nothing.
    ///
    /// # Errors
    /// [`IssueError`].
    pub fn prepare(
        &self,
        id: IssuerId,
        name: &str,
        spki_der: &[u8],
        now: Timestamp,
    ) -> Result<ToBeSigned, IssueError> {
        let ca = self.issuer(id);
        let serial = random_serial()?;
        let validity = Validity::one_year(now)?;
        ca.covers(now)?;
        ca.covers(validity.not_after)?;
        let shard = part::name(now, ca.profile.crl_part_months);
        let params = ca.profile.client(name, &serial, validity, &shard)?;
        let tbs = tbs::certificate(&params, spki_der, &ca.certificate, ca.algorithm)?;
        let expected = lint::Expected {
            profile: &ca.profile,
            name,
            serial: &serial,
            spki_der,
            validity,
            part: &shard,
        };
        lint::client(&tbs, &expected)?;
        Ok(ToBeSigned {
            tbs,
            serial: serial_hex(&serial),
            validity,
            shard,
        })
    }

    /// Has the HSM sign recorded bytes; returns the DER certificate after verifying its signature under the CA's
    /// certificate and comparing its bytes with `tbs`.
    ///
    /// # Errors
    /// [`IssueError`].
    pub async fn sign(&self, id: IssuerId, tbs: &[u8]) -> Result<Vec<u8>, IssueError> {
        let ca = self.issuer(id);
        let der = self.sign_with(ca, tbs).await?;
        verify_issued_by(&der, &ca.certificate).map_err(IssueError::Signature)?;
        if !carries(&der, tbs) {
            return Err(IssueError::Differs);
        }
        Ok(der)
    }

    /// Signs to-be-signed bytes of any kind with a CA's key; verifies nothing.
    pub(super) async fn sign_with(
        &self,
        ca: &IssuingCa,
        tbs: &[u8],
    ) -> Result<Vec<u8>, IssueError> {
        let signature = self.signature(ca, tbs).await?;
        Ok(assemble::signed(tbs, ca.algorithm, &signature)?)
    }

    /// The bare signature.
    pub(super) async fn signature(
        &self,
        ca: &IssuingCa,
        tbs: &[u8],
    ) -> Result<Vec<u8>, IssueError> {
        let scheme = ca.algorithm.default_scheme();
        Ok(self.pool.sign(&ca.key, scheme, tbs.to_vec()).await?)
    }
}

/// Whether `certificate` has exactly `tbs` inside.
fn carries(certificate: &[u8], tbs: &[u8]) -> bool {
    use x509_parser::prelude::{FromDer, X509Certificate};
    X509Certificate::from_der(certificate)
        .is_ok_and(|(_, parsed)| parsed.tbs_certificate.as_ref() == tbs)
}

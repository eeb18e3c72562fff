//! Signing: exact bytes are prepared first (the service records them), then the HSM signs them, then the result is
//! verified and compared before it is returned.

use jiff::Timestamp;

use inkan_pki::x509::assemble::{self, AssembleError};
use inkan_pki::x509::chain::{ChainError, verify_issued_by};
use inkan_pki::x509::key_check::KeyWeakness;
use inkan_pki::x509::summary::serial_hex;

use super::authority::Authority;
use super::encoding::EncodingError;
use super::hsm::{HsmError, Priority};
use super::id::{CaId, IssuerId};
use super::issuing_ca::IssuingCa;
use super::lint::{self, LintError};
use super::profile::{ProfileError, Validity, random_serial};
use super::shard;
use super::tbs;

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
    Encoding(#[from] EncodingError),
    /// The bytes do not match the profile.
    #[error(transparent)]
    Lint(#[from] LintError),
    /// Putting bytes and signature together.
    #[error(transparent)]
    Assemble(#[from] AssembleError),
    /// The signed certificate does not verify under the CA's own certificate.
    #[error("the HSM's signature does not verify: {0}")]
    Signature(ChainError),
    /// The signed certificate does not carry the recorded bytes.
    #[error("the signed certificate differs from the recorded one")]
    Differs,
    /// The CA's key is of a kind we do not use.
    #[error("CA key: {0}")]
    CaKey(#[from] KeyWeakness),
    /// The CA's own certificate is not valid yet, or ends before the certificate would.
    #[error(
        "the certificate of {key} is valid from {from} to {until}: nothing can be issued that is valid {asked}"
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
    #[error("the certificate of {0} is not a CA certificate")]
    CaCertificate(String),
    /// The CA's certificate has no subject key identifier, so nothing can point to its key.
    #[error("the certificate of {0} has no subject key identifier")]
    NoKeyIdentifier(String),
    /// There is no CA of this kind.
    #[error("there is no {0}")]
    NoCa(&'static str),
    /// Two CAs have one name.
    #[error("there are two CAs that are {0}")]
    TwoCas(CaId),
    /// The CA is not, or no longer, configured.
    #[error(
        "{0} is not configured any more: its certificates can be read, but nothing is signed for it"
    )]
    UnknownCa(CaId),
}

impl IssueError {
    /// A signature by this key that is wrong. The pool has verified it already under the public key that it has for it: here
    /// the CA's certificate is of another one.
    pub(super) fn wrong(key: &str, error: ChainError) -> Self {
        metrics::counter!("inkan_hsm_wrong_signatures_total", "key" => key.to_owned()).increment(1);
        tracing::error!(key, %error, "a signature does not verify; nothing was issued");
        Self::Signature(error)
    }
}

/// Bytes ready to be put into the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToBeSigned {
    /// The CA that is to sign.
    pub ca: CaId,
    /// DER TBSCertificate.
    pub tbs: Vec<u8>,
    /// Serial number, lower-case hex.
    pub serial: String,
    /// Start and end of validity.
    pub validity: Validity,
    /// The CRL shard that it points to.
    pub shard: String,
}

impl Authority {
    /// Builds and lints the certificate of `name` for the key in `spki_der`, from the CA of this kind that signs new
    /// certificates at `now`; signs nothing.
    ///
    /// # Errors
    /// [`IssueError`].
    pub fn prepare(
        &self,
        issuer: IssuerId,
        name: &str,
        spki_der: &[u8],
        now: Timestamp,
    ) -> Result<ToBeSigned, IssueError> {
        let ca = self.current(issuer, now)?;
        let serial = random_serial()?;
        let validity = Validity::one_year(now)?;
        ca.covers(now)?;
        ca.covers(validity.not_after)?;
        let shard = shard::name(now, ca.profile.crl_shard_months);
        let contents = ca.profile.client(name, &serial, validity, &shard)?;
        let tbs = tbs::certificate(contents, spki_der, ca)?;
        let expected = lint::Expected {
            profile: &ca.profile,
            name,
            serial: &serial,
            spki_der,
            validity,
            shard: &shard,
        };
        lint::client(&tbs, &expected)?;
        Ok(ToBeSigned {
            ca: ca.id,
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
    pub async fn sign(&self, id: impl Into<CaId>, tbs: &[u8]) -> Result<Vec<u8>, IssueError> {
        self.sign_recorded(id.into(), tbs, Priority::Issuing).await
    }

    /// The same, for a certificate of any kind.
    pub(super) async fn sign_recorded(
        &self,
        id: CaId,
        tbs: &[u8],
        priority: Priority,
    ) -> Result<Vec<u8>, IssueError> {
        let ca = self.ca(id)?;
        let der = self.sign_with(ca, tbs, priority).await?;
        verify_issued_by(&der, &ca.certificate)
            .map_err(|error| IssueError::wrong(&ca.key, error))?;
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
        priority: Priority,
    ) -> Result<Vec<u8>, IssueError> {
        let signature = self.signature(ca, tbs, priority).await?;
        Ok(assemble::signed(tbs, ca.algorithm, &signature)?)
    }

    /// The bare signature.
    pub(super) async fn signature(
        &self,
        ca: &IssuingCa,
        tbs: &[u8],
        priority: Priority,
    ) -> Result<Vec<u8>, IssueError> {
        let scheme = ca.algorithm.default_scheme();
        let signing = self.hsms().sign(&ca.key, scheme, tbs.to_vec(), priority);
        Ok(signing.await?)
    }
}

/// Whether `certificate` has exactly `tbs` inside.
fn carries(certificate: &[u8], tbs: &[u8]) -> bool {
    use x509_parser::prelude::{FromDer, X509Certificate};
    X509Certificate::from_der(certificate)
        .is_ok_and(|(_, parsed)| parsed.tbs_certificate.as_ref() == tbs)
}

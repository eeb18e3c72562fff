//! The fields of a certificate that screens show and checks compare.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::fingerprint::sha256_hex;

/// Fields of one certificate. Texts are unchanged; a missing field is empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateSummary {
    /// Organization of the subject.
    pub organization: String,
    /// Organization Unit of the subject.
    pub organizational_unit: String,
    /// Common Name of the subject.
    pub common_name: String,
    /// Common Name of the issuer.
    pub issuer_common_name: String,
    /// Serial number, lower-case hex without leading zero bytes.
    pub serial: String,
    /// Start of validity.
    pub not_before: Timestamp,
    /// End of validity.
    pub not_after: Timestamp,
    /// `extendedKeyUsage` has `clientAuth`.
    pub client_auth: bool,
    /// `basicConstraints` has CA set.
    pub is_ca: bool,
    /// DER SubjectPublicKeyInfo.
    #[serde(skip)]
    pub spki_der: Vec<u8>,
    /// SHA-256 of the SubjectPublicKeyInfo, hex.
    pub spki_sha256: String,
    /// SHA-256 of the whole certificate, hex.
    pub sha256: String,
}

/// A certificate that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SummaryError {
    /// Not DER, truncated, or with trailing bytes.
    #[error("certificate does not parse")]
    Malformed,
    /// A date outside the range of this program.
    #[error("certificate has a date out of range")]
    Date,
}

impl CertificateSummary {
    /// Reads a DER certificate.
    ///
    /// # Errors
    /// [`SummaryError`].
    pub fn parse(der: &[u8]) -> Result<Self, SummaryError> {
        let (rest, cert) = X509Certificate::from_der(der).map_err(|_| SummaryError::Malformed)?;
        if !rest.is_empty() {
            return Err(SummaryError::Malformed);
        }
        let time = |seconds| Timestamp::from_second(seconds).map_err(|_| SummaryError::Date);
        let subject = cert.subject();
        let spki_der = cert.public_key().raw.to_vec();
        Ok(Self {
            organization: text(subject.iter_organization().next()),
            organizational_unit: text(subject.iter_organizational_unit().next()),
            common_name: text(subject.iter_common_name().next()),
            issuer_common_name: text(cert.issuer().iter_common_name().next()),
            serial: serial_hex(cert.raw_serial()),
            not_before: time(cert.validity().not_before.timestamp())?,
            not_after: time(cert.validity().not_after.timestamp())?,
            client_auth: matches!(cert.extended_key_usage(), Ok(Some(e)) if e.value.client_auth),
            is_ca: cert.is_ca(),
            spki_sha256: sha256_hex(&spki_der),
            spki_der,
            sha256: sha256_hex(der),
        })
    }
}

/// The content bytes of a serial number as lower-case hex without leading zero bytes.
#[must_use]
pub fn serial_hex(raw: &[u8]) -> String {
    let start = raw.iter().position(|b| *b != 0).unwrap_or(raw.len());
    hex::encode(&raw[start..])
}

fn text(part: Option<&x509_parser::x509::AttributeTypeAndValue<'_>>) -> String {
    part.and_then(|p| p.as_str().ok())
        .unwrap_or_default()
        .to_owned()
}

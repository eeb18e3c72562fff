//! Certificates as PEM (RFC 7468).

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

/// A PEM text that does not hold certificates.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PemError {
    /// A section that is not valid PEM.
    #[error("not valid PEM: {0}")]
    Malformed(String),
    /// No `CERTIFICATE` section.
    #[error("no certificate in the PEM text")]
    NoCertificate,
}

/// All certificates of a PEM text, in order, as DER.
///
/// # Errors
/// [`PemError`] when a section is broken or there is none.
pub fn certificates(text: &str) -> Result<Vec<CertificateDer<'static>>, PemError> {
    let found: Vec<_> = CertificateDer::pem_slice_iter(text.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|e| PemError::Malformed(e.to_string()))?;
    if found.is_empty() {
        return Err(PemError::NoCertificate);
    }
    Ok(found)
}

/// One certificate as PEM, lines of 64 characters, final newline.
#[must_use]
pub fn encode_certificate(der: &[u8]) -> String {
    let body = super::transfer::encode_lines(der);
    format!("-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n")
}

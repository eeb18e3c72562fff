//! One link of a chain: whether a CA issued a certificate, by name and signature.

use x509_parser::prelude::{FromDer, X509Certificate};

/// Why a certificate was not issued by that CA.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// One of the two does not parse.
    #[error("certificate does not parse")]
    Malformed,
    /// Issuer name and the CA's subject differ.
    #[error("certificate names another issuer")]
    OtherIssuer,
    /// The issuing certificate is not a CA's.
    #[error("the issuing certificate is not a CA")]
    NotCa,
    /// The signature does not verify under the CA's key.
    #[error("certificate is not signed by the issuer's key")]
    BadSignature,
}

/// Checks name and signature of `certificate` (DER) against `issuer` (DER); no dates, no revocation.
///
/// # Errors
/// [`ChainError`].
pub fn verify_issued_by(certificate: &[u8], issuer: &[u8]) -> Result<(), ChainError> {
    let (rest, certificate) =
        X509Certificate::from_der(certificate).map_err(|_| ChainError::Malformed)?;
    let (_, issuer) = X509Certificate::from_der(issuer).map_err(|_| ChainError::Malformed)?;
    if !rest.is_empty() {
        return Err(ChainError::Malformed);
    }
    if certificate.issuer().as_raw() != issuer.subject().as_raw() {
        return Err(ChainError::OtherIssuer);
    }
    if !issuer.is_ca() {
        return Err(ChainError::NotCa);
    }
    certificate
        .verify_signature(Some(issuer.public_key()))
        .map_err(|_| ChainError::BadSignature)
}

//! From an EST answer to certificates.

use inkan_pki::x509::{certs_only, transfer};

use crate::error::AnswerError;

/// Longest certificate answer, in bytes of its body.
pub const MAX_BODY: usize = 48 * 1024;

/// The certificates (DER) of an EST answer, RFC 7030 §4.1.3 and §4.2.3.
///
/// # Errors
/// [`AnswerError::TooLarge`], [`AnswerError::NotPkcs7`].
pub fn certificates(body: &[u8]) -> Result<Vec<Vec<u8>>, AnswerError> {
    if body.len() > MAX_BODY {
        return Err(AnswerError::TooLarge);
    }
    let der = transfer::decode(body).map_err(|_| AnswerError::NotPkcs7)?;
    certs_only::decode(&der).map_err(|e| match e {
        certs_only::CertsOnlyError::TooMany => AnswerError::TooLarge,
        certs_only::CertsOnlyError::Malformed(_) | certs_only::CertsOnlyError::NotCertsOnly => {
            AnswerError::NotPkcs7
        }
    })
}

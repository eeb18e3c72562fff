//! Unpacks an EST response.

use inkan_pki::x509::{certs_only, transfer};

use crate::error::ResponseError;

/// Maximum size of an enrolment response, in bytes of its body.
pub const MAX_BODY: usize = 48 * 1024;

/// The certificates (DER) of an EST response, RFC 7030 §4.1.3 and §4.2.3.
///
/// # Errors
/// [`ResponseError::TooLarge`], [`ResponseError::NotPkcs7`].
pub fn certificates(body: &[u8]) -> Result<Vec<Vec<u8>>, ResponseError> {
    if body.len() > MAX_BODY {
        return Err(ResponseError::TooLarge);
    }
    let der = transfer::decode(body).map_err(|_| ResponseError::NotPkcs7)?;
    certs_only::decode(&der).map_err(|e| match e {
        certs_only::CertsOnlyError::TooMany => ResponseError::TooLarge,
        certs_only::CertsOnlyError::Malformed(_) | certs_only::CertsOnlyError::NotCertsOnly => {
            ResponseError::NotPkcs7
        }
    })
}

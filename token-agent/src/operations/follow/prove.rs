//! Proves by a signature that the token's key matches the certificate, rather than by comparing what the token reports.

use inkan_pki::signer::Signer;
use rustls_pki_types::CertificateDer;
use webpki::EndEntityCert;

use super::Job;
use super::obtain::Issued;
use crate::error::{Failure, TokenError};
use crate::operations::unlock::signer;
use crate::token::signer::sign_failure;

/// Prefix of the random challenge, so that the signature is of no other use.
const PURPOSE: &[u8] = b"inkan-agent: proof that key and certificate fit\0";

/// Has the token sign a random challenge and verifies the signature with the certificate.
///
/// # Errors
/// [`TokenError::ProofFailed`], or the error that the token reports.
pub(super) fn key_fits(job: &Job<'_>, issued: &Issued) -> Result<(), Failure> {
    let signer = signer(&job.token, job.ui, &issued.key.entry)?;
    let message = challenge()?;
    let scheme = signer.algorithm().default_scheme();
    let signature = signer
        .sign(scheme, &message)
        .map_err(|e| sign_failure(&e))?;
    if verifies(&issued.der, &message, &signature) {
        Ok(())
    } else {
        Err(TokenError::ProofFailed.into())
    }
}

/// A random challenge.
///
/// # Errors
/// [`Failure::Internal`].
pub(super) fn challenge() -> Result<Vec<u8>, Failure> {
    let mut random = [0_u8; 32];
    getrandom::fill(&mut random).map_err(|e| Failure::Internal(e.to_string()))?;
    Ok([PURPOSE, &random].concat())
}

/// Whether the signature verifies under the certificate's key with any algorithm for that key.
fn verifies(certificate: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let der = CertificateDer::from(certificate);
    let Ok(certificate) = EndEntityCert::try_from(&der) else {
        return false;
    };
    webpki::ALL_VERIFICATION_ALGS
        .iter()
        .any(|a| certificate.verify_signature(*a, message, signature).is_ok())
}

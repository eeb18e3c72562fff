//! The token's key and the certificate fit: shown by a signature, not by comparing what the token says.

use inkan_pki::signer::Signer;
use rustls_pki_types::CertificateDer;
use webpki::EndEntityCert;

use super::Job;
use super::obtain::Issued;
use crate::error::{Failure, TokenError};
use crate::operations::unlock::signer;
use crate::token::signer::sign_failure;

/// In front of the random part, so that the signature fits nothing else.
const PURPOSE: &[u8] = b"inkan-agent: proof that key and certificate fit\0";

/// Has a fresh random text signed and verifies it with the certificate.
///
/// # Errors
/// [`TokenError::ProofFailed`], or what the token says.
pub(super) fn key_fits(job: &Job<'_>, issued: &Issued) -> Result<(), Failure> {
    let signer = signer(&job.token, job.person, &issued.key.entry)?;
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

/// A fresh random text to be signed.
///
/// # Errors
/// [`Failure::Internal`].
pub(super) fn challenge() -> Result<Vec<u8>, Failure> {
    let mut random = [0_u8; 32];
    getrandom::fill(&mut random).map_err(|e| Failure::Internal(e.to_string()))?;
    Ok([PURPOSE, &random].concat())
}

/// True when the signature verifies under the certificate's key by any algorithm that fits the key.
fn verifies(certificate: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let der = CertificateDer::from(certificate);
    let Ok(certificate) = EndEntityCert::try_from(&der) else {
        return false;
    };
    webpki::ALL_VERIFICATION_ALGS
        .iter()
        .any(|a| certificate.verify_signature(*a, message, signature).is_ok())
}

//! Checks whether a key supports the required signatures: CSR, proof, and TLS with this bank. This happens before the
//! bank is contacted, because a certificate for any other key would be useless.

use inkan_pki::algorithm::{KeyAlgorithm, SignatureScheme};
use inkan_pki::signer::Signer;
use inkan_pki::verify::verifies;

use super::Job;
use super::prove::challenge;
use crate::error::{Failure, TokenError};
use crate::keystore::content::KeyEntry;
use crate::operations::unlock::signer;
use crate::token::signer::sign_failure;

/// Whether the token reports support for a key of this type.
///
/// # Errors
/// The error that the token reports.
pub(super) fn is_offered(job: &Job<'_>, algorithm: KeyAlgorithm) -> Result<bool, TokenError> {
    let offered = job.token.with(|store| store.offered_schemes(algorithm))?;
    Ok(enough(job, algorithm, &offered))
}

/// Whether this key can sign, shown by a trial signature.
///
/// # Errors
/// The error that the token reports.
pub(super) fn signs(job: &Job<'_>, key: &KeyEntry) -> Result<bool, Failure> {
    let signer = signer(&job.token, job.ui, key)?;
    if !enough(job, key.algorithm, signer.schemes()) {
        return Ok(false);
    }
    let message = challenge()?;
    let scheme = key.algorithm.default_scheme();
    match signer.sign(scheme, &message).map_err(|e| sign_failure(&e)) {
        Ok(signature) => Ok(verifies(&key.spki_der, scheme, &message, &signature)),
        Err(TokenError::CannotSign) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn enough(job: &Job<'_>, algorithm: KeyAlgorithm, schemes: &[SignatureScheme]) -> bool {
    schemes.contains(&algorithm.default_scheme())
        && schemes.iter().any(|scheme| job.bank.takes(*scheme))
}

//! Whether a key can sign what will be asked of it: the CSR, the proof, and TLS with this bank. Looked at before the bank is
//! asked, because a certificate for a key that cannot is good for nothing.

use inkan_pki::algorithm::{KeyAlgorithm, SignatureScheme};
use inkan_pki::signer::Signer;
use inkan_pki::verify::verifies;

use super::Job;
use super::prove::challenge;
use crate::error::{Failure, TokenError};
use crate::keystore::content::KeyEntry;
use crate::operations::unlock::signer;
use crate::token::signer::sign_failure;

/// True when the token says that a key of this type could.
///
/// # Errors
/// What the token says.
pub(super) fn is_offered(job: &Job<'_>, algorithm: KeyAlgorithm) -> Result<bool, TokenError> {
    let offered = job.token.with(|store| store.offered_schemes(algorithm))?;
    Ok(enough(job, algorithm, &offered))
}

/// True when this key does: shown by a signature.
///
/// # Errors
/// What the token says.
pub(super) fn signs(job: &Job<'_>, key: &KeyEntry) -> Result<bool, Failure> {
    let signer = signer(&job.token, job.person, key)?;
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

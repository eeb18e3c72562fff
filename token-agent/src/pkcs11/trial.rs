//! What a key can really sign. Many tokens claim RSA-PSS wrongly: some list it for other purposes, some use a longer
//! salt than TLS accepts. Only a signature shows it.

use inkan_pki::algorithm::SignatureScheme;
use inkan_pki::pkcs11::Session;
use inkan_pki::pkcs11::error::ErrorClass;
use inkan_pki::pkcs11::keys::PrivateKey;
use inkan_pki::pkcs11::sign::sign;
use inkan_pki::verify::verifies;

use super::fault::token_error;
use crate::error::TokenError;

/// Prefix of the random message, so that the signature is of no other use.
const PURPOSE: &[u8] = b"inkan-agent: trial of a signature\0";

/// The listed schemes that the key supports: without PSS if a trial fails. For a key that requires the PIN for each use
/// the token's list is trusted.
///
/// # Errors
/// An error unrelated to the scheme: the token was removed, the login was lost.
pub(super) fn proven(
    session: &Session,
    key: &PrivateKey,
    mut listed: Vec<SignatureScheme>,
) -> Result<Vec<SignatureScheme>, TokenError> {
    let Some(pss) = listed.iter().copied().find(|scheme| scheme.is_pss()) else {
        return Ok(listed);
    };
    if !key.always_authenticate && !works(session, key, pss)? {
        listed.retain(|scheme| !scheme.is_pss());
    }
    Ok(listed)
}

fn works(session: &Session, key: &PrivateKey, scheme: SignatureScheme) -> Result<bool, TokenError> {
    let mut message = PURPOSE.to_vec();
    let mut random = [0_u8; 32];
    getrandom::fill(&mut random).map_err(|e| TokenError::Failed {
        operation: "try a signature".to_owned(),
        detail: e.to_string(),
    })?;
    message.extend(random);
    match sign(session, key, scheme, &message) {
        Ok(signature) => Ok(verifies(&key.spki_der, scheme, &message, &signature)),
        Err(error) => match error.class {
            ErrorClass::Unsupported
            | ErrorClass::Refused
            | ErrorClass::Untrustworthy
            | ErrorClass::DeviceFault => Ok(false),
            _ => Err(token_error(&error)),
        },
    }
}

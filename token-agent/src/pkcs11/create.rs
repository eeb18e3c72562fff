//! Creates and deletes keys and certificates.

use inkan_pki::pkcs11::certificate::{list_certificates, write_certificate};
use inkan_pki::pkcs11::error::{ErrorClass, Pkcs11Error};
use inkan_pki::pkcs11::generate::{
    GeneratedKey, NewKey as NewPair, destroy_key_pair, generate_key_pair, id_in_use,
    replace_key_pair,
};
use inkan_pki::pkcs11::keys::{KeyPairInfo, find_private_key, list_key_pairs};
use inkan_pki::pkcs11::space;
use inkan_pki::pkcs11::{LoginState, Session};
use inkan_pki::x509::fingerprint::sha256_hex;
use inkan_pki::x509::summary::CertificateSummary;

use super::content::entry;
use super::fault::token_error;
use super::reference::Reference;
use crate::config::known::quirks::IdChoice;
use crate::error::TokenError;
use crate::keystore::capabilities::{Admin, NewKey};
use crate::keystore::content::{KeyEntry, KeyRef};

/// Length of the CKA_ID of a CA certificate, from the hash of its public key.
const CA_ID: usize = 20;

/// Generates a pair. A key that it replaces is deleted last, if the token permits. `officer`: the security officer is
/// logged in.
pub(super) fn generate(
    session: &Session,
    new: &NewKey,
    ids: IdChoice,
    officer: bool,
) -> Result<KeyEntry, TokenError> {
    let failed = |error: Pkcs11Error| match error.class {
        // "Not logged in" while the user is: the token requires another role. Otherwise the login was lost.
        _ if error.requires_officer() && !officer && is_user(session) => {
            TokenError::AdminNeeded { what: Admin::SoPin }
        }
        // A token that refuses this kind of key does not support it.
        ErrorClass::Unsupported => TokenError::NoAlgorithm,
        _ => token_error(&error),
    };
    let mut pair = NewPair::with_random_id(new.algorithm, new.label.clone()).map_err(failed)?;
    let made = if let Some(old) = &new.replaces {
        let spki = Reference::pair(old)?;
        let old = find_private_key(session, spki).map_err(|e| gone(&e))?.id;
        if ids == IdChoice::Any {
            make_room(session, &pair, &old).map_err(failed)?
        } else {
            pair.id = old;
            replace_key_pair(session, &pair).map_err(failed)?
        }
    } else {
        if ids != IdChoice::Any {
            let free = free_slot_id(session, ids).map_err(failed)?;
            pair.id = free.ok_or(TokenError::Full)?;
        }
        generate_in_room(session, &pair, new.certificate_size, ids).map_err(failed)?
    };
    Ok(entry(KeyPairInfo {
        label: pair.label,
        id: made.id,
        algorithm: pair.algorithm,
        spki_der: made.spki_der,
        always_authenticate: made.attributes.always_authenticate,
    }))
}

fn is_user(session: &Session) -> bool {
    session
        .login_state()
        .is_ok_and(|state| state == LoginState::User)
}

/// Generates the pair while space for its certificate is reserved. Modules with slot ids have space for each key.
fn generate_in_room(
    session: &Session,
    pair: &NewPair,
    bytes: usize,
    ids: IdChoice,
) -> Result<GeneratedKey, Pkcs11Error> {
    if ids != IdChoice::Any || bytes == 0 {
        return generate_key_pair(session, pair);
    }
    space::reserve(session, bytes)?;
    let made = generate_key_pair(session, pair);
    // A remaining reservation is released by the next attempt.
    let _ = space::release(session);
    made
}

/// Generates the new pair, then deletes the old one; the other way round only if there is no space for both.
fn make_room(session: &Session, pair: &NewPair, old: &[u8]) -> Result<GeneratedKey, Pkcs11Error> {
    match generate_key_pair(session, pair) {
        Err(error) if error.class == ErrorClass::DeviceFull => {
            destroy_key_pair(session, old)?;
            generate_key_pair(session, pair)
        }
        Ok(made) => {
            // The new key is what matters; an old one that remains does no harm.
            let _ = destroy_key_pair(session, old);
            Ok(made)
        }
        Err(error) => Err(error),
    }
}

/// The first slot id of the module with neither key nor certificate.
fn free_slot_id(session: &Session, ids: IdChoice) -> Result<Option<Vec<u8>>, Pkcs11Error> {
    let taken: Vec<Vec<u8>> = list_certificates(session)?
        .into_iter()
        .map(|c| c.id)
        .collect();
    for id in ids.slot_ids() {
        let id = vec![*id];
        if !taken.contains(&id) && !id_in_use(session, &id)? {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

pub(super) fn write(
    session: &Session,
    key: Option<&KeyRef>,
    der: &[u8],
    label: &str,
) -> Result<(), TokenError> {
    let id = match key {
        Some(key) => {
            let spki = Reference::pair(key)?;
            let found = find_private_key(session, spki);
            found.map_err(|e| gone(&e))?.id
        }
        None => ca_id(der),
    };
    write_certificate(session, der, label, &id).map_err(|e| token_error(&e))
}

fn ca_id(der: &[u8]) -> Vec<u8> {
    let hash = CertificateSummary::parse(der).map_or_else(|_| sha256_hex(der), |s| s.spki_sha256);
    let bytes = hex::decode(hash).unwrap_or_default();
    bytes.into_iter().take(CA_ID).collect()
}

/// Deletes a pair or an orphan public key, and nothing else that shares its CKA_ID.
pub(super) fn destroy(session: &Session, key: &KeyRef) -> Result<(), TokenError> {
    let id = match Reference::read(key)? {
        Reference::Pair(spki) => find_private_key(session, spki).map_err(|e| gone(&e))?.id,
        Reference::Half(id) => id.to_vec(),
    };
    let pairs = list_key_pairs(session).map_err(|e| token_error(&e))?;
    if pairs.iter().filter(|pair| pair.id == id).count() > 1 {
        return Err(TokenError::Failed {
            operation: "destroy key pair".to_owned(),
            detail: "several keys share its CKA_ID".to_owned(),
        });
    }
    destroy_key_pair(session, &id).map_err(|e| gone(&e))
}

pub(super) fn gone(error: &Pkcs11Error) -> TokenError {
    match error.class {
        ErrorClass::NotFound => TokenError::KeyGone,
        _ => token_error(error),
    }
}

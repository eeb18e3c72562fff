//! The PKCS#11 calls of the threads. Each function is one call with one deadline, and keeps nothing.

use std::collections::HashMap;
use std::sync::Arc;

use inkan_pki::algorithm::SignatureScheme;
use inkan_pki::pkcs11::attributes::key_attributes;
use inkan_pki::pkcs11::keys::{PrivateKey, find_private_key, find_private_key_by_label};
use inkan_pki::pkcs11::sign::sign;
use inkan_pki::pkcs11::{Access, ErrorClass, ErrorKind, Module, Pkcs11Error, Session, TokenInfo};

use super::key::Key;
use super::key_view::KeySeen;
use super::state::KeyFound;

/// Where sessions are opened.
#[derive(Debug)]
pub(super) struct TokenHandle {
    pub(super) module: Arc<Module>,
    pub(super) token: TokenInfo,
}

/// A worker's session and the key handles found in it.
#[derive(Debug)]
pub(super) struct WorkerSession {
    session: Session,
    keys: HashMap<usize, PrivateKey>,
}

impl WorkerSession {
    pub(super) fn open(token_handle: &TokenHandle) -> Result<Self, Pkcs11Error> {
        let session = Session::open(&token_handle.module, &token_handle.token, Access::ReadOnly)?;
        Ok(Self {
            session,
            keys: HashMap::new(),
        })
    }

    /// Signs with the key at `index` of the configuration, whose public key is `spki`.
    pub(super) fn sign(
        &mut self,
        index: usize,
        spki: &[u8],
        scheme: SignatureScheme,
        message: &[u8],
    ) -> Result<Vec<u8>, Pkcs11Error> {
        if let Some(key) = self.keys.get(&index) {
            return sign(&self.session, key, scheme, message);
        }
        let key = find_private_key(&self.session, spki)?;
        let key = self.keys.entry(index).or_insert(key);
        sign(&self.session, key, scheme, message)
    }

    /// A round trip that needs session, login and token: finds the first existing key.
    pub(super) fn exercise(&self, keys: &[Key]) -> Result<(), Pkcs11Error> {
        let ready = keys
            .iter()
            .find(|key| key.found() == KeyFound::Ready)
            .and_then(Key::spki);
        match ready {
            Some(spki) => find_private_key(&self.session, &spki).map(drop),
            None => self.session.login_state().map(drop),
        }
    }
}

/// Whether the token has a configured key. A key identified by its label alone must keep the public key that it had at
/// first.
pub(super) fn find_key(
    session: &Session,
    key: &Key,
) -> Result<(KeyFound, Option<Vec<u8>>), Pkcs11Error> {
    let label = key.config.label.as_deref();
    match (key.spki(), label) {
        (Some(spki), label) => match (find_private_key(session, &spki), label) {
            (Ok(_), _) => Ok((KeyFound::Ready, None)),
            (Err(error), Some(label)) if error.class == ErrorClass::NotFound => {
                // Distinguishes a replaced key from a missing one.
                match find_private_key_by_label(session, label) {
                    Ok(_) => Ok((KeyFound::Wrong, None)),
                    Err(other) if other.class == ErrorClass::Ambiguous => {
                        Ok((KeyFound::Wrong, None))
                    }
                    Err(_) => Err(error),
                }
            }
            (Err(error), _) => Err(error),
        },
        (None, Some(label)) => {
            let found = find_private_key_by_label(session, label)?;
            Ok((KeyFound::Ready, Some(found.spki_der)))
        }
        // Refused at the start of the pool.
        (None, None) => Ok((KeyFound::Missing, None)),
    }
}

/// What the token reports about an existing key.
pub(super) fn read_key(session: &Session, spki: &[u8]) -> Result<KeySeen, Pkcs11Error> {
    let key = find_private_key(session, spki)?;
    Ok(KeySeen {
        attributes: key_attributes(session, &key)?,
        label: key.label,
        algorithm: key.algorithm,
    })
}

/// The key requires the PIN at each use, which workers do not have.
pub(super) fn pin_is_wanted(error: &Pkcs11Error) -> bool {
    matches!(*error.kind, ErrorKind::PinNeeded)
}

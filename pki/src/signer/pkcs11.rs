//! A key on a PKCS#11 token as a [`Signer`].
//!
//! Owns its session and uses it for one signature at a time. It neither reopens a lost session nor limits the time; its owner
//! decides about both.

use std::sync::{Mutex, PoisonError};

use super::{SignError, Signer};
use crate::algorithm::{KeyAlgorithm, SignatureScheme};
use crate::pkcs11::keys::{PrivateKey, find_private_key};
use crate::pkcs11::sign::{schemes, sign};
use crate::pkcs11::{Pkcs11Error, Session};

/// A private key and the session it is used in.
#[derive(Debug)]
pub struct Pkcs11Signer {
    session: Mutex<Session>,
    key: PrivateKey,
    schemes: Vec<SignatureScheme>,
}

impl Pkcs11Signer {
    /// Takes a logged-in session and finds the private key of this public key (DER SubjectPublicKeyInfo) in it.
    ///
    /// # Errors
    /// As [`find_private_key`].
    pub fn open(session: Session, spki_der: &[u8]) -> Result<Self, Pkcs11Error> {
        let key = find_private_key(&session, spki_der)?;
        Self::with_key(session, key)
    }

    /// Takes a logged-in session and a key found in it.
    ///
    /// # Errors
    /// The error of `C_GetMechanismList`.
    pub fn with_key(session: Session, key: PrivateKey) -> Result<Self, Pkcs11Error> {
        Ok(Self {
            schemes: schemes(&session, key.algorithm)?,
            session: Mutex::new(session),
            key,
        })
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &PrivateKey {
        &self.key
    }
}

impl Signer for Pkcs11Signer {
    fn algorithm(&self) -> KeyAlgorithm {
        self.key.algorithm
    }

    fn spki_der(&self) -> &[u8] {
        &self.key.spki_der
    }

    fn sign(&self, scheme: SignatureScheme, message: &[u8]) -> Result<Vec<u8>, SignError> {
        if !self.schemes.contains(&scheme) {
            return Err(SignError::WrongScheme {
                algorithm: self.key.algorithm,
                scheme,
            });
        }
        let session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(sign(&session, &self.key, scheme, message)?)
    }

    fn schemes(&self) -> &[SignatureScheme] {
        &self.schemes
    }
}

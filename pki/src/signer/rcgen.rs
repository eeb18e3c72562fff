//! Any [`Signer`] as a key for rcgen: self-signed certificates, certificates signed by a CA, CSRs, CRLs.

use std::sync::{Arc, Mutex, PoisonError};

use rcgen::{PublicKeyData, SignatureAlgorithm, SigningKey};

use super::{SignError, Signer};
use crate::algorithm::KeyAlgorithm;
use crate::spki::{PublicKey, SpkiError};

/// A signer as an rcgen signing key. Signs with [`KeyAlgorithm::default_scheme`].
pub struct RcgenKey {
    signer: Arc<dyn Signer>,
    key_bits: Vec<u8>,
    last_error: Mutex<Option<SignError>>,
}

impl RcgenKey {
    /// Wraps a signer.
    ///
    /// # Errors
    /// [`SpkiError`] when the signer's public key is malformed.
    pub fn new(signer: Arc<dyn Signer>) -> Result<Self, SpkiError> {
        let key_bits = PublicKey::from_spki(signer.spki_der())?.key_bits().to_vec();
        Ok(Self {
            signer,
            key_bits,
            last_error: Mutex::new(None),
        })
    }

    /// Takes the error of the last signature: rcgen reports only that a remote key failed.
    #[must_use]
    pub fn take_error(&self) -> Option<SignError> {
        self.last_error
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

impl std::fmt::Debug for RcgenKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RcgenKey({})", self.signer.algorithm())
    }
}

impl PublicKeyData for RcgenKey {
    fn der_bytes(&self) -> &[u8] {
        &self.key_bits
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        match self.signer.algorithm() {
            KeyAlgorithm::EcP256 => &rcgen::PKCS_ECDSA_P256_SHA256,
            KeyAlgorithm::EcP384 => &rcgen::PKCS_ECDSA_P384_SHA384,
            KeyAlgorithm::Rsa2048 | KeyAlgorithm::Rsa3072 | KeyAlgorithm::Rsa4096 => {
                &rcgen::PKCS_RSA_SHA256
            }
        }
    }
}

impl SigningKey for RcgenKey {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        let scheme = self.signer.algorithm().default_scheme();
        self.signer.sign(scheme, message).map_err(|error| {
            let mut last = self
                .last_error
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            *last = Some(error);
            rcgen::Error::RemoteKeyError
        })
    }
}

//! A private key in any store, reduced to what a CA, a CSR or a TLS handshake needs.
//!
//! - [`pkcs11`]: a key on a PKCS#11 token
//! - [`rcgen`]: any signer as a key for certificates, CSRs and CRLs
//! - [`rustls`]: any signer as a key for client authentication

pub mod pkcs11;
pub mod rcgen;
pub mod rustls;

use crate::algorithm::{KeyAlgorithm, SignatureScheme};
use crate::pkcs11::Pkcs11Error;

/// A private key that signs and cannot be read.
pub trait Signer: Send + Sync {
    /// The key's type.
    fn algorithm(&self) -> KeyAlgorithm;

    /// Its public key, canonical DER SubjectPublicKeyInfo.
    fn spki_der(&self) -> &[u8];

    /// Signs a message (not a hash). ECDSA signatures are DER `ECDSA-Sig-Value`. May block as long as the token does.
    ///
    /// # Errors
    /// [`SignError`]; `WrongScheme` when the scheme is not one of [`Signer::schemes`].
    fn sign(&self, scheme: SignatureScheme, message: &[u8]) -> Result<Vec<u8>, SignError>;

    /// The schemes it supports, in order of preference for TLS.
    fn schemes(&self) -> &[SignatureScheme] {
        self.algorithm().schemes()
    }
}

/// Why a signature failed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The token failed or refused.
    #[error(transparent)]
    Token(#[from] Pkcs11Error),
    /// The key does not support this scheme.
    #[error("this {algorithm} key does not support {scheme:?}")]
    WrongScheme {
        /// The key's type.
        algorithm: KeyAlgorithm,
        /// The requested scheme.
        scheme: SignatureScheme,
    },
    /// A key store of another kind, or a pool in front of a token, failed.
    #[error(transparent)]
    Other(Box<dyn std::error::Error + Send + Sync>),
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;

//! The token's key as a signer: every signature is made on the token's own thread.

use inkan_pki::algorithm::{KeyAlgorithm, SignatureScheme};
use inkan_pki::pkcs11::keys::{PrivateKey, find_private_key};
use inkan_pki::pkcs11::sign::{schemes, sign};
use inkan_pki::signer::{SignError, Signer};

use super::thread::TokenThread;
use crate::error::TokenError;

/// A private key on a token.
#[derive(Debug)]
pub struct TokenSigner {
    thread: TokenThread,
    key: PrivateKey,
    schemes: Vec<SignatureScheme>,
}

impl TokenSigner {
    /// Finds the private key of this public key (DER SubjectPublicKeyInfo).
    ///
    /// # Errors
    /// What the token said.
    pub fn open(thread: &TokenThread, spki_der: &[u8]) -> Result<Self, TokenError> {
        let spki = spki_der.to_vec();
        let (key, schemes) = thread.call(move |session| {
            let key = find_private_key(session, &spki)?;
            let schemes = schemes(session, key.algorithm)?;
            Ok((key, schemes))
        })?;
        Ok(Self {
            thread: thread.clone(),
            key,
            schemes,
        })
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &PrivateKey {
        &self.key
    }
}

impl Signer for TokenSigner {
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
        let (key, message) = (self.key.clone(), message.to_vec());
        let signed = self
            .thread
            .call(move |session| sign(session, &key, scheme, &message));
        signed.map_err(|error| SignError::Elsewhere(Box::new(error)))
    }

    fn schemes(&self) -> &[SignatureScheme] {
        &self.schemes
    }
}

/// What a failed signature means to the customer.
#[must_use]
pub fn sign_failure(error: &SignError) -> TokenError {
    let failed = |detail: String| TokenError::Failed {
        operation: "sign".to_owned(),
        detail,
    };
    match error {
        SignError::Token(error) => super::fault::token_error(error),
        SignError::WrongScheme { .. } => failed(error.to_string()),
        SignError::Elsewhere(inner) => inner
            .downcast_ref::<TokenError>()
            .cloned()
            .unwrap_or_else(|| failed(inner.to_string())),
    }
}

//! The token's key as a signer.

use inkan_pki::algorithm::{KeyAlgorithm, SignatureScheme};
use inkan_pki::signer::{SignError, Signer};

use super::open_token::OpenToken;
use crate::error::TokenError;
use crate::keystore::content::KeyEntry;

/// A private key on a token.
#[derive(Debug)]
pub struct TokenSigner {
    token: OpenToken,
    key: KeyEntry,
    schemes: Vec<SignatureScheme>,
}

impl TokenSigner {
    /// A key of this token.
    ///
    /// # Errors
    /// The error that the token reports.
    pub fn new(token: &OpenToken, key: KeyEntry) -> Result<Self, TokenError> {
        let schemes = token.with(|store| store.schemes(&key.reference))?;
        Ok(Self {
            token: token.clone(),
            key,
            schemes,
        })
    }

    /// Restricts the signer to the schemes that a bank accepts in TLS.
    ///
    /// # Errors
    /// [`TokenError::CannotSign`] if none is left.
    pub fn for_bank(mut self, takes: impl Fn(SignatureScheme) -> bool) -> Result<Self, TokenError> {
        self.schemes.retain(|scheme| takes(*scheme));
        if self.schemes.is_empty() {
            return Err(TokenError::CannotSign);
        }
        Ok(self)
    }

    /// Whether it cannot sign for TLS 1.3: an RSA key without PSS.
    #[must_use]
    pub fn only_tls12(&self) -> bool {
        self.key.algorithm.is_rsa() && !self.schemes.iter().any(|scheme| scheme.is_pss())
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
        let signed = self
            .token
            .with(|store| store.sign(&self.key.reference, scheme, message));
        signed.map_err(|error| SignError::Other(Box::new(error)))
    }

    fn schemes(&self) -> &[SignatureScheme] {
        &self.schemes
    }
}

/// The token error for a failed signature.
#[must_use]
pub fn sign_failure(error: &SignError) -> TokenError {
    let failed = |detail: String| TokenError::Failed {
        operation: "sign".to_owned(),
        detail,
    };
    match error {
        SignError::Token(_) | SignError::WrongScheme { .. } => failed(error.to_string()),
        SignError::Other(inner) => inner
            .downcast_ref::<TokenError>()
            .cloned()
            .unwrap_or_else(|| failed(inner.to_string())),
    }
}

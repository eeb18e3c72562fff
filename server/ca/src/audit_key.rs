//! The key that signs heads of the audit chain, and the check of its signatures.

use inkan_pki::algorithm::{KeyAlgorithm, SignatureScheme};
use inkan_pki::spki::algorithm_of;
use inkan_pki::verify;

use super::authority::Authority;
use super::hsm::{HsmError, Priority};
use super::issue::IssueError;
use inkan_pki::x509::chain::ChainError;

/// A signature with the key that made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditSignature {
    /// The public key (SubjectPublicKeyInfo, DER).
    pub spki: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
}

impl Authority {
    /// With a key in the same HSMs that signs the audit chain.
    #[must_use]
    pub fn with_audit_key(mut self, key: &str) -> Self {
        self.audit_key = Some(key.to_owned());
        self
    }

    /// Whether the chain can be signed.
    #[must_use]
    pub fn signs_audit(&self) -> bool {
        self.audit_key.is_some()
    }

    /// The public key that signs the audit chain, once it is known.
    #[must_use]
    pub fn audit_public_key(&self) -> Option<Vec<u8>> {
        self.hsms().public_key(self.audit_key.as_deref()?)
    }

    /// Signs a statement about the audit chain, and verifies the signature.
    ///
    /// # Errors
    /// [`IssueError::Hsm`] also without such a key; [`IssueError::Signature`].
    pub async fn sign_audit(&self, statement: &str) -> Result<AuditSignature, IssueError> {
        let unknown = || IssueError::Hsm(HsmError::UnknownKey("audit".to_owned()));
        let key = self.audit_key.as_deref().ok_or_else(unknown)?;
        let spki = self.hsms().known_key(key)?;
        let scheme = scheme_of(&spki).ok_or(IssueError::Signature(ChainError::Malformed))?;
        let message = statement.as_bytes().to_vec();
        let signing = self.hsms().sign(key, scheme, message, Priority::Status);
        let signature = signing.await?;
        if !verifies(&spki, statement, &signature) {
            return Err(IssueError::wrong(key, ChainError::BadSignature));
        }
        Ok(AuditSignature { spki, signature })
    }
}

fn scheme_of(spki: &[u8]) -> Option<SignatureScheme> {
    algorithm_of(spki).ok().map(KeyAlgorithm::default_scheme)
}

/// Whether the signature over the statement is valid for the key. False for a key that does not parse, too.
#[must_use]
pub fn verifies(spki: &[u8], statement: &str, signature: &[u8]) -> bool {
    scheme_of(spki)
        .is_some_and(|scheme| verify::verifies(spki, scheme, statement.as_bytes(), signature))
}

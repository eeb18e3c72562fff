//! Keys and certificates on a token.

use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::x509::summary::CertificateSummary;
use serde::{Deserialize, Serialize};

use super::bytes;
use super::view::TokenKind;

/// Label of an officer's share key.
pub const SHARE_KEY: &str = "Inkan: officer's share key";

/// An opaque key reference that only its own store understands. It is valid while the token is open, and after the same
/// token is opened again.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct KeyRef {
    /// Kind of the store.
    pub kind: TokenKind,
    /// The store's own encoding.
    #[serde(with = "bytes")]
    pub bytes: Vec<u8>,
}

/// The name of the only location of a key on the token, such as a slot of a PIV card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyLocation(String);

impl KeyLocation {
    /// A location by its name.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }
}

/// A key pair whose private key is on the token and whose public key is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyEntry {
    /// Its reference.
    pub reference: KeyRef,
    /// Its label; empty if the token stores none ([`Capabilities::labels`](super::capabilities::Capabilities::labels)).
    pub label: String,
    /// Its location, if the token has one for each key.
    pub location: Option<KeyLocation>,
    /// Type.
    pub algorithm: KeyAlgorithm,
    /// Public key, canonical DER SubjectPublicKeyInfo.
    #[serde(with = "bytes")]
    pub spki_der: Vec<u8>,
    /// Whether the PIN is required again before each signature.
    pub always_authenticate: bool,
    /// What protects it, if that differs between keys of one token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protection: Option<KeyProtection>,
}

/// What protects a private key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyProtection {
    /// A smart card or USB token.
    Card,
    /// The computer's TPM.
    Tpm,
    /// The operating system, with the user's password.
    Software,
}

/// Why the key of a certificate cannot be used any more, as far as the system reports it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyGoneReason {
    /// It was deleted.
    Deleted,
    /// The system cannot decrypt it: the user's password was reset, or the profile is a copy.
    PasswordReset,
    /// It was created on another computer, from which only the certificate was copied.
    OtherComputer,
    /// The TPM was cleared or replaced.
    TpmCleared,
    /// The part of the system that keeps it is missing, or disabled by policy.
    ProviderMissing,
    /// The system does not report why.
    Unknown,
}

/// A stored certificate. It can be any data: parse it before you trust it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateEntry {
    /// Its label; empty if the token stores none.
    pub label: String,
    /// As [`KeyEntry::location`].
    pub location: Option<KeyLocation>,
    /// DER, uncompressed.
    #[serde(with = "bytes")]
    pub der: Vec<u8>,
    /// Why its key cannot be used, if the token names a key for it that cannot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_gone: Option<KeyGoneReason>,
}

/// A public key without its private key, left by an interruption inside the token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrphanPublicKey {
    /// For [`KeyStore::delete_key`](super::KeyStore::delete_key).
    pub reference: KeyRef,
    /// Its label.
    pub label: String,
}

/// What is on a token.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Key pairs of supported types.
    pub keys: Vec<KeyEntry>,
    /// Certificates, including CA certificates.
    pub certificates: Vec<CertificateEntry>,
    /// Public keys without a private key. Empty while nobody is logged in, because private keys are hidden then.
    pub orphans: Vec<OrphanPublicKey>,
}

/// A stored certificate that could be parsed.
#[derive(Debug, Clone)]
pub struct ParsedCertificate {
    /// As stored.
    pub stored: CertificateEntry,
    /// Its contents.
    pub summary: CertificateSummary,
}

impl Content {
    /// All certificates that can be parsed.
    #[must_use]
    pub fn parsed_certificates(&self) -> Vec<ParsedCertificate> {
        self.parsed_where(|_| true)
    }

    /// The certificates that are `wanted` (checked before parsing) and can be parsed.
    #[must_use]
    pub fn parsed_where(
        &self,
        wanted: impl Fn(&CertificateEntry) -> bool,
    ) -> Vec<ParsedCertificate> {
        let parse = |stored: &CertificateEntry| {
            let summary = CertificateSummary::parse(&stored.der).ok()?;
            let stored = stored.clone();
            Some(ParsedCertificate { stored, summary })
        };
        self.certificates
            .iter()
            .filter(|stored| wanted(stored))
            .filter_map(parse)
            .collect()
    }

    /// The key pair with this public key (DER SubjectPublicKeyInfo).
    #[must_use]
    pub fn key(&self, spki_der: &[u8]) -> Option<&KeyEntry> {
        self.keys.iter().find(|k| k.spki_der == spki_der)
    }

    /// Whether exactly this certificate is stored.
    #[must_use]
    pub fn holds(&self, der: &[u8]) -> bool {
        self.certificates.iter().any(|c| c.der == der)
    }
}

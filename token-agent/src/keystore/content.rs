//! Keys and certificates on a token.

use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::x509::summary::CertificateSummary;
use serde::{Deserialize, Serialize};

use super::bytes;
use super::view::TokenKind;

/// Which key, in words that only the store that gave it understands. Good as long as that token stays open, and for the
/// same token opened again.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct KeyRef {
    /// Kind of the store.
    pub kind: TokenKind,
    /// The store's own words.
    #[serde(with = "bytes")]
    pub bytes: Vec<u8>,
}

/// A key pair whose private half is on the token and whose public half can be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyEntry {
    /// Which.
    pub reference: KeyRef,
    /// Its label; empty where the token keeps none ([`Abilities::labels`](super::abilities::Abilities::labels)).
    pub label: String,
    /// Where on the token, in the token's own words, such as `9A`; empty when there are no such words.
    pub place: String,
    /// Type.
    pub algorithm: KeyAlgorithm,
    /// Public key, canonical DER SubjectPublicKeyInfo.
    #[serde(with = "bytes")]
    pub spki_der: Vec<u8>,
    /// The PIN is needed again right before each signature.
    pub asks_each_time: bool,
}

/// A certificate as stored. Whatever the token holds: parse it before believing it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateEntry {
    /// Its label; empty where the token keeps none.
    pub label: String,
    /// As [`KeyEntry::place`].
    pub place: String,
    /// DER, unpacked where the token keeps it packed.
    #[serde(with = "bytes")]
    pub der: Vec<u8>,
}

/// The public half of a pair that has no private half: what a break-off inside the token left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HalfPair {
    /// For [`KeyStore::delete_key`](super::KeyStore::delete_key).
    pub reference: KeyRef,
    /// Its label.
    pub label: String,
}

/// What is on a token.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Key pairs of the types we know.
    pub keys: Vec<KeyEntry>,
    /// Certificates, CA certificates too.
    pub certificates: Vec<CertificateEntry>,
    /// Halves of pairs; none while nobody is logged in, because private halves are not seen then.
    pub halves: Vec<HalfPair>,
}

/// A certificate on the token that can be read, with what it says.
#[derive(Debug, Clone)]
pub struct Readable {
    /// As stored.
    pub stored: CertificateEntry,
    /// What it says.
    pub summary: CertificateSummary,
}

impl Content {
    /// The certificates that can be parsed.
    #[must_use]
    pub fn readable(&self) -> Vec<Readable> {
        self.readable_where(|_| true)
    }

    /// Those of them that are `wanted`, which is looked at before they are parsed.
    #[must_use]
    pub fn readable_where(&self, wanted: impl Fn(&CertificateEntry) -> bool) -> Vec<Readable> {
        let parse = |stored: &CertificateEntry| {
            let summary = CertificateSummary::parse(&stored.der).ok()?;
            let stored = stored.clone();
            Some(Readable { stored, summary })
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

    /// True when this very certificate is there.
    #[must_use]
    pub fn holds(&self, der: &[u8]) -> bool {
        self.certificates.iter().any(|c| c.der == der)
    }
}

//! Which key belongs to a certificate, as Windows stores it (`CRYPT_KEY_PROV_INFO`); and the same as a key reference.

use serde::{Deserialize, Serialize};

use crate::error::TokenError;
use crate::keystore::content::KeyRef;
use crate::keystore::view::TokenKind;

/// A key by provider and container.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Link {
    /// Name of the provider.
    pub provider: String,
    /// Name of the key's container.
    pub container: String,
    /// Type of a legacy provider (CryptoAPI); 0 for a key storage provider (CNG).
    pub provider_type: u32,
    /// Which key of a legacy container; 0 for a key storage provider.
    pub key_spec: u32,
    /// Flags for opening the container.
    pub flags: u32,
}

/// Windows' own providers for smart cards: of CNG and of CryptoAPI.
const CARD_PROVIDERS: [&str; 2] = [
    "Microsoft Smart Card Key Storage Provider",
    "Microsoft Base Smart Card Crypto Provider",
];

/// How the names of Microsoft's providers begin.
const MICROSOFT: &str = "Microsoft ";

impl Link {
    /// A key of the current user in a key storage provider.
    #[must_use]
    pub fn new(provider: &str, container: &str) -> Self {
        Self {
            provider: provider.to_owned(),
            container: container.to_owned(),
            provider_type: 0,
            key_spec: 0,
            flags: 0,
        }
    }

    /// Whether a legacy provider keeps it.
    #[must_use]
    pub const fn is_legacy(&self) -> bool {
        self.provider_type != 0
    }

    /// Whether a smart card keeps it, as far as the provider's name shows.
    #[must_use]
    pub fn is_of_card(&self) -> bool {
        CARD_PROVIDERS.contains(&self.provider.as_str())
    }

    /// Whether the provider is Microsoft's, as far as its name shows.
    #[must_use]
    pub fn is_of_microsoft(&self) -> bool {
        let start = self.provider.get(..MICROSOFT.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(MICROSOFT))
    }

    /// Whether both name the same key. Windows ignores case in names, and programs set different flags.
    #[must_use]
    pub fn same_key(&self, other: &Self) -> bool {
        let same = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
        same(&self.provider, &other.provider)
            && same(&self.container, &other.container)
            && self.is_legacy() == other.is_legacy()
            && (!self.is_legacy() || self.key_spec == other.key_spec)
    }

    /// As a reference.
    #[must_use]
    pub fn reference(&self) -> KeyRef {
        KeyRef {
            kind: TokenKind::Windows,
            // Texts and numbers always encode.
            bytes: serde_json::to_vec(self).unwrap_or_default(),
        }
    }

    /// From a reference of [`Link::reference`].
    ///
    /// # Errors
    /// [`TokenError::KeyGone`] for a reference of another store.
    pub fn of(reference: &KeyRef) -> Result<Self, TokenError> {
        match reference.kind {
            TokenKind::Windows => {
                serde_json::from_slice(&reference.bytes).map_err(|_| TokenError::KeyGone)
            }
            TokenKind::Pkcs11 | TokenKind::Piv => Err(TokenError::KeyGone),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_references_of_this_store_are_read() {
        let link = Link::new("Provider", "日本語の名前");
        let reference = link.reference();
        assert_eq!(Link::of(&reference).unwrap(), link);
        for (kind, bytes) in [
            (TokenKind::Piv, reference.bytes.clone()),
            (TokenKind::Pkcs11, reference.bytes.clone()),
            (TokenKind::Windows, b"{}".to_vec()),
            (TokenKind::Windows, Vec::new()),
        ] {
            assert_eq!(Link::of(&KeyRef { kind, bytes }), Err(TokenError::KeyGone));
        }
    }

    #[test]
    fn providers_of_other_vendors_are_told_by_their_names() {
        for (provider, expected) in [
            ("Microsoft Platform Crypto Provider", true),
            ("MICROSOFT Software Key Storage Provider", true),
            ("Microsoftish Provider", false),
            ("Vendor Key Storage Provider", false),
            ("銀行のプロバイダー", false),
            ("", false),
        ] {
            let link = Link::new(provider, "name");
            assert_eq!(link.is_of_microsoft(), expected, "{provider}");
        }
    }

    #[test]
    fn case_and_flags_do_not_make_another_key() {
        let link = Link::new("Provider", "Name");
        let mut other = Link::new("PROVIDER", "name");
        other.flags = 0x20; // of the computer, not of the user
        assert!(link.same_key(&other));
        other.provider_type = 24;
        assert!(!link.same_key(&other));
        assert!(!link.same_key(&Link::new("Provider", "Name 2")));
    }
}

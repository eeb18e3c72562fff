//! Opaque key references: a pair by its public key, an orphan public key by its CKA_ID.

use crate::error::TokenError;
use crate::keystore::content::KeyRef;
use crate::keystore::view::TokenKind;

const PAIR: u8 = 0;
const HALF: u8 = 1;

/// The meaning of a reference of this store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reference<'a> {
    /// DER SubjectPublicKeyInfo.
    Pair(&'a [u8]),
    /// CKA_ID.
    Half(&'a [u8]),
}

impl<'a> Reference<'a> {
    pub(super) fn read(key: &'a KeyRef) -> Result<Self, TokenError> {
        match (key.kind, key.bytes.split_first()) {
            (TokenKind::Pkcs11, Some((&PAIR, spki))) => Ok(Self::Pair(spki)),
            (TokenKind::Pkcs11, Some((&HALF, id))) => Ok(Self::Half(id)),
            _ => Err(TokenError::KeyGone),
        }
    }

    /// The public key of a pair.
    pub(super) fn pair(key: &'a KeyRef) -> Result<&'a [u8], TokenError> {
        match Self::read(key)? {
            Self::Pair(spki) => Ok(spki),
            Self::Half(_) => Err(TokenError::KeyGone),
        }
    }

    pub(super) fn write(self) -> KeyRef {
        let (tag, rest) = match self {
            Self::Pair(spki) => (PAIR, spki),
            Self::Half(id) => (HALF, id),
        };
        KeyRef {
            kind: TokenKind::Pkcs11,
            bytes: [&[tag], rest].concat(),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn objects_of_others_are_not_keys_of_ours() {
        let pair = Reference::Pair(b"spki").write();
        assert_eq!(Reference::read(&pair).unwrap(), Reference::Pair(b"spki"));
        let half = Reference::Half(b"id").write();
        assert_eq!(Reference::read(&half).unwrap(), Reference::Half(b"id"));
        assert_eq!(Reference::pair(&half), Err(TokenError::KeyGone));
        for (kind, bytes) in [
            (TokenKind::Piv, vec![PAIR, 1]),
            (TokenKind::Pkcs11, vec![]),
            (TokenKind::Pkcs11, vec![9, 1]),
        ] {
            let other = KeyRef { kind, bytes };
            assert_eq!(Reference::read(&other), Err(TokenError::KeyGone));
        }
    }
}

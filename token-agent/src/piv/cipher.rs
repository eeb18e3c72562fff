//! The block ciphers of management keys.

use aes::cipher::{Block, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use aes::{Aes128, Aes192, Aes256};
use des::TdesEde3;

/// A cipher of management keys, with the card's identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CipherKind {
    Tdes = 0x03,
    Aes128 = 0x08,
    Aes192 = 0x0a,
    Aes256 = 0x0c,
}

#[derive(Clone, Copy)]
enum Direction {
    Encrypt,
    Decrypt,
}

impl CipherKind {
    /// The ciphers to try on cards that do not report theirs, the most common first.
    pub(super) const ALL: [Self; 4] = [Self::Tdes, Self::Aes192, Self::Aes256, Self::Aes128];

    /// The cipher with this identifier.
    pub(super) fn numbered(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == number)
    }

    pub(super) const fn key_length(self) -> usize {
        match self {
            Self::Aes128 => 16,
            Self::Tdes | Self::Aes192 => 24,
            Self::Aes256 => 32,
        }
    }

    pub(super) const fn block_length(self) -> usize {
        match self {
            Self::Tdes => 8,
            Self::Aes128 | Self::Aes192 | Self::Aes256 => 16,
        }
    }

    /// Encrypts one block; `None` if key or block has the wrong length.
    pub(super) fn encrypt(self, key: &[u8], block: &[u8]) -> Option<Vec<u8>> {
        self.apply(Direction::Encrypt, key, block)
    }

    /// Decrypts one block; `None` if key or block has the wrong length.
    pub(super) fn decrypt(self, key: &[u8], block: &[u8]) -> Option<Vec<u8>> {
        self.apply(Direction::Decrypt, key, block)
    }

    fn apply(self, direction: Direction, key: &[u8], block: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Tdes => run::<TdesEde3>(direction, key, block),
            Self::Aes128 => run::<Aes128>(direction, key, block),
            Self::Aes192 => run::<Aes192>(direction, key, block),
            Self::Aes256 => run::<Aes256>(direction, key, block),
        }
    }
}

fn run<C: KeyInit + BlockCipherEncrypt + BlockCipherDecrypt>(
    direction: Direction,
    key: &[u8],
    block: &[u8],
) -> Option<Vec<u8>> {
    let cipher = C::new_from_slice(key).ok()?;
    let mut block = Block::<C>::try_from(block).ok()?;
    match direction {
        Direction::Encrypt => cipher.encrypt_block(&mut block),
        Direction::Decrypt => cipher.decrypt_block(&mut block),
    }
    Some(block.to_vec())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// NIST SP 800-38A, F.1 (AES).
    #[test]
    fn known_answers() {
        let plain = hex::decode("6bc1bee22e409f96e93d7e117393172a").unwrap();
        let cases = [
            (
                CipherKind::Aes128,
                "2b7e151628aed2a6abf7158809cf4f3c",
                "3ad77bb40d7a3660a89ecaf32466ef97",
            ),
            (
                CipherKind::Aes192,
                "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
                "bd334f1d6e45f25ff712a214571fa5cc",
            ),
            (
                CipherKind::Aes256,
                "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
                "f3eed1bdb5d2a03c064b5a7e3db181f8",
            ),
        ];
        for (kind, key, expected) in cases {
            let key = hex::decode(key).unwrap();
            let encrypted = kind.encrypt(&key, &plain).unwrap();
            assert_eq!(hex::encode(&encrypted), expected);
            assert_eq!(kind.decrypt(&key, &encrypted).unwrap(), plain);
        }
        // With three equal keys it is DES; FIPS 81's example block.
        let key = hex::decode("0123456789abcdef").unwrap().repeat(3);
        let block = CipherKind::Tdes.encrypt(&key, b"Now is t").unwrap();
        assert_eq!(hex::encode(&block), "3fa40e8a984d4815");
        assert_eq!(CipherKind::Tdes.decrypt(&key, &block).unwrap(), b"Now is t");
    }

    #[test]
    fn wrong_lengths_are_none() {
        for kind in CipherKind::ALL {
            let (key, block) = (vec![1; kind.key_length()], vec![2; kind.block_length()]);
            assert!(kind.encrypt(&key, &block).is_some());
            assert!(kind.encrypt(&key[1..], &block).is_none());
            assert!(kind.encrypt(&key, &block[1..]).is_none());
            assert!(kind.decrypt(&key, &[]).is_none());
            assert_eq!(CipherKind::numbered(kind as u8), Some(kind));
        }
        assert_eq!(CipherKind::numbered(0x11), None);
    }
}

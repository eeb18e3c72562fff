//! Hashes and pads a message on the host (RFC 8017), for tokens that do neither.

use der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef};
use der::{Encode, Sequence};
use sha2::{Digest, Sha256, Sha384, Sha512};
use x509_cert::spki::AlgorithmIdentifierRef;

use crate::algorithm::{Hash, KeyAlgorithm, SignatureScheme};

const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");

/// `DigestInfo` (RFC 8017, A.2.4).
#[derive(Sequence)]
struct DigestInfo<'a> {
    digest_algorithm: AlgorithmIdentifierRef<'a>,
    digest: OctetStringRef<'a>,
}

/// DER `DigestInfo` of a hash (RFC 8017, 9.2); `None` when it does not encode, which no hash of these lengths does.
#[must_use]
pub fn digest_info(kind: Hash, hash: &[u8]) -> Option<Vec<u8>> {
    let oid = match kind {
        Hash::Sha256 => SHA256,
        Hash::Sha384 => SHA384,
        Hash::Sha512 => SHA512,
    };
    let info = DigestInfo {
        digest_algorithm: AlgorithmIdentifierRef {
            oid,
            parameters: Some(AnyRef::NULL),
        },
        digest: OctetStringRef::new(hash).ok()?,
    };
    info.to_der().ok()
}

/// The bytes to which the token applies the key; `None` when the scheme does not fit the key.
#[must_use]
pub fn to_sign(
    algorithm: KeyAlgorithm,
    scheme: SignatureScheme,
    message: &[u8],
    salt: &[u8],
) -> Option<Vec<u8>> {
    if !scheme.fits(algorithm) {
        return None;
    }
    let hash = hash(scheme.hash(), message);
    if !algorithm.is_rsa() {
        return Some(hash);
    }
    let length = algorithm.bits() / 8;
    if scheme.is_pss() {
        pss(scheme.hash(), &hash, salt, length)
    } else {
        pkcs1(scheme.hash(), &hash, length)
    }
}

/// Bytes of salt for this scheme; 0 where there is none.
#[must_use]
pub fn salt_length(scheme: SignatureScheme) -> usize {
    if !scheme.is_pss() {
        return 0;
    }
    match scheme.hash() {
        Hash::Sha256 => 32,
        Hash::Sha384 => 48,
        Hash::Sha512 => 64,
    }
}

/// The hash of a message.
#[must_use]
pub fn hash(hash: Hash, message: &[u8]) -> Vec<u8> {
    match hash {
        Hash::Sha256 => Sha256::digest(message).to_vec(),
        Hash::Sha384 => Sha384::digest(message).to_vec(),
        Hash::Sha512 => Sha512::digest(message).to_vec(),
    }
}

/// EMSA-PKCS1-v1_5.
fn pkcs1(kind: Hash, hash: &[u8], length: usize) -> Option<Vec<u8>> {
    let info = digest_info(kind, hash)?;
    let filling = length.checked_sub(3 + info.len())?;
    Some([&[0, 1][..], &vec![0xff; filling], &[0], &info].concat())
}

/// EMSA-PSS for a modulus of whole bytes, so that one bit is not used.
fn pss(kind: Hash, hashed: &[u8], salt: &[u8], length: usize) -> Option<Vec<u8>> {
    let inner = hash(kind, &[&[0; 8][..], hashed, salt].concat());
    let filling = length.checked_sub(inner.len() + salt.len() + 2)?;
    let mut block = [&vec![0; filling][..], &[1], salt].concat();
    let mask = mgf1(kind, &inner, block.len());
    block.iter_mut().zip(mask).for_each(|(b, m)| *b ^= m);
    if let Some(first) = block.first_mut() {
        *first &= 0x7f;
    }
    block.extend(inner);
    block.push(0xbc);
    Some(block)
}

fn mgf1(kind: Hash, seed: &[u8], length: usize) -> Vec<u8> {
    (0_u32..)
        .flat_map(|counter| hash(kind, &[seed, &counter.to_be_bytes()].concat()))
        .take(length)
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_padded_hash_is_as_long_as_the_modulus() {
        for algorithm in KeyAlgorithm::ALL {
            for scheme in algorithm.schemes() {
                let salt = vec![7; salt_length(*scheme)];
                let block = to_sign(algorithm, *scheme, b"message", &salt).unwrap();
                if algorithm.is_rsa() {
                    assert_eq!(block.len() * 8, algorithm.bits());
                    assert!(block[0] < 0x80);
                } else {
                    assert_eq!(block.len() * 8, algorithm.bits());
                }
            }
        }
        let other = SignatureScheme::EcdsaP256Sha256;
        assert_eq!(to_sign(KeyAlgorithm::Rsa2048, other, b"", &[]), None);
    }

    #[test]
    fn a_digest_info_is_the_one_of_the_standard() {
        // RFC 8017, 9.2, note 1.
        for (kind, last, length) in [
            (Hash::Sha256, 1, 32),
            (Hash::Sha384, 2, 48),
            (Hash::Sha512, 3, 64),
        ] {
            let head = [
                0x30,
                17 + length,
                0x30,
                13,
                6,
                9,
                0x60,
                0x86,
                0x48,
                1,
                0x65,
                3,
                4,
                2,
                last,
                5,
                0,
                4,
                length,
            ];
            let hash = vec![7; usize::from(length)];
            let expected = [&head[..], &hash].concat();
            assert_eq!(digest_info(kind, &hash), Some(expected));
        }
    }

    #[test]
    fn the_same_hash_and_salt_give_the_same_block() {
        let block = |salt: &[u8]| {
            let scheme = SignatureScheme::RsaPssSha256;
            to_sign(KeyAlgorithm::Rsa2048, scheme, b"message", salt).unwrap()
        };
        assert_eq!(block(&[1; 32]), block(&[1; 32]));
        assert_ne!(block(&[1; 32]), block(&[2; 32]));
        assert_eq!(block(&[1; 32]).last(), Some(&0xbc));
    }
}

//! Public keys as Windows exports them: `BCRYPT_ECCKEY_BLOB`, `BCRYPT_RSAKEY_BLOB` (Microsoft, bcrypt.h) and the
//! `PUBLICKEYBLOB` of CryptoAPI (wincrypt.h). Numbers in headers are little-endian.

use inkan_pki::algorithm::KeyAlgorithm;
use inkan_pki::spki::PublicKey;

const ECDSA_PUBLIC_P256: u32 = 0x3153_4345;
const ECDSA_PUBLIC_P384: u32 = 0x3353_4345;
const RSA_PUBLIC: u32 = 0x3141_5352;
/// `bType` of a `PUBLICKEYBLOB`.
const LEGACY_PUBLIC: u8 = 6;
/// Length of the `BLOBHEADER` before its `RSAPUBKEY`.
const LEGACY_HEADER: usize = 8;

/// The key of a CNG blob; `None` if it is no blob of a supported key.
#[must_use]
pub fn public_key(blob: &[u8]) -> Option<PublicKey> {
    let (magic, rest) = number(blob)?;
    match magic {
        ECDSA_PUBLIC_P256 => point(KeyAlgorithm::EcP256, rest),
        ECDSA_PUBLIC_P384 => point(KeyAlgorithm::EcP384, rest),
        RSA_PUBLIC => {
            let (_bits, rest) = number(rest)?;
            let (exponent, rest) = number(rest)?;
            let (modulus, rest) = number(rest)?;
            let (_prime, rest) = number(rest)?;
            let (_prime, rest) = number(rest)?;
            let (exponent, rest) = rest.split_at_checked(usize::try_from(exponent).ok()?)?;
            let modulus = rest.get(..usize::try_from(modulus).ok()?)?;
            PublicKey::from_rsa(modulus, exponent).ok()
        }
        _ => None,
    }
}

/// The key of a `PUBLICKEYBLOB`; `None` if it is none of a supported RSA key.
#[must_use]
pub fn legacy_public_key(blob: &[u8]) -> Option<PublicKey> {
    if blob.first() != Some(&LEGACY_PUBLIC) {
        return None;
    }
    let (magic, rest) = number(blob.get(LEGACY_HEADER..)?)?;
    let (bits, rest) = number(rest)?;
    let (exponent, rest) = number(rest)?;
    if magic != RSA_PUBLIC {
        return None;
    }
    let mut modulus = rest
        .get(..usize::try_from(bits).ok()?.div_ceil(8))?
        .to_vec();
    modulus.reverse();
    PublicKey::from_rsa(&modulus, &exponent.to_be_bytes()).ok()
}

fn point(algorithm: KeyAlgorithm, rest: &[u8]) -> Option<PublicKey> {
    let (length, rest) = number(rest)?;
    let length = usize::try_from(length).ok()?;
    if length != algorithm.bits() / 8 {
        return None;
    }
    let mut point = vec![4];
    point.extend(rest.get(..2 * length)?);
    PublicKey::from_ec_point(algorithm, &point).ok()
}

fn number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (first, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_le_bytes(*first), rest))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use rcgen::{KeyPair, PublicKeyData};

    fn blob(parts: &[&[u8]]) -> Vec<u8> {
        parts.concat()
    }

    #[test]
    fn a_point_is_read_and_must_be_on_its_curve() {
        let key = KeyPair::generate().unwrap();
        let spki = key.subject_public_key_info();
        let point = &spki[spki.len() - 64..];
        let good = blob(&[
            &ECDSA_PUBLIC_P256.to_le_bytes(),
            &32_u32.to_le_bytes(),
            point,
        ]);
        assert_eq!(public_key(&good).unwrap().to_spki().unwrap(), spki);
        let mut off = good.clone();
        off[20] ^= 1;
        assert_eq!(public_key(&off), None);
        for cut in 0..good.len() {
            assert_eq!(public_key(&good[..cut]), None, "cut after {cut}");
        }
        let other_curve = blob(&[
            &ECDSA_PUBLIC_P384.to_le_bytes(),
            &32_u32.to_le_bytes(),
            point,
        ]);
        assert_eq!(public_key(&other_curve), None);
    }

    #[test]
    fn rsa_is_the_same_in_both_forms() {
        let mut modulus = vec![0xc5; 256];
        modulus[255] = 0x0b;
        let new = blob(&[
            &RSA_PUBLIC.to_le_bytes(),
            &2048_u32.to_le_bytes(),
            &3_u32.to_le_bytes(),
            &256_u32.to_le_bytes(),
            &[0; 8],
            &[1, 0, 1],
            &modulus,
        ]);
        let mut reversed = modulus.clone();
        reversed.reverse();
        let old = blob(&[
            &[LEGACY_PUBLIC, 2, 0, 0, 0, 0xa4, 0, 0],
            &RSA_PUBLIC.to_le_bytes(),
            &2048_u32.to_le_bytes(),
            &65537_u32.to_le_bytes(),
            &reversed,
        ]);
        let read = public_key(&new).unwrap();
        assert_eq!(read.algorithm(), KeyAlgorithm::Rsa2048);
        assert_eq!(legacy_public_key(&old), Some(read));
        for cut in 0..new.len() {
            assert_eq!(public_key(&new[..cut]), None);
        }
        for cut in 0..old.len() {
            assert_eq!(legacy_public_key(&old[..cut]), None);
        }
        assert_eq!(public_key(&old), None);
        let huge = blob(&[&RSA_PUBLIC.to_le_bytes(), &[0xff; 20], &[1, 0, 1]]);
        assert_eq!(public_key(&huge), None);
    }
}

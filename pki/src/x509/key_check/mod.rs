//! Public keys that must never be certified.
//!
//! Not here: whether the key was certified before (the store checks that).
//!
//! - [`rsa`]: size, exponent, parity, small factors
//! - [`roca`]: keys of the Infineon library (CVE-2017-15361)
//! - [`fermat`]: primes too close to each other (CVE-2022-26320)
//! - [`shared`]: primes shared with another key

mod fermat;
mod roca;
mod rsa;
pub mod shared;

use x509_parser::oid_registry::{OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384};
use x509_parser::prelude::FromDer;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

use crate::algorithm::KeyAlgorithm;

/// Why a public key is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyWeakness {
    /// The SubjectPublicKeyInfo does not parse, or is not the one canonical encoding of its key.
    #[error("public key is not a SubjectPublicKeyInfo in its canonical form")]
    Malformed,
    /// Neither RSA nor EC on P-256 or P-384.
    #[error("key is neither RSA nor EC on P-256 or P-384")]
    AlgorithmNotAllowed,
    /// RSA, but not 2048, 3072 or 4096 bits.
    #[error("RSA modulus has {0} bits; 2048, 3072 or 4096 are accepted")]
    SizeNotAllowed(u64),
    /// RSA public exponent below 65537, even, or over 64 bits.
    #[error("RSA public exponent is not an odd number from 65537 to 2^64")]
    Exponent,
    /// The modulus is divisible by a small prime.
    #[error("RSA modulus is divisible by {0}")]
    SmallFactor(u32),
    /// Made by the Infineon library: can be factored.
    #[error("RSA key has the ROCA fingerprint")]
    Roca,
    /// The two primes are so close that Fermat's method finds them.
    #[error("RSA primes are too close together")]
    ClosePrimes,
    /// Another recorded key shares one of its primes.
    #[error("RSA modulus shares a prime with that of another key")]
    SharedFactor,
    /// The point is not an uncompressed point on its curve.
    #[error("EC point is not an uncompressed point on its curve")]
    PointInvalid,
}

impl KeyWeakness {
    /// Stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "key-malformed",
            Self::AlgorithmNotAllowed => "key-algorithm-not-allowed",
            Self::SizeNotAllowed(_) => "key-size-not-allowed",
            Self::Exponent => "key-exponent",
            Self::SmallFactor(_) => "key-small-factor",
            Self::Roca => "key-roca",
            Self::ClosePrimes => "key-close-primes",
            Self::SharedFactor => "key-shared-factor",
            Self::PointInvalid => "key-point-invalid",
        }
    }
}

/// Checks a DER SubjectPublicKeyInfo and returns its key type.
///
/// # Errors
/// [`KeyWeakness`].
pub fn check_spki(der: &[u8]) -> Result<KeyAlgorithm, KeyWeakness> {
    let (rest, spki) = SubjectPublicKeyInfo::from_der(der).map_err(|_| KeyWeakness::Malformed)?;
    if !rest.is_empty() {
        return Err(KeyWeakness::Malformed);
    }
    let algorithm = if spki.algorithm.algorithm == OID_KEY_TYPE_EC_PUBLIC_KEY {
        check_ec(&spki)?
    } else {
        match spki.parsed() {
            Ok(PublicKey::RSA(key)) => rsa::check(key.modulus, key.exponent)?,
            Ok(_) => return Err(KeyWeakness::AlgorithmNotAllowed),
            Err(_) => return Err(KeyWeakness::Malformed),
        }
    };
    // One encoding per key: otherwise a certified key could be submitted again with other parameters.
    if canonical(der).as_deref() == Some(der) {
        Ok(algorithm)
    } else {
        Err(KeyWeakness::Malformed)
    }
}

fn canonical(der: &[u8]) -> Option<Vec<u8>> {
    crate::spki::PublicKey::from_spki(der).ok()?.to_spki().ok()
}

fn check_ec(spki: &SubjectPublicKeyInfo<'_>) -> Result<KeyAlgorithm, KeyWeakness> {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ParsedPublicKey};
    // Explicit curve parameters are not an OID and are refused here (CVE-2020-0601).
    let curve = spki
        .algorithm
        .parameters
        .as_ref()
        .and_then(|p| p.as_oid().ok());
    let curve = curve.ok_or(KeyWeakness::AlgorithmNotAllowed)?;
    let (algorithm, verifier, length) = if curve == OID_EC_P256 {
        (KeyAlgorithm::EcP256, &ECDSA_P256_SHA256_ASN1, 65)
    } else if curve == OID_NIST_EC_P384 {
        (KeyAlgorithm::EcP384, &ECDSA_P384_SHA384_ASN1, 97)
    } else {
        return Err(KeyWeakness::AlgorithmNotAllowed);
    };
    let point = &spki.subject_public_key.data;
    if point.len() != length || point.first() != Some(&4) {
        return Err(KeyWeakness::PointInvalid);
    }
    // Parsing checks the curve equation and refuses the point at infinity.
    ParsedPublicKey::new(verifier, point.as_ref()).map_err(|_| KeyWeakness::PointInvalid)?;
    Ok(algorithm)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn points_off_the_curve_are_refused() {
        let key = rcgen::KeyPair::generate().unwrap();
        let spki = rcgen::PublicKeyData::subject_public_key_info(&key);
        assert_eq!(check_spki(&spki), Ok(KeyAlgorithm::EcP256));
        let mut off = spki.clone();
        *off.last_mut().unwrap() ^= 1;
        assert_eq!(check_spki(&off), Err(KeyWeakness::PointInvalid));
        let mut zero = spki;
        let n = zero.len();
        zero[n - 64..].fill(0);
        assert_eq!(check_spki(&zero), Err(KeyWeakness::PointInvalid));
    }

    #[test]
    fn an_rsa_key_has_one_encoding() {
        // A product of no primes that matter here: odd, 2048 bits, without small factors.
        let mut modulus = vec![0xc5; 256];
        while matches!(
            rsa::check(&modulus, &[1, 0, 1]),
            Err(KeyWeakness::SmallFactor(_))
        ) {
            let n = num_bigint::BigUint::from_bytes_be(&modulus) + 2u8;
            modulus = n.to_bytes_be();
        }
        let key = crate::spki::PublicKey::from_rsa(&modulus, &[1, 0, 1]).unwrap();
        let spki = key.to_spki().unwrap();
        assert_eq!(check_spki(&spki), Ok(KeyAlgorithm::Rsa2048));
        // SEQUENCE { SEQUENCE { rsaEncryption, NULL }, BIT STRING }: the NULL left out, and something in its place.
        let (head, null, tail) = (&spki[..17], &spki[17..19], &spki[19..]);
        assert_eq!(null, [5, 0]);
        for parameters in [&[][..], &[4, 0], &[4, 3, 1, 2, 3]] {
            let mut other = [head, parameters, tail].concat();
            let outer = u16::try_from(other.len() - 4).unwrap().to_be_bytes();
            other[2..4].copy_from_slice(&outer);
            other[5] = u8::try_from(11 + parameters.len()).unwrap();
            assert_eq!(check_spki(&other), Err(KeyWeakness::Malformed));
        }
    }

    #[test]
    fn garbage_does_not_parse() {
        assert_eq!(check_spki(b""), Err(KeyWeakness::Malformed));
        assert_eq!(
            check_spki(&[0x30, 0x03, 1, 2, 3]),
            Err(KeyWeakness::Malformed)
        );
    }
}

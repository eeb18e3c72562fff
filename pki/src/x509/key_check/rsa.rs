//! Size, exponent and small factors of an RSA key, then the two known structural weaknesses.

use num_bigint::BigUint;

use super::{KeyWeakness, fermat, roca};
use crate::algorithm::KeyAlgorithm;

const SMALL_PRIMES_BELOW: u32 = 1000;

/// `modulus` and `exponent` are big-endian, with or without a leading zero.
pub(super) fn check(modulus: &[u8], exponent: &[u8]) -> Result<KeyAlgorithm, KeyWeakness> {
    let n = BigUint::from_bytes_be(modulus);
    let algorithm = match n.bits() {
        2048 => KeyAlgorithm::Rsa2048,
        3072 => KeyAlgorithm::Rsa3072,
        4096 => KeyAlgorithm::Rsa4096,
        bits => return Err(KeyWeakness::SizeNotAllowed(bits)),
    };
    let e = BigUint::from_bytes_be(exponent);
    if e.bits() > 64 || e < BigUint::from(65537u32) || !e.bit(0) {
        return Err(KeyWeakness::Exponent);
    }
    if let Some(factor) = small_factor(&n) {
        return Err(KeyWeakness::SmallFactor(factor));
    }
    if roca::has_fingerprint(&n) {
        return Err(KeyWeakness::Roca);
    }
    if fermat::factors(&n) {
        return Err(KeyWeakness::ClosePrimes);
    }
    Ok(algorithm)
}

fn small_factor(n: &BigUint) -> Option<u32> {
    let is_prime = |c: u32| {
        (2..c)
            .take_while(|d| d * d <= c)
            .all(|d| !c.is_multiple_of(d))
    };
    let zero = BigUint::ZERO;
    (2..SMALL_PRIMES_BELOW)
        .filter(|c| is_prime(*c))
        .find(|p| n % p == zero)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    // The first 2048-bit number above 2^2047 + 2^1024 with the wanted property keeps these tests free of key files.
    fn odd_2048() -> BigUint {
        (BigUint::from(1u8) << 2047) + (BigUint::from(1u8) << 1024) + 1u8
    }

    #[test]
    fn sizes_and_exponents() {
        let n = odd_2048();
        let small: BigUint = &n >> 1024;
        let odd_size: BigUint = &n << 8;
        let e = 65537u32.to_be_bytes();
        assert_eq!(
            check(&small.to_bytes_be(), &e),
            Err(KeyWeakness::SizeNotAllowed(1024))
        );
        assert_eq!(
            check(&odd_size.to_bytes_be(), &e),
            Err(KeyWeakness::SizeNotAllowed(2056))
        );
        for bad in [
            vec![3],
            vec![1],
            vec![0],
            vec![],
            65536u32.to_be_bytes().to_vec(),
            vec![0xff; 9],
        ] {
            assert_eq!(
                check(&n.to_bytes_be(), &bad),
                Err(KeyWeakness::Exponent),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn small_factors_are_found() {
        let even = odd_2048() + 1u8;
        assert_eq!(
            check(&even.to_bytes_be(), &[1, 0, 1]),
            Err(KeyWeakness::SmallFactor(2))
        );
        let n = odd_2048();
        let by_997 = &n - (&n % 997u32);
        assert!(matches!(
            check(&by_997.to_bytes_be(), &[1, 0, 1]),
            Err(KeyWeakness::SmallFactor(_))
        ));
    }
}

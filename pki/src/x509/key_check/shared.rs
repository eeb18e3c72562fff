//! RSA keys that share a prime: both private keys follow from both moduli by Euclid's algorithm.
//!
//! A new modulus is compared with many at once: they are multiplied modulo the new one, and one greatest common divisor at the end
//! shows whether any of them shares a factor. That takes about three microseconds per 2048-bit modulus, so the number of moduli is
//! bounded ([`Moduli::new`]).

use std::collections::VecDeque;
use std::sync::Arc;

use num_bigint::BigUint;
use num_integer::Integer;
use x509_parser::prelude::FromDer;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

/// The modulus of an RSA key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Modulus(BigUint);

impl Modulus {
    /// From a DER SubjectPublicKeyInfo; `None` unless it is an RSA key.
    #[must_use]
    pub fn of_spki(der: &[u8]) -> Option<Self> {
        let (_, spki) = SubjectPublicKeyInfo::from_der(der).ok()?;
        match spki.parsed().ok()? {
            PublicKey::RSA(key) => Some(Self(BigUint::from_bytes_be(key.modulus))),
            _ => None,
        }
    }

    /// Whether both share a prime; equal moduli do.
    #[must_use]
    pub fn shares_a_factor(&self, other: &Self) -> bool {
        self.0.gcd(&other.0) != BigUint::from(1u8)
    }

    /// Whether any of `others` shares a prime.
    pub fn shares_with_any<'a>(&self, others: impl Iterator<Item = &'a Self>) -> bool {
        let left = others.fold(BigUint::from(1u8), |left, other| left * &other.0 % &self.0);
        left.gcd(&self.0) != BigUint::from(1u8)
    }

    fn bytes(&self) -> u64 {
        self.0.bits().div_ceil(8)
    }
}

/// The newest moduli of a sequence, by position, within a bound.
#[derive(Debug, Clone)]
pub struct Moduli {
    all: VecDeque<(i64, Arc<Modulus>)>,
    bytes: u64,
    max_bytes: u64,
}

impl Moduli {
    /// Empty. Beyond `max_bytes` in total, the oldest are dropped.
    #[must_use]
    pub const fn new(max_bytes: u64) -> Self {
        Self {
            all: VecDeque::new(),
            bytes: 0,
            max_bytes,
        }
    }

    /// Appends a modulus.
    pub fn add(&mut self, position: i64, modulus: Modulus) {
        self.bytes += modulus.bytes();
        self.all.push_back((position, Arc::new(modulus)));
        while self.bytes > self.max_bytes {
            let Some((_, oldest)) = self.all.pop_front() else {
                break;
            };
            self.bytes -= oldest.bytes();
        }
    }

    /// Position of the oldest one.
    #[must_use]
    pub fn first(&self) -> Option<i64> {
        self.all.front().map(|(position, _)| *position)
    }

    /// Position of the first one that shares a factor with `new`, if any.
    #[must_use]
    pub fn sharing(&self, new: &Modulus) -> Option<i64> {
        let (mut begin, mut end) = (0, self.all.len());
        let shares = |begin: usize, end: usize| {
            new.shares_with_any(self.all.range(begin..end).map(|(_, one)| &**one))
        };
        if !shares(begin, end) {
            return None;
        }
        while end - begin > 1 {
            let middle = begin + (end - begin) / 2;
            if shares(begin, middle) {
                end = middle;
            } else {
                begin = middle;
            }
        }
        self.all.get(begin).map(|(position, _)| *position)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Odd numbers far apart that have no factor in common: Fermat numbers.
    fn fermat(n: u32) -> BigUint {
        (BigUint::from(1u8) << (1u64 << n)) + 1u8
    }

    #[test]
    fn one_prime_in_common_is_found_among_many() {
        let (shared, own) = (fermat(6), fermat(5));
        let modulus = |n: u32| Modulus(fermat(n));
        let mut known = Moduli::new(u64::MAX);
        assert_eq!(known.sharing(&modulus(7)), None, "there is none yet");
        let broken = Modulus(&shared * fermat(4));
        // 600 that share nothing, with the broken one at various positions among them.
        for at in [1, 2, 299, 400, 600] {
            known = Moduli::new(u64::MAX);
            for position in 1..=600 {
                let innocent = Modulus(BigUint::from(1_000_003u32));
                known.add(
                    position,
                    if position == at {
                        broken.clone()
                    } else {
                        innocent
                    },
                );
            }
            let found = known.sharing(&Modulus(&own * &shared));
            assert_eq!(found, Some(at));
            assert_eq!(known.sharing(&broken), Some(at), "the same one again");
        }
        assert_eq!(known.sharing(&Modulus(&own * fermat(3))), None);
        assert!(broken.shares_a_factor(&Modulus(&own * &shared)));
        assert!(!broken.shares_a_factor(&Modulus(own)));
    }

    #[test]
    fn what_is_kept_is_bounded_and_the_newest() {
        // Eight bytes each.
        let mut known = Moduli::new(500 * 8);
        let modulus = |n: i64| Modulus(BigUint::from(u64::MAX - 2 * u64::try_from(n).unwrap()));
        for position in 1..=10_000 {
            known.add(position, modulus(position));
        }
        assert_eq!(known.first(), Some(9_501));
        assert!(known.sharing(&modulus(10_000)).is_some());
        let copy = known.clone();
        known.add(10_001, Modulus(fermat(7)));
        assert_eq!(
            copy.sharing(&Modulus(fermat(7))),
            None,
            "a copy stays as it is"
        );
        assert_eq!(known.sharing(&Modulus(fermat(7))), Some(10_001));
    }

    #[test]
    fn only_an_rsa_key_has_a_modulus() {
        let ec = rcgen::KeyPair::generate().unwrap();
        let spki = rcgen::PublicKeyData::subject_public_key_info(&ec);
        assert_eq!(Modulus::of_spki(&spki), None);
        assert_eq!(Modulus::of_spki(b"no key"), None);
        let key = crate::spki::PublicKey::from_rsa(&[0xc5; 256], &[1, 0, 1]).unwrap();
        let found = Modulus::of_spki(&key.to_spki().unwrap()).unwrap();
        assert_eq!(found, Modulus(BigUint::from_bytes_be(&[0xc5; 256])));
    }
}

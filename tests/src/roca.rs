//! An RSA key with the weakness of CVE-2017-15361 (ROCA): both primes have the form `k·M + (65537^a mod M)`, where `M`
//! is the product of the first primes. The token agent never generates such a key; the bank must still refuse one.

use std::path::Path;
use std::process::Command;

use num_bigint::BigUint;

use crate::{Outcome, programs};

/// The first 126 primes, as the faulty library used them for keys of 2048 bits.
const FACTORS: usize = 126;
const PRIME_BITS: u64 = 1024;

/// Writes a 2048-bit ROCA key as PEM to `path`.
pub fn write_key(path: &Path) -> Outcome {
    let m: BigUint = small_primes(FACTORS)
        .iter()
        .map(|&p| BigUint::from(p))
        .product();
    let p = weak_prime(&m, 1)?;
    let q = weak_prime(&m, 5_000)?;
    let e = BigUint::from(65_537_u32);
    let one = BigUint::from(1_u32);
    let d = e
        .modinv(&((&p - &one) * (&q - &one)))
        .ok_or("no inverse of e")?;
    let coefficient = q.modinv(&p).ok_or("no inverse of q")?;
    let numbers = [
        &p * &q,
        e,
        d.clone(),
        p.clone(),
        q.clone(),
        &d % (&p - &one),
        &d % (&q - &one),
        coefficient,
    ];

    // OpenSSL writes the DER from a description of the structure.
    let mut description = "asn1=SEQUENCE:key\n[key]\nversion=INTEGER:0\n".to_owned();
    for (at, number) in numbers.iter().enumerate() {
        description += &format!("n{at}=INTEGER:0x{number:x}\n");
    }
    let (text, der) = (path.with_extension("asn1"), path.with_extension("der"));
    std::fs::write(&text, description)?;
    let made = Command::new("openssl")
        .arg("asn1parse")
        .arg("-noout")
        .arg("-genconf")
        .arg(&text)
        .arg("-out")
        .arg(&der)
        .output()?;
    programs::Said::from(made).expect_well()?;
    let converted = Command::new("openssl")
        .args(["rsa", "-inform", "DER", "-in"])
        .arg(&der)
        .arg("-out")
        .arg(path)
        .output()?;
    programs::Said::from(converted).expect_well()?;
    Ok(())
}

/// A prime of the weak form, found by trying exponents upwards from `start`.
fn weak_prime(m: &BigUint, start: u32) -> Outcome<BigUint> {
    let generator = BigUint::from(65_537_u32);
    // The top two bits set, so that the product of two has exactly 2048 bits.
    let floor = (BigUint::from(3_u32) << (PRIME_BITS - 2)) / m + 1_u32;
    (start..start + 4_000)
        .map(|a| &floor * m + generator.modpow(&BigUint::from(a), m))
        .find(is_probable_prime)
        .ok_or_else(|| "no prime of the weak form found".into())
}

/// Miller–Rabin with the first twelve primes as bases: sufficient for numbers that nobody chose in order to deceive it.
fn is_probable_prime(n: &BigUint) -> bool {
    let one = BigUint::from(1_u32);
    let minus_one = n - &one;
    let twos = minus_one.trailing_zeros().unwrap_or(0);
    let odd = &minus_one >> twos;
    small_primes(12).iter().all(|&base| {
        let mut x = BigUint::from(base).modpow(&odd, n);
        if x == one || x == minus_one {
            return true;
        }
        (1..twos).any(|_| {
            x = &x * &x % n;
            x == minus_one
        })
    })
}

fn small_primes(count: usize) -> Vec<u32> {
    let mut primes: Vec<u32> = Vec::with_capacity(count);
    let mut candidate = 2;
    while primes.len() < count {
        if primes.iter().all(|p| candidate % p != 0) {
            primes.push(candidate);
        }
        candidate += 1;
    }
    primes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openssl_takes_the_key_for_a_good_one_and_both_primes_have_the_weak_form() -> Outcome {
        let directory = tempfile::TempDir::new()?;
        let path = directory.path().join("roca.pem");
        write_key(&path)?;
        let text = programs::run(
            Command::new("openssl")
                .args(["rsa", "-check", "-noout", "-text", "-in"])
                .arg(&path),
        )?;
        let text = text.expect_well()?;
        assert!(
            text.contains("RSA key ok") && text.contains("2048 bit"),
            "{text}"
        );

        // Modulo each small prime, a weak prime is a power of 65537: the fingerprint of such keys.
        let modulus = programs::run(
            Command::new("openssl")
                .args(["rsa", "-noout", "-modulus", "-in"])
                .arg(&path),
        )?;
        let hex = modulus.expect_well()?.trim().replace("Modulus=", "");
        let n = BigUint::parse_bytes(hex.as_bytes(), 16).ok_or("no modulus")?;
        for prime in small_primes(FACTORS).into_iter().skip(1) {
            let residue = &n % prime;
            let powers = (0..prime).map(|e| {
                BigUint::from(65_537_u32).modpow(&BigUint::from(e), &BigUint::from(prime))
            });
            assert!(
                powers.into_iter().any(|power| power == residue),
                "modulo {prime}"
            );
        }
        Ok(())
    }
}

//! Public keys as SubjectPublicKeyInfo (RFC 5280, 4.1.2.7), always in one canonical form, so that equal keys are equal bytes.
//!
//! Accepts only keys of the supported types and sizes. Checks for weak keys (ROCA, small exponents) are in `x509::key_check`.

use der::asn1::{AnyRef, BitString, BitStringRef, ObjectIdentifier, UintRef};
use der::{Decode, Encode, Sequence};
use x509_cert::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfo, SubjectPublicKeyInfoRef};

use crate::algorithm::KeyAlgorithm;

const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const SECP256R1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const SECP384R1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");

/// No SubjectPublicKeyInfo of a supported key comes near this many bytes.
const MAX_SPKI: usize = 4096;

/// Why some bytes are not a supported public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SpkiError {
    /// Not the expected DER.
    #[error("malformed")]
    Malformed,
    /// A type, curve or size that is not supported.
    #[error("not of a supported type, curve or size")]
    Unsupported,
    /// The point is not on its curve.
    #[error("not a point on the curve")]
    NotOnCurve,
}

impl From<der::Error> for SpkiError {
    fn from(_: der::Error) -> Self {
        Self::Malformed
    }
}

/// `RSAPublicKey` (RFC 8017, A.1.1).
#[derive(Sequence)]
struct RsaPublicKey<'a> {
    modulus: UintRef<'a>,
    public_exponent: UintRef<'a>,
}

/// A supported public key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PublicKey {
    algorithm: KeyAlgorithm,
    /// Content of `subjectPublicKey`: an uncompressed point, or an `RSAPublicKey`.
    key_bits: Vec<u8>,
}

impl PublicKey {
    /// Reads a DER SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// [`SpkiError`] for anything but a supported key; nothing may follow it.
    pub fn from_spki(spki_der: &[u8]) -> Result<Self, SpkiError> {
        if spki_der.len() > MAX_SPKI {
            return Err(SpkiError::Malformed);
        }
        let spki = SubjectPublicKeyInfoRef::from_der(spki_der)?;
        let key_bits = spki
            .subject_public_key
            .as_bytes()
            .ok_or(SpkiError::Malformed)?;
        match spki.algorithm.oid {
            EC_PUBLIC_KEY => {
                let curve = spki.algorithm.parameters.ok_or(SpkiError::Malformed)?;
                Self::from_ec_point(curve_named(&curve.to_der()?)?, key_bits)
            }
            RSA_ENCRYPTION => {
                let key = RsaPublicKey::from_der(key_bits)?;
                Self::from_rsa(key.modulus.as_bytes(), key.public_exponent.as_bytes())
            }
            _ => Err(SpkiError::Unsupported),
        }
    }

    /// Takes a point as `04 || x || y` (SEC 1, 2.3.3, uncompressed) and checks that it is on the curve.
    ///
    /// # Errors
    /// [`SpkiError::Unsupported`] for a type that has no curve, [`SpkiError::Malformed`] for a wrong length or form,
    /// [`SpkiError::NotOnCurve`].
    pub fn from_ec_point(algorithm: KeyAlgorithm, point: &[u8]) -> Result<Self, SpkiError> {
        use aws_lc_rs::signature::{
            ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ParsedPublicKey,
        };
        let verification = match algorithm {
            KeyAlgorithm::EcP256 => &ECDSA_P256_SHA256_ASN1,
            KeyAlgorithm::EcP384 => &ECDSA_P384_SHA384_ASN1,
            KeyAlgorithm::Rsa2048 | KeyAlgorithm::Rsa3072 | KeyAlgorithm::Rsa4096 => {
                return Err(SpkiError::Unsupported);
            }
        };
        if point.len() != uncompressed_length(algorithm) || point.first() != Some(&4) {
            return Err(SpkiError::Malformed);
        }
        ParsedPublicKey::new(verification, point).map_err(|_| SpkiError::NotOnCurve)?;
        Ok(Self {
            algorithm,
            key_bits: point.to_vec(),
        })
    }

    /// Takes modulus and exponent as unsigned big-endian numbers; leading zeros do not matter.
    ///
    /// # Errors
    /// [`SpkiError::Unsupported`] for a size that is not supported.
    pub fn from_rsa(modulus: &[u8], exponent: &[u8]) -> Result<Self, SpkiError> {
        let modulus = without_leading_zeros(modulus);
        let bits = modulus.len() * 8 - modulus.first().map_or(0, |b| b.leading_zeros() as usize);
        let algorithm = KeyAlgorithm::ALL
            .into_iter()
            .find(|algorithm| algorithm.is_rsa() && algorithm.bits() == bits)
            .ok_or(SpkiError::Unsupported)?;
        let key = RsaPublicKey {
            modulus: UintRef::new(modulus)?,
            public_exponent: UintRef::new(without_leading_zeros(exponent))?,
        };
        Ok(Self {
            algorithm,
            key_bits: key.to_der()?,
        })
    }

    /// The key's type.
    #[must_use]
    pub fn algorithm(&self) -> KeyAlgorithm {
        self.algorithm
    }

    /// Content of `subjectPublicKey`: the uncompressed point, or the DER `RSAPublicKey`. This is what the key identifier
    /// of RFC 5280, 4.2.1.2 is a hash of.
    #[must_use]
    pub fn key_bits(&self) -> &[u8] {
        &self.key_bits
    }

    /// The canonical DER SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// None in practice: the parts were checked when this was made.
    pub fn to_spki(&self) -> Result<Vec<u8>, SpkiError> {
        let (oid, parameters) = match self.algorithm {
            KeyAlgorithm::EcP256 => (EC_PUBLIC_KEY, AnyRef::from(&SECP256R1)),
            KeyAlgorithm::EcP384 => (EC_PUBLIC_KEY, AnyRef::from(&SECP384R1)),
            KeyAlgorithm::Rsa2048 | KeyAlgorithm::Rsa3072 | KeyAlgorithm::Rsa4096 => {
                (RSA_ENCRYPTION, AnyRef::NULL)
            }
        };
        let spki = SubjectPublicKeyInfo {
            algorithm: AlgorithmIdentifierRef {
                oid,
                parameters: Some(parameters),
            },
            subject_public_key: BitString::new(0, self.key_bits.as_slice())?,
        };
        Ok(spki.to_der()?)
    }
}

/// The key type of a DER SubjectPublicKeyInfo.
///
/// # Errors
/// As [`PublicKey::from_spki`].
pub fn algorithm_of(spki_der: &[u8]) -> Result<KeyAlgorithm, SpkiError> {
    PublicKey::from_spki(spki_der).map(|key| key.algorithm)
}

/// The key type that DER `ECParameters` name. Explicit parameters are refused: they could describe a weak curve.
pub(crate) fn curve_named(parameters_der: &[u8]) -> Result<KeyAlgorithm, SpkiError> {
    match ObjectIdentifier::from_der(parameters_der) {
        Ok(SECP256R1) => Ok(KeyAlgorithm::EcP256),
        Ok(SECP384R1) => Ok(KeyAlgorithm::EcP384),
        _ => Err(SpkiError::Unsupported),
    }
}

/// DER `ECParameters` that name the curve, for `CKA_EC_PARAMS`; an error for RSA.
pub(crate) fn curve_parameters(algorithm: KeyAlgorithm) -> Result<Vec<u8>, SpkiError> {
    match algorithm {
        KeyAlgorithm::EcP256 => Ok(SECP256R1.to_der()?),
        KeyAlgorithm::EcP384 => Ok(SECP384R1.to_der()?),
        KeyAlgorithm::Rsa2048 | KeyAlgorithm::Rsa3072 | KeyAlgorithm::Rsa4096 => {
            Err(SpkiError::Unsupported)
        }
    }
}

/// Bytes of an uncompressed point on the curve.
pub(crate) const fn uncompressed_length(algorithm: KeyAlgorithm) -> usize {
    1 + 2 * algorithm.bits() / 8
}

/// A BIT STRING's whole bytes, from its DER.
pub(crate) fn bit_string_content(der: &[u8]) -> Option<Vec<u8>> {
    let bits = BitStringRef::from_der(der).ok()?;
    bits.as_bytes().map(<[u8]>::to_vec)
}

fn without_leading_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use rcgen::{KeyPair, PublicKeyData};

    use super::*;

    fn rsa(bits: usize, exponent: &[u8]) -> Result<PublicKey, SpkiError> {
        // Not a product of two primes; only its size is looked at here.
        PublicKey::from_rsa(&vec![0xff; bits / 8], exponent)
    }

    #[test]
    fn the_canonical_form_is_the_one_others_write() {
        for algorithm in [
            &rcgen::PKCS_ECDSA_P256_SHA256,
            &rcgen::PKCS_ECDSA_P384_SHA384,
            &rcgen::PKCS_RSA_SHA256,
        ] {
            let spki = KeyPair::generate_for(algorithm)
                .unwrap()
                .subject_public_key_info();
            let key = PublicKey::from_spki(&spki).unwrap();
            assert_eq!(key.to_spki().unwrap(), spki);
            assert_eq!(algorithm_of(&spki), Ok(key.algorithm()));
        }
    }

    #[test]
    fn zeros_in_front_of_rsa_numbers_change_nothing() {
        let key = rsa(2048, &[1, 0, 1]).unwrap();
        let mut modulus = vec![0; 3];
        modulus.extend([0xff; 256]);
        assert_eq!(PublicKey::from_rsa(&modulus, &[0, 1, 0, 1]), Ok(key));
    }

    #[test]
    fn only_the_supported_sizes_and_types() {
        for bits in [0, 8, 1024, 2040, 2056, 4104, 8192] {
            assert_eq!(rsa(bits, &[3]), Err(SpkiError::Unsupported), "{bits}");
        }
        let ed25519 = KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
        let spki = ed25519.subject_public_key_info();
        assert_eq!(algorithm_of(&spki), Err(SpkiError::Unsupported));
        let p521 = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P521_SHA512).unwrap();
        let spki = p521.subject_public_key_info();
        assert_eq!(algorithm_of(&spki), Err(SpkiError::Unsupported));
    }

    #[test]
    fn nothing_may_be_missing_or_follow() {
        let spki = rsa(2048, &[1, 0, 1]).unwrap().to_spki().unwrap();
        let longer = [spki.as_slice(), &[0]].concat();
        assert_eq!(algorithm_of(&longer), Err(SpkiError::Malformed));
        for end in 0..spki.len() {
            assert_eq!(algorithm_of(&spki[..end]), Err(SpkiError::Malformed));
        }
        assert_eq!(
            algorithm_of(&vec![0x30; 1 << 20]),
            Err(SpkiError::Malformed)
        );
    }
}

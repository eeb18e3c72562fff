//! The key types and signature schemes of the product, by the names used in configuration, protocol and records.
//!
//! Not here: their PKCS#11 mechanisms and TLS code points (`pkcs11::sign`, `signer::rustls`).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A key type that may be generated, certified and used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum KeyAlgorithm {
    /// ECDSA on NIST P-256 (secp256r1).
    #[serde(rename = "ec-p256")]
    EcP256,
    /// ECDSA on NIST P-384 (secp384r1).
    #[serde(rename = "ec-p384")]
    EcP384,
    /// RSA, modulus of exactly 2048 bits; made with exponent 65537.
    #[serde(rename = "rsa-2048")]
    Rsa2048,
    /// RSA, modulus of exactly 3072 bits; made with exponent 65537.
    #[serde(rename = "rsa-3072")]
    Rsa3072,
    /// RSA, modulus of exactly 4096 bits; made with exponent 65537.
    #[serde(rename = "rsa-4096")]
    Rsa4096,
}

impl KeyAlgorithm {
    /// All of them, the ones to prefer first.
    pub const ALL: [Self; 5] = [
        Self::EcP256,
        Self::EcP384,
        Self::Rsa2048,
        Self::Rsa3072,
        Self::Rsa4096,
    ];

    /// The name used in configuration files, in the protocol and in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EcP256 => "ec-p256",
            Self::EcP384 => "ec-p384",
            Self::Rsa2048 => "rsa-2048",
            Self::Rsa3072 => "rsa-3072",
            Self::Rsa4096 => "rsa-4096",
        }
    }

    /// The scheme for certificates, CSRs and CRLs signed with such a key.
    #[must_use]
    pub const fn default_scheme(self) -> SignatureScheme {
        match self {
            Self::EcP256 => SignatureScheme::EcdsaP256Sha256,
            Self::EcP384 => SignatureScheme::EcdsaP384Sha384,
            Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096 => SignatureScheme::RsaPkcs1Sha256,
        }
    }

    /// Every scheme such a key can be used with, the ones to prefer in TLS first.
    #[must_use]
    pub const fn schemes(self) -> &'static [SignatureScheme] {
        use SignatureScheme as S;
        match self {
            Self::EcP256 => &[S::EcdsaP256Sha256],
            Self::EcP384 => &[S::EcdsaP384Sha384],
            Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096 => &[
                S::RsaPssSha256,
                S::RsaPssSha384,
                S::RsaPssSha512,
                S::RsaPkcs1Sha256,
                S::RsaPkcs1Sha384,
                S::RsaPkcs1Sha512,
            ],
        }
    }

    /// True for RSA keys of any size.
    #[must_use]
    pub const fn is_rsa(self) -> bool {
        matches!(self, Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096)
    }

    /// Size in bits of the RSA modulus or of the curve's field.
    #[must_use]
    pub const fn bits(self) -> usize {
        match self {
            Self::EcP256 => 256,
            Self::EcP384 => 384,
            Self::Rsa2048 => 2048,
            Self::Rsa3072 => 3072,
            Self::Rsa4096 => 4096,
        }
    }
}

impl fmt::Display for KeyAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that is not the name of a [`KeyAlgorithm`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown key algorithm {0:?}")]
pub struct UnknownKeyAlgorithm(pub String);

impl FromStr for KeyAlgorithm {
    type Err = UnknownKeyAlgorithm;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.as_str() == text)
            .ok_or_else(|| UnknownKeyAlgorithm(text.to_owned()))
    }
}

/// The hash a [`SignatureScheme`] begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hash {
    /// SHA-256, 32 bytes.
    Sha256,
    /// SHA-384, 48 bytes.
    Sha384,
    /// SHA-512, 64 bytes.
    Sha512,
}

/// A signature algorithm in full: key type, padding and hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignatureScheme {
    /// ECDSA on P-256 over SHA-256.
    EcdsaP256Sha256,
    /// ECDSA on P-384 over SHA-384.
    EcdsaP384Sha384,
    /// RSASSA-PKCS1-v1_5 over SHA-256.
    RsaPkcs1Sha256,
    /// RSASSA-PKCS1-v1_5 over SHA-384.
    RsaPkcs1Sha384,
    /// RSASSA-PKCS1-v1_5 over SHA-512.
    RsaPkcs1Sha512,
    /// RSASSA-PSS over SHA-256, MGF1 with the same hash, salt as long as the hash.
    RsaPssSha256,
    /// RSASSA-PSS over SHA-384, MGF1 with the same hash, salt as long as the hash.
    RsaPssSha384,
    /// RSASSA-PSS over SHA-512, MGF1 with the same hash, salt as long as the hash.
    RsaPssSha512,
}

impl SignatureScheme {
    /// True when a key of this type can make such a signature.
    #[must_use]
    pub fn fits(self, key: KeyAlgorithm) -> bool {
        key.schemes().contains(&self)
    }

    /// The hash over the message.
    #[must_use]
    pub const fn hash(self) -> Hash {
        match self {
            Self::EcdsaP256Sha256 | Self::RsaPkcs1Sha256 | Self::RsaPssSha256 => Hash::Sha256,
            Self::EcdsaP384Sha384 | Self::RsaPkcs1Sha384 | Self::RsaPssSha384 => Hash::Sha384,
            Self::RsaPkcs1Sha512 | Self::RsaPssSha512 => Hash::Sha512,
        }
    }

    /// True for RSASSA-PSS.
    #[must_use]
    pub const fn is_pss(self) -> bool {
        matches!(
            self,
            Self::RsaPssSha256 | Self::RsaPssSha384 | Self::RsaPssSha512
        )
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn one_name_in_text_and_in_serde() {
        for algorithm in KeyAlgorithm::ALL {
            assert_eq!(algorithm.as_str().parse(), Ok(algorithm));
            let json = serde_json::to_string(&algorithm).unwrap();
            assert_eq!(json, format!("\"{algorithm}\""));
            assert_eq!(
                serde_json::from_str::<KeyAlgorithm>(&json).unwrap(),
                algorithm
            );
        }
        let unknown = UnknownKeyAlgorithm("rsa-1024".to_owned());
        assert_eq!("rsa-1024".parse::<KeyAlgorithm>(), Err(unknown));
    }

    #[test]
    fn default_schemes_fit_their_key_and_no_other_kind() {
        for algorithm in KeyAlgorithm::ALL {
            assert!(algorithm.default_scheme().fits(algorithm));
            assert_eq!(
                SignatureScheme::RsaPssSha512.fits(algorithm),
                algorithm.is_rsa()
            );
        }
        assert!(!SignatureScheme::EcdsaP256Sha256.fits(KeyAlgorithm::EcP384));
    }
}

//! Whether a signature over a message is a key's.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, UnparsedPublicKey, VerificationAlgorithm,
};
use inkan_pki::algorithm::SignatureScheme;
use inkan_pki::spki::PublicKey;

/// False too for a public key that does not parse.
#[must_use]
pub fn verifies(spki: &[u8], scheme: SignatureScheme, message: &[u8], signature: &[u8]) -> bool {
    use SignatureScheme as S;
    let algorithm: &'static dyn VerificationAlgorithm = match scheme {
        S::EcdsaP256Sha256 => &ECDSA_P256_SHA256_ASN1,
        S::EcdsaP384Sha384 => &ECDSA_P384_SHA384_ASN1,
        S::RsaPkcs1Sha256 => &RSA_PKCS1_2048_8192_SHA256,
        S::RsaPkcs1Sha384 => &RSA_PKCS1_2048_8192_SHA384,
        S::RsaPkcs1Sha512 => &RSA_PKCS1_2048_8192_SHA512,
        S::RsaPssSha256 => &RSA_PSS_2048_8192_SHA256,
        S::RsaPssSha384 => &RSA_PSS_2048_8192_SHA384,
        S::RsaPssSha512 => &RSA_PSS_2048_8192_SHA512,
    };
    let Ok(key) = PublicKey::from_spki(spki) else {
        return false;
    };
    UnparsedPublicKey::new(algorithm, key.key_bits())
        .verify(message, signature)
        .is_ok()
}

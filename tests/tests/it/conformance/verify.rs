//! A second opinion on what tokens sign: aws-lc for signatures, openssl for requests.

use std::process::Command;

use aws_lc_rs::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use inkan_pki::algorithm::SignatureScheme;
use inkan_tests::{Outcome, programs};
use x509_parser::prelude::FromDer;
use x509_parser::x509::SubjectPublicKeyInfo;

/// Whether aws-lc accepts the signature.
pub(crate) fn accepts(spki: &[u8], scheme: SignatureScheme, message: &[u8], made: &[u8]) -> bool {
    let algorithm: &'static dyn VerificationAlgorithm = match scheme {
        SignatureScheme::EcdsaP256Sha256 => &signature::ECDSA_P256_SHA256_ASN1,
        SignatureScheme::EcdsaP384Sha384 => &signature::ECDSA_P384_SHA384_ASN1,
        SignatureScheme::RsaPkcs1Sha256 => &signature::RSA_PKCS1_2048_8192_SHA256,
        SignatureScheme::RsaPkcs1Sha384 => &signature::RSA_PKCS1_2048_8192_SHA384,
        SignatureScheme::RsaPkcs1Sha512 => &signature::RSA_PKCS1_2048_8192_SHA512,
        SignatureScheme::RsaPssSha256 => &signature::RSA_PSS_2048_8192_SHA256,
        SignatureScheme::RsaPssSha384 => &signature::RSA_PSS_2048_8192_SHA384,
        SignatureScheme::RsaPssSha512 => &signature::RSA_PSS_2048_8192_SHA512,
    };
    let Ok((_, parsed)) = SubjectPublicKeyInfo::from_der(spki) else {
        return false;
    };
    let key = UnparsedPublicKey::new(algorithm, &parsed.subject_public_key.data);
    key.verify(message, made).is_ok()
}

/// Whether openssl accepts the request (DER).
pub(crate) fn openssl_accepts(csr: &[u8]) -> Outcome<bool> {
    let directory = tempfile::TempDir::with_prefix("inkan-csr-")?;
    let file = directory.path().join("request.der");
    std::fs::write(&file, csr)?;
    let verify = ["req", "-verify", "-noout", "-inform", "DER", "-in"];
    let said = programs::run(Command::new("openssl").args(verify).arg(file))?;
    Ok(said.well() && format!("{}{}", said.out, said.err).contains("verify OK"))
}

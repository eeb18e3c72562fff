//! Exact to-be-signed bytes, before anything is signed.
//!
//! rcgen writes them only while signing; so it "signs" with a key that keeps the bytes and has no private half.

use std::sync::Mutex;

use rcgen::{
    CertificateParams, Issuer, PublicKeyData, SignatureAlgorithm, SigningKey, SubjectPublicKeyInfo,
};
use rustls_pki_types::CertificateDer;

use inkan_pki::algorithm::KeyAlgorithm;

/// rcgen did not take the parameters or the CA certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("to-be-signed bytes cannot be built: {0}")]
pub struct TbsError(String);

impl From<rcgen::Error> for TbsError {
    fn from(error: rcgen::Error) -> Self {
        Self(error.to_string())
    }
}

/// `TBSCertificate` for the key in `spki_der`, as `ca_der`'s key of kind `ca_algorithm` would sign it.
///
/// # Errors
/// [`TbsError`].
pub fn certificate(
    params: &CertificateParams,
    spki_der: &[u8],
    ca_der: &CertificateDer<'_>,
    ca_algorithm: KeyAlgorithm,
) -> Result<Vec<u8>, TbsError> {
    let subject = SubjectPublicKeyInfo::from_der(spki_der)?;
    let issuer = Issuer::from_ca_cert_der(ca_der, Recorder::new(ca_algorithm))?;
    params.signed_by(&subject, &issuer)?;
    issuer.key().take()
}

/// Keeps what it is asked to sign.
struct Recorder {
    algorithm: &'static SignatureAlgorithm,
    message: Mutex<Option<Vec<u8>>>,
}

impl Recorder {
    fn new(algorithm: KeyAlgorithm) -> Self {
        let algorithm = match algorithm {
            KeyAlgorithm::EcP256 => &rcgen::PKCS_ECDSA_P256_SHA256,
            KeyAlgorithm::EcP384 => &rcgen::PKCS_ECDSA_P384_SHA384,
            KeyAlgorithm::Rsa2048 | KeyAlgorithm::Rsa3072 | KeyAlgorithm::Rsa4096 => {
                &rcgen::PKCS_RSA_SHA256
            }
        };
        Self {
            algorithm,
            message: Mutex::new(None),
        }
    }

    fn take(&self) -> Result<Vec<u8>, TbsError> {
        let mut message = self
            .message
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        message
            .take()
            .ok_or_else(|| TbsError("nothing was signed".to_owned()))
    }
}

impl PublicKeyData for Recorder {
    // Only asked for a key identifier, which the CA certificate gives.
    fn der_bytes(&self) -> &[u8] {
        &[]
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        self.algorithm
    }
}

impl SigningKey for Recorder {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        let mut kept = self
            .message
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        *kept = Some(message.to_vec());
        Ok(vec![0])
    }
}
